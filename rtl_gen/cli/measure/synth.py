# SPDX-License-Identifier: Apache-2.0
"""``spikefloat synth``: what designs cost on an FPGA, and how fast they are there."""

import argparse
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.cli.long_work import Stop
from spikefloat.rtl_gen.cli.output import Progress, Table, progress, show
from spikefloat.rtl_gen.cli.selection import refuse, select
from spikefloat.rtl_gen.cli.source_options import SOURCE_OPTIONS, source_options
from spikefloat.rtl_gen.cli.variants import Uses
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.labels import labels, labels_of_file
from spikefloat.rtl_gen.designs.options import HardwareOptions, Style
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.errors import INTERRUPTED_STATUS, InputError
from spikefloat.rtl_gen.fpga.families import TARGETS, Target
from spikefloat.rtl_gen.fpga.synthesis.cache import Cache, default_cache_folder
from spikefloat.rtl_gen.fpga.synthesis.flow import NO_PATH, Measurement, measure, unmeasured
from spikefloat.rtl_gen.fpga.synthesis.liberty import liberty_target
from spikefloat.rtl_gen.fpga.synthesis.own_verilog import (
    OwnVerilog,
    is_verilog_file,
    read_own_verilog,
)
from spikefloat.rtl_gen.fpga.synthesis.targets import find_target, with_delay
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL
from spikefloat.rtl_gen.rtl.timing.pipeline import max_stages
from spikefloat.rtl_gen.tools import ToolFailure, ToolStopped

__all__ = ["run"]

#: Register cuts that ``--matrix`` tries, where a circuit can use as many.
_MATRIX_STAGES = range(5)

_NAMES = ("module", "overflow", "objective", "target")
#: Figures, each shown where a target has it.
_FIGURES = (
    "lut4",
    "lut6",
    "gates",
    "cells",
    "levels",
    "carry",
    "ff",
    "bram",
    "lutram",
    "area",
    "path_ns",
    "fmax_mhz",
)
_DEPTHS = ("lut4_depth", "lut6_depth", "gates_depth", "cells_depth")

_Source = Instance | CellInstance | SavedCircuit | OwnVerilog


def run(args: argparse.Namespace) -> int:
    """Measure each instance on each target; several tools run at once."""
    if args.matrix:
        refuse(args, "style stages stream residue leak delays", "with --matrix")
    targets = _targets(args)
    sources = _sources(args)
    stop = Stop(
        None,
        first="measuring ends, and what there is so far is printed",
        second="nothing is printed",
    )
    with stop.at_interrupt():
        rows = _measure_all(sources, targets, args, stop)
    if stop.is_interrupted and not rows:
        raise KeyboardInterrupt
    for row in rows:
        row["levels"] = next((row[name] for name in _DEPTHS if row[name] is not None), None)
        row["delay_ns"] = args.delay
    figures = [name for name in _FIGURES if any(row[name] is not None for row in rows)]
    lines = _lines(rows, args.seeds)
    if stop.is_interrupted:
        lines.append(f"interrupted: {len(rows)} of {len(sources) * len(targets)} rows")
    show(
        args,
        rows,
        Table(title="Synthesis", columns=(*_NAMES, *figures), rows=rows, keep=figures),
        *lines,
    )
    return INTERRUPTED_STATUS if stop.is_interrupted else 0


def _targets(args: argparse.Namespace) -> list[Target]:
    """Return what is synthesized for: targets by name, and a library of standard cells."""
    names = list(TARGETS) if "all" in args.target else args.target
    if args.liberty is not None and "target" not in args.given:
        names = []
    targets = [find_target(name) for name in names]
    if args.liberty is not None:
        targets.append(liberty_target(args.liberty))
    if args.delay is not None:
        targets = [with_delay(target, args.delay) for target in targets]
    if not any(target.router for target in targets):
        refuse(args, "seeds", "where nothing is placed; it is for targets that are a device")
    return targets


def _sources(args: argparse.Namespace) -> list[_Source]:
    """Return what is measured: the designs that were named, and the one of the Verilog files."""
    args.design = [name for names in args.design for name in names]
    files = [name for name in args.design if is_verilog_file(name)]
    if not files:
        refuse(args, f"top {SOURCE_OPTIONS}", "without a Verilog file")
    if len(files) == len(args.design):
        refuse(args, "matrix", "for Verilog files, which are measured as they are")
        Uses(args).check()
        return [_own(args, files)]
    own: list[_Source] = [_own(args, files)] if files else []
    args.design = [name for name in args.design if name not in files]
    circuits, cells = select(args)
    if args.matrix:
        circuits = [variant for circuit in circuits for variant in _variants(circuit)]
    return [*cells, *circuits, *own]


