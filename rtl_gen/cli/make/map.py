# SPDX-License-Identifier: Apache-2.0
"""``spikefloat map``: any combinational Verilog as neurons."""

import argparse
import math
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from spikefloat.rtl_gen.cli.long_work import Stop, shown_progress
from spikefloat.rtl_gen.cli.options import add_command, add_json_option, add_output_option
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.errors import INTERRUPTED_STATUS, InputError
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.mapping.aig import SourceModule
from spikefloat.rtl_gen.mapping.mapper import Mapping, Objective, map_circuit
from spikefloat.rtl_gen.mapping.verilog_source import LANGUAGES, SourceOptions, read_verilog
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget, find_budget
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.rtl_gen.rtl.styles.renamed import OuterPort, renamed_verilog

__all__ = ["register"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "map",
        "map any combinational Verilog module to neurons, proved equal",
        "spikefloat map adder.v --budget w2 --objective neurons -o build",
        _run,
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="Verilog source")
    parser.add_argument(
        "--top", metavar="NAME", help="module to map (default: the one that no other uses)"
    )
    parser.add_argument(
        "--language",
        metavar="L",
        help=f"{' or '.join(LANGUAGES)} (default: by suffix, .sv is SystemVerilog)",
    )
    parser.add_argument(
        "-I",
        dest="include",
        metavar="DIR",
        type=Path,
        action="append",
        default=[],
        help="folder of included files, besides those of the sources; may be repeated",
    )
    parser.add_argument(
        "-D",
        dest="define",
        metavar="NAME[=VALUE]",
        action="append",
        default=[],
        help="define a macro; may be repeated",
    )
    parser.add_argument(
        "-P",
        dest="parameter",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="set a parameter of the module, to a Verilog constant; may be repeated",
    )
    parser.add_argument(
        "--budget",
        metavar="B",
        default="w2",
        help=f"limits of a neuron: {', '.join(BUDGETS)}, or WEIGHT,FAN-IN such as 3,5 "
        "(default: w2)",
    )
    parser.add_argument(
        "--objective",
        metavar="O",
        default="neurons",
        help="neurons, depth or product: what is to be small (default: neurons)",
    )
    parser.add_argument(
        "--effort",
        metavar="N",
        type=int,
        default=1,
        help="0 (a cover only) to 3 (long search) (default: 1)",
    )
    parser.add_argument(
        "--seconds",
        metavar="T",
        type=float,
        help="end the search after this time with the best so far, which is proved and written; "
        "the first Ctrl-C does the same (default: no limit)",
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, default=0, help="seed of the search (default: 0)"
    )
    add_output_option(parser)
    add_json_option(parser)


def _budget(text: str) -> Budget:
    weight, comma, fan_in = text.partition(",")
    if not comma:
        return find_budget(text)
    try:
        budget = Budget(f"w{int(weight)}f{int(fan_in)}", int(weight), int(fan_in))
    except ValueError:
        raise InputError(
            f"Budget must be a name, or weight and fan-in such as 3,5, not {text!r}"
        ) from None
    return budget


def _objective(text: str) -> Objective:
    try:
        return Objective(text)
    except ValueError:
        names = ", ".join(objective.value for objective in Objective)
        raise InputError(f"Objective must be one of {names}, not {text!r}") from None


_NAME = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)
_CONSTANT = re.compile(r"-?\d+|\d*'[sS]?[bodhBODH][\da-fA-F_]+|\"[^\"\\]*\"", re.ASCII)


def _defines(texts: Sequence[str]) -> dict[str, str]:
    """Return the macros that ``-D`` defines; without a value it is 1, as elsewhere."""
    defines = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not _NAME.fullmatch(name) or not value.isprintable():
            raise InputError(f"Option -D must have the form NAME or NAME=VALUE, not {text!r}")
        defines[name] = value if equals else "1"
    return defines


