# SPDX-License-Identifier: Apache-2.0
"""``spikefloat host``: talk to a board over its serial line, real or simulated."""

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import Progress

from spikefloat.rtl_gen.checks.boards import board_under_test
from spikefloat.rtl_gen.cli.make.board import told
from spikefloat.rtl_gen.cli.options import add_command, add_json_option
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow, find_format, resolve_overflow
from spikefloat.rtl_gen.fpga.boards.boards import BAUD, BOARDS, find_board
from spikefloat.rtl_gen.fpga.boards.link import Link, LinkError, open_line
from spikefloat.rtl_gen.fpga.boards.protocol import Answer, Request
from spikefloat.rtl_gen.fpga.boards.protocol_tables import OPERATIONS, Status, operations_of
from spikefloat.sim.board.terminal import board_terminal
from spikefloat.sim.golden.arithmetic import describe, encode, value
from spikefloat.sim.golden.operations import expected, find_operation
from spikefloat.sim.simulators.find import SIMULATORS

__all__ = ["register"]

#: Wrong results that are printed.
_MOST_WRONG = 10


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "host",
        "talk to a board over its serial line, real or simulated",
        "spikefloat host --port /dev/ttyUSB0 compute multiply 0x38 0x40\n"
        "  spikefloat host --simulate icebreaker compute multiply 1.5 -2\n"
        "  spikefloat host --simulate icebreaker sweep multiply --sample 16",
        _run,
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--port", metavar="PORT", help="serial port of a board")
    where.add_argument("--simulate", metavar="BOARD", help=f"simulate a board: {', '.join(BOARDS)}")
    parser.add_argument(
        "--format",
        metavar="F",
        default="e4m3fn",
        help="number format of the simulated board; a real one tells its own (default: e4m3fn)",
    )
    parser.add_argument(
        "--overflow", metavar="P", help="overflow policy of the simulated board: nan or saturate"
    )
    parser.add_argument(
        "--sim",
        metavar="S",
        choices=SIMULATORS,
        default="verilator",
        help=f"{' or '.join(SIMULATORS)}, for --simulate (default: verilator)",
    )
    parser.add_argument(
        "--baud", metavar="N", type=int, default=BAUD, help=f"of the serial port (default: {BAUD})"
    )
    parser.add_argument(
        "action",
        choices=("identify", "compute", "sweep"),
        help="ask what the board computes; compute one result; compute those of every pair of "
        "operands, and compare them with the golden model",
    )
    parser.add_argument(
        "operands",
        metavar="ARGUMENT",
        nargs="*",
        help=f"for compute: an operation ({', '.join(OPERATIONS)}) and its operands, each a code "
        "such as 0x38 or a number such as 1.5; for sweep: operations with commas between "
        "them, or all (default: multiply)",
    )
    parser.add_argument(
        "--sample",
        metavar="N",
        type=int,
        default=256,
        help="first operands to try in sweep, evenly spread (default: 256, or all that there are)",
    )
    add_json_option(parser)


@contextmanager
def _connected(args: argparse.Namespace) -> Iterator[Link]:
    """Yield a link to the board that is asked for."""
    if args.port is not None:
        with open_line(args.port, args.baud) as line:
            link = Link(line)
            link.settle()
            yield link
        return
    fmt = find_format(args.format)
    board = find_board(args.simulate)
    subject = board_under_test(fmt, resolve_overflow(fmt, args.overflow), board.stages)
    with ExitStack() as stack:
        with told() as tell:
            terminal = stack.enter_context(
                board_terminal(
                    subject.verilog,
                    subject.module,
                    clocks_per_bit=subject.clocks_per_bit,
                    timeout_bits=subject.timeout_bits,
                    simulator=args.sim,
                    progress=tell,
                )
            )
        yield Link(stack.enter_context(open_line(terminal, args.baud, timeout=30)))


def _run(args: argparse.Namespace) -> int:
    actions = {"identify": _identify, "compute": _compute, "sweep": _sweep}
    _check(args)
    with _connected(args) as link:
        fmt, overflow = link.identify()
        return actions[args.action](args, link, fmt, overflow)


def _check(args: argparse.Namespace) -> None:
    """Refuse what no board can do, before one is asked or built."""
    counts = {"identify": (0,), "compute": (3,), "sweep": (0, 1)}[args.action]
    if len(args.operands) not in counts:
        wanted = {
            "identify": "nothing",
            "compute": "an operation and two operands",
            "sweep": "one list of operations",
        }[args.action]
        raise InputError(
            f"Arguments of {args.action} must be {wanted}, "
            f"not {' '.join(args.operands) or 'nothing'!r}"
        )
    for name in _operations(args):
        if name not in OPERATIONS:
            raise InputError(f"Operation must be one of {', '.join(OPERATIONS)}, not {name!r}")
    if not 1 <= args.sample <= 256:
        raise InputError(f"Sample must be from 1 to 256, not {args.sample}")


