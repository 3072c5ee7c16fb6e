# SPDX-License-Identifier: Apache-2.0
"""``spikefloat board``: arithmetic of neurons on an FPGA board, with a serial line."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from rich.console import Console

from spikefloat.rtl_gen.checks.boards import board_under_test
from spikefloat.rtl_gen.cli.options import add_command, add_json_option, add_output_option
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import temporary_folder, write_files
from spikefloat.rtl_gen.formats import Format, Overflow, find_format, resolve_overflow
from spikefloat.rtl_gen.fpga.boards.boards import BAUD, BOARDS, Board, find_board
from spikefloat.rtl_gen.fpga.boards.constraints import constraint_files
from spikefloat.rtl_gen.fpga.boards.protocol_tables import BOARD_FORMATS
from spikefloat.rtl_gen.fpga.boards.top import board_verilog
from spikefloat.rtl_gen.fpga.synthesis.bitstream import Bitstream, find_family, make_bitstream
from spikefloat.sim.board.verify import BoardResult, verify_board
from spikefloat.sim.simulators.find import SIMULATORS

__all__ = ["register", "told"]

#: Lines of a report that are printed.
_MOST_REPORTS = 5


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "board",
        "write what a board needs, up to its bitstream, or check it in simulation",
        "spikefloat board icebreaker --bitstream -o build",
        _run,
    )
    parser.add_argument("board", metavar="BOARD", help=f"{', '.join(BOARDS)}")
    parser.add_argument(
        "--format",
        metavar="F",
        default="e4m3fn",
        help=f"number format: {', '.join(BOARD_FORMATS)} (default: e4m3fn)",
    )
    parser.add_argument(
        "--overflow",
        metavar="P",
        help="nan (infinity where the format has one) or saturate (default: nan where the format "
        "can)",
    )
    parser.add_argument(
        "--stages",
        metavar="P",
        type=int,
        help="register cuts through the arithmetic (default: what the clock of the board needs)",
    )
    parser.add_argument(
        "--bitstream",
        action="store_true",
        help="synthesize, place, route and pack, too; the exit status is 1 if the board's clock is "
        "too fast for the result",
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, default=1, help="seed of the placer (default: 1)"
    )
    parser.add_argument(
        "--verify",
        metavar="O[,O]",
        help="write nothing, but send every pair of operands of these operations, or all, through "
        "the serial line of the simulated board, then packets that go wrong",
    )
    parser.add_argument(
        "--noise",
        metavar="N",
        type=int,
        default=10_000,
        help="how many packets go wrong in --verify (default: 10000)",
    )
    parser.add_argument(
        "--sample",
        metavar="N",
        type=int,
        default=256,
        help="first operands to try in --verify, evenly spread (default: 256, which is all)",
    )
    parser.add_argument(
        "--sim",
        metavar="S",
        choices=SIMULATORS,
        default="verilator",
        help=f"{' or '.join(SIMULATORS)}, for --verify (default: verilator)",
    )
    add_output_option(parser)
    add_json_option(parser)


@contextmanager
def told() -> Iterator[Callable[[str], None]]:
    """Show what is being done on the error stream, where that is a terminal."""
    console = Console(stderr=True)
    with console.status("starting") as status:
        yield lambda step: status.update(step)


def _run(args: argparse.Namespace) -> int:
    board = find_board(args.board)
    fmt = find_format(args.format)
    overflow = resolve_overflow(fmt, args.overflow)
    stages = board.stages if args.stages is None else args.stages
    if args.verify is not None:
        return _verify(args, board, fmt, overflow, stages)
    if args.bitstream:
        find_family(board)  # before what takes time
    verilog = board_verilog(board, fmt=fmt, overflow=overflow, stages=stages)
    constraints = constraint_files(board)
    files: dict[str, str | bytes] = {f"{board.name}.v": verilog, **constraints}
    made = None
    if args.bitstream:
        with told() as tell:
            made = make_bitstream(board, verilog, constraints, seed=args.seed, progress=tell)
            files[f"{board.name}{made.suffix}"] = made.data
    paths = write_files(args.output, files)
    row: dict[str, Any] = {
        "board": board.name,
        "format": fmt.name,
        "overflow": overflow.value,
        "stages": stages,
        "clock_mhz": board.frequency / 1e6,
        "baud": BAUD,
        "files": [str(path) for path in paths],
    }
    if args.json:
        print_json({**row, **({"bitstream": made.as_dict()} if made else {})})
    else:
        print_table(f"Written for {board.title}", ("file",), [[path] for path in row["files"]])
        _print_bitstream(board, made)
    return 1 if made is not None and not made.is_fast_enough else 0


def _print_bitstream(board: Board, made: Bitstream | None) -> None:
    if board.note:
        print(board.note)
    if made is None:
        return
    cells = ", ".join(
        f"{count} of {made.available[name]} {name}" for name, count in made.used.items()
    )
    verdict = "closed" if made.is_fast_enough else "NOT closed"
    print(
        f"{cells}; timing is {verdict}: {made.fmax_mhz} MHz, of which the board needs "
        f"{made.clock_mhz:g}"
    )
    print(f"Load it: {board.load} {board.name}{made.suffix}")


def _verify(
    args: argparse.Namespace, board: Board, fmt: Format, overflow: Overflow, stages: int
) -> int:
    if args.noise < 0:
        raise InputError(f"Noise must be 0 packets or more, not {args.noise}")
    if not 1 <= args.sample <= 256:
        raise InputError(f"Sample must be from 1 to 256, not {args.sample}")
    subject = board_under_test(fmt, overflow, stages)
    names = list(subject.operations) if args.verify == "all" else args.verify.split(",")
    with told() as tell, temporary_folder() as folder:
        result = verify_board(
            subject,
            operations=names,
            noise=args.noise,
            build_dir=folder,
            simulator=args.sim,
            sample=args.sample,
            progress=tell,
        )
    if args.json:
        print_json(
            {
                "board": board.name,
                "format": fmt.name,
                "overflow": overflow.value,
                "right": result.is_right,
                **asdict(result),
            }
        )
    else:
        _print_result(board, fmt, result)
    return 0 if result.is_right else 1


def _print_result(board: Board, fmt: Format, result: BoardResult) -> None:
    print_table(
        f"{board.title} in simulation, {fmt.name}: requests through the serial line",
        ("requests", "number", "wrong"),
        [
            *(
                [f"{name}, pairs of operands", f"{count:,}", result.wrong_pairs[name]]
                for name, count in result.pairs.items()
            ),
            *(
                [f"{kind}, then a good one", f"{count:,}", "-"]
                for kind, count in result.noise.items()
            ),
            [
                "good ones after these, unanswered or wrong",
                f"{sum(result.noise.values()):,}",
                result.unanswered,
            ],
            [
                "answers to these, other than the model's",
                f"{sum(result.noise.values()):,}",
                result.disagreements,
            ],
        ],
        numbers=("number", "wrong"),
    )
    for line in result.reports[:_MOST_REPORTS]:
        print(line)
    print(f"{result.seconds:.1f} s of simulation")
