# SPDX-License-Identifier: Apache-2.0
"""``spikefloat minimize``: the smallest or shallowest circuit that a search finds."""

import argparse
import os
import shlex
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.cli.long_work import Stop
from spikefloat.rtl_gen.cli.options import CIRCUIT
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import instances, refuse
from spikefloat.rtl_gen.cli.source_options import SOURCE_OPTIONS, source_options
from spikefloat.rtl_gen.cli.variants import Uses
from spikefloat.rtl_gen.designs.catalog import find_entry
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.header import command_line
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.saved import is_circuit_file
from spikefloat.rtl_gen.errors import INTERRUPTED_STATUS, InputError, find_member
from spikefloat.rtl_gen.files import write_file
from spikefloat.rtl_gen.mapping.aig import circuit_of_graph
from spikefloat.rtl_gen.mapping.mapper import Objective
from spikefloat.rtl_gen.mapping.verilog_source import read_verilog
from spikefloat.rtl_gen.neurons.budgets import Budget, find_budget
from spikefloat.rtl_gen.neurons.graph_text import graph_text
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.search.minimize import Found, Plan, Source, Start, minimize, require_right
from spikefloat.search.sources import design_source, file_start, selected_start, source_of

__all__ = ["run"]

_COLUMNS = ("circuit", "budget", "objective", "neurons", "depth", "synapses", "steps", "seconds")

#: Seconds of a search that is given neither time nor steps.
_SECONDS = 600.0


def run(args: argparse.Namespace) -> int:
    """Search, and write each better circuit as it is found."""
    names = args.design
    if len(names) > 1 and not all(map(_is_verilog, names)):
        raise InputError(f"Design must be a single one, not {', '.join(names)}")
    plan = _plan(args)
    seconds = args.seconds if args.seconds is not None or args.steps is not None else _SECONDS
    stop = Stop(
        seconds,
        first="the search ends, and its best circuit is written",
        second="what was found since the last circuit was written is lost",
    )
    source, instance = _source(args, plan)
    output = args.output or Path(source.own)
    before = file_start(output) if output.exists() else None
    if before is not None:
        require_right(source, before)
        _require_budget(before, plan.budget)
    if args.start is not None:
        source = selected_start(source, args.start, instance)
    elif before is not None:
        source = replace(source, starts=(*source.starts, before))
    for start in source.starts:
        if start.name == args.start:
            _require_budget(start, plan.budget)
    founds = _search(source, plan, stop, output, before)
    _print(args, plan, source, founds, output)
    return INTERRUPTED_STATUS if stop.is_interrupted else 0


def _search(
    source: Source, plan: Plan, stop: Stop, output: Path, before: Start | None
) -> list[tuple[Found, float]]:
    """Return each circuit that was found with the seconds until then, after it was written."""
    founds = []
    began = time.monotonic()
    kept = None if before is None else (len(before.graph.neurons), before.graph.depth)
    with progress("looking at what is known") as tell, stop.at_interrupt():
        for found in minimize(source, plan, stop=stop, tell=tell):
            founds.append((found, round(time.monotonic() - began, 3)))
            cost = plan.objective.cost(*found.figures)
            if kept is None or cost < plan.objective.cost(*kept):
                write_file(output, graph_text(found.start.graph, found.start.history))
                kept = found.figures
    return founds


def _print(
    args: argparse.Namespace,
    plan: Plan,
    source: Source,
    founds: list[tuple[Found, float]],
    output: Path,
) -> None:
    last, seconds = founds[-1]
    row: dict[str, Any] = {
        "circuit": source.circuit.name,
        "budget": plan.budget.name,
        "objective": plan.objective.value,
        **measure(last.start.graph).as_dict(),
        "steps": last.steps,
        "seconds": seconds,
        "seed": plan.seed,
        "file": str(output),
        "history": list(last.start.history),
    }
    curve = [
        {"steps": found.steps, "seconds": at, "neurons": size, "depth": depth}
        for found, at in founds
        for size, depth in [found.figures]
    ]
    show(
        args,
        [row | {"curve": curve}],
        Table(title="Best so far", columns=tuple(curve[0]), rows=curve, keep=tuple(curve[0])),
        Table(title="Minimised", columns=_COLUMNS, rows=[row], keep=_COLUMNS[3:]),
        *(f"found by: {command}" for command in last.start.history),
        f"written: {output}, exact for all operands"
        if source.count_wrong
        else f"written: {output}, proved equal",
    )


