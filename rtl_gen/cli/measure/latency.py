# SPDX-License-Identifier: Apache-2.0
"""``spikefloat latency``: how long operations take in each style of hardware."""

import argparse
from pathlib import Path

from rich.console import Console

from spikefloat.rtl_gen.checks.plan import Selected, check
from spikefloat.rtl_gen.cli.check.report import replace_table
from spikefloat.rtl_gen.cli.options import add_command, add_json_option
from spikefloat.rtl_gen.cli.output import print_json, print_table, tracked
from spikefloat.rtl_gen.designs.latencies import Latency, latencies
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_text, temporary_folder, write_file
from spikefloat.sim.simulators.find import find_simulator
from spikefloat.sim.simulators.runner import BenchError

__all__ = ["latency_table", "register"]

#: Random cases of a check.
_CASES = 200

_STYLES = ("temporal", "sequential", "spatial", "spiking")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "latency",
        "tell how long operations take in each style of hardware, in clocks",
        "spikefloat latency --format e4m3fn,e5m2 --check",
        _run,
    )
    parser.add_argument(
        "--format",
        metavar="F[,F...]",
        default="e4m3fn",
        help="number formats of up to 8 bits (default: e4m3fn)",
    )
    parser.add_argument(
        "--stages",
        metavar="P[,P...]",
        default="1,2,3,4",
        help="numbers of register cuts in the spatial style (default: 1,2,3,4)",
    )
    parser.add_argument(
        "--length", metavar="N", type=int, default=16, help="terms of the dot product (default: 16)"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="run the hardware in Icarus: every result must come right when it is said to",
    )
    parser.add_argument(
        "--into",
        metavar="FILE",
        type=Path,
        help="file in which to replace what is between <!-- table:latency --> and <!-- end -->",
    )
    add_json_option(parser)


def _stages(text: str) -> tuple[int, ...]:
    try:
        stages = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"Stages must be integers separated by commas, not {text!r}") from None
    if min(stages) < 1:
        raise InputError(f"Stages must be 1 or more, not {min(stages)}")
    return stages


def latency_table(rows: list[Latency]) -> str:
    """Return the times as a Markdown table: operations and formats by styles."""
    times: dict[tuple[str, str], dict[str, list[Latency]]] = {}
    for row in rows:
        times.setdefault((row.operation, row.format), {}).setdefault(row.style, []).append(row)
    lines = [
        "| latency / interval, in clocks | temporal | sequential | spatial | "
        "spatial, P stages | spiking |",
        "|---|---|---|---|---|---|",
    ]
    for (operation, fmt), styles in times.items():
        cells = [f"{operation} {fmt}"]
        for style in _STYLES:
            found = styles.get(style, [])
            cells.append(next((_clocks(row) for row in found if row.stages == 0), "-"))
            if style == "spatial":
                staged = [row for row in found if row.stages]
                is_plain = all((row.latency, row.interval) == (row.stages, 1) for row in staged)
                told = "P / 1" if is_plain else ", ".join(map(_clocks, staged))
                cells.append(told if staged else "-")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _clocks(row: Latency) -> str:
    if row.interval == 0:
        return "combinational"
    return f"{row.latency:,} / {row.interval:,}"


def _check(rows: list[Latency], folder: Path) -> list[str]:
    """Run the hardware of every row, and return what was wrong.

    A case is given in every interval, and its result taken exactly as late as was said.
    """
    clocked = [row for row in rows if row.instance is not None and row.interval]
    checked = check(
        [row.instance for row in clocked if row.instance is not None],
        ["icarus"],
        folder,
        Selected(pairs="sampled", random_cases=_CASES),
    )
    reports = []
    for row, (_, _, outcome) in zip(clocked, checked, strict=True):
        if outcome.dut.latency != row.latency:
            name = f"{row.operation.replace(' ', '')}_{row.format}_{row.style}_{row.stages}"
            reports.append(
                f"{name}: results come after {outcome.dut.latency} clocks, not {row.latency}"
            )
        reports.append(outcome.report)
    return [report for report in reports if report]


def _run(args: argparse.Namespace) -> int:
    stages = _stages(args.stages)
    if args.check:
        find_simulator("icarus")  # a missing one is said before anything is built
    rows = [
        row
        for fmt in tracked(args.format.split(","), "Making hardware")
        for row in latencies(fmt, stages=stages, length=args.length)
    ]
    wrong: list[str] = []
    if args.check:
        console = Console(stderr=True)
        with (
            temporary_folder() as folder,
            console.status("Running the hardware"),
        ):
            try:
                wrong = _check(rows, folder)
            except BenchError as error:
                wrong = [str(error)]
    if args.into is not None:
        text = replace_table(read_text(args.into), latency_table(rows), "latency")
        write_file(args.into, text)
    elif args.json:
        print_json(
            [
                {
                    "operation": row.operation,
                    "format": row.format,
                    "style": row.style,
                    "stages": row.stages,
                    "latency": row.latency,
                    "initiation_interval": row.interval,
                }
                for row in rows
            ]
        )
    else:
        columns = ("operation", "format", "style", "stages", "latency", "interval")
        print_table(
            "Clocks",
            columns,
            [[getattr(row, column) for column in columns] for row in rows],
            numbers=columns[3:],
        )
    for report in wrong:
        print(report)
    if args.check and not wrong and not args.json:
        print("checked: each result came right, and when it was due")
    return 1 if wrong else 0
