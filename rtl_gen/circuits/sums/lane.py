# SPDX-License-Identifier: Apache-2.0
"""A dot product done in steps, as three neuron graphs with registers between them.

A *lane* makes one output of a linear layer. In each clock ``multiply`` makes a *partial* of the
next few products, and ``accumulate`` puts it into the *state*, which a register keeps; after the
last step ``finish`` turns the state into the result, with bias, activation and rounding. All that
computes is in these graphs; what is around them only moves data.

With ``exact`` the state is the sum in fixed point as two rows of bits, whose sum it is. So no carry
runs along a word within a step: a step is two layers of full adders, whatever the format. Nothing
is lost on the way, so the result does not depend on how the products were spread over the steps.
Beside the rows there are flags, which once set stay: a product was other than -0, NaN, +infinity,
-infinity. With ``chain`` a partial is one rounded product, and the state is the rounded sum.
"""

from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.operations.add import add
from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.operations.multiply import multiply
from spikefloat.rtl_gen.circuits.operations.sign import relu
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, unpack
from spikefloat.rtl_gen.circuits.sums.dot import SumFlags, fixed_point, round_sum
from spikefloat.rtl_gen.circuits.sums.lane_parts import (
    LaneFlags,
    LaneGraphs,
    any_flags,
    make_lane_graphs,
    read_flags,
)
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget
from spikefloat.rtl_gen.neurons.builder import Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import gate_word, mux_word, xor_word

__all__ = ["LANE_ACCUMULATIONS", "LaneOptions"]

#: Accumulations that can be done in steps.
LANE_ACCUMULATIONS = ("exact", "chain")


@dataclass(frozen=True, kw_only=True)
class LaneOptions:
    """What a lane computes.

    Raises
    ------
    ValueError
        If an option does not fit the others.
    """

    format: Format  #: Format of inputs, weights and bias.
    to: Format  #: Format of the result.
    overflow: Overflow
    accumulate: str  #: One of :data:`LANE_ACCUMULATIONS`.
    products: int  #: Number of products in each step.
    steps: int
    has_bias: bool
    activation: str  #: ``none`` or ``relu``.
    library: str = "native"
    budget: Budget = BUDGETS["w2"]

    def __post_init__(self) -> None:
        if self.accumulate not in LANE_ACCUMULATIONS:
            raise InputError(
                f"Accumulation in steps must be {' or '.join(LANE_ACCUMULATIONS)}, "
                f"not {self.accumulate!r}"
            )
        if self.accumulate == "chain" and self.products != 1:
            raise InputError(
                f"Products in each step of chain must be 1, as it rounds after each, "
                f"not {self.products}"
            )
        if self.activation not in ("none", "relu"):
            raise InputError(f"Activation must be none or relu, not {self.activation!r}")
        if self.format.has_nan and not self.to.has_nan:
            raise InputError(
                f"Result format must have a NaN, as {self.format.name} has, not {self.to.name!r}"
            )

    @property
    def term_width(self) -> int:
        """Bits of the magnitude of a product in fixed point."""
        highest_exponent = self.format.max_code >> self.format.mantissa_bits
        return 2 * self.format.precision + 2 * (highest_exponent - 1)

    @property
    def terms(self) -> int:
        """Number of terms of a sum: all products, and the bias."""
        return self.products * self.steps + self.has_bias

    @property
    def row_width(self) -> int:
        """Bits of a row of the exact state: room for the sum, and its sign above."""
        return self.term_width + self.terms.bit_length() + 1

    def begun(self, steps: int) -> int:
        """Return the exact state after so many steps whose terms all are -0, as a number.

        Each term adds a power of two besides, lest it is negative, and ``finish`` takes all of these
        away; so a sum that needs fewer steps than there are begins with this state.
        """
        return (self.products * steps << self.term_width) & (1 << self.row_width) - 1

    @property
    def code_width(self) -> int:
        """Bits of an input, and of a weight."""
        return self.format.width

    @property
    def bias_width(self) -> int:
        """Bits of a bias."""
        return self.format.width

    def graphs(self, name: str = "lane") -> LaneGraphs:
        """Return the graphs of a lane, called ``<name>_multiply`` and so on."""
        circuit: _Chain | _Exact = (_Chain if self.accumulate == "chain" else _Exact)(self)
        codes = self.code_width * self.products
        return make_lane_graphs(
            circuit,
            name,
            {"x": codes, "w": codes},
            {"bias": self.bias_width} if self.has_bias else {},
            library=self.library,
            budget=self.budget,
        )

    @property
    def neutral_weight(self) -> int:
        """Code of a weight that makes -0 of an input of +0, which changes no sum."""
        return self.format.sign_mask | self.format.bias << self.format.mantissa_bits


