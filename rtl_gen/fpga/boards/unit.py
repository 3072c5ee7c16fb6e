# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of a board: several operations in one neuron graph, of which one works at a time.

An operation that is not asked for gets no spikes, so its circuit is at rest. What comes out of the
circuits is merged by neurons too: nothing that computes is anything else.
"""

from functools import lru_cache, partial

from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.fpga.boards.protocol_tables import (
    BOARD_FORMATS,
    OPERATION_BITS,
    OPERATIONS,
    operations_of,
)
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, NeuronGraphBuilder, Word
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.words import equal_constant, gate_word, mux_word
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline, cut

__all__ = [
    "PARTS",
    "unit_graph",
    "unit_pipeline",
]

#: Parts of the circuit whose spikes a board can show.
PARTS = ("multiplier", "adder", "comparator")


@lru_cache(maxsize=8)
def unit_graph(fmt: Format, overflow: Overflow, objective: str = "structure") -> NeuronGraph:
    """Return the neuron graph of a board.

    Its inputs are ``operation``, ``a`` and ``b``; its outputs the result ``y``, where that of a
    predicate is 0 or 1, and ``parts``, which has a bit for each of :data:`PARTS`: whether a neuron
    at its end fires.

    Parameters
    ----------
    fmt : Format
        Format of operands and results, of up to 8 bits.
    overflow : Overflow
        What a result beyond the largest finite value becomes.
    objective : str
        What the circuits are made for; see :func:`spikefloat.rtl_gen.designs.instance.make_instance`.

    Raises
    ------
    ValueError
        If the format has no arithmetic or is too wide, or the objective is unknown.
    """
    if fmt.name not in BOARD_FORMATS:
        raise InputError(
            f"Format of a board must be one of {', '.join(BOARD_FORMATS)}, not {fmt.name!r}"
        )
    return build_graph(
        f"unit_{fmt.name}",
        {"operation": OPERATION_BITS, "a": fmt.width, "b": fmt.width},
        partial(_unit, fmt, overflow, objective),
    )


def _unit(
    fmt: Format,
    overflow: Overflow,
    objective: str,
    gates: GateLibrary,
    operation: Word,
    a: Word,
    b: Word,
) -> dict[str, Word]:
    """Return the result of the operation that is asked for, and which parts are at work."""
    builder = gates.builder
    names = operations_of(fmt)

    def circuit(name: str, x: Word, y: Word) -> Word:
        design = find_design(name)
        instance = make_instance(
            design,
            format=fmt,
            overflow=overflow,
            objective=objective if name in ("multiply", "add") else "structure",
        )
        inputs = dict(zip(design.operands, (x, y), strict=False))
        return builder.embed(instance.graph, inputs)[design.result]

    with builder.scope("select"):
        asked = {
            name: builder.rename(name, equal_constant(gates, operation, OPERATIONS[name]))
            for name in names
        }
        adds = gates.or_(asked["add"], asked["subtract"], name="adds")
        compares = gates.or_(*(asked[name] for name in names[3:]), name="compares")
        operands = {
            part: tuple(
                builder.name_word(f"{part}_{operand}", gate_word(gates, word, enable))
                for operand, word in (("a", a), ("b", b))
            )
            for part, enable in zip(PARTS, (asked["multiply"], adds, compares), strict=True)
        }
    with builder.scope("multiplier"):
        product = circuit("multiply", *operands["multiplier"])
    with builder.scope("adder"):
        x, y = operands["adder"]
        negative = circuit("negate", y, ())
        total = circuit("add", x, mux_word(gates, asked["subtract"], negative, y))
    with builder.scope("comparator"):
        x, y = operands["comparator"]
        results = []
        for name in names[3:]:
            found = gate_word(gates, circuit(name, x, y), asked[name])
            results.append(found + (ZERO,) * (fmt.width - len(found)))
        compared = builder.name_word("compared", _merge(gates, results))
    with builder.scope("merge", product=product, total=total, compared=compared):
        result = builder.name_word("y", _merge(gates, [product, total, compared]))
        parts = tuple(
            _any(gates, builder, word, part)
            for part, word in zip(PARTS, (product, total, compared), strict=True)
        )
    return {"y": result, "parts": parts}


def unit_pipeline(fmt: Format, overflow: Overflow, stages: int) -> Pipeline:
    """Return the neuron graph of a board with register cuts.

    Raises
    ------
    ValueError
        If the format has no board, or there are more stages than make it faster.
    """
    return cut(unit_graph(fmt, overflow), stages)


def _merge(gates: GateLibrary, words: list[Word]) -> Word:
    """Return the word that is at rest in no more than one of several."""
    return tuple(gates.or_(*bits) for bits in zip(*words, strict=True))


def _any(gates: GateLibrary, builder: NeuronGraphBuilder, word: Word, name: str) -> Bit:
    return builder.rename(name, gates.or_(*word))
