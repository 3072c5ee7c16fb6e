# SPDX-License-Identifier: Apache-2.0
"""A sum of products of blocks done in steps, as three neuron graphs with registers between them.

As in other :mod:`lanes <spikefloat.rtl_gen.circuits.sums.lane>`, ``multiply`` takes a few inputs and
weights in each clock, here of one block, with the scales of both. Their exact sum is moved to the
place that the scales say, in a number wide enough for every scale of inputs and for those that the
weights have. ``accumulate`` adds it to the two rows of bits of the state with one layer of full
adders. ``finish`` adds the two rows and the bias, and rounds once.
"""

from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.parts.placing import place
from spikefloat.rtl_gen.circuits.parts.unpack import unpack
from spikefloat.rtl_gen.circuits.shared_scale.dot import block_sum, product_range
from spikefloat.rtl_gen.circuits.shared_scale.scale import scale_range
from spikefloat.rtl_gen.circuits.shared_scale.sums import BIAS, BlockSum
from spikefloat.rtl_gen.circuits.sums.dot import SumFlags, round_sum
from spikefloat.rtl_gen.circuits.sums.lane_parts import (
    LaneFlags,
    LaneGraphs,
    any_flags,
    make_lane_graphs,
    read_flags,
)
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BlockFormat, Format, Overflow
from spikefloat.rtl_gen.neurons.bits import split_word
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget
from spikefloat.rtl_gen.neurons.builder import ZERO, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import add, gate_word, xor_word

__all__ = ["BlockLaneOptions"]


@dataclass(frozen=True, kw_only=True)
class BlockLaneOptions:
    """What a lane on blocks computes.

    Raises
    ------
    InputError
        If a step would take inputs of two blocks.
    """

    block: BlockFormat  #: Format of inputs and weights.
    size: int  #: Number of elements in a block.
    to: Format  #: Format of the result.
    overflow: Overflow
    products: int  #: Number of products in each step, all of one block.
    steps: int
    scales: tuple[int, int]  #: Least and largest exponent field of the scales of weights.
    #: Least and largest exponent field of biases that are not zero; None if there is no bias.
    biases: tuple[int, int] | None
    activation: str  #: ``none`` or ``relu``.
    library: str = "native"
    budget: Budget = BUDGETS["w2"]

    def __post_init__(self) -> None:
        if self.size % self.products:
            raise InputError(
                f"Lanes for inputs must divide the {self.size} elements of a block, "
                f"not be {self.products}"
            )

    @property
    def has_bias(self) -> bool:
        """Whether there is a bias, of binary32."""
        return self.biases is not None

    @property
    def code_width(self) -> int:
        """Bits of an element."""
        return self.block.element.width

    @property
    def scale_width(self) -> int:
        """Bits of a scale."""
        return self.block.scale.width

    @property
    def bias_width(self) -> int:
        """Bits of a bias."""
        return BIAS.width

    @property
    def neutral_weight(self) -> int:
        """Code of an element of lanes without an output, of which nothing is asked."""
        return 0

    def graphs(self, name: str = "lane") -> LaneGraphs:
        """Return the graphs of a lane, called ``<name>_multiply`` and so on."""
        codes, scale = self.code_width * self.products, self.scale_width
        return make_lane_graphs(
            _BlockLane(self),
            name,
            {"x": codes, "w": codes, "x_scale": scale, "w_scale": scale},
            {"bias": self.bias_width} if self.has_bias else {},
            library=self.library,
            budget=self.budget,
        )


