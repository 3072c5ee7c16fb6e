# SPDX-License-Identifier: Apache-2.0
"""``spikefloat synth``: what a design costs on an FPGA, and how fast it is there."""

import argparse
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from spikefloat.rtl_gen.cli.clocked import ClockedInstance, add_clocked_options, clocked_instances
from spikefloat.rtl_gen.cli.options import (
    add_backend_option,
    add_command,
    add_design_options,
    add_json_option,
    selections,
)
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Cell
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import HardwareOptions, Style
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.synthesis.cache import CACHE_VARIABLE, Cache, default_cache_folder
from spikefloat.rtl_gen.fpga.synthesis.flow import SEEDS, measure, unmeasured
from spikefloat.rtl_gen.fpga.synthesis.targets import TARGETS, Target, find_target, with_delay
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL
from spikefloat.rtl_gen.rtl.timing.pipeline import max_stages
from spikefloat.rtl_gen.tools import ToolFailure

__all__ = ["register"]

#: Register cuts that ``--matrix`` tries, where a circuit can use as many.
_MATRIX_STAGES = range(5)

_COLUMNS = (
    "module",
    "overflow",
    "objective",
    "target",
    "lut4",
    "lut6",
    "depth",
    "carry",
    "ff",
    "bram",
    "fmax_mhz",
)


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "synth",
        "synthesize a design, place and route it, and report size and clock",
        "spikefloat synth multiply --stages 2 --target ecp5,generic6",
        _run,
    )
    add_design_options(parser)
    add_backend_option(parser)
    add_clocked_options(parser)
    parser.add_argument(
        "--target",
        metavar="T[,T]",
        default="ecp5",
        help=f"{', '.join(TARGETS)}, or all; generic6 counts tables of six inputs and is no device "
        "(default: ecp5)",
    )
    parser.add_argument(
        "--delay",
        metavar="NS",
        type=float,
        help="map for this delay of the longest path with as few tables as can be, instead of as "
        "fast as can be (target ecp5)",
    )
    parser.add_argument(
        "--matrix",
        action="store_true",
        help="every style, and the spatial one with "
        f"{_MATRIX_STAGES[0]} to {_MATRIX_STAGES[-1]} register cuts",
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=int,
        default=os.cpu_count() or 1,
        help="how many to run at once (default: one for each core)",
    )
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="compute everything again; else what was computed before is taken from "
        f"{default_cache_folder()} (or from where {CACHE_VARIABLE} says)",
    )
    add_json_option(parser)


@dataclass(frozen=True, kw_only=True)
class _Source:
    """One instance of a design."""

    labels: dict[str, Any]
    make: Callable[[], Hardware | ClockedInstance]


def _run(args: argparse.Namespace) -> int:
    if args.jobs < 1:
        raise InputError(f"Jobs must be 1 or more, not {args.jobs}")
    if args.matrix and any((args.style, args.stages, args.stream, args.residue, args.leak)):
        raise InputError(
            "Option --matrix must be used without style, stages and stream, not with them"
        )
    names = list(TARGETS) if args.target == "all" else args.target.split(",")
    targets = [find_target(name) for name in names]
    if args.delay is not None:
        targets = [with_delay(target, args.delay) for target in targets]
    cache = Cache(None if args.no_cache else default_cache_folder())
    rows = [
        {**row, "delay_ns": args.delay}
        for row in _measure_all(_sources(args), targets, args.jobs, cache, args.matrix)
    ]
    if args.json:
        print_json(rows)
    else:
        _print(rows)
    return 0


def _sources(args: argparse.Namespace) -> list[_Source]:
    sources = [
        _Source(
            labels={**instance.labels, "style": "-", "stages": 0},
            make=partial(_itself, instance),
        )
        for instance in clocked_instances(args)
    ]
    if args.design in entries(Cell):
        return sources
    chosen = selections(args)
    variants = (
        [variant for instance in chosen for variant in _variants(instance)]
        if args.matrix
        else chosen
    )
    return sources + [
        _Source(labels=_labels(variant), make=partial(design_hardware, variant))
        for variant in variants
    ]


def _itself(instance: ClockedInstance) -> ClockedInstance:
    return instance


def _variants(instance: Instance) -> list[Instance]:
    """Return a design in every style, and with every number of register cuts."""
    most = max_stages(instance.graph)
    variants = [HardwareOptions(stages=stages) for stages in _MATRIX_STAGES if stages <= most]
    variants.append(HardwareOptions(style=Style.SPIKING))
    if instance.design.name in TEMPORAL:
        variants.append(HardwareOptions(style=Style.TEMPORAL))
    return [replace(instance, hardware=hardware) for hardware in variants]


def _labels(instance: Instance) -> dict[str, Any]:
    options = instance.circuit
    return {
        "design": instance.design.name,
        "format": options.format.name,
        **({"to": options.to.name} if options.to else {}),
        "overflow": options.overflow.value,
        "library": options.library,
        "budget": options.budget.name,
        "objective": options.objective,
        "style": instance.hardware.style,
        "stages": instance.hardware.stages,
    }


def _measure_all(
    sources: Sequence[_Source],
    targets: Sequence[Target],
    jobs: int,
    cache: Cache,
    is_matrix: bool,
) -> list[dict[str, Any]]:
    """Return a row for each design on each target; several tools run at once."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("Synthesizing", total=len(sources) * len(targets))

        def tell(step: str) -> None:
            progress.update(task, description=step)

        def work(source: _Source) -> list[dict[str, Any]]:
            tell(f"generating {source.labels['design']}")
            made = source.make()
            rows = []
            for target in targets:
                try:
                    found = measure(
                        made.verilog,
                        made.module,
                        target,
                        ports=made.ports,
                        cache=cache,
                        progress=tell,
                    )
                except ToolFailure as error:
                    if not is_matrix:
                        raise
                    # One that cannot be had is no reason to lose the others, which took hours.
                    found = unmeasured(target, str(error))
                rows.append({**source.labels, "module": made.module, **found.as_dict()})
                progress.advance(task)
            return rows

        with ThreadPoolExecutor(jobs) as pool:
            try:
                return [row for rows in pool.map(work, sources) for row in rows]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def _print(rows: Sequence[dict[str, Any]]) -> None:
    table = [[_text(row, column) for column in _COLUMNS] for row in rows]
    print_table("Synthesis", _COLUMNS, table, numbers=_COLUMNS[4:])
    for device in dict.fromkeys(f"{row['target']}: {row['device']}" for row in rows):
        print(device)
    tools = dict.fromkeys(
        f"{package} {version}" for row in rows for package, version in row["tools"].items()
    )
    print(
        f"fmax between registers, median of seeds {', '.join(map(str, SEEDS))}; {', '.join(tools)}"
    )
    if rows[0]["delay_ns"] is not None:
        print(f"mapped for a delay of {rows[0]['delay_ns']:g} ns")
    for note in dict.fromkeys(f"{row['module']}: {row['note']}" for row in rows if row["note"]):
        print(f"not measured: {note}")


def _text(row: dict[str, Any], column: str) -> object:
    value = row.get(column)
    if column == "depth":
        value = row["lut4_depth"] if row["lut6_depth"] is None else row["lut6_depth"]
    if isinstance(value, float):
        return f"{value:.1f}"
    return "-" if value is None else value
