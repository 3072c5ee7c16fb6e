# SPDX-License-Identifier: Apache-2.0
"""A module around a design that puts registers at its ports, and has three pins.

Operands arrive bit by bit through the registers that hold them; results leave through registers and
a tree of parities with a register for every table. So every path that begins or ends in the design
begins and ends in a register, and a design with hundreds of ports fits any package.
"""

import re
from dataclasses import dataclass

from spikefloat.rtl_gen.fpga.synthesis.tools import SynthesisError

__all__ = ["HARNESS", "Port", "harness_verilog", "module_ports"]

#: Name of the module; its ports are ``clk``, ``in`` and ``out``.
HARNESS = "spikefloat_harness"

#: A parity of that many bits is one lookup table on any target.
_GROUP = 4

_PORT = re.compile(
    r"^\s*(input|output)\s+(?:wire\b|reg\b|logic\b)?\s*(?:signed\b)?\s*"
    r"(?:\[\s*(\d+)\s*:\s*(\d+)\s*\])?\s*(\w+)\s*(?:=[^,;]*?)?[,;)]*\s*(?://.*)?$",
    re.M,
)


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port of a module."""

    name: str
    width: int
    is_input: bool


def module_ports(verilog: str, module: str) -> list[Port]:
    """Return the ports of a module, each of which must be declared on a line of its own.

    Raises
    ------
    SynthesisError
        If there is no such module, or it lacks an input or an output.
    """
    found = re.search(
        rf"^\s*module\s+{re.escape(module)}\b(.*?)^\s*endmodule", verilog, re.M | re.S
    )
    if found is None:
        raise SynthesisError(f"Verilog must hold the module {module!r}, not lack it")
    ports = []
    for direction, high, low, name in _PORT.findall(found[1]):
        width = abs(int(high) - int(low)) + 1 if high else 1
        ports.append(Port(name=name, width=width, is_input=direction == "input"))
    if {port.is_input for port in ports if port.name != "clk"} != {False, True}:
        raise SynthesisError(
            f"Module {module} must have inputs and outputs, not {len(ports)} that can be read"
        )
    return ports


def harness_verilog(verilog: str, module: str) -> str:
    """Return the harness for a module as Verilog.

    An input called ``clk`` is the clock; every other, reset too, has a register before it.

    Raises
    ------
    SynthesisError
        If the ports of the module cannot be read.
    """
    ports = module_ports(verilog, module)
    inputs = [port for port in ports if port.is_input and port.name != "clk"]
    outputs = [port for port in ports if not port.is_input]
    clock = [".clk(clk)"] if any(port.name == "clk" for port in ports) else []
    arguments = [*clock, *_slices(inputs, "operands"), *_slices(outputs, "results")]
    total_in = sum(port.width for port in inputs)
    width = sum(port.width for port in outputs)
    lines = [
        f"module {HARNESS} (input wire clk, input wire in, output wire out);",
        f"    reg [{total_in - 1}:0] operands;",
        f"    wire [{width - 1}:0] results;",
        f"    reg [{width - 1}:0] parity_0;",
        f"    {module} inner ({', '.join(arguments)});",
        "    always @(posedge clk) begin",
        "        operands <= {operands, in};" if total_in > 1 else "        operands <= in;",
        "        parity_0 <= results;",
        "    end",
    ]
    level = 0
    while width > 1:
        groups = [range(low, min(low + _GROUP, width)) for low in range(0, width, _GROUP)]
        level += 1
        lines += [
            f"    reg [{len(groups) - 1}:0] parity_{level};",
            "    always @(posedge clk) begin",
        ]
        lines += [
            f"        parity_{level}[{index}] <= ^parity_{level - 1}[{group[-1]}:{group[0]}];"
            for index, group in enumerate(groups)
        ]
        lines.append("    end")
        width = len(groups)
    return "\n".join([*lines, f"    assign out = parity_{level}[0];", "endmodule", ""])


def _slices(ports: list[Port], word: str) -> list[str]:
    low = 0
    texts = []
    for port in ports:
        texts.append(f".{port.name}({word}[{low + port.width - 1}:{low}])")
        low += port.width
    return texts