class _BlockLane:
    """Nothing is rounded before the end."""

    def __init__(self, options: BlockLaneOptions) -> None:
        self._options = options
        block = options.block
        # Only flags that can be set are kept.
        self._names = ["other", "nan"]
        if block.float_element is not None and block.float_element.has_infinity:
            self._names += ["plus", "minus"]
        unit, least, most = scale_range(block.scale)
        low, high = (max(field, least) for field in options.scales)
        #: Least sum of the exponents of two scales, and how far the largest is above it.
        self._lowest, self._moves = least + low, most + high - least - low
        product_unit, largest = product_range(block)
        self._unit = product_unit + 2 * unit + self._lowest
        # The significands of two scales of NVFP4 are a factor of the sum.
        factor_bits = 2 * block.scale.precision if block.scale.mantissa_bits else 0
        self._largest = options.products * largest << factor_bits

    @property
    def _place_width(self) -> int:
        """Bits of the magnitude of a step's sum, in its place."""
        return self._largest.bit_length() + self._moves

    @property
    def _row_width(self) -> int:
        """Bits of a row: as many as all sums need, each with a power of two lest it is negative."""
        return (self._options.steps * ((2 << self._place_width) - 1)).bit_length()

    @property
    def state_width(self) -> int:
        return 2 * self._row_width + len(self._names)

    def multiply(self, gates: GateLibrary, x: Word, w: Word, x_scale: Word, w_scale: Word) -> Word:
        width = self._options.code_width
        elements = split_word(x, width), split_word(w, width)
        own = block_sum(gates, self._options.block, *elements, (x_scale, w_scale))
        with gates.builder.scope("place", magnitude=own.magnitude, exponent=own.scale.exponent):
            bits = self._largest.bit_length()
            magnitude = (own.magnitude + (ZERO,) * bits)[:bits]
            flipped = xor_word(gates, magnitude, own.sign, "flipped")
            exponent = own.scale.exponent
            offset = constant(-self._lowest % (1 << len(exponent)), len(exponent))
            amount = add(gates, exponent, offset)[: max(self._moves.bit_length(), 2)]
            # Amounts of ``place`` begin at 2.
            below = (own.sign,) * 2
            placed = place(gates, below + flipped, amount, own.sign, self._place_width)
        return (*placed, own.sign, *self._flags(gates, own).bits(self._names))

    def _flags(self, gates: GateLibrary, own: BlockSum) -> LaneFlags:
        with gates.builder.scope("special_values"):
            minus_zero = gates.and_(own.sign, gates.not_(own.is_nonzero), name="minus_zero")
            infinite = {
                name: [
                    gates.and_(term.is_infinite, gates.not_(term.sign) if positive else term.sign)
                    for term in own.terms
                ]
                for name, positive in (("plus", True), ("minus", False))
            }
            return LaneFlags(
                other=gates.not_(minus_zero),
                nan=gates.or_(*(term.is_nan for term in own.terms), own.scale.is_nan, name="nan"),
                plus=gates.or_(*infinite["plus"], name="plus_infinity"),
                minus=gates.or_(*infinite["minus"], name="minus_infinity"),
            )

    def accumulate(self, gates: GateLibrary, state: Word, partial: Word, first: Word) -> Word:
        size, placed = self._row_width, self._place_width
        kept = gates.builder.name_word("retained", gate_word(gates, state, gates.not_(first[0])))
        sign = partial[placed]
        # The complement of a negative sum is one too small, which the lowest carry makes up for.
        term = (*partial[:placed], gates.not_(sign), *(ZERO,) * size)[:size]
        sums, carries = [], [sign]
        for bits in zip(kept[:size], kept[size : 2 * size], term, strict=True):
            total, carry = gates.full_adder(*bits)
            sums.append(total)
            carries.append(carry)
        rows = (
            *gates.builder.name_word("first_row", sums),
            *gates.builder.name_word("second_row", carries[:size]),
        )
        flags = [
            read_flags(self._names, kept[2 * size :]),
            read_flags(self._names, partial[placed + 1 :]),
        ]
        return (*rows, *any_flags(gates, flags).bits(self._names))

    def finish(self, gates: GateLibrary, state: Word, bias: Word | None = None) -> Word:
        o, size = self._options, self._row_width
        flags = read_flags(self._names, state[2 * size :])
        unit, largest = self._unit, o.steps * self._largest << self._moves
        if bias is not None:
            with gates.builder.scope("bias", code=bias):
                placed, bias_unit, own = self._place_bias(gates, bias)
            flags = any_flags(gates, [flags, own])
            unit = min(self._unit, bias_unit)
            largest = (largest << self._unit - unit) + (1 << len(placed) + bias_unit - unit)
        columns = Columns(largest.bit_length() + 1)
        moved = self._unit - unit
        columns.add(state[:size], moved)
        columns.add(state[size : 2 * size], moved)
        columns.add_constant(-(o.steps << self._place_width + moved))
        if bias is not None:
            sign, position = bias[-1], bias_unit - unit
            columns.add(xor_word(gates, placed, sign, "flipped_bias"), position)
            columns.add((sign,), position)
            columns.add((gates.not_(sign),), position + len(placed))
            columns.add_constant(-(1 << position + len(placed)))
        with gates.builder.scope("total"):
            total = columns.total(gates)
        return round_sum(
            gates,
            BIAS,
            o.to,
            total,
            SumFlags(
                nans=[flags.nan],
                plus_infinities=[flags.plus],
                minus_infinities=[flags.minus],
                signs=[gates.not_(flags.other)],
                zeros=[],
            ),
            o.overflow,
            relu=o.activation == "relu",
            unit=unit,
            moves=True,
        )

    def _place_bias(self, gates: GateLibrary, bias: Word) -> tuple[Word, int, LaneFlags]:
        """Return the magnitude of a finite bias, the exponent of its unit, and flags."""
        assert self._options.biases is not None
        low, high = (max(field, 1) for field in self._options.biases)
        raw = unpack(gates, BIAS, bias)
        bits = len(raw.exponent)
        amount = add(gates, raw.exponent, constant(-low % (1 << bits), bits))
        amount = amount[: max((high - low).bit_length(), 2)]
        width = len(raw.significand) + high - low
        placed = place(gates, (ZERO, ZERO, *raw.significand), amount, ZERO, width)
        minus_zero = gates.and_(raw.sign, raw.is_zero, name="minus_zero")
        own = LaneFlags(gates.not_(minus_zero), ZERO, ZERO, ZERO)
        return placed, low - BIAS.bias - BIAS.mantissa_bits, own
