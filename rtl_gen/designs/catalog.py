# SPDX-License-Identifier: Apache-2.0
"""The designs that can be generated, as data: what each is and how its neuron graph is built.

The command line, the benches and the reports all go through this one table. To add a design, add
a circuit to :mod:`spikefloat.rtl_gen.circuits` and one record here.
"""

from collections.abc import Callable
from itertools import chain

from spikefloat.rtl_gen.circuits.operations.add import add
from spikefloat.rtl_gen.circuits.operations.compare import equal, less, maximum, minimum, unordered
from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.operations.fma import fma
from spikefloat.rtl_gen.circuits.operations.multiply import multiply
from spikefloat.rtl_gen.circuits.operations.sign import absolute, negate, relu
from spikefloat.rtl_gen.circuits.operations.widen import holds_products, widening_multiply
from spikefloat.rtl_gen.circuits.sums.dot import dot
from spikefloat.rtl_gen.circuits.sums.linear import linear, network
from spikefloat.rtl_gen.designs.design import Circuit, Design
from spikefloat.rtl_gen.designs.options import CircuitOptions, Objective
from spikefloat.rtl_gen.designs.shapes import LayerShape, VectorShape
from spikefloat.rtl_gen.errors import unknown_name
from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["DESIGNS", "find_design"]


def _rounded(circuit: Callable[..., Word]) -> Circuit:
    """Adapt a circuit that takes an overflow policy."""
    return lambda gates, options, shape, operands: circuit(
        gates, options.format, *operands, overflow=options.overflow
    )


def _exact(circuit: Callable[..., Word]) -> Circuit:
    """Adapt a circuit whose result is always exact."""
    return lambda gates, options, shape, operands: circuit(gates, options.format, *operands)


def _predicate(circuit: Callable[..., Bit]) -> Circuit:
    """Adapt a circuit that answers yes or no."""
    return lambda gates, options, shape, operands: (circuit(gates, options.format, *operands),)


def _subtract(
    gates: GateLibrary, options: CircuitOptions, shape: None, operands: tuple[Word, ...]
) -> Word:
    a, b = operands
    return add(gates, options.format, a, b, overflow=options.overflow, minus=True)


def _convert(
    gates: GateLibrary, options: CircuitOptions, shape: None, operands: tuple[Word, ...]
) -> Word:
    (a,) = operands
    return convert(gates, options.format, options.result_format, a, options.overflow)


def _widening_multiply(
    gates: GateLibrary, options: CircuitOptions, shape: None, operands: tuple[Word, ...]
) -> Word:
    a, b = operands
    return widening_multiply(gates, options.format, options.result_format, a, b)


def _holding_products(fmt: Format) -> tuple[str, ...]:
    """Return the names of the formats that hold every product exactly."""
    return tuple(name for name, to in FORMATS.items() if holds_products(fmt, to))


def _holding_nan(fmt: Format) -> tuple[str, ...]:
    """Return the names of the formats that can say NaN, if a sum can be NaN."""
    return tuple(name for name in _ARITHMETIC if FORMATS[name].has_nan >= fmt.has_nan)


def _split(word: Word, width: int) -> list[Word]:
    return [word[i : i + width] for i in range(0, len(word), width)]


def _linear(
    gates: GateLibrary, options: CircuitOptions, layer: LayerShape, operands: tuple[Word, ...]
) -> Word:
    fmt, to = options.format, options.result_format
    x = _split(operands[0], fmt.width)
    if layer.layers:
        outputs = network(
            gates,
            fmt,
            x,
            layer.layers,
            layer.accumulate,
            layer.activations,
            to,
            options.overflow,
            wide=layer.wide,
        )
    else:
        weight = _split(operands[1], fmt.width * layer.inputs)
        outputs = linear(
            gates,
            fmt,
            x,
            [_split(row, fmt.width) for row in weight],
            _split(operands[2], fmt.width),
            layer.accumulate,
            layer.activations[0],
            to,
            options.overflow,
            wide=layer.wide,
        )
    return tuple(chain.from_iterable(outputs))


def _dot(
    gates: GateLibrary, options: CircuitOptions, shape: VectorShape, operands: tuple[Word, ...]
) -> Word:
    a, b = (_split(word, options.format.width) for word in operands)
    return dot(
        gates,
        options.format,
        a,
        b,
        shape.accumulate,
        options.to,
        options.overflow,
        wide=shape.wide,
        has_carry_chains=options.objective is Objective.LUTS,
    )


