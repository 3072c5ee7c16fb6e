# SPDX-License-Identifier: Apache-2.0
"""Operations on the sign of a float as neuron graphs: negate, absolute value, ReLU.

Nothing is rounded, so most bits of the result are those of the operand. NaN results are the
canonical NaN, as everywhere.
"""

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.unpack import canonicalize, unpack
from spikefloat.rtl_gen.formats import Format, NanEncoding
from spikefloat.rtl_gen.neurons.builder import ZERO, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["RECORDS", "absolute", "negate", "relu"]


def negate(gates: GateLibrary, fmt: Format, a: Word) -> Word:
    """Return the code of ``-a``; the only zero of a format without negative zero stays.

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
    return canonicalize(gates, fmt, (*a[:-1], sign), raw.is_nan)


def absolute(gates: GateLibrary, fmt: Format, a: Word) -> Word:
    """Return the code of ``|a|``.

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
    return canonicalize(gates, fmt, (*a[:-1], sign), raw.is_nan)


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


RECORDS = (
    Operation(
        name="negate",
        summary="y = -a",
        operands=("a",),
        circuit=negate,
        result=Result.EXACT,
        order=50,
    ),
    Operation(
        name="absolute",
        summary="y = |a|",
        operands=("a",),
        circuit=absolute,
        result=Result.EXACT,
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
)
