# SPDX-License-Identifier: Apache-2.0
"""Functions of operands of 16 bits as neurons, which are computed, as tables would be too large.

Each is made of a power of two in fixed point; the logistic function, its multiple and the hyperbolic
tangent are quotients of such powers. The values are irrational but for a few operands. So the bits
that rounding looks at are those of the value rounded down, and one more bit says that something is
left: whatever the mode, such a number is rounded as the exact one is. That the places of each
function suffice for this has been tried with all codes; see :data:`PRECISIONS`.
"""

from collections.abc import Callable
from typing import Any

from spikefloat.rtl_gen.circuits.functions.enclosure import Arithmetic
from spikefloat.rtl_gen.circuits.functions.power_of_two import Power, Precision, power_of_two
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands
from spikefloat.rtl_gen.circuits.parts.quotient import divide_significands, exponent_sum
from spikefloat.rtl_gen.circuits.parts.rounding_modes import RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import (
    gate_word,
    invert,
    mux_word,
    shift_right_sticky,
    subtract,
)

__all__ = ["COMPUTED", "PRECISIONS", "computed_function", "log2_of_e"]

#: How exactly each function is computed in each format. Of the precisions with so many segments,
#: these are the first that give every code right, in every mode and with its flags.
PRECISIONS: dict[str, dict[str, Precision]] = {
    "exp": {"bfloat16": Precision(24, 5, 2, 7), "binary16": Precision(27, 6, 2, 5)},
    "exp2": {"bfloat16": Precision(21, 5, 2, 8), "binary16": Precision(26, 6, 2, 5)},
    "sigmoid": {"bfloat16": Precision(25, 5, 2, 7), "binary16": Precision(30, 6, 2, 5)},
    "silu": {"bfloat16": Precision(25, 5, 2, 7), "binary16": Precision(30, 6, 2, 5)},
    "tanh": {"bfloat16": Precision(22, 5, 2, 3), "binary16": Precision(27, 6, 2, 3)},
}

#: Operands below two to this power are next to their hyperbolic tangent.
_SMALL = {"bfloat16": -5, "binary16": -6}


def log2_of_e(r: Arithmetic) -> Any:
    """Return a bound of the logarithm of e to base two, on the side that an arithmetic rounds to."""
    return r.div(1, r.opposite.const_log2())


def _twice_log2_of_e(r: Arithmetic) -> Any:
    return r.div(2, r.opposite.const_log2())


