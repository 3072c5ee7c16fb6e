# SPDX-License-Identifier: Apache-2.0
"""``spikefloat host``: talk to a board over its serial line, real or simulated."""

import argparse
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from spikefloat.rtl_gen.checks.boards import board_under_test
from spikefloat.rtl_gen.checks.networks.digits import digits_case
from spikefloat.rtl_gen.checks.networks.hosted import (
    CLOCKS_PER_BIT,
    TIMEOUT_BITS,
    classify,
    simulated_network,
)
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import refuse
from spikefloat.rtl_gen.cli.simulators import one_simulator
from spikefloat.rtl_gen.errors import InputError, unknown_name
from spikefloat.rtl_gen.formats import Format, Overflow, find_format, resolve_overflow
from spikefloat.rtl_gen.fpga.boards.boards import find_board
from spikefloat.rtl_gen.fpga.boards.link import Link, LinkError, open_line
from spikefloat.rtl_gen.fpga.boards.protocol import Request
from spikefloat.rtl_gen.fpga.boards.protocol_tables import OPERATIONS, Status, operations_of
from spikefloat.sim.board.terminal import board_terminal
from spikefloat.sim.golden.arithmetic import describe, encode, value
from spikefloat.sim.golden.operations import expected, find_operation

__all__ = ["run"]

#: Wrong results that are printed.
_MOST_WRONG = 10

#: Seconds that an answer of a simulated board may take, and the result of a network.
_LINE_SECONDS, _SIMULATED_PATIENCE = 30, 600.0
_REAL_PATIENCE = 10.0

#: Number of arguments of each action, and what they are.
_ARGUMENTS = {
    "identify": (range(1), "nothing"),
    "compute": (range(3, 4), "an operation and two operands"),
    "sweep": (range(2), "one list of operations"),
    "classify": (range(1), "nothing"),
}


def run(args: argparse.Namespace) -> int:
    """Connect, and do what is asked for."""
    if args.action not in _ARGUMENTS:
        raise unknown_name("Action", args.action, _ARGUMENTS)
    counts, words = _ARGUMENTS[args.action]
    if len(args.argument) not in counts:
        raise InputError(
            f"Arguments of {args.action} must be {words}, "
            f"not {' '.join(args.argument) or 'nothing'!r}"
        )
    for name in _operations(args):
        if name not in OPERATIONS:
            raise unknown_name("Operation", name, OPERATIONS)
    if args.action != "sweep":
        refuse(args, "sample", f"for {args.action}")
    if args.action != "classify":
        refuse(args, "images", f"for {args.action}")
    actions = {"identify": _identify, "compute": _compute, "sweep": _sweep}
    with _connected(args) as link:
        with progress("Asking what the board computes"):
            found = link.identify()
        if isinstance(found, str):
            return _with_network(args, link, found)
        fmt, overflow = found
        if args.action not in actions:
            raise InputError(f"Board must have a network for {args.action}, not {fmt.name}")
        return actions[args.action](args, link, fmt, overflow)


def _with_network(args: argparse.Namespace, link: Link, network: str) -> int:
    """Do what is asked for of a board that has a network."""
    if args.action == "identify":
        show(args, [{"network": network}], f"network: {network}")
        return 0
    if args.action != "classify":
        raise InputError(f"Board must compute with floats for {args.action}, not {network}")
    case = digits_case(args.images)
    count = len(case.labels)
    with progress("Sending images") as tell:
        row = classify(
            link,
            case,
            patience=_REAL_PATIENCE if args.port is not None else _SIMULATED_PATIENCE,
            progress=lambda done: tell.count(done, count),
        )
    row = {"network": network, **row, "images_per_second": round(count / row["seconds"], 2)}
    columns = "network images logits logits_equal classes_equal accuracy images_per_second".split()
    is_right = row["first_wrong"] is None
    wrong = [] if is_right else [f"Image {row['first_wrong']} is the first with another result"]
    table = Table(title="Against the golden model", columns=columns, rows=[row], keep=columns[1:])
    show(args, [row], table, *wrong)
    return 0 if is_right else 1


def _operations(args: argparse.Namespace) -> list[str]:
    """Return the operations that are asked for, none for all."""
    words: list[str] = args.argument
    if args.action == "compute":
        return words[:1]
    if args.action in ("identify", "classify") or words == ["all"]:
        return []
    return (words or ["multiply"])[0].split(",")


@contextmanager
def _connected(args: argparse.Namespace) -> Iterator[Link]:
    """Yield a link to the board that is asked for."""
    if (args.port is None) == (args.simulate is None):
        raise InputError("Board must be given by one of the options --port and --simulate")
    if args.port is not None:
        refuse(args, "format overflow network sim", "with --port")
        with open_line(args.port, args.baud) as line:
            link = Link(line)
            link.settle()
            yield link
        return
    refuse(args, "baud", "with --simulate")
    simulator = one_simulator(args.sim)
    with ExitStack() as stack:
        with progress("Starting the simulation") as tell:
            terminal = stack.enter_context(
                board_terminal(**_simulated(args), simulator=simulator, progress=tell)
            )
        yield Link(stack.enter_context(open_line(terminal, args.baud, timeout=_LINE_SECONDS)))


