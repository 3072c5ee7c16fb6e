# SPDX-License-Identifier: Apache-2.0
"""The fused multiply-add as a neuron graph: ``a * b + c`` with one rounding.

The significands of ``a`` and ``b`` are multiplied exactly. Product and ``c`` then meet in a window
in which the product has a fixed place, and ``c`` is moved::

    bits of the window     p           2       2p         2      1
    c, if much larger     [   c   ]
    product                                   [ product ]
    c, if much smaller                                         [c] sticky

How wide the window must be, for a precision of ``p`` bits:

- Above the product: ``p`` bits for a larger ``c``, and a gap of 2 bits. If ``c`` is larger still,
  the product stays where it is, too large. But then both it and the true one are below a quarter of
  the last place of ``c``, where nothing but its sign matters.
- Below the product: 2 guard bits and the sticky bit. What is cut off matters only if ``c`` is small
  beside a product whose leading one is, at worst, followed by ``p - 1`` bits of the product (one
  factor is a subnormal of a single bit, the other is normal). A difference may lose that one, and
  then 2 more bits are its last place and the half unit.

Formats of few exponents need less, as not all of this can happen. The tests try every triple of
operands of up to 8 bits, and show that one bit less is too little for each margin of each format.

The top of the window stands for the exponent of the product or for that of ``c``, whichever is
larger in this sense. That is never below the exponent of the subnormals, so nothing has to be moved
down afterwards: a product too small to matter has been raised into the window, where it still is.
"""

from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.rounding import normalize, round_significand
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import (
    add,
    array_multiply,
    at_least,
    gate_word,
    shift_right_sticky,
    subtract,
)

__all__ = ["RECORDS", "Margins", "find_margins", "fma"]


class Margins(NamedTuple):
    """Bits of the window that belong to neither operand."""

    gap: int  #: Between the place of a larger ``c`` and that of the product.
    guard_bits: int  #: Below the product, besides the sticky bit.


