# SPDX-License-Identifier: Apache-2.0
"""The float multiplier as a neuron graph.

The significands are multiplied exactly; the product is then moved so that its leading one stands
at the top, or so that its exponent is that of the subnormals: to the left for a subnormal operand,
to the right (denormalising) for a small result. What falls off to the right is kept as the sticky
bit (the "sticky-extra" of arXiv 2512.07724), so that the one rounding, to nearest even, is exact.
"""

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import add, array_multiply, subtract

__all__ = ["RECORDS", "multiply"]


def multiply(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    b: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
    to: Format | None = None,
    other: Format | None = None,
) -> Word:
    """Return the code of ``a * b``, rounded once to nearest even.

    NaN if an operand is NaN or infinity meets zero; infinity if an operand is infinite; the sign
    of a result that is not NaN is the exclusive or of the signs, of zero too where zero has one.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the operands, or of ``a``.
    a, b : Word
        Codes of the operands.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the format's default if None.
    control : RoundingControl
        How to round.
    to : Format, optional
        Format of the result, if not that of the operands. It must have what the operands can
        bring about: infinity and NaN.
    other : Format, optional
        Format of ``b``, if not that of ``a``.

    Raises
    ------
    ValueError
        If the format cannot hold a product (e8m0fnu), a width is wrong, or the policy does not
        fit the format.
    """
    to, other = to or fmt, other or fmt
    policy = resolve_overflow(to, overflow)
    raw_a = unpack(gates, fmt, a, "unpack_a")
    raw_b = unpack(gates, other, b, "unpack_b")
    builder = gates.builder

    with builder.scope("significand_product", a=raw_a.significand, b=raw_b.significand):
        product = builder.name_word(
            "product", array_multiply(gates, raw_a.significand, raw_b.significand)
        )
    # Subnormals, which have the lowest exponent, count as 1.
    lowest = 2 - fmt.bias - other.bias + to.bias
    with builder.scope("exponent_sum", a=raw_a.exponent, b=raw_b.exponent):
        height, is_below = _height(gates, raw_a, raw_b, lowest)

    magnitude = finish(
        gates,
        to,
        product,
        height,
        is_below,
        lowest=lowest,
        # Unless two subnormals can give a normal result, one significand has its hidden bit.
        max_zeros=None if lowest > 0 else max(fmt.precision, other.precision),
        zeros=(raw_a.is_zero, raw_b.is_zero),
        control=control,
        sign=gates.xor(raw_a.sign, raw_b.sign, name="sign") if control.uses_sign else ZERO,
        name="product",
    )

    with builder.scope("special_values"):
        invalid = (
            gates.and_(raw_a.is_infinite, raw_b.is_zero, name="invalid"),
            gates.and_(raw_b.is_infinite, raw_a.is_zero, name="invalid"),
        )
        is_nan = gates.or_(raw_a.is_nan, raw_b.is_nan, *invalid, name="nan")
        control.raise_invalid(gates, *invalid, nans=(raw_a.is_nan, raw_b.is_nan))
        is_infinite = gates.or_(raw_a.is_infinite, raw_b.is_infinite, name="infinite")
        sign = gates.xor(raw_a.sign, raw_b.sign, name="sign")
    return pack(
        gates,
        to,
        policy,
        sign=sign,
        magnitude=magnitude,
        is_nan=is_nan,
        is_infinite=is_infinite,
        too_large=None if fmt.max_value * other.max_value > to.max_value else ZERO,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


def _height(gates: GateLibrary, a: RawFloat, b: RawFloat, lowest: int) -> tuple[Word, Bit]:
    """Return the height of the product's top bit above the exponent of the subnormals.

    That is the sum of the exponents, from ``lowest`` for two subnormals upwards. In two's
    complement without its sign bit, which is the second value.
    """
    bits = max(len(a.exponent), len(b.exponent))
    first, second = (word + (ZERO,) * (bits - len(word)) for word in (a.exponent, b.exponent))
    total = add(gates, first, second)
    builder = gates.builder
    if lowest < 2:
        difference, not_below = subtract(gates, total, constant(2 - lowest, len(total)))
        is_below = gates.not_(builder.rename("not_below", not_below)) if lowest < 0 else ZERO
        return builder.name_word("height", difference), is_below
    offset = lowest - 2
    width = max(len(total), offset.bit_length())
    padded = total + (ZERO,) * (width - len(total))
    return builder.name_word("height", add(gates, padded, constant(offset, width))), ZERO


RECORDS = (
    Operation(
        name="multiply",
        summary="y = a * b, rounded to nearest even",
        operands=("a", "b"),
        circuit=multiply,
        result=Result.ROUNDED,
        order=10,
    ),
)