class _Chain:
    """Products and sums are rounded, one after the other."""

    def __init__(self, options: LaneOptions) -> None:
        self._options = options
        self._format = options.format
        # A format without NaN can only saturate.
        self._policy = options.overflow if self._format.has_nan else Overflow.SATURATE

    @property
    def state_width(self) -> int:
        return self._format.width

    def multiply(self, gates: GateLibrary, x: Word, w: Word) -> Word:
        return multiply(gates, self._format, x, w, self._policy)

    def accumulate(self, gates: GateLibrary, state: Word, partial: Word, first: Word) -> Word:
        total = add(gates, self._format, state, partial, self._policy)
        return mux_word(gates, first[0], partial, total)

    def finish(self, gates: GateLibrary, state: Word, bias: Word | None = None) -> Word:
        o = self._options
        if bias is not None:
            with gates.builder.scope("add_bias", state=state, bias=bias):
                state = add(gates, self._format, state, bias, self._policy)
        if o.activation == "relu":
            state = relu(gates, self._format, state)
        if o.to == self._format:
            return state
        return convert(gates, self._format, o.to, state, resolve_overflow(o.to, o.overflow))


class _Exact:
    """Nothing is rounded before the end."""

    def __init__(self, options: LaneOptions) -> None:
        self._options = options
        self._format = options.format
        # Only flags that can be set are kept.
        self._names = ["other"]
        if self._format.has_nan:
            self._names.append("nan")
        if self._format.has_infinity:
            self._names += ["plus", "minus"]
        # A partial is at most so many times twice the greatest magnitude.
        self._partial_width = min(
            options.row_width, options.term_width + 1 + options.products.bit_length()
        )

    @property
    def state_width(self) -> int:
        return 2 * self._options.row_width + len(self._names)

    def multiply(self, gates: GateLibrary, x: Word, w: Word) -> Word:
        width = self._format.width
        columns = Columns(self._partial_width)
        flags = []
        for number, start in enumerate(range(0, len(x), width)):
            a, b = x[start : start + width], w[start : start + width]
            with gates.builder.scope(f"term_{number}", a=a, b=b):
                raw_a = unpack(gates, self._format, a, "unpack_a")
                raw_b = unpack(gates, self._format, b, "unpack_b")
                flags.append(self._add_term(gates, columns, raw_a, raw_b))
        with gates.builder.scope("add_up"):
            rows = columns.rows(gates)
        return self._join(rows, any_flags(gates, flags))

    def _add_term(
        self, gates: GateLibrary, columns: Columns, x: RawFloat, y: RawFloat
    ) -> LaneFlags:
        """Add a product, plus ``2**term_width``, so that it is never negative."""
        sign = gates.xor(x.sign, y.sign, name="sign")
        magnitude = fixed_point(gates, x, y, self._options.term_width)
        columns.add(xor_word(gates, magnitude, sign, "flipped"))
        columns.add((sign,))
        columns.add((gates.not_(sign),), self._options.term_width)
        infinite = gates.or_(x.is_infinite, y.is_infinite, name="infinite")
        is_zero = gates.or_(x.is_zero, y.is_zero, name="zero")
        return LaneFlags(
            other=gates.not_(gates.and_(sign, is_zero, name="minus_zero")),
            nan=gates.or_(
                x.is_nan, y.is_nan, gates.and_(infinite, is_zero, name="invalid"), name="nan"
            ),
            plus=gates.and_(infinite, gates.not_(sign), name="plus_infinity"),
            minus=gates.and_(infinite, sign, name="minus_infinity"),
        )

    def accumulate(self, gates: GateLibrary, state: Word, partial: Word, first: Word) -> Word:
        retained = gates.builder.name_word(
            "retained", gate_word(gates, state, gates.not_(first[0]))
        )
        *old_rows, old_flags = self._split(retained, self._options.row_width)
        *new_rows, new_flags = self._split(partial, self._partial_width)
        columns = Columns(self._options.row_width)
        for row in (*old_rows, *new_rows):
            columns.add(row)
        flags = any_flags(
            gates, [read_flags(self._names, old_flags), read_flags(self._names, new_flags)]
        )
        return self._join(columns.rows(gates), flags)

    def finish(self, gates: GateLibrary, state: Word, bias: Word | None = None) -> Word:
        o = self._options
        first, second, flag_bits = self._split(state, o.row_width)
        flags = read_flags(self._names, flag_bits)
        columns = Columns(o.row_width)
        columns.add(first)
        columns.add(second)
        if bias is not None:
            with gates.builder.scope("bias", code=bias):
                one = constant(self._format.bias << self._format.mantissa_bits, self._format.width)
                term = self._add_term(
                    gates,
                    columns,
                    unpack(gates, self._format, bias),
                    unpack(gates, self._format, one, "unpack_one"),
                )
                flags = any_flags(gates, [flags, term])
        columns.add_constant(-o.terms << o.term_width)
        with gates.builder.scope("total"):
            total = columns.total(gates)
        return round_sum(
            gates,
            self._format,
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
        )

    def _join(self, rows: tuple[Word, Word], flags: LaneFlags) -> Word:
        return (*rows[0], *rows[1], *flags.bits(self._names))

    def _split(self, word: Word, width: int) -> tuple[Word, Word, Word]:
        return word[:width], word[width : 2 * width], word[2 * width :]