#: Formats that can hold operands and results: all but the MX scale.
_ARITHMETIC = tuple(fmt.name for fmt in FORMATS.values() if fmt.has_zero)

#: Those of up to 8 bits.
_NARROW = tuple(name for name in _ARITHMETIC if FORMATS[name].width <= 8)

#: Those whose products fit some format.
_WIDENING = tuple(name for name, fmt in FORMATS.items() if _holding_products(fmt))

#: Formats with arithmetic and a NaN.
_WITH_NAN = tuple(name for name in _ARITHMETIC if FORMATS[name].has_nan)

_CODES = "every code up to 16 bits; corners and random codes above"
_PAIRS = "every operand pair up to 8 bits; corners and random pairs above"

_RECORDS = (
    Design(
        name="multiply",
        summary="y = a * b, rounded to nearest even",
        operands=("a", "b"),
        circuit=_rounded(multiply),
        formats=_ARITHMETIC,
        check=_PAIRS,
    ),
    Design(
        name="add",
        summary="y = a + b, rounded to nearest even",
        operands=("a", "b"),
        circuit=_rounded(add),
        formats=_ARITHMETIC,
        check=_PAIRS,
    ),
    Design(
        name="subtract",
        summary="y = a - b, rounded to nearest even",
        operands=("a", "b"),
        circuit=_subtract,
        formats=_ARITHMETIC,
        check=_PAIRS,
    ),
    Design(
        name="fma",
        summary="y = a * b + c, rounded once to nearest even",
        operands=("a", "b", "c"),
        circuit=_rounded(fma),
        formats=_ARITHMETIC,
        check="every operand triple up to 8 bits in the graph, a sample in RTL; random above",
    ),
    Design(
        name="negate",
        summary="y = -a",
        operands=("a",),
        circuit=_exact(negate),
        formats=_ARITHMETIC,
        check=_CODES,
    ),
    Design(
        name="absolute",
        summary="y = |a|",
        operands=("a",),
        circuit=_exact(absolute),
        formats=_ARITHMETIC,
        check=_CODES,
    ),
    Design(
        name="relu",
        summary="y = a if a > 0, else +0",
        operands=("a",),
        circuit=_exact(relu),
        formats=_ARITHMETIC,
        check=_CODES,
    ),
    Design(
        name="less",
        summary="whether a < b",
        operands=("a", "b"),
        circuit=_predicate(less),
        formats=_ARITHMETIC,
        check=_PAIRS,
        is_predicate=True,
    ),
    Design(
        name="equal",
        summary="whether a = b",
        operands=("a", "b"),
        circuit=_predicate(equal),
        formats=_ARITHMETIC,
        check=_PAIRS,
        is_predicate=True,
    ),
    Design(
        name="unordered",
        summary="whether a or b is NaN",
        operands=("a", "b"),
        circuit=_predicate(unordered),
        formats=_WITH_NAN,
        check=_PAIRS,
        is_predicate=True,
    ),
    Design(
        name="minimum",
        summary="the lesser of a and b, NaN if either is",
        operands=("a", "b"),
        circuit=_exact(minimum),
        formats=_ARITHMETIC,
        check=_PAIRS,
    ),
    Design(
        name="maximum",
        summary="the greater of a and b, NaN if either is",
        operands=("a", "b"),
        circuit=_exact(maximum),
        formats=_ARITHMETIC,
        check=_PAIRS,
    ),
    Design(
        name="convert",
        summary="y = a in another format, rounded to nearest even",
        operands=("a",),
        circuit=_convert,
        formats=tuple(FORMATS),
        check=_CODES,
        targets=lambda fmt: tuple(FORMATS),
    ),
    Design(
        name="widening_multiply",
        summary="y = a * b in a wider format, exactly",
        operands=("a", "b"),
        circuit=_widening_multiply,
        formats=_WIDENING,
        check=_PAIRS,
        targets=_holding_products,
    ),
    Design(
        name="dot",
        summary="y = a[0] * b[0] + a[1] * b[1] + ..., codes side by side",
        operands=("a", "b"),
        circuit=_dot,
        formats=_ARITHMETIC,
        is_vector=True,
        targets=lambda fmt: _ARITHMETIC,
        check="directed and random vectors",
    ),
    Design(
        name="linear",
        summary="y = act(w x + b), one linear layer or several, codes side by side",
        operands=("x", "w", "b"),
        circuit=_linear,
        formats=_NARROW,
        is_vector=True,
        is_layer=True,
        targets=_holding_nan,
        check="directed and random vectors",
    ),
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
        raise unknown_name("Design", name, DESIGNS) from None
