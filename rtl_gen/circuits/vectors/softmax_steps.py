# SPDX-License-Identifier: Apache-2.0
"""Softmax one element after the other: the same neurons for each, with registers around.

There are five circuits, made of the functions of the spatial one. ``maximum`` takes a whole vector.
Then ``power`` makes the power of e of each element, and ``accumulate`` adds it to the exact sum;
``divisor`` brings the sum into the form that divides; and ``share`` divides each power by it. So
there are as many neurons for 16 elements as for 1,000, but for those of the maximum.
"""

from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.parts.unpack import unpack
from spikefloat.rtl_gen.circuits.vectors.exponential import make_exponential
from spikefloat.rtl_gen.circuits.vectors.order import vector_maximum
from spikefloat.rtl_gen.circuits.vectors.shared_divisor import divide_by_one
from spikefloat.rtl_gen.circuits.vectors.softmax import is_operand, is_result
from spikefloat.rtl_gen.circuits.vectors.softmax_parts import (
    maximum_value,
    normalized,
    placed_power,
    power_of,
    power_width,
    share,
)
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.bits import split_word
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.words import gate_word

__all__ = ["SoftmaxSteps", "softmax_steps"]


@dataclass(frozen=True, kw_only=True)
class SoftmaxSteps:
    """The circuits of a softmax in steps."""

    maximum: NeuronGraph  #: From ``x``, all codes, the first lowest, to ``largest``.
    power: NeuronGraph  #: From ``code`` and ``largest`` to ``power``.
    accumulate: NeuronGraph  #: From ``total``, ``power`` and ``first`` to ``total_next``.
    divisor: NeuronGraph  #: From ``total`` to ``moved`` and ``zeros``.
    share: NeuronGraph  #: From ``power``, ``largest``, ``moved`` and ``zeros`` to ``y``.

    @property
    def graphs(self) -> tuple[NeuronGraph, ...]:
        """All circuits, in the order of their use."""
        return self.maximum, self.power, self.accumulate, self.divisor, self.share


def softmax_steps(fmt: Format, to: Format, length: int, name: str) -> SoftmaxSteps:
    """Return the circuits of softmax for vectors of a length.

    Parameters
    ----------
    fmt : Format
        Format of the elements, up to 8 bits wide.
    to : Format
        Format of the results.
    length : int
        Number of elements, at least two.
    name : str
        What the names of the circuits begin with.

    Raises
    ------
    InputError
        If softmax does not work for the formats, or the length is below two.
    """
    if not (is_operand(fmt) and is_result(fmt, to)):
        raise InputError(f"Formats of softmax must be supported, not {fmt.name} to {to.name}")
    if length < 2:
        raise InputError(f"Length of softmax must be at least 2, not {length}")
    made, extra = make_exponential(fmt), length.bit_length()
    total_bits = power_width(made) + extra - 1
    zero_bits = (extra - 1).bit_length()

    def find_maximum(gates: GateLibrary, x: Word) -> Word:
        return vector_maximum(gates, fmt, fmt, split_word(x, fmt.width))[0]

    def make_power(gates: GateLibrary, code: Word, largest: Word) -> Word:
        value, _ = maximum_value(gates, fmt, largest)
        return power_of(gates, fmt, made, value, code)

    def accumulate(gates: GateLibrary, total: Word, term: Word, first: Word) -> Word:
        columns = Columns(total_bits)
        columns.add(gate_word(gates, total, gates.not_(first[0])))
        columns.add(placed_power(gates, made, unpack(gates, made.format, term)))
        return columns.total(gates)

    def make_divisor(gates: GateLibrary, total: Word) -> dict[str, Word]:
        moved, zeros = normalized(gates, total, extra)
        return {"moved": moved, "zeros": zeros}

    def make_share(
        gates: GateLibrary, term: Word, largest: Word, moved: Word, zeros: Word
    ) -> Word | Bit:
        raw = unpack(gates, made.format, term)
        _, is_nan = maximum_value(gates, fmt, largest)
        (quotient,) = divide_by_one(gates, [raw.significand], moved, to.precision + 2)
        return share(gates, made, to, raw, quotient, zeros, length, is_nan)

    code, term = fmt.width, made.format.width
    codes = {"code": code, "largest": code}
    powers = {"power": term}
    divided = {"moved": total_bits, "zeros": zero_bits}
    return SoftmaxSteps(
        maximum=build_graph(
            f"{name}_maximum", {"x": code * length}, find_maximum, result="largest"
        ),
        power=build_graph(f"{name}_power", codes, make_power, result="power"),
        accumulate=build_graph(
            f"{name}_accumulate",
            {"total": total_bits, **powers, "first": 1},
            accumulate,
            result="total_next",
        ),
        divisor=build_graph(f"{name}_divisor", {"total": total_bits}, make_divisor),
        share=build_graph(f"{name}_share", {**powers, "largest": code, **divided}, make_share),
    )