def _parameters(texts: Sequence[str]) -> dict[str, str]:
    parameters = {}
    for text in texts:
        name, _, value = text.partition("=")
        if not _NAME.fullmatch(name) or not _CONSTANT.fullmatch(value):
            raise InputError(
                "Option -P must have the form NAME=VALUE with a Verilog number or string, "
                f"not {text!r}"
            )
        parameters[name] = value
    return parameters


def _command(args: argparse.Namespace) -> str:
    """Return the command again, for the comment in the file; folders are left out."""
    options = [path.name for path in args.files]
    for option, values in (
        ("--top", [args.top] if args.top else []),
        ("--language", [args.language] if args.language else []),
        ("-I", [path.name for path in args.include]),
        ("-D", args.define),
        ("-P", args.parameter),
        *(
            (f"--{name}", [getattr(args, name)])
            for name in ("budget", "objective", "effort", "seed")
        ),
    ):
        for value in values:
            options += [option, str(value)]
    return f"spikefloat map {shlex.join(options)}"


def _run(args: argparse.Namespace) -> int:
    budget, objective = _budget(args.budget), _objective(args.objective)
    if args.seed < 0:
        raise InputError(f"Seed must not be negative, not {args.seed}")
    source_options = SourceOptions(
        args.include, _defines(args.define), _parameters(args.parameter), args.language
    )
    if args.seconds is not None and not 0 <= args.seconds < math.inf:
        raise InputError(f"Seconds must be a number from 0, not {args.seconds}")
    stop = Stop(args.seconds)
    with shown_progress() as progress:
        progress("reading Verilog")
        circuit = read_verilog(
            args.files, args.top, source_options, shallow=objective is Objective.DEPTH
        )
        with stop.at_interrupt():
            mapping = map_circuit(
                circuit,
                budget,
                objective,
                effort=args.effort,
                seed=args.seed,
                progress=progress,
                stop=stop,
            )
    source = circuit.source
    assert source is not None
    # The graph has the module's own name; a file of the source must not be overwritten.
    name = f"{source.name}_neurons"
    text = renamed_verilog(
        mapping.graph,
        name,
        [OuterPort(*port) for port in source.ports],
        header=(
            f"{source.name} as neurons",
            f"budget {budget}",
            f"proved equal to its source: {mapping.proof.method}",
            f"made by: {_command(args)}",
        ),
    )
    file = re.sub(r"[^\w.$-]", "_", name, flags=re.ASCII) + ".v"
    write_files(args.output, {file: text})
    _report(args, mapping, source, budget, str(args.output / file))
    return INTERRUPTED_STATUS if stop.is_interrupted else 0


def _report(
    args: argparse.Namespace, mapping: Mapping, source: SourceModule, budget: Budget, file: str
) -> None:
    metrics = measure(mapping.graph)
    figures = {
        "module": source.name,
        "joined": list(source.joined),
        "budget": budget.name,
        "objective": args.objective,
        "gates": mapping.gates,
        "cover_neurons": mapping.covered[0],
        "cover_depth": mapping.covered[1],
        **metrics.as_dict(),
        "proof": mapping.proof.method,
        "complete": mapping.is_complete,
        "seconds": round(mapping.seconds, 3),
        "file": file,
    }
    if args.json:
        print_json(figures)
        return
    print_table(
        f"{source.name} within {budget}",
        ("", "neurons", "depth", "synapses", "weights", "fan-in"),
        [
            ("first cover", *mapping.covered, "-", "-", "-"),
            (
                "result",
                metrics.neurons,
                metrics.depth,
                metrics.synapses,
                f"<= {metrics.max_weight}",
                f"<= {metrics.max_fan_in}",
            ),
        ],
        numbers=("neurons", "depth", "synapses"),
    )
    print(f"source: {mapping.gates} two-input gates")
    print(f"proved equal: {mapping.proof.method}")
    if not mapping.is_complete:
        print("the search was stopped: more time may give a smaller circuit")
    if source.joined:
        print(f"words inside, single bits at the ports: {', '.join(source.joined)}")
    print(f"written: {file}")