def _simulated(args: argparse.Namespace) -> dict[str, Any]:
    """Return what is simulated: Verilog, module, and the speed of the serial line."""
    board = find_board(args.simulate)
    if args.network is not None:
        refuse(args, "format overflow", "with --network")
        return {
            "verilog": simulated_network(digits_case(1).engine("digits"), args.network),
            "module": "board",
            "clocks_per_bit": CLOCKS_PER_BIT,
            "timeout_bits": TIMEOUT_BITS,
        }
    fmt = find_format(args.format)
    subject = board_under_test(fmt, resolve_overflow(fmt, args.overflow), board.stages)
    return {
        "verilog": subject.verilog,
        "module": subject.module,
        "clocks_per_bit": subject.clocks_per_bit,
        "timeout_bits": subject.timeout_bits,
    }


def _identify(args: argparse.Namespace, link: Link, fmt: Format, overflow: Overflow) -> int:
    names = operations_of(fmt)
    row = {"format": fmt.name, "overflow": overflow.value, "operations": list(names)}
    show(args, [row], f"{fmt.name}, overflow to {overflow.value}: {', '.join(names)}")
    return 0


def _code(text: str, fmt: Format) -> int:
    """Return the code that an operand means."""
    try:
        if text.lower().startswith("0x"):
            code = int(text, 16)
            if code < 1 << fmt.width:
                return code
        else:
            number = float(text)
            code = int(encode(fmt, number))
            if value(fmt, code) == number or number != number:
                return code
    except (ValueError, OverflowError):
        pass
    raise InputError(
        f"Operand must be a code such as 0x{fmt.max_code:02x} or a number that {fmt.name} has, "
        f"not {text!r}"
    )


def _compute(args: argparse.Namespace, link: Link, fmt: Format, overflow: Overflow) -> int:
    name = args.argument[0]
    a, b = (_code(text, fmt) for text in args.argument[1:])
    (answer,) = link.ask([Request(OPERATIONS[name], a, b)])
    if answer.status != Status.OK:
        raise LinkError(f"Board must know {name}, not refuse it")
    right = int(expected(name, fmt, [[a], [b]], overflow)[0])
    is_predicate = find_operation(name).is_predicate
    digits = -(-fmt.width // 4)

    def words(code: int) -> str:
        return f"0x{code:0{digits}x} ({describe(fmt, code)})"

    def result(code: int) -> str:
        return ("yes" if code else "no") if is_predicate else words(code)

    row = {
        "operation": name,
        "format": fmt.name,
        "overflow": overflow.value,
        "a": a,
        "b": b,
        "result": answer.result,
        "expected": right,
    }
    lines = [f"{name} {words(a)} {words(b)}: {result(answer.result)}"]
    lines += [f"The golden model says {result(right)}"] if answer.result != right else []
    show(args, [row], *lines)
    return 0 if answer.result == right else 1


def _sweep(args: argparse.Namespace, link: Link, fmt: Format, overflow: Overflow) -> int:
    known = operations_of(fmt)
    names = _operations(args) or list(known)
    for name in names:
        if name not in known:
            raise unknown_name(f"Operation of {fmt.name}", name, known)
    size = 1 << fmt.width
    count = min(args.sample, size)
    firsts = sorted({index * (size - 1) // max(1, count - 1) for index in range(count)})
    pairs = [(a, b) for a in firsts for b in range(size)]
    rows = [_sweep_row(link, name, fmt, overflow, pairs) for name in names]
    columns = ("operation", "format", "overflow", "pairs", "wrong", "pairs_per_second")
    wrong = [
        f"{row['operation']} 0x{case['a']:02x} 0x{case['b']:02x} must give "
        f"0x{case['expected']:02x}, not 0x{case['result']:02x}"
        for row in rows
        for case in row["first_wrong"]
    ]
    show(
        args,
        rows,
        Table(title="Against the golden model", columns=columns, rows=rows, keep=columns[3:]),
        *wrong,
    )
    return 1 if any(row["wrong"] for row in rows) else 0


def _sweep_row(
    link: Link, name: str, fmt: Format, overflow: Overflow, pairs: list[tuple[int, int]]
) -> dict[str, Any]:
    start = time.perf_counter()
    requests = [Request(OPERATIONS[name], a, b) for a, b in pairs]
    with progress(name) as tell:
        answers = link.ask(requests, lambda done: tell.count(done, len(requests)))
    seconds = time.perf_counter() - start
    operands = [list(codes) for codes in zip(*pairs, strict=True)]
    wrong = [
        {"a": a, "b": b, "result": answer.result, "expected": int(code)}
        for (a, b), answer, code in zip(
            pairs, answers, expected(name, fmt, operands, overflow), strict=True
        )
        if (answer.status, answer.result) != (Status.OK, code)
    ]
    return {
        "operation": name,
        "format": fmt.name,
        "overflow": overflow.value,
        "pairs": len(pairs),
        "wrong": len(wrong),
        "retries": link.retries,
        "seconds": seconds,
        "pairs_per_second": round(len(pairs) / seconds),
        "first_wrong": wrong[:_MOST_WRONG],
    }
