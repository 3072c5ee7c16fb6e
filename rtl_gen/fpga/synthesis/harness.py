# SPDX-License-Identifier: Apache-2.0
"""A module around a design that puts registers at its ports, and has three pins.

Operands arrive bit by bit through the registers that hold them; results leave through registers and
a tree of parities with a register for every table. So every path that begins or ends in the design
begins and ends in a register, and a design with hundreds of ports fits any package.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.rtl.ports import Port, PortRole
from spikefloat.rtl_gen.rtl.text.names import KEYWORDS

__all__ = ["HARNESS", "harness_verilog"]

#: Name of the module; its ports are ``clk``, ``in`` and ``out``.
HARNESS = "spikefloat_harness"

#: A parity of that many bits is one lookup table on any target.
_GROUP = 4


def harness_verilog(module: str, ports: Sequence[Port]) -> str:
    """Return the harness for a module as Verilog.

    Every input but clocks, reset too, has a register before it. Clocks are one.

    Parameters
    ----------
    module : str
        Name of the module.
    ports : sequence of Port
        Its ports, with an output among them.
    """
    inputs = [port for port in ports if port.is_input and port.role is not PortRole.CLOCK]
    outputs = [port for port in ports if not port.is_input]
    clock = [f".{_pin(port)}(clk)" for port in ports if port.role is PortRole.CLOCK]
    arguments = [*clock, *_slices(inputs, "operands"), *_slices(outputs, "results")]
    total_in = sum(port.width for port in inputs)
    width = sum(port.width for port in outputs)
    lines = [
        f"module {HARNESS} (input wire clk, input wire in, output wire out);",
        *([f"    reg [{total_in - 1}:0] operands;"] if inputs else []),
        f"    wire [{width - 1}:0] results;",
        f"    reg [{width - 1}:0] parity_0;",
        f"    {module} inner ({', '.join(arguments)});",
        "    always @(posedge clk) begin",
        *(["        operands <= {operands, in};"] if total_in > 1 else []),
        *(["        operands <= in;"] if total_in == 1 else []),
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


def _pin(port: Port) -> str:
    """Return the name of a port as Verilog has it, also where it is of a user's own module."""
    is_plain = port.name.isascii() and port.name.isidentifier() and port.name not in KEYWORDS
    return port.name if is_plain else f"\\{port.name} "


def _slices(ports: Sequence[Port], word: str) -> list[str]:
    low = 0
    texts = []
    for port in ports:
        texts.append(f".{_pin(port)}({word}[{low + port.width - 1}:{low}])")
        low += port.width
    return texts
