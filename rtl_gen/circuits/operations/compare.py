# SPDX-License-Identifier: Apache-2.0
"""Comparisons of floats as neuron graphs, and minimum and maximum.

Codes of one sign are in the order of their magnitudes as integers, so one chain of carries
compares them; the sign of ``a`` enters as its first carry, which makes of "above" the "at least"
that the reversed order of negative numbers needs.
"""

from spikefloat.rtl_gen.circuits.operation import Operation, Result, has_arithmetic
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, canonicalize, unpack
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import invert, mux_word

__all__ = ["RECORDS", "equal", "less", "maximum", "minimum", "unordered"]


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
    raw_a, raw_b = _unpack(gates, fmt, a, b)
    # As -0 is not below +0, it takes part as +0; on the other side this makes no difference.
    negative = raw_a.sign
    if fmt.has_negative_zero:
        negative = gates.and_(raw_a.sign, gates.not_(raw_a.is_zero), name="negative")
    before = _is_before(gates, a, b, negative)
    return gates.and_(before, gates.not_(raw_a.is_nan), gates.not_(raw_b.is_nan), name="less")


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
    raw_a, raw_b = _unpack(gates, fmt, a, b)
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
    raw_a, raw_b = _unpack(gates, fmt, a, b)
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
    raw_a, raw_b = _unpack(gates, fmt, a, b)
    return _choose(gates, fmt, _is_before(gates, a, b, a[-1]), a, b, raw_a, raw_b)


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
    raw_a, raw_b = _unpack(gates, fmt, a, b)
    first = gates.not_(_is_before(gates, a, b, a[-1]))
    return _choose(gates, fmt, first, a, b, raw_a, raw_b)


def _unpack(gates: GateLibrary, fmt: Format, a: Word, b: Word) -> tuple[RawFloat, RawFloat]:
    return unpack(gates, fmt, a, "unpack_a"), unpack(gates, fmt, b, "unpack_b")


def _is_before(gates: GateLibrary, a: Word, b: Word, negative: Bit) -> Bit:
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


RECORDS = (
    Operation(
        name="less",
        summary="whether a < b",
        operands=("a", "b"),
        circuit=less,
        result=Result.PREDICATE,
        order=80,
    ),
    Operation(
        name="equal",
        summary="whether a = b",
        operands=("a", "b"),
        circuit=equal,
        result=Result.PREDICATE,
        order=90,
    ),
    Operation(
        name="unordered",
        summary="whether a or b is NaN",
        operands=("a", "b"),
        circuit=unordered,
        result=Result.PREDICATE,
        formats=lambda fmt: has_arithmetic(fmt) and fmt.has_nan,
        order=100,
    ),
    Operation(
        name="minimum",
        summary="the lesser of a and b, NaN if either is",
        operands=("a", "b"),
        circuit=minimum,
        result=Result.EXACT,
        order=110,
    ),
    Operation(
        name="maximum",
        summary="the greater of a and b, NaN if either is",
        operands=("a", "b"),
        circuit=maximum,
        result=Result.EXACT,
        order=120,
    ),
)