def _operations(args: argparse.Namespace) -> list[str]:
    if args.action == "compute":
        return [args.operands[0]]
    if args.action == "identify" or args.operands == ["all"]:
        return []
    return (args.operands or ["multiply"])[0].split(",")


def _identify(args: argparse.Namespace, link: Link, fmt: Format, overflow: Overflow) -> int:
    names = operations_of(fmt)
    if args.json:
        print_json({"format": fmt.name, "overflow": overflow.value, "operations": list(names)})
    else:
        print(f"{fmt.name}, overflow to {overflow.value}: {', '.join(names)}")
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
    name = args.operands[0]
    a, b = (_code(text, fmt) for text in args.operands[1:])
    (answer,) = link.ask([Request(OPERATIONS[name], a, b)])
    if answer.status != Status.OK:
        raise LinkError(f"Board must know {name}, not refuse it")
    wanted = int(expected(name, fmt, [[a], [b]], overflow)[0])
    is_predicate = find_operation(name).is_predicate
    digits = -(-fmt.width // 4)

    def shown(code: int) -> str:
        return f"0x{code:0{digits}x} ({describe(fmt, code)})"

    result = ("yes" if answer.result else "no") if is_predicate else shown(answer.result)
    if args.json:
        print_json(
            {
                "operation": name,
                "format": fmt.name,
                "overflow": overflow.value,
                "a": a,
                "b": b,
                "result": answer.result,
                "expected": wanted,
            }
        )
    else:
        print(f"{name} {shown(a)} {shown(b)}: {result}")
        if answer.result != wanted:
            print(f"The golden model says {wanted if is_predicate else shown(wanted)}")
    return 0 if answer.result == wanted else 1


def _sweep(args: argparse.Namespace, link: Link, fmt: Format, overflow: Overflow) -> int:
    known = operations_of(fmt)
    names = _operations(args) or list(known)
    for name in names:
        if name not in known:
            raise InputError(
                f"Operation of {fmt.name} must be one of {', '.join(known)}, not {name!r}"
            )
    size = 1 << fmt.width
    count = min(args.sample, size)
    firsts = sorted({index * (size - 1) // max(1, count - 1) for index in range(count)})
    pairs = [(a, b) for a in firsts for b in range(size)]
    rows = []
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        for name in names:
            start = time.perf_counter()
            answers = _ask(
                link, [Request(OPERATIONS[name], a, b) for a, b in pairs], progress, name
            )
            seconds = time.perf_counter() - start
            wanted = expected(
                name, fmt, [list(codes) for codes in zip(*pairs, strict=True)], overflow
            )
            wrong = [
                {"a": a, "b": b, "result": answer.result, "expected": int(code)}
                for (a, b), answer, code in zip(pairs, answers, wanted, strict=True)
                if (answer.status, answer.result) != (Status.OK, code)
            ]
            rows.append(
                {
                    "operation": name,
                    "format": fmt.name,
                    "overflow": overflow.value,
                    "pairs": len(pairs),
                    "wrong": len(wrong),
                    "retries": link.retries,
                    "seconds": seconds,
                    "first_wrong": wrong[:_MOST_WRONG],
                }
            )
    _print_sweep(args, rows)
    return 1 if any(row["wrong"] for row in rows) else 0


def _ask(link: Link, requests: list[Request], progress: Progress, name: str) -> list[Answer]:
    task = progress.add_task(name, total=len(requests))
    return link.ask(requests, lambda done: progress.update(task, completed=done))


def _print_sweep(args: argparse.Namespace, rows: Sequence[dict]) -> None:
    if args.json:
        print_json(rows)
        return
    print_table(
        "Against the golden model",
        ("operation", "format", "overflow", "pairs", "wrong", "pairs per second"),
        [
            [
                row["operation"],
                row["format"],
                row["overflow"],
                f"{row['pairs']:,}",
                row["wrong"],
                f"{row['pairs'] / row['seconds']:,.0f}",
            ]
            for row in rows
        ],
        numbers=("pairs", "wrong", "pairs per second"),
    )
    for row in rows:
        for case in row["first_wrong"]:
            print(
                f"{row['operation']} 0x{case['a']:02x} 0x{case['b']:02x} must give "
                f"0x{case['expected']:02x}, not 0x{case['result']:02x}"
            )