def _plan(args: argparse.Namespace) -> Plan:
    for option in ("budget", "objective"):
        if len(getattr(args, option)) != 1:
            raise InputError(
                f"Option --{option} must have one value, not {','.join(getattr(args, option))!r}"
            )
    (objective,) = args.objective
    if objective not in ("neurons", "depth"):
        raise InputError(f"Objective must be neurons or depth, not {objective!r}")
    return Plan(
        budget=find_budget(args.budget[0]),
        objective=find_member(Objective, "Objective", objective),
        seed=args.seed,
        steps=args.steps,
        walks=args.walks,
        jobs=args.jobs or os.cpu_count() or 1,
    )


def _source(args: argparse.Namespace, plan: Plan) -> tuple[Source, Instance | None]:
    """Return what is to be computed, and the design, if it is one."""
    name = args.design[0]
    uses = Uses(args)
    if not _is_verilog(name) and not is_circuit_file(name):
        refuse(args, f"top {SOURCE_OPTIONS}", "for a design")
        find_entry(name, Design)
        found = instances(args, [name], uses)
        uses.check(option.name for option in CIRCUIT)
        if args.library != ["native"]:
            raise InputError(f"Library must be native, not {','.join(args.library)!r}")
        if len(found) != 1:
            raise InputError(f"Design must be a single circuit, not {len(found)} of them")
        (instance,) = found
        if not instance.has_graph:
            raise InputError(f"Design must be one graph of neurons, not {name!r}")
        own = (args.output or Path(f"{instance.name}.json")).name
        return design_source(instance, own, partial(_design_command, args, instance, own)), instance
    uses.add("budget objective")
    uses.check(option.name for option in CIRCUIT)
    own = (args.output or Path(f"{Path(name).stem}_{plan.budget.name}.json")).name
    command = partial(_file_command, args, own)
    if is_circuit_file(name):
        refuse(args, f"top {SOURCE_OPTIONS}", "for a circuit file")
        start = file_start(Path(name))
        return source_of(circuit_of_graph(start.graph), own, command, start), None
    circuit = read_verilog(
        [Path(one) for one in args.design],
        args.top,
        source_options(args),
        shallow=plan.objective is Objective.DEPTH,
    )
    return source_of(circuit, own, command), None


def _is_verilog(name: str) -> bool:
    return name.endswith((".v", ".sv"))


def _require_budget(start: Start, budget: Budget) -> None:
    for neuron in start.graph.neurons:
        if not budget.allows(neuron.weights):
            raise InputError(
                f"Circuit {start.name} must keep budget {budget} to begin with, not use weights "
                f"{neuron.weights}"
            )


def _design_command(
    args: argparse.Namespace, instance: Instance, own: str, budget: Budget, *step: str | int
) -> str:
    (objective,) = args.objective
    circuit = replace(
        instance.circuit, budget=budget, objective=type(instance.circuit.objective)(objective)
    )
    words = command_line("minimize", replace(instance, circuit=circuit)).replace(
        " --library native", ""
    )
    return f"{words} {_step(own, *step)}"


def _file_command(args: argparse.Namespace, own: str, budget: Budget, *step: str | int) -> str:
    words = ["spikefloat", "minimize", *(Path(name).name for name in args.design)]
    for option, values in (
        ("--top", [args.top] if args.top else []),
        ("--language", [args.language] if args.language else []),
        ("-I", [path.name for path in args.include]),
        ("-D", args.define),
        ("-P", args.parameter),
        ("--budget", [budget.name]),
        ("--objective", args.objective),
    ):
        for value in values:
            words += [option, value]
    return f"{shlex.join(words)} {_step(own, *step)}"


def _step(own: str, start: str | int, seed: str | int, steps: str | int) -> str:
    """Return the options of one walk."""
    words = ["--start", str(start), "--walks", "1", "--seed", str(seed), "--steps", str(steps)]
    return shlex.join([*words, "-o", own])
