# SPDX-License-Identifier: Apache-2.0
"""Reading a combinational Verilog module as an and-inverter graph, through Yosys."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.files import temporary_folder
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.netlist import circuit_of_netlist
from spikefloat.rtl_gen.verilog.reader import SourceOptions, SourceReader
from spikefloat.rtl_gen.verilog.text import VerilogError

__all__ = ["read_netlist", "read_verilog"]

# What is left after this are ANDs and inverters, or something that is not combinational. The first
# netlist still has everything that the source says, high impedance too.
_SCRIPT = """\
{reads}
hierarchy -check -top {top}
proc -noopt
{cuts}setattr -mod -unset keep_hierarchy
flatten
opt_clean
write_json {folder}/source.json
opt_expr
alumacc
opt_clean
memory_map
check -assert
setundef -zero -undriven
opt -full -noff
techmap -map {folder}/carry.v -map +/techmap.v
opt -full -noff
aigmap
opt_clean -purge
write_json {folder}/netlist.json
"""

# Yosys makes carries by a parallel prefix, which is shallow and large; a ripple is small, and a
# neuron can compute several of its steps at once.
_RIPPLE = """\
(* techmap_celltype = "$lcu" *)
module _05_ripple_lcu (P, G, CI, CO);
  parameter WIDTH = 1;
  input [WIDTH-1:0] P, G;
  input CI;
  output [WIDTH-1:0] CO;
  wire [WIDTH:0] carry;
  assign carry[0] = CI;
  assign carry[WIDTH:1] = G | (P & carry[WIDTH-1:0]);
  assign CO = carry[WIDTH:1];
endmodule
"""


def read_verilog(
    files: Sequence[Path],
    top: str | None = None,
    options: SourceOptions | None = None,
    *,
    shallow: bool = False,
) -> Circuit:
    """Return a combinational module as a circuit.

    Bits that the source leaves undefined (``x``) are read as 0; high impedance (``z``) is refused.

    Parameters
    ----------
    files : sequence of Path
        Verilog files. Those that they include or read are looked for beside them.
    top : str, optional
        Name of the module; by default the one that no other uses.
    options : SourceOptions, optional
        How the files are to be read.
    shallow : bool
        Whether additions are made shallow and large, or deep and small.

    Returns
    -------
    Circuit
        The logic, with the ports of the module in their order.

    Raises
    ------
    VerilogError
        If a file cannot be read, Yosys does not accept the source, or it is not combinational.
    MissingPackage
        If Yosys is not installed.
    """
    with temporary_folder() as folder:
        reader = SourceReader(folder, files, top, options or SourceOptions(), extra="map")
        netlist = _netlist(reader, folder, shallow)
    return circuit_of_netlist(_top_of(netlist), reader.top)


def read_netlist(
    file: Path,
    top: str,
    *,
    cuts: Sequence[str] = (),
    extra: str = "map",
    stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Return a module as Yosys writes it as JSON, made of ANDs, inverters and registers.

    Parameters
    ----------
    file : Path
        Verilog file.
    top : str
        Name of the module.
    cuts : sequence of str
        Wires of the module that are cut: what drives ``product`` becomes the output ``product.o``,
        and what reads it has the input ``product.i``.
    extra : str
        Extra of this package that Yosys comes with, for the message where it is missing.
    stop : callable, optional
        Asked now and then whether Yosys is to end.

    Raises
    ------
    VerilogError
        If Yosys does not accept the source, or it is a loop.
    ToolStopped
        If it was to end.
    MissingPackage
        If Yosys is not installed.
    """
    with temporary_folder() as folder:
        reader = SourceReader(folder, [file], top, SourceOptions(), extra=extra, stop=stop)
        return _top_of(_netlist(reader, folder, shallow=False, cuts=cuts))


def _netlist(
    reader: SourceReader, folder: Path, shallow: bool, cuts: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the top module as ANDs and inverters."""
    reads = reader.reads()
    (folder / "carry.v").write_text("" if shallow else _RIPPLE, encoding="utf-8")
    cut = "".join(f"expose -cut {reader.module}/w:{wire}\n" for wire in cuts)
    status, log = reader.run(
        _SCRIPT.format(reads=reads, top=reader.module, folder=reader.seen, cuts=cut)
    )
    source = folder / "source.json"
    if source.is_file():
        _refuse_high_impedance(json.loads(source.read_text(encoding="utf-8")), reader)
    if status:
        raise VerilogError(_reason(reader, log))
    result = json.loads((folder / "netlist.json").read_text(encoding="utf-8"))
    assert isinstance(result, dict)
    return result


def _refuse_high_impedance(netlist: dict[str, Any], reader: SourceReader) -> None:
    module = _top_of(netlist)
    for cell in module["cells"].values():
        if any("z" in bits for bits in cell["connections"].values()):
            raise VerilogError(
                "Verilog source must not use high impedance (z), as it does at "
                + reader.local(cell["attributes"].get("src", "an unknown place"))
            )
    for port, record in module["ports"].items():
        if "z" in record["bits"]:
            raise VerilogError(f"Verilog source must not use high impedance (z), as {port} does")


def _reason(reader: SourceReader, log: str) -> str:
    """Return what Yosys complains about as one sentence."""
    lines = log.splitlines()
    error = next((line for line in lines if "ERROR:" in line), "")
    if "check -assert" in error:
        warnings = [line.partition("Warning: ")[2] for line in lines if "Warning: " in line]
        if any("logic loop" in line for line in warnings):
            return "Verilog source must be combinational, not hold a loop"
        if any("multiple conflicting drivers" in line for line in warnings):
            return "Verilog source must drive each bit once, not from several places"
        for line in warnings:
            if "has no driver" in line:
                net = line.split()[1].replace("\\", "")
                return f"Verilog source must drive every net that it uses, not leave {net} open"
    return reader.reason(log)


def _top_of(netlist: dict[str, Any]) -> dict[str, Any]:
    """Return the top module of a netlist."""
    modules: list[dict[str, Any]] = list(netlist["modules"].values())
    return next(module for module in modules if "top" in module["attributes"])
