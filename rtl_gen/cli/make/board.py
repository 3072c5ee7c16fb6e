# SPDX-License-Identifier: Apache-2.0
"""``spikefloat board``: arithmetic of neurons on FPGA boards, with a serial line."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from spikefloat.rtl_gen.checks.boards import board_under_test
from spikefloat.rtl_gen.checks.networks.digits import digits_case
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import check_name, refuse
from spikefloat.rtl_gen.cli.simulators import simulators
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import temporary_folder, write_files
from spikefloat.rtl_gen.formats import Format, Overflow, find_format, resolve_overflow
from spikefloat.rtl_gen.fpga.boards.board import BAUD, Board
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS, find_board
from spikefloat.rtl_gen.fpga.boards.constraints import constraint_files
from spikefloat.rtl_gen.fpga.boards.protocol_tables import BOARD_FORMATS
from spikefloat.rtl_gen.fpga.boards.top import board_verilog, network_verilog
from spikefloat.rtl_gen.fpga.synthesis.bitstream import Bitstream, find_family, make_bitstream
from spikefloat.sim.board.verify import BoardResult, verify_board

__all__ = ["run"]

#: Lines of a report that are printed.
_MOST_REPORTS = 5


def run(args: argparse.Namespace) -> int:
    """Write the files of each board, or check each in simulation."""
    boards = _boards(args)
    variants = []
    if args.network is not None:
        refuse(args, "format overflow stages verify faults sample sim", "with --network")
    else:
        variants = _variants(args, boards)
        if args.verify is not None:
            refuse(args, "bitstream divide seed output name", "with --verify")
            return _verify(args, variants)
        refuse(args, "faults sample sim", "without --verify")
    if not args.bitstream:
        refuse(args, "seed", "without --bitstream")
    check_name(args, len(variants) or len(boards))
    if variants and len({board.name for board, *_ in variants}) != len(variants):
        raise InputError(
            "Board must be written for one format, policy and number of stages, as its files have "
            f"its name, not for {len(variants) // len(boards)}; use a folder for each"
        )
    if args.bitstream:
        for board in boards:
            find_family(board)  # before what takes time
    return _write(args, _of_floats(variants) if variants else _of_network(args, boards))


def _boards(args: argparse.Namespace) -> list[Board]:
    """Return the boards that are asked for, each with its clock."""
    boards = list(BOARDS.values()) if "all" in args.board else [find_board(n) for n in args.board]
    if args.divide is not None:
        return [board.divided(args.divide) for board in boards]
    if args.network is not None:
        return [board.for_network(args.network) for board in boards]
    return boards


_Variant = tuple[Board, Format, Overflow, int]

#: A board, what returns its Verilog for a name of the top module, and what is told of it.
_Job = tuple[Board, Callable[..., str], dict[str, Any]]


def _variants(args: argparse.Namespace, boards: Sequence[Board]) -> list[_Variant]:
    """Return each board with each way to compute."""
    formats = [find_format(n) for n in (BOARD_FORMATS if "all" in args.format else args.format)]
    return [
        (board, fmt, resolve_overflow(fmt, policy), stages)
        for board in boards
        for fmt in formats
        for policy in args.overflow or [None]
        for stages in args.stages or [board.stages]
    ]


def _of_floats(variants: Sequence[_Variant]) -> list[_Job]:
    """Return what is to be written of boards with arithmetic."""
    return [
        (
            board,
            partial(board_verilog, board, fmt=fmt, overflow=overflow, stages=stages),
            {"format": fmt.name, "overflow": overflow.value, "stages": stages},
        )
        for board, fmt, overflow, stages in variants
    ]


def _of_network(args: argparse.Namespace, boards: Sequence[Board]) -> list[_Job]:
    """Return what is to be written of boards with a network."""
    with progress("Building the neurons"):
        engine = digits_case(1).engine(f"{args.name or 'top'}_{args.network}")
    return [
        (
            board,
            partial(network_verilog, board, engine, args.network),
            {
                "network": args.network,
                "neurons": engine.units.neurons,
                "clocks": engine.interval,
                "inputs_per_second": round(board.clock_frequency / engine.interval),
            },
        )
        for board in boards
    ]


def _write(args: argparse.Namespace, jobs: Sequence[_Job]) -> int:
    """Write the files of all boards, and say what they are."""
    rows: list[dict[str, Any]] = []
    files: dict[str, str | bytes] = {}
    lines: list[str] = []
    is_fast = True
    for board, make, about in jobs:
        row = {
            "board": board.name,
            **about,
            "clock_mhz": board.clock_frequency / 1e6,
            "baud": BAUD,
        }
        columns = tuple(row)
        top, constraints = args.name or board.name, constraint_files(board)
        own: dict[str, str | bytes] = {f"{top}.v": make(module=args.name or "top"), **constraints}
        lines += [board.note] if board.note else []
        if args.bitstream:
            with progress(f"Making the bitstream of {board.name}") as tell:
                made = make_bitstream(
                    board,
                    make(module="top"),
                    constraints,
                    seed=args.seed,
                    is_large=args.network is not None,
                    progress=tell,
                )
            own[f"{top}{made.suffix}"] = made.data
            row["bitstream"] = made.as_dict()
            is_fast &= made.is_fast_enough
            lines += [*_bitstream_lines(made), f"Load it: {board.load} {top}{made.suffix}"]
        row["files"] = [str(args.output / name) for name in own]
        files |= own
        rows.append(row)
    write_files(args.output, files)
    written = [f"written: {name}" for row in rows for name in row["files"]]
    show(args, rows, Table(title="Boards", columns=columns, rows=rows), *lines, *written)
    return 0 if is_fast else 1


def _bitstream_lines(made: Bitstream) -> list[str]:
    cells = ", ".join(
        f"{count} of {made.available[name]} {name}" for name, count in made.used.items()
    )
    verdict = "closed" if made.is_fast_enough else "NOT closed"
    return [
        f"{cells}; timing is {verdict}: {made.fmax_mhz} MHz, of which the board needs "
        f"{made.clock_mhz:g}"
    ]


def _verify(args: argparse.Namespace, variants: Sequence[_Variant]) -> int:
    rows: list[dict[str, Any]] = []
    parts: list[Table | str] = []
    for simulator in simulators(args.sim):
        for board, fmt, overflow, stages in variants:
            subject = board_under_test(fmt, overflow, stages)
            names = list(subject.operations) if "all" in args.verify else args.verify
            with progress("Simulating") as tell, temporary_folder() as folder:
                result = verify_board(
                    subject,
                    operations=names,
                    noise=args.faults,
                    build_dir=folder,
                    simulator=simulator,
                    sample=args.sample,
                    progress=tell,
                )
            rows.append(
                {
                    "board": board.name,
                    "format": fmt.name,
                    "overflow": overflow.value,
                    "stages": stages,
                    "simulator": simulator,
                    "right": result.is_right,
                    **asdict(result),
                }
            )
            title = f"{board.title} in simulation, {fmt.name}: requests through the serial line"
            parts.append(_result_table(title, result))
            parts += [*result.reports[:_MOST_REPORTS], f"{result.seconds:.1f} s of simulation"]
    show(args, rows, *parts)
    return 0 if all(row["right"] for row in rows) else 1


def _result_table(title: str, result: BoardResult) -> Table:
    after = sum(result.noise.values())
    rows = [
        *(
            (f"{name}, pairs of operands", count, result.wrong_pairs[name])
            for name, count in result.pairs.items()
        ),
        *((f"{kind}, then a good one", count, None) for kind, count in result.noise.items()),
        ("good ones after these, unanswered or wrong", after, result.unanswered),
        ("answers to these, other than the model's", after, result.disagreements),
    ]
    columns = ("requests", "number", "wrong")
    shown = [dict(zip(columns, row, strict=True)) for row in rows]
    return Table(title=title, columns=columns, rows=shown, keep=columns)
