# SPDX-License-Identifier: Apache-2.0
"""Comparisons of floats as neuron graphs, and minimum and maximum.

Codes of one sign are in the order of their magnitudes as integers, so one chain of carries
compares them; the sign of ``a`` enters as its first carry, which makes of "above" the "at least"
that the reversed order of negative numbers needs.
"""

from collections.abc import Callable

from spikefloat.rtl_gen.circuits.operation import Operation, Result, has_arithmetic
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, canonicalize, unpack
from spikefloat.rtl_gen.formats import Format, NanEncoding
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import invert, mux_word

__all__ = [
    "RECORDS",
    "equal",
    "is_before",
    "less",
    "less_equal",
    "maximum",
    "minimum",
    "total_order",
    "unordered",
    "unpack_pair",
]


def less(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> Bit:
    """Return whether ``a < b``; zeros are equal, and NaN is less than nothing.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the operands.
    a, b : Word
        Codes of the operands.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or a width is wrong.
    """
    raw_a, raw_b = unpack_pair(gates, fmt, a, b)
    before = is_before(gates, a, b, _negative(gates, fmt, raw_a))
    return gates.and_(before, gates.not_(raw_a.is_nan), gates.not_(raw_b.is_nan), name="less")


def less_equal(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> Bit:
    """Return whether ``a <= b``, which is false if either is NaN; see :func:`less`."""
    raw_a, raw_b = unpack_pair(gates, fmt, a, b)
    after = is_before(gates, b, a, _negative(gates, fmt, raw_b))
    return gates.and_(
        gates.not_(after), gates.not_(raw_a.is_nan), gates.not_(raw_b.is_nan), name="less_equal"
    )


def total_order(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> Bit:
    """Return whether ``a`` comes before ``b`` or is the same code: IEEE 754-2019 ``totalOrder``.

    Negative NaN, minus infinity, negative numbers, -0, +0, positive numbers, infinity, NaN; the NaNs
    of a sign by their payloads. The only NaN of a format without negative zero is the last of all.
    See :func:`less`.
    """
    raw_a, raw_b = unpack_pair(gates, fmt, a, b)
    ordered = gates.not_(is_before(gates, b, a, b[-1]))
    if fmt.nan is not NanEncoding.NEGATIVE_ZERO:
        return gates.builder.rename("ordered", ordered)
    return gates.and_or(ordered, gates.not_(raw_a.is_nan), raw_b.is_nan, name="ordered")


def equal(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> Bit:
    """Return whether ``a == b``; zeros are equal, and NaN is equal to nothing.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the operands.
    a, b : Word
        Codes of the operands.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or a width is wrong.
    """
    raw_a, raw_b = unpack_pair(gates, fmt, a, b)
    ordered = gates.not_(raw_a.is_nan)
    if not fmt.has_negative_zero:
        return gates.and_(gates.equal(a, b), ordered, name="equal")
    with gates.builder.scope("compare", a=a, b=b):
        same_magnitude = gates.equal(a[:-1], b[:-1])
        opposite = gates.xor(raw_a.sign, raw_b.sign, name="opposite")
    unequal_signs = gates.and_(opposite, gates.not_(raw_a.is_zero), name="unequal_signs")
    return gates.and_(same_magnitude, gates.not_(unequal_signs), ordered, name="equal")


def unordered(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> Bit:
    """Return whether ``a`` or ``b`` is NaN.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the operands.
    a, b : Word
        Codes of the operands.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or a width is wrong.
    """
    raw_a, raw_b = unpack_pair(gates, fmt, a, b)
    return gates.or_(raw_a.is_nan, raw_b.is_nan, name="unordered")


def minimum(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> Word:
    """Return the code of the lesser of ``a`` and ``b``: IEEE 754-2019 ``minimum``.

    NaN if either is NaN; -0 is less than +0.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operands and result.
    a, b : Word
        Codes of the operands.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or a width is wrong.
    """
    raw_a, raw_b = unpack_pair(gates, fmt, a, b)
    return _choose(gates, fmt, is_before(gates, a, b, a[-1]), a, b, raw_a, raw_b)


def maximum(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> Word:
    """Return the code of the greater of ``a`` and ``b``: IEEE 754-2019 ``maximum``.

    NaN if either is NaN; +0 is greater than -0.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operands and result.
    a, b : Word
        Codes of the operands.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or a width is wrong.
    """
    raw_a, raw_b = unpack_pair(gates, fmt, a, b)
    first = gates.not_(is_before(gates, a, b, a[-1]))
    return _choose(gates, fmt, first, a, b, raw_a, raw_b)


def unpack_pair(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> tuple[RawFloat, RawFloat]:
    """Take both codes apart."""
    return unpack(gates, fmt, a, "unpack_a"), unpack(gates, fmt, b, "unpack_b")


def _negative(gates: GateLibrary, fmt: Format, raw: RawFloat) -> Bit:
    """Return the sign of the first operand of a comparison by value.

    As -0 is not below +0, it takes part as +0; on the other side this makes no difference.
    """
    if not fmt.has_negative_zero:
        return raw.sign
    return gates.and_(raw.sign, gates.not_(raw.is_zero), name="negative")


def is_before(gates: GateLibrary, a: Word, b: Word, negative: Bit) -> Bit:
    """Return whether ``a`` is before ``b`` in the order of signs and magnitudes.

    ``negative`` is the sign of ``a`` that counts.
    """
    with gates.builder.scope("compare", a=a, b=b):
        # |b| > |a|, or |b| >= |a| if a is negative.
        above = gates.carry_out(b[:-1], invert(gates, a[:-1]), negative)
        both_positive = gates.and_(
            above, gates.not_(negative), gates.not_(b[-1]), name="before_positive"
        )
        stays = gates.and_(b[-1], above, name="not_before_negative")
        return gates.and_or(negative, gates.not_(stays), both_positive, name="before")


def _choose(
    gates: GateLibrary,
    fmt: Format,
    a_first: Bit,
    a: Word,
    b: Word,
    raw_a: RawFloat,
    raw_b: RawFloat,
) -> Word:
    """Return ``a`` if ``a_first`` is set, else ``b``; but an operand that is NaN always."""
    with gates.builder.scope("choose", a=a, b=b):
        is_nan = ZERO
        if fmt.has_nan:
            a_first = gates.and_or(a_first, gates.not_(raw_b.is_nan), raw_a.is_nan, name="a_first")
            is_nan = gates.or_(raw_a.is_nan, raw_b.is_nan, name="nan")
        return canonicalize(gates, fmt, mux_word(gates, a_first, a, b), is_nan)


def _swapped(circuit: Callable[..., Bit]) -> Callable[..., Bit]:
    """Return a comparison of its operands in the opposite order."""
    return lambda gates, fmt, a, b: circuit(gates, fmt, b, a)


RECORDS = (
    Operation(
        name="less",
        summary="whether a < b",
        operands=("a", "b"),
        circuit=less,
        result=Result.PREDICATE,
        signals=True,
        order=80,
    ),
    Operation(
        name="equal",
        summary="whether a = b",
        operands=("a", "b"),
        circuit=equal,
        result=Result.PREDICATE,
        signals=True,
        order=90,
    ),
    Operation(
        name="less_equal",
        summary="whether a <= b",
        operands=("a", "b"),
        circuit=less_equal,
        result=Result.PREDICATE,
        signals=True,
        order=92,
    ),
    Operation(
        name="greater",
        summary="whether a > b",
        operands=("a", "b"),
        circuit=_swapped(less),
        result=Result.PREDICATE,
        signals=True,
        order=94,
    ),
    Operation(
        name="greater_equal",
        summary="whether a >= b",
        operands=("a", "b"),
        circuit=_swapped(less_equal),
        result=Result.PREDICATE,
        signals=True,
        order=96,
    ),
    Operation(
        name="unordered",
        summary="whether a or b is NaN",
        operands=("a", "b"),
        circuit=unordered,
        result=Result.PREDICATE,
        signals=True,
        formats=lambda fmt: has_arithmetic(fmt) and fmt.has_nan,
        order=100,
    ),
    Operation(
        name="total_order",
        summary="whether a is b or before it, -0 before +0, NaN at the ends",
        operands=("a", "b"),
        circuit=total_order,
        result=Result.PREDICATE,
        order=105,
    ),
    Operation(
        name="minimum",
        summary="the lesser of a and b, NaN if either is",
        operands=("a", "b"),
        circuit=minimum,
        result=Result.EXACT,
        signals=True,
        order=110,
    ),
    Operation(
        name="maximum",
        summary="the greater of a and b, NaN if either is",
        operands=("a", "b"),
        circuit=maximum,
        result=Result.EXACT,
        signals=True,
        order=120,
    ),
)
