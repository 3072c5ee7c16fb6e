# SPDX-License-Identifier: Apache-2.0
"""``spikefloat map``: any combinational Verilog as neurons."""

import argparse
import re
import shlex
from itertools import product
from typing import Any

from spikefloat.rtl_gen.cli.long_work import Stop
from spikefloat.rtl_gen.cli.options import OPTIONS
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import check_name
from spikefloat.rtl_gen.cli.source_options import source_options
from spikefloat.rtl_gen.designs.names import with_words, word
from spikefloat.rtl_gen.errors import INTERRUPTED_STATUS, InputError, find_member
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.mapping.aig import SourceModule
from spikefloat.rtl_gen.mapping.mapper import Mapping, Objective, map_circuit
from spikefloat.rtl_gen.mapping.verilog_source import read_verilog
from spikefloat.rtl_gen.neurons.budgets import NAMED_BUDGETS, Budget
from spikefloat.rtl_gen.neurons.graph_text import graph_text
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.rtl_gen.rtl.styles.renamed import OuterPort, renamed_verilog

__all__ = ["run"]

_COLUMNS = (
    "module",
    "budget",
    "objective",
    "cover_neurons",
    "cover_depth",
    "neurons",
    "depth",
    "synapses",
    "max_weight",
    "max_fan_in",
)


def run(args: argparse.Namespace) -> int:
    """Map the circuit within each budget for each objective."""
    options = source_options(args)
    goals = [find_member(Objective, "Objective", name) for name in args.objective]
    cases = list(product(map(_budget, args.budget), goals))
    check_name(args, len(cases))
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    files: dict[str, str] = {}
    stop = Stop(args.seconds)
    for budget, objective in cases:
        with progress("reading Verilog") as tell:
            circuit = read_verilog(
                args.file, args.top, options, shallow=objective is Objective.DEPTH
            )
            with stop.at_interrupt():
                mapping = map_circuit(
                    circuit,
                    budget,
                    objective,
                    effort=args.effort,
                    seed=args.seed,
                    progress=tell,
                    stop=stop,
                )
        source = circuit.source
        assert source is not None
        stem, own = _files(args, mapping, source, budget, objective)
        files |= own
        row = _row(mapping, source, budget, objective) | {
            "file": str(args.output / f"{stem}.v"),
            "graph": str(args.output / f"{stem}.json"),
        }
        rows.append(row)
        lines += _remarks(mapping, source)
        lines.append(f"written: {row['file']}, and {row['graph']} for sweep, export and others")
    write_files(args.output, files)
    show(
        args,
        rows,
        Table(title="Mapped to neurons", columns=_COLUMNS, rows=rows, keep=_COLUMNS[3:]),
        *lines,
    )
    return INTERRUPTED_STATUS if stop.is_interrupted else 0


def _files(
    args: argparse.Namespace,
    mapping: Mapping,
    source: SourceModule,
    budget: Budget,
    objective: Objective,
) -> tuple[str, dict[str, str]]:
    """Return what the files of a circuit are called, and their texts by name."""
    # The graph has the module's own name; a file of the source must not be overwritten.
    name = args.name or with_words(f"{source.name}_neurons", _words(args, budget, objective))
    text = renamed_verilog(
        mapping.graph,
        name,
        [OuterPort(*port) for port in source.ports],
        header=(
            f"{source.name} as neurons",
            f"budget {budget}",
            f"proved equal to its source: {mapping.proof.method}",
            f"made by: {_command(args, budget, objective)}",
        ),
    )
    stem = re.sub(r"[^\w.$-]", "_", name, flags=re.ASCII)
    return stem, {f"{stem}.v": text, f"{stem}.json": graph_text(mapping.graph)}


def _remarks(mapping: Mapping, source: SourceModule) -> list[str]:
    """Return lines to print below the table."""
    lines = [
        f"source: {mapping.gates} two-input gates",
        f"proved equal: {mapping.proof.method}",
    ]
    if not mapping.is_complete:
        lines.append("the search was stopped: more time may give a smaller circuit")
    if source.joined:
        lines.append(f"words inside, single bits at the ports: {', '.join(source.joined)}")
    return lines


def _row(
    mapping: Mapping, source: SourceModule, budget: Budget, objective: Objective
) -> dict[str, Any]:
    return {
        "module": source.name,
        "joined": list(source.joined),
        "budget": budget.name,
        "objective": objective.value,
        "gates": mapping.gates,
        "cover_neurons": mapping.covered[0],
        "cover_depth": mapping.covered[1],
        **measure(mapping.graph).as_dict(),
        "proof": mapping.proof.method,
        "complete": mapping.is_complete,
        "seconds": round(mapping.seconds, 3),
    }


def _budget(text: str) -> Budget:
    if text in NAMED_BUDGETS:
        return NAMED_BUDGETS[text]
    if match := re.fullmatch(r"w(\d{1,3})f(\d{1,3})", text):
        return Budget(text, int(match[1]), int(match[2]))
    raise InputError(
        f"Budget must be one of {', '.join(NAMED_BUDGETS)}, or such as w3f5 (weights up to 3, fan-in up "
        f"to 5), not {text!r}"
    )


def _words(args: argparse.Namespace, budget: Budget, objective: Objective) -> list[str]:
    """Return what tells a circuit from those of the same module with other options."""
    words = [budget.name] * (budget.name != OPTIONS["budget"].default)
    words += [objective.value] * (objective is not Objective.NEURONS)
    words += [word(text.replace("=", "_")) for text in (*args.define, *args.parameter)]
    words += [f"{name}{getattr(args, name)}" for name in ("effort", "seed") if name in args.given]
    return words


def _command(args: argparse.Namespace, budget: Budget, objective: Objective) -> str:
    """Return the command again, for the comment in the file; folders are left out."""
    words = ["spikefloat", "map", *(path.name for path in args.file)]
    for option, values in (
        ("--top", [args.top] if args.top else []),
        ("--language", [args.language] if args.language else []),
        ("-I", [path.name for path in args.include]),
        ("-D", args.define),
        ("-P", args.parameter),
        ("--budget", [budget.name]),
        ("--objective", [objective.value]),
        ("--effort", [str(args.effort)]),
        ("--seed", [str(args.seed)]),
        ("--name", [args.name] if args.name else []),
    ):
        for value in values:
            words += [option, value]
    return shlex.join(words)