def _own(args: argparse.Namespace, files: Sequence[str]) -> OwnVerilog:
    with progress(f"reading {', '.join(files)}"):
        return read_own_verilog([Path(name) for name in files], args.top, source_options(args))


def _variants(instance: Instance | SavedCircuit) -> list[Instance | SavedCircuit]:
    """Return a design in every style, and with every number of register cuts."""
    most = max_stages(instance.graph)
    variants = [HardwareOptions(stages=stages) for stages in _MATRIX_STAGES if stages <= most]
    variants.append(HardwareOptions(style=Style.SPIKING))
    if isinstance(instance, Instance) and instance.design.name in TEMPORAL:
        variants.append(HardwareOptions(style=Style.TEMPORAL))
    return [replace(instance, hardware=hardware) for hardware in variants]


@dataclass(frozen=True, kw_only=True)
class _Bench:
    """Measures one source after the other, on several targets."""

    targets: Sequence[Target]
    seeds: Sequence[int]
    cache: Cache
    #: Whether one that cannot be synthesized is no reason to lose the others, which took hours.
    is_lenient: bool
    tell: Progress
    stop: Callable[[], bool]

    def rows(self, source: _Source) -> list[dict[str, Any]]:
        """Return a row for each target, or for those that were measured until it was to end."""
        if self.stop():
            return []
        rows: list[dict[str, Any]] = []
        if not isinstance(source, OwnVerilog):
            self.tell(f"generating {source.name}")
        own, text, options = _text(source)
        for target in self.targets:
            if self.stop():
                break
            try:
                found = measure(
                    text,
                    target=target,
                    seeds=self.seeds,
                    cache=self.cache,
                    progress=self.tell,
                    stop=self.stop,
                    **options,
                )
            except ToolStopped:
                break
            except ToolFailure as error:
                if not self.is_lenient:
                    raise
                found = unmeasured(target, str(error))
            _require_path(source, found)
            rows.append({**own, "module": source.name, **found.as_dict()})
            self.tell.count(self.tell.done + 1, self.tell.total)
        return rows


def _text(source: _Source) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """Return the labels of a source, its text, and what else there is to know of the text."""
    if isinstance(source, OwnVerilog):
        own = labels_of_file(",".join(source.files))
        options = {"module": source.module, "ports": source.ports, "is_rtlil": True}
        return own, source.text, options
    made = source if isinstance(source, CellInstance) else design_hardware(source)
    return labels(source), made.verilog, {"module": source.name, "ports": made.ports}


def _require_path(source: _Source, found: Measurement) -> None:
    if isinstance(source, OwnVerilog) and found.note == NO_PATH:
        raise InputError(
            f"Module {source.name} must have logic or a register between its ports for a clock to "
            f"be measured, which it has not; it takes nothing on {found.target}"
        )


def _measure_all(
    sources: Sequence[_Source], targets: Sequence[Target], args: argparse.Namespace, stop: Stop
) -> list[dict[str, Any]]:
    """Return a row for each instance on each target."""
    is_given_up = False
    with progress("Synthesizing") as tell, ThreadPoolExecutor(args.jobs or os.cpu_count()) as pool:
        tell.count(0, len(sources) * len(targets))
        bench = _Bench(
            targets=targets,
            seeds=tuple(dict.fromkeys(args.seeds)),
            cache=Cache(None if args.no_cache else default_cache_folder()),
            is_lenient=args.matrix,
            tell=tell,
            stop=lambda: stop() or is_given_up,
        )
        try:
            return [row for rows in pool.map(bench.rows, sources) for row in rows]
        except BaseException:
            is_given_up = True  # ends the tools that run
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _lines(rows: Sequence[dict[str, Any]], seeds: Sequence[int]) -> list[str]:
    tools = ", ".join(
        dict.fromkeys(
            f"{package} {version}" for row in rows for package, version in row["tools"].items()
        )
    )
    lines = list(dict.fromkeys(f"{row['target']}: {row['device']}" for row in rows))
    if any(row["path_ns"] is not None for row in rows):
        lines.append(
            "area in the unit of the library; path: the worst through gates, without wires and "
            "registers"
        )
    is_placed = any("nextpnr" in package for row in rows for package in row["tools"])
    median = f"fmax between registers, median of seeds {', '.join(map(str, seeds))}; "
    lines.append(median * is_placed + tools)
    if rows[0]["delay_ns"] is not None:
        lines.append(f"mapped for a delay of {rows[0]['delay_ns']:g} ns")
    notes = dict.fromkeys(
        (row["note"].startswith("interrupted"), f"{row['module']}: {row['note']}")
        for row in rows
        if row["note"]
    )
    return lines + ["not measured: " * (not is_early) + text for is_early, text in notes]
