# SPDX-License-Identifier: Apache-2.0
"""Shapes of signals that carry floats: constants are written as numbers, simulation shows them."""

import math
from fractions import Fraction
from typing import Any

from amaranth.hdl import Const, Format, Shape, ShapeCastable, Value, ValueCastable, unsigned

from spikefloat.rtl_gen import formats
from spikefloat.rtl_gen.circuits.parts.powers import binary_exponent
from spikefloat.rtl_gen.errors import InputError, InputTypeError

__all__ = ["Float", "FloatCode", "FloatValue"]

#: Widest code whose values are all listed for waveforms; of wider ones the fields are shown.
_LISTED_BITS = 8


class FloatCode(float):
    """The value of a code, which knows the code: there is more than one NaN."""

    code: int

    def __new__(cls, fmt: formats.Format, code: int) -> "FloatCode":
        """Return the value of a code of a format."""
        number = super().__new__(cls, _value(fmt, code))
        number.code = code
        return number


class Float(ShapeCastable):
    """Shape of a code of a float format, as wide as the code.

    A constant of this shape is written as a number: an integer, a float or a fraction, which is
    rounded to the nearest value of the format, ties to even, once and exactly. A number beyond the
    largest finite value is refused, as it is hardly meant; infinity and NaN are written as floats,
    in formats that have them. Without a number, the code is 0.

    In simulation a signal of this shape has its value, a :class:`FloatCode`. Waveforms and
    ``Print`` show values, or the three fields for formats of more than eight bits.

    Parameters
    ----------
    fmt : Format
        Format of the codes.
    """

    def __init__(self, fmt: formats.Format) -> None:
        self._fmt = fmt

    @property
    def fmt(self) -> formats.Format:
        """Format of the codes."""
        return self._fmt

    def as_shape(self) -> Shape:
        """Return the shape of a code."""
        return unsigned(self._fmt.width)

    def __call__(self, target: Any) -> "FloatValue":
        """Return a code as a float."""
        return FloatValue(self, target)

    def const(self, init: Any) -> "FloatValue":
        """Return a number as a constant.

        Raises
        ------
        InputError
            If the format has no such value.
        InputTypeError
            If it is not a number.
        """
        return FloatValue(self, Const(self.code(init), self._fmt.width))

    def code(self, number: Any) -> int:
        """Return the code of a number; see :meth:`const`."""
        fmt = self._fmt
        if number is None:
            return 0
        if isinstance(number, FloatValue) and number.shape() == self:
            return int(Const.cast(number.as_value()).value)
        if isinstance(number, FloatCode) and _is_same(_value(fmt, number.code), number):
            return number.code
        if not isinstance(number, int | float | Fraction):
            raise InputTypeError(f"Constant of {fmt.name} must be a number, not {number!r}")
        if isinstance(number, float) and not math.isfinite(number):
            special = fmt.nan_code if math.isnan(number) else fmt.infinity_code
            if special is None:
                raise InputError(f"Constant of {fmt.name} must be finite, not {number}")
            return special | (fmt.sign_mask if number < 0 else 0)
        is_negative = number < 0 or (isinstance(number, float) and math.copysign(1, number) < 0)
        code = _round(fmt, abs(Fraction(number)))
        if is_negative and (code or fmt.has_negative_zero):
            if not fmt.is_signed:
                raise InputError(f"Constant of {fmt.name} must be positive, not {number}")
            code |= fmt.sign_mask
        return code

    def from_bits(self, raw: int) -> FloatCode:
        """Return the value of a code."""
        return FloatCode(self._fmt, raw)

    def format(self, value: "FloatValue", spec: str) -> Format:
        """Return how a value is shown; with a specification, such as ``x``, it is the code."""
        fmt, code = self._fmt, value.as_value()
        if spec:
            return Format(f"{{:{spec}}}", code)
        if fmt.width <= _LISTED_BITS:
            values = {raw: f"{_value(fmt, raw):g}" for raw in range(1 << fmt.width)}
            return Format.Enum(code, values, name=fmt.name)
        top = fmt.mantissa_bits + fmt.exponent_bits
        fields = {"sign": code[top:]} if fmt.is_signed else {}
        fields |= {"exponent": code[fmt.mantissa_bits : top], "mantissa": code[: fmt.mantissa_bits]}
        return Format.Struct(code, {name: Format("{}", field) for name, field in fields.items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Float) and self._fmt == other._fmt

    def __hash__(self) -> int:
        return hash(self._fmt)

    def __repr__(self) -> str:
        return f"Float({self._fmt.name})"


class FloatValue(ValueCastable):
    """A code as a float. Made by a :class:`Float`, as by ``Signal(Float(fmt))``."""

    def __init__(self, shape: Float, target: Any) -> None:
        value = Value.cast(target)
        if len(value) != shape.fmt.width:
            raise InputError(
                f"Code of {shape.fmt.name} must have {shape.fmt.width} bits, not {len(value)}"
            )
        self._shape = shape
        self._value = value

    def shape(self) -> Float:
        """Return the shape."""
        return self._shape

    def as_value(self) -> Value:
        """Return the code."""
        return self._value

    def eq(self, other: Any) -> Any:
        """Return the assignment of a number, or of a value of the same format.

        Raises
        ------
        InputTypeError
            If it is a value of another shape.
        """
        if isinstance(other, Value) or (
            isinstance(other, ValueCastable) and other.shape() != self._shape
        ):
            raise InputTypeError(f"Value assigned must be of {self._shape!r}, not {other!r}")
        if not isinstance(other, ValueCastable):
            other = self._shape.const(other)
        return self._value.eq(other.as_value())

    def __eq__(self, other: object) -> bool:
        raise InputTypeError("Floats must be compared by a circuit, or by as_value() of both")

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{self._shape!r}({self._value!r})"


def _value(fmt: formats.Format, code: int) -> float:
    """Return the value of a code; every one of a format is a float64."""
    magnitude = code & fmt.magnitude_mask
    sign = -1.0 if code & fmt.sign_mask else 1.0
    if fmt.is_nan(code):
        return math.nan
    if magnitude == fmt.infinity_code:
        return sign * math.inf
    field, significand = magnitude >> fmt.mantissa_bits, magnitude & fmt.mantissa_mask
    if field or not fmt.has_zero:
        significand += 1 << fmt.mantissa_bits
    exponent = max(field, 1) if fmt.has_zero else field
    return sign * math.ldexp(significand, exponent - fmt.bias - fmt.mantissa_bits)


def _is_same(first: float, second: float) -> bool:
    return first == second or (math.isnan(first) and math.isnan(second))


def _round(fmt: formats.Format, size: Fraction) -> int:
    """Return the code nearest to a size, ties to even.

    Where significands have one bit, and none is even, IEEE 754-2019 has a tie go to the larger.
    """
    # Zero is a multiple of any unit.
    exponent = max(binary_exponent(size), fmt.min_exponent) if size else fmt.min_exponent
    significand = round(size / Fraction(2) ** (exponent - fmt.mantissa_bits))
    code = ((exponent - fmt.min_exponent) << fmt.mantissa_bits) + significand
    if not fmt.has_zero:
        code -= 1 << fmt.mantissa_bits
    if not 0 <= code <= fmt.max_code:
        raise InputError(
            f"Constant of {fmt.name} must be from {float(fmt.min_value):g} "
            f"to {float(fmt.max_value):g} in size, not {float(size):g}"
            if code < 0
            else f"Constant of {fmt.name} must be at most {float(fmt.max_value):g} in size, "
            f"not {_spelled(size)}"
        )
    return code


def _spelled(size: Fraction) -> str:
    return f"{float(size):g}" if size < 2**1023 else f"2**{binary_exponent(size)} or more"