def find_margins(fmt: Format, extra_bits: int = 0) -> Margins:
    """Return the margins that a format needs: 2 and 2, less where exponents are few.

    Rounding may look at extra bits below the half unit.
    """
    top = fmt.max_code >> fmt.mantissa_bits
    # How far the product of the smallest normals is below the place of the largest c, at most.
    gap = top - 3 - fmt.precision + fmt.bias
    # How far c is below the last bit of a product with one subnormal factor, at most. The sticky
    # bit holds one bit exactly, if it is not the leading one.
    depth = top + 1 - fmt.precision - fmt.bias
    if extra_bits:
        return Margins(2 + extra_bits, 2 + extra_bits)
    # A short product that is a power of two, less a small c, has no bit left for the half unit.
    least = max(3 - fmt.precision, 0)
    return Margins(min(max(gap, 0), 2), min(max((depth + 1) // 2, least), 2))


def fma(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    b: Word,
    c: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
    margins: Margins | None = None,
    negate_product: bool | Bit = False,
    negate_c: bool | Bit = False,
) -> Word:
    """Return the code of ``a * b + c``, or with other signs, rounded once.

    NaN if an operand is NaN, infinity meets zero, or infinities cancel; an exact zero is +0 unless
    both the product and ``c`` are negative zeros.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operands and result.
    a, b, c : Word
        Codes of the operands.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the format's default if None.
    control : RoundingControl
        How to round.
    margins : Margins, optional
        Margins of the window; by default what is needed.
    negate_product, negate_c : bool or Bit
        Whether the product, and ``c``, have the opposite sign; a bit if an operand decides.

    Raises
    ------
    ValueError
        If the format cannot hold a sum (e8m0fnu), a width is wrong, or the policy does not fit
        the format.
    """
    policy = resolve_overflow(fmt, overflow)
    margins = margins or find_margins(fmt, control.extra_bits)
    raw_a, raw_b, raw_c = _unpack(gates, fmt, (a, b, c), (negate_product, negate_c))
    builder = gates.builder
    product, product_sign, product_zero, opposite = _multiply(gates, raw_a, raw_b, raw_c.sign)
    with builder.scope(
        "compare", a_exponent=raw_a.exponent, b_exponent=raw_b.exponent, c_exponent=raw_c.exponent
    ):
        distance, height = _compare(gates, fmt, raw_a, raw_b, raw_c, product_zero, margins)
    with builder.scope("align", significand=raw_c.significand, distance=distance):
        aligned = _align(gates, raw_c.significand, distance, margins)
    with builder.scope("combine", product=product, aligned=aligned, opposite=(opposite,)):
        total, product_larger = _combine(gates, product, aligned, opposite, margins)
    with builder.scope("normalize", total=total, height=height):
        # The sticky bit cannot be the leading one.
        normalized, sticky, left, is_nonzero = normalize(
            gates,
            total,
            height,
            kept_bits=fmt.precision + 1 + control.extra_bits,
            max_zeros=len(total) - 2,
        )
    with builder.scope("round", significand=normalized, exponent=left):
        early = ZERO
        if control.uses_sign:
            early = gates.mux(product_larger, product_sign, raw_c.sign, name="rounded_sign")
        magnitude = round_significand(
            gates, gate_word(gates, left, is_nonzero), normalized, sticky, control, early
        )

    with builder.scope("special_values"):
        is_nan, is_infinite, sign = _special_values(
            gates,
            (raw_a, raw_b, raw_c),
            _Signs(product_sign, opposite, product_zero, product_larger, is_nonzero),
            control,
        )
    return pack(
        gates,
        fmt,
        policy,
        sign=sign,
        magnitude=magnitude,
        is_nan=is_nan,
        is_infinite=is_infinite,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


class _Signs(NamedTuple):
    """What decides the sign of the result, and whether infinities cancel."""

    product: Bit
    opposite: Bit  #: Whether that of ``c`` is another one.
    product_zero: Bit
    product_larger: Bit
    is_nonzero: Bit


def _special_values(
    gates: GateLibrary,
    raws: tuple[RawFloat, RawFloat, RawFloat],
    signs: _Signs,
    control: RoundingControl,
) -> tuple[Bit, Bit, Bit]:
    """Return whether the result is NaN, whether it is infinite, and its sign."""
    a, b, c = raws
    product_infinite = gates.or_(a.is_infinite, b.is_infinite, name="product_infinite")
    invalid_product = gates.and_(product_infinite, signs.product_zero, name="invalid_product")
    invalid_sum = gates.and_(product_infinite, c.is_infinite, signs.opposite, name="invalid_sum")
    is_nan = gates.or_(a.is_nan, b.is_nan, c.is_nan, invalid_product, invalid_sum, name="nan")
    # Infinity times zero is invalid even if NaN is added.
    factors = (a.is_nan, b.is_nan)
    control.raise_invalid(gates, invalid_product, invalid_sum, nans=factors)
    is_infinite = gates.or_(product_infinite, c.is_infinite, name="infinite")
    sign_of_product = gates.and_or(
        signs.product_larger,
        gates.not_(c.is_infinite),
        product_infinite,
        name="sign_of_product",
    )
    larger_sign = gates.mux(sign_of_product, signs.product, c.sign, name="larger_sign")
    has_sign = gates.or_(signs.is_nonzero, is_infinite, name="has_sign")
    zero_sign = control.zero_sign(gates, signs.product, c.sign, has_sign)
    return is_nan, is_infinite, gates.and_or(larger_sign, has_sign, zero_sign, name="sign")


def _unpack(
    gates: GateLibrary,
    fmt: Format,
    codes: tuple[Word, Word, Word],
    negate: tuple[bool | Bit, bool | Bit],
) -> tuple[RawFloat, RawFloat, RawFloat]:
    """Return the operands, with the signs of the product and of ``c`` as they are to be."""
    a, b, c = (
        unpack(gates, fmt, code, f"unpack_{name}") for name, code in zip("abc", codes, strict=True)
    )
    a = replace(a, sign=_negated(gates, a.sign, negate[0]))
    c = replace(c, sign=_negated(gates, c.sign, negate[1]))
    return a, b, c


def _negated(gates: GateLibrary, sign: Bit, negate: bool | Bit) -> Bit:
    """Return a sign, or the opposite one."""
    if isinstance(negate, Bit):
        return gates.xor(sign, negate, name="sign")
    return gates.not_(sign) if negate else sign


def _multiply(
    gates: GateLibrary, a: RawFloat, b: RawFloat, sign_c: Bit
) -> tuple[Word, Bit, Bit, Bit]:
    """Return the product, its sign, whether it is zero, and whether ``c`` has another sign."""
    with gates.builder.scope("significand_product", a=a.significand, b=b.significand):
        product = gates.builder.name_word(
            "product", array_multiply(gates, a.significand, b.significand)
        )
        product_sign = gates.xor(a.sign, b.sign, name="product_sign")
        product_zero = gates.or_(a.is_zero, b.is_zero, name="product_zero")
        opposite = gates.xor(product_sign, sign_c, name="opposite")
    return product, product_sign, product_zero, opposite


def _compare(
    gates: GateLibrary,
    fmt: Format,
    a: RawFloat,
    b: RawFloat,
    c: RawFloat,
    product_zero: Bit,
    margins: Margins,
) -> tuple[Word, Word]:
    """Return how far ``c`` has to be moved down, and the height of the top of the window."""
    highest = (1 << fmt.exponent_bits) - 1
    # Where the top of the window would be for the product, above where it would be for c.
    offset = fmt.precision + margins.gap - fmt.bias
    width = max(2 * highest + offset, highest - 3 - offset).bit_length() + 1
    padding = (ZERO,) * (width - fmt.exponent_bits)
    ones = constant((1 << fmt.exponent_bits) - 1, fmt.exponent_bits)
    height_of_c = add(gates, c.exponent, ones)[:-1]
    product_exponent = add(gates, a.exponent, b.exponent) + padding[1:]
    minus_c, _ = subtract(gates, constant(offset % (1 << width), width), height_of_c + padding)
    *difference, is_below = add(gates, product_exponent, minus_c)[:-1]
    counts = gates.not_(gates.or_(is_below, product_zero, name="c_alone"))
    distance = gate_word(gates, tuple(difference), counts)
    height = add(gates, distance, height_of_c + padding[1:])
    name_word = gates.builder.name_word
    return name_word("distance", distance), name_word("height", height)


def _align(gates: GateLibrary, significand: Word, distance: Word, margins: Margins) -> Word:
    """Return ``c`` in the window; the lowest bit is the sticky one."""
    empty = margins.guard_bits + 2 * len(significand) + margins.gap
    steps = (empty + len(significand) - 1).bit_length()
    # Beyond the window all of c is sticky.
    far = gates.or_(*distance[steps:], name="far")
    near = gate_word(gates, significand, gates.not_(far))
    lost = gates.and_(far, gates.or_(*significand, name="nonzero"), name="lost")
    moved, sticky = shift_right_sticky(
        gates, (ZERO,) * empty + near, distance[:steps], lost, narrow_first=True
    )
    return gates.builder.name_word("aligned", (sticky, *moved))


def _combine(
    gates: GateLibrary, product: Word, aligned: Word, opposite: Bit, margins: Margins
) -> tuple[Word, Bit]:
    """Return the magnitude of the sum, and whether the product is the larger of two opposites."""
    low = margins.guard_bits + 1  # bits below the product
    above = len(aligned) - low - len(product)
    c_at_least = at_least(gates, aligned[low:], product + (ZERO,) * above)
    c_larger = gates.and_(opposite, c_at_least, name="c_larger")
    product_larger = gates.and_(opposite, gates.not_(c_at_least), name="product_larger")
    # The smaller of two opposites is complemented; above the product c is zero if it is that.
    overlap, rest = aligned[: low + len(product)], aligned[low + len(product) :]
    left = tuple(gates.xor(bit, product_larger, name="left") for bit in overlap) + rest
    right = tuple(gates.xor(bit, c_larger, name="right") for bit in product)
    right = (c_larger,) * low + right + (opposite,) * above
    total = add(gates, left, right, opposite)[:-1]
    return gates.builder.name_word("total", total), product_larger


def _record(name: str, formula: str, order: int, **signs: Any) -> Operation:
    return Operation(
        name=name,
        summary=f"y = {formula}, rounded once to nearest even",
        operands=("a", "b", "c"),
        circuit=partial(fma, **signs),
        result=Result.ROUNDED,
        order=order,
    )


RECORDS = (
    _record("fma", "a * b + c", 40),
    _record("fma_subtract", "a * b - c", 41, negate_c=True),
    _record("fma_negate", "-(a * b) + c", 42, negate_product=True),
    _record("fma_negate_subtract", "-(a * b) - c", 43, negate_product=True, negate_c=True),
)
