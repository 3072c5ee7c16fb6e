# SPDX-License-Identifier: Apache-2.0
"""Operations on the sign of a float as neuron graphs: negate, absolute value, ReLU, copies of it.

Nothing is rounded, so most bits of the result are those of the operand. What changes a sign only
leaves a NaN what it is but for that, as IEEE 754-2019 (5.5.1) wants; :func:`canonical_result` makes it
the canonical one, as it is everywhere else, ReLU included.
"""

from functools import partial

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.unpack import canonicalize, unpack
from spikefloat.rtl_gen.formats import Format, NanEncoding
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["RECORDS", "absolute", "canonical_result", "copy_sign", "negate", "relu"]


def negate(gates: GateLibrary, fmt: Format, a: Word) -> Word:
    """Return the code of ``-a``, of NaN too.

    Zero and NaN of a format without negative zero, which have no sign, stay.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operand and result.
    a : Word
        Code of the operand.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or the width is wrong.
    """
    raw = unpack(gates, fmt, a)
    if fmt.nan is NanEncoding.NEGATIVE_ZERO:
        # Neither zero nor NaN, which stands in the place of negative zero, changes.
        sign = gates.xor(raw.sign, gates.not_(raw.is_zero), name="sign")
    else:
        sign = gates.not_(raw.sign)
    return (*a[:-1], sign)


def absolute(gates: GateLibrary, fmt: Format, a: Word) -> Word:
    """Return the code of ``|a|``; a NaN becomes positive.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operand and result.
    a : Word
        Code of the operand.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or the width is wrong.
    """
    raw = unpack(gates, fmt, a)
    sign = raw.is_nan if fmt.nan is NanEncoding.NEGATIVE_ZERO else ZERO
    return (*a[:-1], sign)


def relu(gates: GateLibrary, fmt: Format, a: Word) -> Word:
    """Return the code of ``a`` where it is positive or NaN, else that of +0.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operand and result.
    a : Word
        Code of the operand.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or the width is wrong.
    """
    raw = unpack(gates, fmt, a)
    if fmt.nan is NanEncoding.NEGATIVE_ZERO:
        # The only negative code that is kept is NaN, and its magnitude is zero anyway.
        keep, sign = gates.not_(raw.sign), raw.is_nan
    else:
        keep, sign = gates.or_(gates.not_(raw.sign), raw.is_nan, name="keep"), ZERO
    magnitude = tuple(gates.and_(bit, keep, name="kept") for bit in a[:-1])
    return canonicalize(gates, fmt, (*magnitude, sign), raw.is_nan)


def copy_sign(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    b: Word,
    *,
    inverts: bool = False,
    keeps_own: bool = False,
) -> Word:
    """Return ``a`` with the sign of ``b``; NaN stays what it is but for its sign.

    Zero and NaN of a format without negative zero, which have no sign, stay.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operands and result.
    a, b : Word
        Codes of the operands.
    inverts : bool
        Whether the opposite sign is taken.
    keeps_own : bool
        Whether the exclusive or with the sign of ``a`` is taken.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or a width is wrong.
    """
    raw_a, sign = unpack(gates, fmt, a, "unpack_a"), unpack(gates, fmt, b, "unpack_b").sign
    if fmt.nan is NanEncoding.NEGATIVE_ZERO and keeps_own:
        sign = gates.and_(sign, gates.not_(raw_a.is_zero), name="other_sign")
    if keeps_own:
        return (*a[:-1], gates.xor(raw_a.sign, sign, name="sign"))
    if inverts:
        sign = gates.not_(sign)
    if fmt.nan is NanEncoding.NEGATIVE_ZERO:
        sign = gates.mux(raw_a.is_zero, raw_a.sign, sign, name="sign")
    return (*a[:-1], sign)


def canonical_result(gates: GateLibrary, fmt: Format, a: Word, result: Word | Bit) -> Word:
    """Return a code that differs from ``a`` in the sign at most, or the canonical NaN if it is NaN.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operand and result.
    a : Word
        Code of the operand.
    result : Word
        The code that an operation on signs has made of it.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or a width is wrong.
    """
    assert not isinstance(result, Bit)
    return canonicalize(gates, fmt, result, unpack(gates, fmt, a).is_nan)


RECORDS = (
    Operation(
        name="negate",
        summary="y = -a",
        operands=("a",),
        circuit=negate,
        result=Result.EXACT,
        keeps_nan=True,
        order=50,
    ),
    Operation(
        name="absolute",
        summary="y = |a|",
        operands=("a",),
        circuit=absolute,
        result=Result.EXACT,
        keeps_nan=True,
        drops_sign=True,
        order=60,
    ),
    Operation(
        name="relu",
        summary="y = a if a > 0, else +0",
        operands=("a",),
        circuit=relu,
        result=Result.EXACT,
        order=70,
    ),
    Operation(
        name="copy_sign",
        summary="y = a with the sign of b",
        operands=("a", "b"),
        circuit=copy_sign,
        result=Result.EXACT,
        keeps_nan=True,
        order=75,
    ),
    Operation(
        name="negate_sign",
        summary="y = a with the opposite of the sign of b",
        operands=("a", "b"),
        circuit=partial(copy_sign, inverts=True),
        result=Result.EXACT,
        keeps_nan=True,
        order=76,
    ),
    Operation(
        name="xor_sign",
        summary="y = a with the exclusive or of both signs",
        operands=("a", "b"),
        circuit=partial(copy_sign, keeps_own=True),
        result=Result.EXACT,
        keeps_nan=True,
        order=77,
    ),
)
