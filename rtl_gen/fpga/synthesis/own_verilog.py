# SPDX-License-Identifier: Apache-2.0
"""A module that a user wrote, as what synthesis measures: its text, its ports, its clocks."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.files import temporary_folder
from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.rtl.ports import Port, PortRole
from spikefloat.rtl_gen.verilog.reader import SourceOptions, SourceReader
from spikefloat.rtl_gen.verilog.text import VerilogError

__all__ = ["OwnVerilog", "is_verilog_file", "read_own_verilog"]

#: How names of Verilog files end, which no design's name does.
_SUFFIXES = (".v", ".sv", ".vh", ".svh")

# Elaborated, but not yet optimised: what follows is the same as for a file that is read by
# itself. Places in the source are left out, as they would make texts differ that are the same.
_SCRIPT = """\
{reads}
hierarchy -top {top}
proc
setattr -unset src
setattr -mod -unset src
write_rtlil {folder}/design.il
setattr -mod -unset keep_hierarchy
flatten
opt_clean
write_json {folder}/ports.json
"""

#: Ports by which registers and memories get their clock, in Yosys and in the cells of devices.
_CLOCK_PORTS = re.compile(r"C|W?CK|(RD_|WR_)?CLK[ABRW]?N?|[RW]CLKN?")
#: What a clock may go through.
_INVERTERS = ("$not", "$logic_not", "$pos", "$buf", "$_NOT_", "$_BUF_")


@dataclass(frozen=True, kw_only=True)
class OwnVerilog:
    """A module of a user."""

    files: tuple[str, ...]  #: Where it is, as the user named them.
    name: str  #: What it is called there.
    module: str  #: What it is called in the text; differs where its name is no plain one.
    text: str  #: The module and what it needs, elaborated, in RTLIL.
    ports: tuple[Port, ...]


def is_verilog_file(name: str) -> bool:
    """Tell whether a name is that of a Verilog file, and not of a design."""
    return name.lower().endswith(_SUFFIXES)


def read_own_verilog(
    files: Sequence[Path], top: str | None = None, options: SourceOptions | None = None
) -> OwnVerilog:
    """Return a module of some Verilog files.

    Parameters
    ----------
    files : sequence of Path
        The files, which together are the source. Those that they include or read are looked for
        beside them.
    top : str, optional
        Name of the module; by default the one that no other uses.
    options : SourceOptions, optional
        How the files are to be read.

    Raises
    ------
    VerilogError
        If a file cannot be read, Yosys does not accept it, there is not one top module, or it has
        no output, a port for both directions, or a clock that is not one of its ports.
    MissingPackage
        If Yosys is not installed.
    """
    with temporary_folder() as folder:
        reader = SourceReader(folder, files, top, options or SourceOptions(), extra="synth")
        status, log = reader.run(
            _SCRIPT.format(reads=reader.reads(), top=reader.module, folder=reader.seen)
        )
        if status:
            raise VerilogError(reader.reason(log))
        text = (folder / "design.il").read_text(encoding="utf-8")
        netlist = json.loads((folder / "ports.json").read_text(encoding="utf-8"))
    return OwnVerilog(
        files=tuple(map(str, files)),
        name=reader.top,
        module=reader.module,
        text=text.replace(f"{reader.seen}/", ""),
        ports=_ports(netlist["modules"][reader.module], reader.top),
    )


def _ports(module: dict[str, Any], name: str) -> tuple[Port, ...]:
    """Return the ports of a flat module; those that registers are clocked by are clocks."""
    records: dict[str, dict[str, Any]] = module["ports"]
    for port, record in records.items():
        if record["direction"] == "inout":
            raise VerilogError(
                f"Port {port} of {name} must be an input or an output for synthesis between "
                "registers, not inout"
            )
    clocks = _clocks(module, name)
    ports = tuple(
        Port(
            name=port,
            width=len(record["bits"]),
            is_input=record["direction"] == "input",
            role=PortRole.CLOCK
            if port in clocks
            else PortRole.OPERAND
            if record["direction"] == "input"
            else PortRole.RESULT,
        )
        for port, record in records.items()
    )
    if all(port.is_input for port in ports):
        raise VerilogError(
            f"Module {name} must have an output, without which nothing is left of it"
        )
    return ports


def _clocks(module: dict[str, Any], name: str) -> set[str]:
    """Return the ports that registers and memories are clocked by."""
    cells: dict[str, dict[str, Any]] = module["cells"]
    inputs = {
        bit: port
        for port, record in module["ports"].items()
        if record["direction"] == "input"
        for bit in record["bits"]
    }
    drivers = {
        bit: cell
        for cell in cells.values()
        for port, bits in cell["connections"].items()
        if cell.get("port_directions", {}).get(port) == "output"
        for bit in bits
    }
    clocks = set()
    for bit in {bit for cell in cells.values() for bit in _clock_bits(cell)}:
        source = bit
        while source in drivers and drivers[source]["type"] in _INVERTERS:
            source = drivers[source]["connections"]["A"][0]
        if source not in inputs:
            raise VerilogError(
                f"Clock of {name} must be one of its inputs, perhaps inverted, not made inside"
            )
        port = inputs[source]
        if len(module["ports"][port]["bits"]) > 1:
            raise VerilogError(f"Clock of {name} must be a port of its own, not a bit of {port}")
        clocks.add(port)
    return clocks


def _clock_bits(cell: Mapping[str, Any]) -> Iterator[int]:
    """Yield the nets by which a cell is clocked."""
    kind: str = cell["type"]
    if not kind.startswith("$") and not any(
        target.kind(kind) in ("ff", "bram", "lutram") for target in TARGETS.values()
    ):
        return
    for port, bits in cell["connections"].items():
        if _CLOCK_PORTS.fullmatch(port):
            yield from (bit for bit in bits if isinstance(bit, int))
