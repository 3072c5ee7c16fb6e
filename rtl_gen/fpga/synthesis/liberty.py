# SPDX-License-Identifier: Apache-2.0
"""A library of standard cells, in the Liberty format, as something to synthesize for.

Yosys maps registers, ABC the gates between them: fast cells first, then larger and smaller ones of
the same function where the library has them. The worst path is what ABC says of the tables of the
library: through gates between registers or ports, without wires, and without what registers add.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.files import read_text
from spikefloat.rtl_gen.fpga.families import Target, Unit
from spikefloat.rtl_gen.tools import SynthesisError, ToolFailure

__all__ = ["cell_reports", "liberty_failure", "liberty_target"]

_LIBRARY, _SCRIPT, _LOG, _AREA = "cells.lib", "abc.script", "abc.log", "area.json"
#: Where ``stime -d`` adds a line to; that is no choice.
_PATH = "stats.txt"

_SYNTHESIS = f"read_liberty -lib {_LIBRARY}; synth -flatten -top {{top}}; "
# Yosys fails without a word where there is no register to map to.
_REGISTERS = f"dfflibmap -liberty {_LIBRARY}; "
_GATES = (
    f"tee -o {_LOG} abc -liberty {_LIBRARY} -script {_SCRIPT}; opt_clean; "
    f"tee -o {_AREA} stat -json -liberty {_LIBRARY}"
)

# What Yosys has ABC do without a script of one's own, and the timing of what comes out.
_ABC = """\
strash
&get -n
&fraig -x
&put
scorr
dc2
strash
&get -n
&dch -f
&nf
&put
topo
buffer
upsize
dnsize
stime -d
"""

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
_CELL = re.compile(r'\bcell\s*\(\s*"?([^\s")]+)"?\s*\)\s*\{')
_SEQUENTIAL = re.compile(r"\b(ff|latch|ff_bank|latch_bank|statetable)\s*\(")
_BRACE = re.compile(r'"[^"]*"|[{}]')


def liberty_target(path: Path) -> Target:
    """Return the target for the standard cells of a file.

    Parameters
    ----------
    path : Path
        A file in the Liberty format.

    Raises
    ------
    InputError
        If it cannot be read, or has no cells.
    """
    text = read_text(path)
    cells = dict(_cells(_COMMENT.sub(" ", text)))
    if not cells:
        raise SynthesisError(f"Liberty file must have cells; there is none in {str(path)!r}")
    registers = [re.escape(name) for name, body in cells.items() if _SEQUENTIAL.search(body)]
    gates = [re.escape(name) for name, body in cells.items() if not _SEQUENTIAL.search(body)]
    return Target(
        name=path.name,
        device=f"standard cells of {path.name}",
        unit=Unit.CELLS,
        synthesis=_SYNTHESIS + _REGISTERS * bool(registers) + _GATES,
        lut="|".join(gates) or "(?!)",
        ff="|".join(registers) or "(?!)",
        files=((_LIBRARY, text), (_SCRIPT, _ABC)),
    )


def _cells(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each cell."""
    for found in _CELL.finditer(text):
        depth = 1
        for brace in _BRACE.finditer(text, found.end()):
            depth += (brace[0] == "{") - (brace[0] == "}")
            if not depth:
                yield found[1], text[found.end() : brace.start()]
                break


def cell_reports(netlist: dict[str, Any], module: str, folder: Path) -> dict[str, float]:
    """Return area, in the unit of the library, and worst path, in ns, of what was synthesized.

    Raises
    ------
    SynthesisError
        If the library has no cell for something in the design.
    """
    kinds = {cell["type"] for cell in netlist["modules"][module]["cells"].values()}
    missing = sorted(kind for kind in kinds if kind.startswith("$_"))
    if missing:
        raise SynthesisError(f"Liberty file must have a cell for {', '.join(missing)} of Yosys")
    report = json.loads((folder / _AREA).read_text(encoding="utf-8"))
    path = 0.0  # where there is no gate, ABC is not called
    if (folder / _PATH).is_file():
        *_, picoseconds = (folder / _PATH).read_text(encoding="utf-8").split()
        path = float(picoseconds) / 1000
    return {"area": float(report["design"]["area"]), "path_ns": path}


def liberty_failure(error: ToolFailure, folder: Path) -> SynthesisError:
    """Return the error for a failure of Yosys with a library; ABC's own words say more."""
    log = folder / _LOG
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    said = [line.removeprefix("ABC: ") for line in lines if line.startswith("ABC: ")]
    own = [line for line in said if not line.startswith("**")]
    if any(line.startswith("** cmd error") for line in said) and own:
        return SynthesisError(
            f"Liberty file must be accepted by ABC, which says: {own[-1].strip()}"
        )
    return error
