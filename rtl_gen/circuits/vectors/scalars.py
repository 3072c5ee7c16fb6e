# SPDX-License-Identifier: Apache-2.0
"""What normalisations multiply and subtract: reciprocal roots and means of exact sums, as neurons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.fixed_point import round_moved
from spikefloat.rtl_gen.circuits.parts.powers import binary_exponent
from spikefloat.rtl_gen.circuits.parts.quotient import (
    divide_significands,
    exponent_sum,
    root_of_significand,
)
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, unpack
from spikefloat.rtl_gen.circuits.vectors.sums import square
from spikefloat.rtl_gen.formats import FORMATS, Format, NanEncoding
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import leading_zero_count, mux_word, or_shift_left

__all__ = [
    "ROOT_DIGITS",
    "RootForm",
    "Scalar",
    "amount_bits",
    "common_unit",
    "make_scalar",
    "mean",
    "mean_code",
    "mean_exponent",
    "mean_format",
    "normalized_amount",
    "reciprocal_root",
    "root_code",
    "squares",
]

#: Format of the scalars, whose range is cut down to what can occur.
_SCALARS = FORMATS["bfloat16"]

#: Digits of a quotient or a root: one may be a leading zero, and one is rounded.
ROOT_DIGITS = _SCALARS.precision + 2


@dataclass(frozen=True)
class Scalar:
    """A rounded magnitude."""

    format: Format
    raw: RawFloat
    highest: int  #: Largest exponent field.

    @property
    def unit(self) -> int:
        """``significand * 2**(exponent + unit)`` is the number."""
        return -self.format.bias - self.format.mantissa_bits


def squares(gates: GateLibrary, fmt: Format, x: Sequence[Word]) -> Iterator[Word]:
    """Yield the square of each number, in units of that of the smallest one."""
    for number, code in enumerate(x):
        with gates.builder.scope(f"square_{number}", code=code):
            own = square(gates, fmt, unpack(gates, fmt, code))
        yield own


def common_unit(fmt: Format, epsilon: Fraction) -> tuple[int, int]:
    """Return the exponent of a unit of squares and of epsilon, and that of squares above it."""
    squares = 2 * (fmt.min_exponent - fmt.mantissa_bits)
    unit = min(squares, 1 - epsilon.denominator.bit_length())
    return unit, squares - unit


def amount_bits(fmt: Format, epsilon: Fraction, count: int, unit: int) -> int:
    """Return the bits of so many squares and epsilons."""
    return int(count * (fmt.max_value**2 + epsilon) / Fraction(2) ** unit).bit_length()


def _scalar_format(lowest: int, highest: int) -> Format:
    """Return a format that has bfloat16's precision and the exponents between bounds, and zero."""
    return replace(
        _SCALARS,
        name="scalar",
        aliases=(),
        exponent_bits=max((highest - lowest + 1).bit_length(), 2),
        bias=1 - lowest,
        nan=NanEncoding.NONE,
        is_signed=False,
    )


def reciprocal_root(gates: GateLibrary, form: "RootForm", amount: Word) -> Scalar:
    """Return the root of a count divided by an amount, rounded once to nearest even.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    form : RootForm
        What is known of it.
    amount : Word
        A number above zero.
    """
    builder = gates.builder
    divisor, zeros, is_odd = normalized_amount(gates, form, amount)
    with builder.scope("radicand", divisor=divisor, odd=(is_odd,)):
        dividend = form.dividend(gates, is_odd)
        quotient, rest = divide_significands(gates, dividend, divisor, 2 * ROOT_DIGITS - 1)
        root, inexact = root_of_significand(gates, (*quotient, ZERO), ROOT_DIGITS, rest)
    code = root_code(gates, form, zeros, is_odd, root, inexact)
    return make_scalar(gates, form.format, code, form.highest)