class _Circuit:
    """What the circuits of all functions share.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    fmt : Format
        Format of operand and result.
    raw : RawFloat
        The operand.
    control : RoundingControl
        How to round.
    precision : Precision
        How exactly to compute.
    """

    def __init__(
        self,
        gates: GateLibrary,
        fmt: Format,
        raw: RawFloat,
        control: RoundingControl,
        precision: Precision,
    ) -> None:
        self.gates, self.fmt, self.raw, self.control = gates, fmt, raw, control
        self.precision = precision
        #: Digits that rounding looks at, with the guard bit.
        self.digits = fmt.precision + 1 + control.extra_bits
        zero_or_infinite = gates.or_(raw.is_zero, raw.is_infinite, name="known")
        #: Whether the value is neither that of zero nor of infinity.
        self.is_number = gates.not_(zero_or_infinite)
        self.minus_infinite = gates.and_(raw.is_infinite, raw.sign, name="minus_infinite")
        self.plus_infinite = gates.and_(raw.is_infinite, gates.not_(raw.sign), name="plus_infinite")

    def power(self, is_negative: Bit, factor: Callable[[Arithmetic], Any] | None) -> Power:
        """Return two to the power of the operand times a factor."""
        return power_of_two(
            self.gates, self.fmt, self.raw, self.precision, is_negative=is_negative, factor=factor
        )

    def tail(self, power: Power) -> tuple[Word, Word]:
        """Return a power with a negative exponent in fixed point, and one plus it.

        That has a bit more below, which is set unless the operand is zero or infinite; so it is
        never too small. The power is cut off, or one if the operand is zero.
        """
        gates, places = self.gates, self.precision.places
        with gates.builder.scope("tail", significand=power.significand, whole=power.whole):
            stages = (places + 1).bit_length()
            tail, _ = shift_right_sticky(gates, power.significand[1:], power.whole[:stages])
            far = gates.or_(*power.whole[stages:], name="far")
            tail = gates.builder.name_word("tail", gate_word(gates, tail, gates.not_(far)))
            zero = self.raw.is_zero
            *low, high = tail
            fraction = (*low, gates.and_(high, gates.not_(zero), name="half"))
            return tail, (self.is_number, *fraction, gates.not_(zero), zero)

    def finish(
        self,
        significand: Word,
        height: Word,
        lowest: int,
        max_zeros: int | None,
        *,
        sign: Bit = ZERO,
        zeros: tuple[Bit, ...] = (),
        sticky: Bit | None = None,
    ) -> Word:
        """Return the rounded magnitude; the height is in two's complement."""
        return finish(
            self.gates,
            self.fmt,
            significand,
            height[:-1],
            height[-1] if lowest < 0 else ZERO,
            lowest=lowest,
            max_zeros=max_zeros,
            zeros=zeros,
            control=self.control,
            sign=sign,
            sticky=self.is_number if sticky is None else sticky,
        )

    def height(self, *words: Word, offset: int) -> Word:
        """Return a sum of words in two's complement and a constant."""
        bits = max(*(len(word) for word in words), self.fmt.exponent_bits) + 2
        extended = tuple((*word, *(word[-1],) * bits)[:bits] for word in words)
        with self.gates.builder.scope("height"):
            return exponent_sum(self.gates, extended, (), offset, bits)


def _exponential(circuit: _Circuit, factor: Callable[[Arithmetic], Any] | None) -> Word:
    gates, fmt, raw = circuit.gates, circuit.fmt, circuit.raw
    power = circuit.power(raw.sign, factor)
    # Nothing is left at minus infinity.
    counts = gates.not_(circuit.minus_infinite)
    significand = gate_word(gates, power.significand, counts)
    sticky = gates.and_(counts, gates.not_(power.is_exact), name="inexact")
    height = circuit.height(power.exponent(gates), offset=fmt.bias - 1)
    lowest = fmt.bias - 1 - (1 << len(power.whole))
    zeros = (circuit.minus_infinite,)
    return circuit.finish(significand, height, lowest, 0, zeros=zeros, sticky=sticky)


def _exp(circuit: _Circuit) -> Word:
    return _exponential(circuit, log2_of_e)


def _exp2(circuit: _Circuit) -> Word:
    return _exponential(circuit, None)


def _numerator(circuit: _Circuit, power: Power) -> tuple[Word, Bit]:
    """Return the power if the operand is negative, and else one; and whether it is next to zero.

    It is zero then, as it is at minus infinity.
    """
    gates, sign = circuit.gates, circuit.raw.sign
    one = (*(ZERO,) * circuit.precision.places, ONE)
    selected = mux_word(gates, sign, power.significand, one)
    is_gone = gates.and_(sign, power.is_beyond, name="gone")
    return gate_word(gates, selected, gates.not_(is_gone)), is_gone


def _sigmoid(circuit: _Circuit) -> Word:
    """Return ``1 / (1 + exp(-a))``, or ``exp(a) / (1 + exp(a))`` if the operand is negative."""
    gates, fmt = circuit.gates, circuit.fmt
    power = circuit.power(ONE, log2_of_e)
    _, divisor = circuit.tail(power)
    numerator, is_gone = _numerator(circuit, power)
    dividend = (ZERO, *numerator, ZERO)
    quotient, _ = divide_significands(gates, dividend, divisor, circuit.digits + 1)
    exponent = power.exponent(gates, circuit.raw.sign)
    height = circuit.height(exponent, offset=fmt.bias - 1)
    lowest = fmt.bias - 1 - (1 << len(power.whole))
    return circuit.finish(quotient, height, lowest, 1, zeros=(is_gone,))


