# SPDX-License-Identifier: Apache-2.0
"""The designs that can be generated, as data: what each is and how its neuron graph is built.

The command line, the benches and the reports all go through this one table. To add a design, add
a circuit to :mod:`rtl_gen.circuits` and one record here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from rtl_gen.circuits.add import add
from rtl_gen.circuits.alternatives import alternatives
from rtl_gen.circuits.compare import equal, less, maximum, minimum, unordered
from rtl_gen.circuits.convert import convert
from rtl_gen.circuits.dot import ACCUMULATIONS, dot
from rtl_gen.circuits.fma import fma
from rtl_gen.circuits.multiply import multiply
from rtl_gen.circuits.sign import absolute, negate, relu
from rtl_gen.circuits.widen import holds_products, widening_multiply
from rtl_gen.formats import FORMATS, Format, Overflow, find_format, resolve_overflow
from rtl_gen.neurons.budgets import BUDGETS, Budget, find_budget
from rtl_gen.neurons.builder import Bit, Word
from rtl_gen.neurons.gates import LIBRARIES, GateLibrary, make_gates
from rtl_gen.neurons.graph import NeuronGraph
from rtl_gen.neurons.residue import RESIDUES, check_residue

__all__ = [
    "DESIGNS", "OBJECTIVES", "STYLES", "Design", "Options", "build", "find_design", "make_options",
    "module_name",
]

#: What a circuit is made for: to be read, or to have the fewest neurons or the least depth.
OBJECTIVES = ("structure", "neurons", "depth")

#: What a neuron is in hardware: a comparison; a clocked cell, one layer for each clock; a cell that
#: is used again and again, bit by bit.
STYLES = ("spatial", "spiking", "temporal")


@dataclass(frozen=True, kw_only=True)
class Options:
    """What one instance of a design is made of. Made by :func:`make_options`."""

    format: Format  #: Format of the operands and, unless the next is set, of the result.
    to: Format | None  #: Format of the result, for a design that lets it be chosen.
    overflow: Overflow
    library: str
    budget: Budget
    objective: str  #: One of :data:`OBJECTIVES`.
    style: str = "spatial"  #: One of :data:`STYLES`.
    stages: int = 0  #: Register cuts, in the spatial style.
    is_stream: bool = False  #: Whether operands and result are streams, in the spatial style.
    residue: str = RESIDUES[0]  #: One of them, in the spiking style.
    leak: Fraction | None = None  #: Share of the residue that stays; None for a safe one.
    length: int = 1  #: Number of codes in each operand, for a design on vectors.
    accumulate: str = ""  #: How such a design adds; empty for the others.
    wide: Format | None = None  #: Format of the nodes, where they have one of their own.


Circuit = Callable[[GateLibrary, Options, tuple[Word, ...]], Word]


@dataclass(frozen=True, kw_only=True)
class Design:
    """A circuit that the generator can make."""

    name: str
    summary: str  #: One line for a reader.
    operands: tuple[str, ...]  #: Input ports, each one code wide, or a vector of codes.
    result: str = "y"  #: Output port.
    circuit: Circuit
    formats: tuple[str, ...]  #: Names of the formats it works for.
    check: str  #: How it is checked, for a reader.
    is_predicate: bool = False  #: Whether the result is one bit, not a code.
    is_vector: bool = False  #: Whether operands are vectors, element 0 lowest.
    #: Names of the formats that the result may have, for a format of the operands; None if it can
    #: only have that.
    targets: Callable[[Format], tuple[str, ...]] | None = None


def _rounded(circuit: Callable[..., Word]) -> Circuit:
    """Adapt a circuit that takes an overflow policy."""
    return lambda gates, options, operands: circuit(
        gates, options.format, *operands, overflow=options.overflow)


def _exact(circuit: Callable[..., Word]) -> Circuit:
    """Adapt a circuit whose result is always exact."""
    return lambda gates, options, operands: circuit(gates, options.format, *operands)


def _predicate(circuit: Callable[..., Bit]) -> Circuit:
    """Adapt a circuit that answers yes or no."""
    return lambda gates, options, operands: (circuit(gates, options.format, *operands),)


def _subtract(gates: GateLibrary, options: Options, operands: tuple[Word, ...]) -> Word:
    a, b = operands
    return add(gates, options.format, a, b, overflow=options.overflow, minus=True)


def _convert(gates: GateLibrary, options: Options, operands: tuple[Word, ...]) -> Word:
    (a,) = operands
    return convert(gates, options.format, options.to or options.format, a, options.overflow)


def _widening_multiply(gates: GateLibrary, options: Options, operands: tuple[Word, ...]) -> Word:
    a, b = operands
    return widening_multiply(gates, options.format, options.to or options.format, a, b)


def _holding_products(fmt: Format) -> tuple[str, ...]:
    """Return the names of the formats that hold every product exactly."""
    return tuple(name for name, to in FORMATS.items() if holds_products(fmt, to))


def _dot(gates: GateLibrary, options: Options, operands: tuple[Word, ...]) -> Word:
    width = options.format.width
    a, b = ([word[i : i + width] for i in range(0, len(word), width)] for word in operands)
    return dot(gates, options.format, a, b, options.accumulate, options.to, options.overflow,
               wide=options.wide)


#: Formats that can hold operands and results: all but the MX scale.
_ARITHMETIC = tuple(fmt.name for fmt in FORMATS.values() if fmt.has_zero)

#: Those of up to 8 bits.
_NARROW = tuple(name for name in _ARITHMETIC if FORMATS[name].width <= 8)

#: Those whose products fit some format.
_WIDENING = tuple(name for name, fmt in FORMATS.items() if _holding_products(fmt))

#: Result formats that are taken if none is asked for, the first possible one that differs from
#: that of the operands.
_DEFAULT_TARGETS = ("bfloat16", "binary32")

#: Formats with arithmetic and a NaN.
_WITH_NAN = tuple(name for name in _ARITHMETIC if FORMATS[name].has_nan)

#: Formats of the nodes of a wide accumulation.
_WIDE = ("binary16", "bfloat16", "binary32")

#: Longest vectors; a longer dot product is better done in parts.
_MAX_LENGTH = 1024

_CODES = "every code up to 16 bits; corners and random codes above"
_PAIRS = "every operand pair up to 8 bits; corners and random pairs above"

_RECORDS = (
    Design(
        name="multiply", summary="y = a * b, rounded to nearest even", operands=("a", "b"),
        circuit=_rounded(multiply), formats=_ARITHMETIC, check=_PAIRS),
    Design(
        name="add", summary="y = a + b, rounded to nearest even", operands=("a", "b"),
        circuit=_rounded(add), formats=_ARITHMETIC, check=_PAIRS),
    Design(
        name="subtract", summary="y = a - b, rounded to nearest even", operands=("a", "b"),
        circuit=_subtract, formats=_ARITHMETIC, check=_PAIRS),
    Design(
        name="fma", summary="y = a * b + c, rounded once to nearest even",
        operands=("a", "b", "c"), circuit=_rounded(fma), formats=_ARITHMETIC,
        check="every operand triple up to 8 bits in the graph, a sample in RTL; random above"),
    Design(
        name="negate", summary="y = -a", operands=("a",),
        circuit=_exact(negate), formats=_ARITHMETIC, check=_CODES),
    Design(
        name="absolute", summary="y = |a|", operands=("a",),
        circuit=_exact(absolute), formats=_ARITHMETIC, check=_CODES),
    Design(
        name="relu", summary="y = a if a > 0, else +0", operands=("a",),
        circuit=_exact(relu), formats=_ARITHMETIC, check=_CODES),
    Design(
        name="less", summary="whether a < b", operands=("a", "b"),
        circuit=_predicate(less), formats=_ARITHMETIC, check=_PAIRS, is_predicate=True),
    Design(
        name="equal", summary="whether a = b", operands=("a", "b"),
        circuit=_predicate(equal), formats=_ARITHMETIC, check=_PAIRS, is_predicate=True),
    Design(
        name="unordered", summary="whether a or b is NaN", operands=("a", "b"),
        circuit=_predicate(unordered), formats=_WITH_NAN, check=_PAIRS, is_predicate=True),
    Design(
        name="minimum", summary="the lesser of a and b, NaN if either is", operands=("a", "b"),
        circuit=_exact(minimum), formats=_ARITHMETIC, check=_PAIRS),
    Design(
        name="maximum", summary="the greater of a and b, NaN if either is", operands=("a", "b"),
        circuit=_exact(maximum), formats=_ARITHMETIC, check=_PAIRS),
    Design(
        name="convert", summary="y = a in another format, rounded to nearest even",
        operands=("a",), circuit=_convert, formats=tuple(FORMATS), check=_CODES,
        targets=lambda fmt: tuple(FORMATS)),
    Design(
        name="widening_multiply", summary="y = a * b in a wider format, exactly",
        operands=("a", "b"), circuit=_widening_multiply, formats=_WIDENING, check=_PAIRS,
        targets=_holding_products),
    Design(
        name="dot", summary="y = a[0] * b[0] + a[1] * b[1] + ..., codes side by side",
        operands=("a", "b"), circuit=_dot, formats=_NARROW, is_vector=True,
        targets=lambda fmt: _ARITHMETIC, check="directed and random vectors"),
)


#: Every design, by name.
DESIGNS: dict[str, Design] = {record.name: record for record in _RECORDS}


def find_design(name: str) -> Design:
    """Return the design called ``name``.

    Raises
    ------
    ValueError
        If there is no such design.
    """
    try:
        return DESIGNS[name]
    except KeyError:
        raise ValueError(f"Design must be one of {', '.join(DESIGNS)}, not {name!r}") from None


def make_options(
    design: Design, *, format: str = "e4m3fn", to: str | None = None, overflow: str | None = None,
    library: str = "native", budget: str = "w2", objective: str = "structure",
    style: str = "spatial", stages: int = 0, is_stream: bool = False,
    residue: str | None = None, leak: Fraction | None = None, length: int | None = None,
    accumulate: str | None = None, wide: str | None = None,
) -> Options:
    """Return checked options for a design.

    Parameters
    ----------
    design : Design
        What they are for.
    format : str
        Format of the operands.
    to : str, optional
        Format of the result, for a conversion or a widening product; by default bfloat16 or, where
        that is not another format or not possible, binary32.
    overflow : str, optional
        ``nan`` or ``saturate``; by default that of the format of the result.
    library : str
        ``native`` or ``published``.
    budget : str
        Limits of a neuron, for the native library.
    objective : str
        One of :data:`OBJECTIVES`; ``structure`` for the published library.
    style : str
        One of :data:`STYLES`.
    stages : int
        Number of register cuts, for the spatial style; :func:`rtl_gen.rtl.pipeline.max_stages`
        tells how many a circuit can use.
    is_stream : bool
        Whether operands and result are streams with valid and ready, for the spatial style.
    residue : str, optional
        One of :data:`~rtl_gen.neurons.residue.RESIDUES`, for the spiking style; ``discharge`` by
        default.
    leak : Fraction, optional
        Share of a membrane's residue that is left for the next wave, for ``hard`` and ``leak``; by
        default the largest multiple of 1/256 with which the circuit is exact.
    length : int, optional
        Number of codes in each operand of a design on vectors, 1 to 1024; 16 by default.
    accumulate : str, optional
        How such a design adds: one of :data:`~rtl_gen.circuits.dot.ACCUMULATIONS`; ``exact`` by
        default.
    wide : str, optional
        Format of the nodes of ``wide``; binary32 by default.

    Raises
    ------
    ValueError
        If a name is unknown, or a format is not one of the design's.
    """
    fmt = find_format(format)
    if fmt.name not in design.formats:
        raise ValueError(
            f"Format for {design.name} must be one of {', '.join(design.formats)}, "
            f"not {format!r}")
    target = _find_target(design, fmt, to)
    if library not in LIBRARIES:
        raise ValueError(f"Library must be {' or '.join(LIBRARIES)}, not {library!r}")
    if objective not in OBJECTIVES:
        raise ValueError(f"Objective must be one of {', '.join(OBJECTIVES)}, not {objective!r}")
    if library != "native" and objective != "structure":
        raise ValueError(f"Objective must be structure for {library} gates, not {objective!r}")
    vector = _vector_options(design, length, accumulate, wide)
    if design.is_vector and vector["accumulate"] in ("tree", "chain") and target != fmt:
        if to is not None:
            raise ValueError(f"Result format of {vector['accumulate']} must be that of the "
                             f"operands, not {to!r}")
        target = fmt
    if style not in STYLES:
        raise ValueError(f"Style must be one of {', '.join(STYLES)}, not {style!r}")
    if stages < 0 or (stages and style != "spatial"):
        raise ValueError(f"Stages must be 0 or more, and 0 but in the spatial style, not {stages}")
    if is_stream and style != "spatial":
        raise ValueError(f"Style of streams must be spatial, not {style!r}")
    if style != "spiking" and (residue is not None or leak is not None):
        given = residue if residue is not None else str(leak)
        raise ValueError(f"Residue and leak must be for the spiking style, not {given!r}")
    check_residue(residue or RESIDUES[0], leak)
    return Options(
        format=fmt, to=target, overflow=resolve_overflow(target or fmt, overflow), library=library,
        budget=find_budget(budget) if library == "native" else BUDGETS["w2"],
        objective=objective, style=style, stages=stages, is_stream=is_stream,
        residue=residue or RESIDUES[0], leak=leak, **vector)


def _vector_options(
    design: Design, length: int | None, accumulate: str | None, wide: str | None
) -> dict[str, Any]:
    """Return the options of a design on vectors; none may be given for another."""
    if not design.is_vector:
        for name, value in (("length", length), ("accumulate", accumulate), ("wide", wide)):
            if value is not None:
                raise ValueError(f"Option {name} must be for a dot product, not {design.name}")
        return {}
    length = 16 if length is None else length
    accumulate = accumulate or "exact"
    if not 1 <= length <= _MAX_LENGTH:
        raise ValueError(f"Length must be between 1 and {_MAX_LENGTH}, not {length!r}")
    if accumulate not in ACCUMULATIONS:
        raise ValueError(
            f"Accumulation must be one of {', '.join(ACCUMULATIONS)}, not {accumulate!r}")
    if wide is not None and accumulate != "wide":
        raise ValueError(f"Format of the nodes must be given for wide, not for {accumulate!r}")
    nodes = find_format(wide or "binary32") if accumulate == "wide" else None
    if nodes is not None and nodes.name not in _WIDE:
        raise ValueError(
            f"Format of the nodes must be one of {', '.join(_WIDE)}, not {nodes.name!r}")
    return {"length": length, "accumulate": accumulate, "wide": nodes}


def _find_target(design: Design, fmt: Format, to: str | None) -> Format | None:
    """Return the format of the result, or None if the design does not let it be chosen."""
    if design.targets is None:
        if to is not None:
            raise ValueError(
                f"Result format of {design.name} must be that of its operands, not {to!r}")
        return None
    targets = design.targets(fmt)
    if to is None and design.is_vector:
        return fmt
    if to is None:
        return FORMATS[next(
            name for name in (*_DEFAULT_TARGETS, *targets)
            if name in targets and name != fmt.name)]
    target = find_format(to)
    if target.name not in targets:
        raise ValueError(
            f"Result format of {design.name} for {fmt.name} must be one of {', '.join(targets)}, "
            f"not {to!r}")
    return target


def module_name(design: Design, options: Options) -> str:
    """Return the name of the circuit, its Verilog module and file.

    That is ``multiply_e4m3fn``, or ``convert_e4m3fn_to_bfloat16``; with register cuts
    ``multiply_e4m3fn_p2``, with streams ``multiply_e4m3fn_p2_stream``, and in another style
    ``multiply_e4m3fn_spiking``.
    """
    kind = design.name
    if design.is_vector:
        kind += f"{options.length}_{options.accumulate}"
        kind += f"_{options.wide.name}" if options.wide else ""
    name = f"{kind}_{options.format.name}"
    if options.to and not (design.is_vector and options.to == options.format):
        name += f"_to_{options.to.name}"
    if options.style != "spatial":
        name += f"_{options.style}"
    if options.stages:
        name += f"_p{options.stages}"
    return f"{name}_stream" if options.is_stream else name


@lru_cache(maxsize=64)
def build(design: Design, options: Options) -> NeuronGraph:
    """Return the neuron graph of a design, which is the same in every style and however it is cut.

    For an objective other than ``structure``, the best of all circuits known to keep the budget is
    taken: structured, constructed by hand, or stored.
    """
    plain = replace(options, style="spatial", stages=0, is_stream=False)
    if options != plain:
        return build(design, plain)
    gates = make_gates(module_name(design, options), options.library, options.budget)
    width = options.format.width * options.length
    operands = tuple(gates.builder.input(name, width) for name in design.operands)
    gates.builder.output(design.result, design.circuit(gates, options, operands))
    structured = gates.builder.build()
    if options.objective == "structure":
        return structured
    known = [structured, *(other.graph for other in alternatives(
        design.name, options.format, options.overflow, options.budget))]
    return min(known, key=lambda graph: (
        (graph.depth, len(graph.neurons)) if options.objective == "depth"
        else (len(graph.neurons), graph.depth)))