@dataclass(frozen=True, kw_only=True)
class RootForm:
    """What is known beforehand of the reciprocal root of an amount."""

    count: int  #: What is divided by the amount.
    width: int  #: Bits of the amount, at least one more than the count has.
    unit: int  #: The lowest of these stands for ``2**unit``.
    format: Format  #: That of the root.
    #: Smallest exponent of a root; below those of its normal numbers, roots are subnormal.
    lowest: int
    highest: int  #: Largest exponent of a root.

    @classmethod
    def of(cls, fmt: Format, epsilon: Fraction, count: int) -> "RootForm":
        """Return the form for amounts that are some squares of a format and as many epsilons.

        Parameters
        ----------
        fmt : Format
            Format of the numbers that are squared.
        epsilon : Fraction
            Above zero, its denominator a power of two.
        count : int
            How many there are.
        """
        unit, _ = common_unit(fmt, epsilon)
        width = amount_bits(fmt, epsilon, count, unit)
        # Of roots 2**exponent or more; one that is rounded up to the next exponent has that.
        lowest = -(binary_exponent(fmt.max_value**2 + epsilon) // 2) - 1
        highest = -((binary_exponent(epsilon) + 1) // 2) + 1
        padding = max(count.bit_length() + 1 - width, 0)
        return cls(
            count=count,
            width=width + padding,
            unit=unit - padding,
            format=_scalar_format(max(lowest, _SCALARS.min_exponent), highest),
            lowest=lowest,
            highest=highest,
        )

    @property
    def offset(self) -> int:
        """``zeros + offset`` is the exponent of the quotient, ``zeros`` those above the amount."""
        return self.count.bit_length() - self.width - self.unit

    def dividend(self, gates: GateLibrary, is_odd: Bit) -> Word:
        """Return the count with its leading one at the top, or half of that."""
        free = self.width - self.count.bit_length()
        whole = constant(self.count << free, self.width)
        half = constant(self.count << free - 1, self.width)
        return mux_word(gates, is_odd, half, whole, "dividend")


def normalized_amount(gates: GateLibrary, form: RootForm, amount: Word) -> tuple[Word, Word, Bit]:
    """Return an amount with its leading one at the top, the zeros above it, and what is odd.

    Count over amount is a quotient from 1/2 to 2 times ``2**(zeros + offset)``. An odd power of two
    leaves half of the quotient, so that the other half is a power that has a root.
    """
    padded = (ZERO,) * (form.width - len(amount)) + amount
    with gates.builder.scope("normalize", amount=padded):
        zeros, _ = leading_zero_count(gates, padded)
        divisor = gates.builder.name_word("moved", or_shift_left(gates, padded, zeros))
    return divisor, zeros, gates.not_(zeros[0]) if form.offset % 2 else zeros[0]


def root_code(
    gates: GateLibrary, form: RootForm, zeros: Word, is_odd: Bit, root: Word, inexact: Bit
) -> Word:
    """Return the code of a reciprocal root, rounded once to nearest even.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    form : RootForm
        What is known of it.
    zeros : Word
        Zeros above the amount.
    is_odd : Bit
        As :func:`normalized_amount` says.
    root : Word
        :data:`ROOT_DIGITS` digits, the first of which may be zero.
    inexact : Bit
        Whether anything is left.
    """
    fmt = form.format
    with gates.builder.scope("exponent", zeros=zeros):
        # Twice the height, as it is even then.
        start = form.offset - 2 * fmt.min_exponent
        bits = max((start + form.width).bit_length(), start.bit_length(), fmt.exponent_bits + 1) + 1
        height = exponent_sum(gates, (zeros, (is_odd,)), (), start, bits)[1:]
    lowest = min(form.lowest - fmt.min_exponent, 0)
    return _rounded(gates, fmt, root, height, inexact, ZERO, lowest)


def mean(gates: GateLibrary, fmt: Format, magnitude: Word, is_zero: Bit, count: int) -> Scalar:
    """Return the magnitude of a sum divided by a count, rounded once to nearest even.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the numbers that are added.
    magnitude : Word
        Magnitude of the sum, in units of the smallest number.
    is_zero : Bit
        Whether it is zero.
    count : int
        Of the numbers, at least 1.
    """
    code = mean_code(gates, fmt, magnitude, is_zero, count)
    return make_scalar(gates, mean_format(fmt, count), code, mean_exponent(fmt))


def mean_exponent(fmt: Format) -> int:
    """Return the largest exponent of a mean, which may be rounded up to the next power of two."""
    return fmt.max_exponent + (fmt.precision > _SCALARS.precision)


def mean_format(fmt: Format, count: int) -> Format:
    """Return the format of means of so many numbers."""
    return _scalar_format(binary_exponent(fmt.min_value / count), mean_exponent(fmt))


def mean_code(gates: GateLibrary, fmt: Format, magnitude: Word, is_zero: Bit, count: int) -> Word:
    """Return the code of a mean in :func:`mean_format`; parameters are those of :func:`mean`."""
    own, unit = mean_format(fmt, count), fmt.min_exponent - fmt.mantissa_bits
    bits = count.bit_length()
    if count == 1 << bits - 1:
        with gates.builder.scope("round", magnitude=magnitude):
            return round_moved(
                gates,
                own,
                magnitude,
                unit - bits + 1,
                is_zero=is_zero,
                control=NEAREST_EVEN,
                sign=ZERO,
                name="sum",
            )
    width = len(magnitude)
    with gates.builder.scope("normalize", magnitude=magnitude):
        zeros, _ = leading_zero_count(gates, magnitude)
        dividend = gates.builder.name_word("moved", or_shift_left(gates, magnitude, zeros))
    divisor = constant(count << width - bits, width)
    quotient, inexact = divide_significands(gates, dividend, divisor, ROOT_DIGITS)
    with gates.builder.scope("exponent", zeros=zeros):
        start = width - bits + unit - own.min_exponent
        height = exponent_sum(
            gates, (), (zeros,), start, max(start.bit_length(), own.exponent_bits) + 1
        )
    return _rounded(gates, own, quotient, height, inexact, is_zero)


def _rounded(
    gates: GateLibrary,
    fmt: Format,
    significand: Word,
    height: Word,
    inexact: Bit,
    is_zero: Bit,
    lowest: int = 0,
) -> Word:
    """Return the code of a number of digits, one of which may be a leading zero, rounded.

    The height is in two's complement, and none is below ``lowest``.
    """
    return finish(
        gates,
        fmt,
        significand,
        height[:-1],
        height[-1] if lowest < 0 else ZERO,
        lowest=lowest,
        max_zeros=1,
        zeros=(is_zero,),
        control=NEAREST_EVEN,
        sign=ZERO,
        sticky=inexact,
    )


def make_scalar(gates: GateLibrary, fmt: Format, code: Word, highest: int) -> Scalar:
    """Return the scalar that a code is, of a format whose largest exponent is ``highest``."""
    raw = unpack(gates, fmt, code[: fmt.width], "unpack_scalar")
    return Scalar(fmt, raw, highest - fmt.min_exponent + 1)
