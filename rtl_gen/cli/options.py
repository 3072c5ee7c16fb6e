# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share, and what they select."""

import argparse
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from spikefloat.rtl_gen.circuits.sums.dot import ACCUMULATIONS
from spikefloat.rtl_gen.circuits.sums.linear import ACTIVATIONS
from spikefloat.rtl_gen.cli.output import tracked
from spikefloat.rtl_gen.designs.catalog import entries, find_design
from spikefloat.rtl_gen.designs.design import Cell, Design
from spikefloat.rtl_gen.designs.hardware import obstacle
from spikefloat.rtl_gen.designs.instance import (
    DEFAULT_BUDGET,
    DEFAULT_FORMAT,
    Instance,
    make_instance,
)
from spikefloat.rtl_gen.designs.options import Backend, Objective, Style
from spikefloat.rtl_gen.designs.shapes import SHAPES, LayerShape, read_layer_shape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Overflow, find_format, overflow_policies
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.rtl.array.sizes import DEFAULT_LEVELS, parse_lanes

__all__ = [
    "add_command",
    "add_design_options",
    "add_json_option",
    "add_output_option",
    "selections",
]


def add_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    example: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    """Add a command whose help ends with an example."""
    parser = commands.add_parser(
        # Here, and only here, argparse takes a percent sign for the start of a format.
        name,
        help=summary.replace("%", "%%"),
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def add_design_options(parser: argparse.ArgumentParser) -> None:
    """Add the design and the options that say which instances of it are meant."""
    parser.add_argument(
        "design", metavar="DESIGN", help=f"{', '.join([*entries(Cell), *entries(Design)])}, or all"
    )
    parser.add_argument(
        "--format",
        metavar="F[,F...]",
        help=f"number format: {', '.join(FORMATS)}, or all that the design works for "
        "(default: e4m3fn)",
    )
    parser.add_argument(
        "--to",
        metavar="F[,F...]",
        help="format of the result, for convert and widening_multiply, or all (default: bfloat16 "
        "or, where that cannot be, binary32)",
    )
    parser.add_argument(
        "--overflow",
        metavar="P[,P]",
        help="nan (infinity where the format has one) or saturate, or all "
        "(default: nan where the format can)",
    )
    parser.add_argument(
        "--library",
        metavar="L[,L]",
        help=f"{' or '.join(Library)} gates, or all (default: {Library.NATIVE})",
    )
    parser.add_argument(
        "--budget",
        metavar="B",
        help=f"limits of a native neuron: {', '.join(BUDGETS)} (default: w2)",
    )
    parser.add_argument(
        "--objective",
        metavar="O",
        help="structure: parts that can be read; neurons, depth: the smallest or the shallowest "
        "circuit known for the budget; luts, fmax: few lookup tables, or a fast clock, on an "
        "FPGA (default: structure)",
    )
    parser.add_argument(
        "--length",
        metavar="N",
        type=int,
        help="number of codes in each operand of dot (default: 16)",
    )
    parser.add_argument(
        "--accumulate",
        metavar="A",
        help=f"how dot and linear add: {', '.join(ACCUMULATIONS)} (default: exact)",
    )
    parser.add_argument(
        "--wide",
        metavar="F",
        help="format of the nodes of --accumulate wide: binary16, bfloat16 or binary32 "
        "(default: binary32)",
    )
    parser.add_argument(
        "--inputs",
        metavar="N",
        type=int,
        help="inputs of linear, where weights are operands (default: 4)",
    )
    parser.add_argument(
        "--outputs",
        metavar="N",
        type=int,
        help="outputs of linear, where weights are operands (default: 2)",
    )
    parser.add_argument(
        "--activation",
        metavar="A[,A...]",
        help=f"{' or '.join(ACTIVATIONS)} behind each layer of linear (default: none, and relu "
        "between layers)",
    )
    parser.add_argument(
        "--shape",
        metavar="S",
        help="unrolled: all products of linear at once; array: some in each clock, with weights in "
        f"memory and streams at both ends (default: {SHAPES[0]})",
    )
    parser.add_argument(
        "--lanes",
        metavar="PxQ",
        help="for --shape array: P outputs at once, Q inputs in each clock (default: 1x1)",
    )
    parser.add_argument(
        "--levels",
        metavar="L",
        type=int,
        help="for --shape array: most levels of lookup tables between registers, where circuits "
        f"can be cut (default: {DEFAULT_LEVELS})",
    )
    parser.add_argument(
        "--style",
        metavar="S[,S]",
        help=f"what a neuron is in hardware: {', '.join(Style)}, or all (default: {Style.SPATIAL})",
    )
    parser.add_argument(
        "--stages",
        metavar="P[,P]",
        help="register cuts through the spatial style (default: 0, combinational)",
    )
    parser.add_argument(
        "--residue",
        metavar="R",
        help="what the spiking style does against residue: discharge every membrane before every "
        "wave, hard reset, or leak alone (default: discharge)",
    )
    parser.add_argument(
        "--leak",
        metavar="BETA",
        help="share of a membrane kept for the next step: below 1 in the spiking style (default: "
        "the largest multiple of 1/256 that is exact), up to 1 for the design neuron "
        "(default: 1, the ideal integrate-and-fire neuron)",
    )
    parser.add_argument(
        "--delays",
        metavar="D",
        help="delay lines of the spiking style: registers, which become shift registers where a "
        "target has them, or memory, for targets with small memories (default: registers)",
    )
    parser.add_argument(
        "--stream",
        action="store_true",
        help="give operands and result as AXI4-Streams, with valid and ready",
    )


def add_backend_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--backend``, for commands that make Verilog of neurons."""
    parser.add_argument(
        "--backend",
        metavar="B[,B]",
        help=f"what writes the neurons of a circuit: {', '.join(Backend)}, or all; with amaranth "
        f"they are Amaranth components (default: {Backend.PRINTED})",
    )


def add_output_option(parser: argparse.ArgumentParser) -> None:
    """Add ``-o``, the folder for what a command writes."""
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        default=Path(),
        help="folder to write into; made if missing (default: the current one)",
    )


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def selections(args: argparse.Namespace) -> list[Instance]:
    """Return the instances that the options select, in a fixed order.

    Where all designs or all styles are asked for, what does not exist in a style or cannot use so
    many register cuts is left out, and named on the error stream.

    Raises
    ------
    ValueError
        If a name is unknown or the design does not work for the format.
    """
    designs = list(entries(Design).values()) if args.design == "all" else [find_design(args.design)]
    every = [instance for design in designs for instance in _instances(design, args)]
    if "all" not in (args.design, args.style):
        return every
    chosen = []
    for instance in tracked(every, "Choosing designs"):
        if reason := obstacle(instance):
            print(f"spikefloat: left out: {reason}", file=sys.stderr)
        else:
            chosen.append(instance)
    if not chosen:
        raise InputError("No designs given; at least one is needed")
    return chosen


def _instances(design: Design, args: argparse.Namespace) -> Iterator[Instance]:
    formats = _split(args.format, DEFAULT_FORMAT, design.formats)
    if args.design == "all" and args.format not in (None, "all"):
        # A format that one of many designs does not work for is left out there.
        formats = [name for name in formats if name in design.formats]
    for name in formats:
        for to in _targets(design, name, args):
            for policy in _split(args.overflow, None, _policies(to or name)):
                for library in _split(args.library, Library.NATIVE, list(Library)):
                    for style, stages in _styles(args):
                        for backend in _backends(style, args):
                            yield make_instance(
                                design,
                                format=name,
                                to=to,
                                overflow=policy,
                                library=library,
                                budget=args.budget or DEFAULT_BUDGET,
                                objective=args.objective or Objective.STRUCTURE,
                                style=style,
                                stages=stages,
                                is_stream=args.stream,
                                backend=backend,
                                layer=_layer(design, args, name, policy),
                                **_spiking_options(style, args),
                                **_vector_options(design, args),
                            )


def _styles(args: argparse.Namespace) -> list[tuple[str, int]]:
    """Return the styles, each with its number of cuts; only the spatial one has several."""
    styles = _split(args.style, Style.SPATIAL, list(Style))
    try:
        stages = [int(text) for text in (args.stages or "0").split(",")]
    except ValueError:
        raise InputError(
            f"Stages must be integers separated by commas, not {args.stages!r}"
        ) from None
    return [
        (style, count)
        for style in styles
        for count in (stages if style == Style.SPATIAL or Style.SPATIAL not in styles else [0])
    ]


def _spiking_options(style: str, args: argparse.Namespace) -> dict:
    """Return the options of the spiking style; among several styles, they concern that one only."""
    if style != Style.SPIKING and Style.SPIKING in _split(args.style, Style.SPATIAL, list(Style)):
        return {}
    return {"residue": args.residue, "leak": _leak(args.leak), "delays": args.delays}


def _backends(style: str, args: argparse.Namespace) -> list[str | None]:
    """Return the backends; among several styles, they do not concern the temporal one."""
    text = getattr(args, "backend", None)
    if style == Style.TEMPORAL and style != args.style:
        return [None]
    return [None] if text is None else [*_split(text, Backend.PRINTED, list(Backend))]


def _vector_options(design: Design, args: argparse.Namespace) -> dict:
    """Return the options of a dot product; with all designs, they concern that one only."""
    if args.design == "all" and not design.is_vector:
        return {}
    if args.design == "all" and design.is_layer:  # it has inputs and outputs, but no length
        return {"accumulate": args.accumulate, "wide": args.wide}
    return {"length": args.length, "accumulate": args.accumulate, "wide": args.wide}


def _layer(
    design: Design, args: argparse.Namespace, name: str, policy: str | None
) -> LayerShape | None:
    """Return shape and weights of linear layers, read for a format."""
    if not design.is_layer:
        for option in ("inputs", "outputs", "until", "activation", "shape", "lanes", "levels"):
            if getattr(args, option, None) is not None and args.design != "all":
                raise InputError(
                    f"Option --{option} must be used with the design linear, not {design.name!r}"
                )
        return None
    weights = getattr(args, "weights", None)  # not every command reads files
    until = getattr(args, "until", None)
    if until is not None and weights is None:
        raise InputError(f"Option --until must be used with --weights FILE.onnx, not {until!r}")
    return read_layer_shape(
        weights,
        find_format(name),
        policy,
        until=until,
        inputs=args.inputs,
        outputs=args.outputs,
        activation=args.activation,
        **_array_options(args),
    )


def _array_options(args: argparse.Namespace) -> dict:
    """Return the options of an array of lanes, if that is the shape."""
    shape = args.shape or SHAPES[0]
    if shape not in SHAPES:
        raise InputError(f"Shape must be {' or '.join(SHAPES)}, not {shape!r}")
    if shape == "array":
        return {"lanes": parse_lanes(args.lanes or "1x1"), "levels": args.levels}
    for name in ("lanes", "levels"):
        if getattr(args, name) is not None:
            raise InputError(
                f"Option --{name} must be used with --shape array, not {getattr(args, name)!r}"
            )
    return {}


def _targets(design: Design, name: str, args: argparse.Namespace) -> list:
    """Return the names of the result formats, or None where a design has no choice."""
    if design.converts is None or name not in design.formats:
        return [None if args.design == "all" else args.to]
    return _split(args.to, None, design.targets(FORMATS[name]))


def _policies(name: str) -> list[str]:
    """Return the overflow policies that a result format permits."""
    known = overflow_policies(FORMATS[name]) if name in FORMATS else Overflow
    return [policy.value for policy in known]


def _leak(text: str | None) -> Fraction | None:
    try:
        return None if text is None else Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise InputError(f"Leak must be a number, not {text!r}") from None


def _split(text: str | None, default: str | None, every: "tuple[str, ...] | list[str]") -> list:
    if text is None:
        return [default]
    return list(every) if text == "all" else text.split(",")