def _silu(circuit: _Circuit) -> Word:
    """Return the product of the operand and the dividend of the logistic function, divided."""
    gates, fmt, raw = circuit.gates, circuit.fmt, circuit.raw
    power = circuit.power(ONE, log2_of_e)
    _, divisor = circuit.tail(power)
    numerator, is_gone = _numerator(circuit, power)
    with gates.builder.scope("product", numerator=numerator, significand=raw.significand):
        # From 1/2 to 2, with the places of the divisor.
        product = multiply_significands(gates, numerator, raw.significand)
        dividend = (*product[fmt.mantissa_bits :], ZERO)
    quotient, _ = divide_significands(gates, dividend, divisor, circuit.digits + 2)
    exponent = power.exponent(gates, raw.sign)
    height = circuit.height(exponent, (*raw.exponent, ZERO), offset=0)
    lowest = 1 - (1 << len(power.whole))
    zeros = (raw.is_zero, is_gone)
    return circuit.finish(quotient, height, lowest, None, sign=raw.sign, zeros=zeros)


def _tanh(circuit: _Circuit) -> Word:
    """Return ``(1 - exp(-2 * a)) / (1 + exp(-2 * a))``, or what is next to a small operand."""
    gates, fmt, raw = circuit.gates, circuit.fmt, circuit.raw
    small = _SMALL[fmt.name]
    power = circuit.power(ONE, _twice_log2_of_e)
    tail, divisor = circuit.tail(power)
    infinite, number = raw.is_infinite, circuit.is_number
    rest = gate_word(gates, invert(gates, tail), number)
    dividend = (number, *rest, infinite, ZERO)
    digits = circuit.digits + 2 - small
    quotient, _ = divide_significands(gates, dividend, divisor, digits)
    with gates.builder.scope("small", significand=raw.significand, exponent=raw.exponent):
        edge = constant(fmt.bias + small, len(raw.exponent))
        below, is_large = subtract(gates, raw.exponent, edge)
        # One in the last place less; all that is left is in the sticky bit.
        pad = digits - fmt.precision
        less, _ = subtract(gates, raw.significand, constant(1, fmt.precision))
        near = gate_word(gates, (*(ONE,) * pad, *less), gates.not_(raw.is_zero))
        significand = mux_word(gates, is_large, quotient, near, "significand")
        one_less = exponent_sum(gates, (raw.exponent,), (), -1, len(raw.exponent))
        height = mux_word(gates, is_large, constant(fmt.bias - 1, len(one_less)), one_less)
    height = (*height, ZERO)
    return circuit.finish(significand, height, 0, 1 - small, sign=raw.sign, zeros=(raw.is_zero,))


#: Circuits of the rounded magnitude, by the name of the function.
COMPUTED: dict[str, Callable[[_Circuit], Word]] = {
    "exp": _exp,
    "exp2": _exp2,
    "sigmoid": _sigmoid,
    "silu": _silu,
    "tanh": _tanh,
}
#: Functions that have the sign of the operand.
_SIGNED = ("silu", "tanh")
#: Functions that are infinite at infinity.
_UNBOUNDED = ("exp", "exp2", "silu")


def computed_function(
    name: str,
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    policy: Overflow,
    control: RoundingControl,
) -> Word:
    """Return the code of a function's value, rounded once.

    Parameters
    ----------
    name : str
        One of :data:`COMPUTED`.
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operand and result, one of :data:`PRECISIONS`.
    a : Word
        Code of the operand.
    policy : Overflow
        What a result beyond the largest finite value becomes.
    control : RoundingControl
        How to round, in any mode but a stochastic one.
    """
    raw = unpack(gates, fmt, a)
    circuit = _Circuit(gates, fmt, raw, control, PRECISIONS[name][fmt.name])
    magnitude = COMPUTED[name](circuit)
    sign = raw.sign if name in _SIGNED else ZERO
    return pack(
        gates,
        fmt,
        policy,
        sign=sign,
        magnitude=magnitude,
        is_nan=raw.is_nan,
        is_infinite=circuit.plus_infinite if name in _UNBOUNDED else ZERO,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )
