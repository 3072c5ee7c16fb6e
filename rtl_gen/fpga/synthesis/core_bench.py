# SPDX-License-Identifier: Apache-2.0
"""Benches that need nothing but a simulator: cases from a file, with the results they must give."""

from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.rtl.ports import AXI_RESET, Port, PortRole

__all__ = ["Cases", "Handshake", "case_file", "core_bench", "instance_lines", "port_range"]


@dataclass(frozen=True, kw_only=True)
class Handshake:
    """How a design takes operands and gives results, if not in every clock."""

    offer: tuple[str, ...]  #: Inputs that say that operands are there.
    accept: tuple[str, ...]  #: Outputs of which all say that they are taken.
    valid: str  #: Output that says that a result is there.
    take: str | None  #: Input that says that it is taken, if there is one.
    interval: int  #: Clocks from one case to the next, at most.


@dataclass(frozen=True, kw_only=True)
class Cases:
    """What a design has to compute: rows of operands and result."""

    operands: tuple[str, ...]  #: Names of the input ports.
    rows: Sequence[Sequence[int]]  #: One value for each operand, and for each result.
    results: tuple[str, ...] = ("y",)  #: Names of the output ports.
    reference: str = "the golden model"  #: What gave the results.
    handshake: Handshake | None = None  #: None for a design of fixed latency.


def port_range(port: Port) -> str:
    """Return the range of a port's declaration, with a space behind, if it has one."""
    return f"[{port.width - 1}:0] " if port.width > 1 else ""


def instance_lines(module: str, ports: Sequence[Port], nets: dict[str, str]) -> list[str]:
    """Return an instance of a module, its ports connected to nets of their names but for some."""
    pins = [f"        .{port.name}({nets.get(port.name, port.name)})" for port in ports]
    return [f"    {module} inner (", ",\n".join(pins) + ");"]


def case_file(cases: Cases, ports: Sequence[Port]) -> str:
    """Return the cases as numbers in hexadecimal, operands above the results."""
    widths = {port.name: port.width for port in ports}
    sizes = [widths[name] for name in (*cases.operands, *cases.results)]
    digits = -(-sum(sizes) // 4)
    lines = []
    for row in cases.rows:
        word = 0
        for value, size in zip(row, sizes, strict=True):
            # Codes of 64 bits are numbers in two's complement.
            word = word << size | int(value) % (1 << size)
        lines.append(f"{word:0{digits}x}")
    return "\n".join([*lines, ""])


def core_bench(module: str, cases: Cases, ports: Sequence[Port], latency: int | None) -> str:
    """Return a bench that drives every case and stops at the first mistake.

    Raises
    ------
    ValueError
        If the design has neither a fixed latency nor a handshake.
    """
    if latency is None and cases.handshake is None:
        raise InputError(f"Cases need a design of fixed latency, which {module} is not")
    widths = {port.name: port.width for port in ports}
    count, size = len(cases.rows), sum(widths[name] for name in cases.results)
    total = sum(widths[name] for name in cases.operands) + size
    drive = f"{{{', '.join(cases.operands)}}}"
    inputs = [port.name for port in ports if port.is_input]
    clock = next((port.name for port in ports if port.role is PortRole.CLOCK), None)
    reset = next((port.name for port in ports if port.role is PortRole.RESET), None)
    file = f"{module}_cases.hex"
    together = ", ".join(cases.results)
    check = _check(together if len(cases.results) == 1 else f"{{{together}}}", size)
    body = (
        _fixed(check, count, drive, size, latency or 0, clock)
        if cases.handshake is None
        else _handshake(check, count, drive, size, cases.handshake, clock or "clk")
    )
    return "\n".join(
        [
            "// SPDX-License-Identifier: Apache-2.0",
            f"// Compares {count} results of {module} with those of {cases.reference}. It reads",
            f"// {file} in the folder where it runs, or the file that +cases=FILE names.",
            "",
            "`timescale 1ns / 1ps",
            "",
            f"module {module}_bench;",
            f"    reg [{total - 1}:0] cases [0:{count - 1}];  // operands, then the result",
            *(f"    reg {port_range(port)}{port.name};" for port in ports if port.is_input),
            *(f"    wire {port_range(port)}{port.name};" for port in ports if not port.is_input),
            *([] if clock else ["    reg clk;  // for the bench alone"]),
            "    integer index, sent, seen, taken;",
            "    string file;",
            "",
            *instance_lines(module, ports, {}),
            "",
            "    initial begin",
            f'        if (!$value$plusargs("cases=%s", file)) file = "{file}";',
            "        $readmemh(file, cases);",
            "        if (^cases[0] === 1'bx)",
            '            $fatal(1, "case 0 must be known: run where %s is, or give +cases=FILE", file);',
            *(f"        {name} = 0;" for name in inputs),
            "        sent = 0;",
            "        seen = 0;",
            *(_reset(latency or 0, clock, reset) if clock and reset else ()),
            *(f"        {line}" for line in body),
            f'        if (seen != {count}) $fatal(1, "cases must be {count}, not %0d", seen);',
            f'        $display("%0d results are those of {cases.reference}", seen);',
            "        $finish;",
            "    end",
            "endmodule",
            "",
        ]
    )


def _check(result: str, size: int) -> list[str]:
    """Return lines that compare a result with the lowest bits of the next case."""
    expected = f"cases[seen][{size - 1}:0]"
    return [
        # Where the file cannot be read, all is unknown, and unknown results would be as expected.
        'if (^cases[seen] === 1\'bx) $fatal(1, "case %0d must be known", seen);',
        f"if ({result} !== {expected})",
        f'    $fatal(1, "case %0d must give %h, not %h", seen, {expected}, {result});',
        "seen = seen + 1;",
    ]


def _reset(latency: int, clock: str, reset: str) -> list[str]:
    active = int(reset != AXI_RESET.name)
    return [
        "        // Delay lines are empty after as many clocks as there are.",
        f"        {reset} = {active};",
        f"        for (index = 0; index < {max(latency, 1)}; index = index + 1) begin",
        f"            #1 {clock} = 1; #1 {clock} = 0;",
        "        end",
        f"        {reset} = {1 - active};",
    ]


def _fixed(
    check: Sequence[str], count: int, drive: str, size: int, latency: int, clock: str | None
) -> list[str]:
    """Return lines that drive a case in each clock, and take its result when it must be there."""
    guarded = [
        f"    {clock} = 1; #1 {clock} = 0; #1;",
        f"    if (index >= {latency - 1}) begin",
        *(f"        {line}" for line in check),
        "    end",
    ]
    return [
        f"for (index = 0; index < {count + max(latency - 1, 0)}; index = index + 1) begin",
        f"    if (index < {count}) {drive} = cases[index] >> {size};",
        "    #1;",
        *(guarded if clock else [f"    {line}" for line in check]),
        "end",
    ]


def _handshake(
    check: Sequence[str], count: int, drive: str, size: int, shake: Handshake, clock: str
) -> list[str]:
    """Return lines that offer cases one after the other, and take results as they come."""
    return [
        *([f"{shake.take} = 1;"] if shake.take else []),
        f"for (index = 0; seen < {count} && index < {(count + 4) * shake.interval}; "
        "index = index + 1) begin",
        f"    if (sent < {count}) {drive} = cases[sent] >> {size};",
        *(f"    {name} = sent < {count};" for name in shake.offer),
        "    #1;",
        f"    taken = {' && '.join((*shake.offer, *shake.accept))};",
        f"    if ({shake.valid}) begin",
        *(f"        {line}" for line in check),
        "    end",
        f"    {clock} = 1; #1 {clock} = 0; #1;",
        "    if (taken) sent = sent + 1;",
        "end",
    ]
