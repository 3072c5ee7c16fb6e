# SPDX-License-Identifier: Apache-2.0
"""The next value up or down as a neuron graph."""

from functools import partial

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.unpack import canonicalize, unpack
from spikefloat.rtl_gen.formats import Format, NanEncoding
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import add, equal_constant

__all__ = ["RECORDS", "next_value"]


def next_value(gates: GateLibrary, fmt: Format, a: Word, *, is_down: bool = False) -> Word:
    """Return the code of the least value above ``a``, or of the greatest one below it.

    The infinity of that direction stays, or the largest finite value of a format without infinity;
    NaN stays. After the value nearest to zero comes the zero of its sign; after either zero the
    nearest value in that direction.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operand and result.
    a : Word
        Code of the operand.
    is_down : bool
        Whether to go down.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or the width is wrong.
    """
    raw = unpack(gates, fmt, a)
    builder = gates.builder
    *magnitude, sign = a
    with builder.scope("step", code=a):
        towards = sign if is_down else gates.not_(sign)
        grows = gates.or_(raw.is_zero, towards, name="grows")
        last = fmt.max_code if fmt.infinity_code is None else fmt.infinity_code
        at_end = gates.and_(equal_constant(gates, tuple(magnitude), last), towards, name="at_end")
        stays = gates.or_(at_end, raw.is_nan, name="stays")
        # One more: a carry into the lowest bit; one less: minus one; or nothing.
        up = gates.and_(grows, gates.not_(stays), name="up")
        down = gates.not_(gates.or_(grows, stays, name="not_down"))
        moved = add(gates, tuple(magnitude), (down,) * len(magnitude), up)[:-1]
        builder.name_word("moved", moved)
    with builder.scope("sign"):
        keeps = gates.not_(raw.is_zero)
        if fmt.nan is NanEncoding.NEGATIVE_ZERO:
            keeps = gates.or_(*moved, name="nonzero")
        new: Bit = gates.and_(sign, keeps, name="sign")
        if is_down:
            # The zero goes to the smallest negative value.
            is_zero = raw.is_zero
            if fmt.nan is NanEncoding.NEGATIVE_ZERO:
                is_zero = gates.and_(raw.is_zero, gates.not_(raw.is_nan), name="zero")
            new = gates.or_(new, is_zero, name="sign")
        if fmt.nan is NanEncoding.NEGATIVE_ZERO:
            new = gates.or_(new, raw.is_nan, name="sign")
    return canonicalize(gates, fmt, (*moved, new), raw.is_nan)


RECORDS = (
    Operation(
        name="next_up",
        summary="y = the least value above a",
        operands=("a",),
        circuit=next_value,
        result=Result.EXACT,
        signals=True,
        order=151,
    ),
    Operation(
        name="next_down",
        summary="y = the greatest value below a",
        operands=("a",),
        circuit=partial(next_value, is_down=True),
        result=Result.EXACT,
        signals=True,
        order=152,
    ),
)
