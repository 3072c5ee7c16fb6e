# SPDX-License-Identifier: Apache-2.0
"""``spikefloat synth``: what designs cost on an FPGA, and how fast they are there."""

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from spikefloat.rtl_gen.cli.output import Progress, Table, progress, show
from spikefloat.rtl_gen.cli.selection import refuse, select
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.labels import labels
from spikefloat.rtl_gen.designs.options import HardwareOptions, Style
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.fpga.families import TARGETS, Target
from spikefloat.rtl_gen.fpga.synthesis.cache import Cache, default_cache_folder
from spikefloat.rtl_gen.fpga.synthesis.flow import SEEDS, measure, unmeasured
from spikefloat.rtl_gen.fpga.synthesis.targets import find_target, with_delay
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL
from spikefloat.rtl_gen.rtl.timing.pipeline import max_stages
from spikefloat.rtl_gen.tools import ToolFailure

__all__ = ["run"]

#: Register cuts that ``--matrix`` tries, where a circuit can use as many.
_MATRIX_STAGES = range(5)

_COLUMNS = (
    "module",
    "overflow",
    "objective",
    "target",
    "lut4",
    "lut6",
    "levels",
    "carry",
    "ff",
    "bram",
    "fmax_mhz",
)

_Source = Instance | CellInstance | SavedCircuit


def run(args: argparse.Namespace) -> int:
    """Measure each instance on each target; several tools run at once."""
    if args.matrix:
        refuse(args, "style stages stream residue leak delays", "with --matrix")
    names = list(TARGETS) if "all" in args.target else args.target
    targets = [find_target(name) for name in names]
    if args.delay is not None:
        targets = [with_delay(target, args.delay) for target in targets]
    cache = Cache(None if args.no_cache else default_cache_folder())
    circuits, cells = select(args)
    if args.matrix:
        circuits = [variant for circuit in circuits for variant in _variants(circuit)]
    rows = _measure_all([*cells, *circuits], targets, args, cache)
    for row in rows:
        row["levels"] = row["lut4_depth"] if row["lut6_depth"] is None else row["lut6_depth"]
        row["delay_ns"] = args.delay
    show(
        args,
        rows,
        Table(title="Synthesis", columns=_COLUMNS, rows=rows, keep=_COLUMNS[4:]),
        *_lines(rows),
    )
    return 0


def _variants(instance: Instance | SavedCircuit) -> list[Instance | SavedCircuit]:
    """Return a design in every style, and with every number of register cuts."""
    most = max_stages(instance.graph)
    variants = [HardwareOptions(stages=stages) for stages in _MATRIX_STAGES if stages <= most]
    variants.append(HardwareOptions(style=Style.SPIKING))
    if isinstance(instance, Instance) and instance.design.name in TEMPORAL:
        variants.append(HardwareOptions(style=Style.TEMPORAL))
    return [replace(instance, hardware=hardware) for hardware in variants]


def _measure_all(
    sources: Sequence[_Source], targets: Sequence[Target], args: argparse.Namespace, cache: Cache
) -> list[dict[str, Any]]:
    """Return a row for each instance on each target."""
    with progress("Synthesizing") as tell, ThreadPoolExecutor(args.jobs or os.cpu_count()) as pool:
        tell.count(0, len(sources) * len(targets))
        try:
            made = pool.map(lambda one: _measure(one, targets, args.matrix, cache, tell), sources)
            return [row for rows in made for row in rows]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _measure(
    source: _Source, targets: Sequence[Target], is_matrix: bool, cache: Cache, tell: Progress
) -> list[dict[str, Any]]:
    tell(f"generating {source.name}")
    made = source if isinstance(source, CellInstance) else design_hardware(source)
    module, verilog = source.name, made.verilog
    rows = []
    for target in targets:
        try:
            found = measure(verilog, module, target, ports=made.ports, cache=cache, progress=tell)
        except ToolFailure as error:
            if not is_matrix:
                raise
            # One that cannot be synthesized is no reason to lose the others, which took hours.
            found = unmeasured(target, str(error))
        rows.append({**labels(source), "module": module, **found.as_dict()})
        tell.count(tell.done + 1, tell.total)
    return rows


def _lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    tools = dict.fromkeys(
        f"{package} {version}" for row in rows for package, version in row["tools"].items()
    )
    lines = list(dict.fromkeys(f"{row['target']}: {row['device']}" for row in rows))
    lines.append(
        f"fmax between registers, median of seeds {', '.join(map(str, SEEDS))}; {', '.join(tools)}"
    )
    if rows[0]["delay_ns"] is not None:
        lines.append(f"mapped for a delay of {rows[0]['delay_ns']:g} ns")
    notes = dict.fromkeys(f"{row['module']}: {row['note']}" for row in rows if row["note"])
    return lines + [f"not measured: {text}" for text in notes]
