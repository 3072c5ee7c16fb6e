# SPDX-License-Identifier: Apache-2.0
"""The largest element of a vector, and its index: a balanced tree of comparisons.

NaN is the largest of all. So that a comparison need not look for it, every code becomes a *key*
first: a word in the order of signs and magnitudes in which NaN, of whatever sign and payload, is one
word above all others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.operations.compare import is_before
from spikefloat.rtl_gen.circuits.parts.unpack import canonicalize, unpack
from spikefloat.rtl_gen.circuits.vector_operation import PortRole, Running, VectorOperation
from spikefloat.rtl_gen.formats import Format, NanEncoding, Overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import gate_word, increment, mux_word

__all__ = ["LARGEST", "RECORDS", "vector_argmax", "vector_maximum"]


@dataclass(frozen=True)
class _Largest:
    """The largest of some neighbours."""

    key: Word
    index: Word  #: Which of them, counted from the first; as many bits as that takes.


def vector_maximum(gates: GateLibrary, fmt: Format, to: Format, a: Sequence[Word]) -> list[Word]:
    """Return the code of the largest element: ``maximum`` of IEEE 754-2019, of any number.

    NaN if one is NaN; +0 is greater than -0.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the elements.
    to : Format
        The same, as nothing is rounded.
    a : sequence of Word
        Codes of the elements, at least one.
    """
    key = _largest(gates, fmt, a).key
    return [_code(gates, fmt, key)]


def vector_argmax(gates: GateLibrary, fmt: Format, to: Format, a: Sequence[Word]) -> list[Word]:
    """Return the index of the first element that is the largest; see :func:`vector_maximum`.

    If elements are NaN, it is the index of the first of these. The index has as many bits as that
    of the last element, and at least one.
    """
    index = _largest(gates, fmt, a).index
    return [index or (ZERO,)]


def _largest(gates: GateLibrary, fmt: Format, a: Sequence[Word]) -> _Largest:
    leaves = []
    for number, code in enumerate(a):
        with gates.builder.scope(f"element_{number}", code=code):
            leaves.append(_Largest(_key(gates, fmt, code), ()))
    return _tree(leaves, lambda first, second: _larger(gates, first, second))


def _tree(nodes: Sequence[_Largest], larger: Callable[[_Largest, _Largest], _Largest]) -> _Largest:
    """Return the largest of all; the left part is of the largest power of two of them."""
    if len(nodes) == 1:
        return nodes[0]
    left = 1 << (len(nodes) - 1).bit_length() - 1
    return larger(_tree(nodes[:left], larger), _tree(nodes[left:], larger))


def _larger(gates: GateLibrary, first: _Largest, second: _Largest) -> _Largest:
    """Return the second if it is larger, else the first, which is as long or longer."""
    a, b = first.key, second.key
    with gates.builder.scope("larger", a=a, b=b, index=first.index):
        is_second = is_before(gates, a, b, a[-1])
        key = mux_word(gates, is_second, b, a, "key")
        padding = (ZERO,) * (len(first.index) - len(second.index))
        lower = mux_word(gates, is_second, second.index + padding, first.index, "index")
    return _Largest(key, (*lower, is_second))


def _key(gates: GateLibrary, fmt: Format, code: Word) -> Word:
    """Return a word in whose order NaN is above all others, and all NaNs are one word."""
    if not fmt.has_nan:
        return code
    is_nan = unpack(gates, fmt, code).is_nan
    sign = gates.and_(code[-1], gates.not_(is_nan), name="sign")
    match fmt.nan:
        case NanEncoding.IEEE:
            mantissa = [
                gates.or_(bit, is_nan, name=f"mantissa[{i}]")
                for i, bit in enumerate(code[: fmt.mantissa_bits])
            ]
            return (*mantissa, *code[fmt.mantissa_bits : -1], sign)
        case NanEncoding.ALL_ONES:
            return (*code[:-1], sign)
    return (*code[:-1], is_nan, sign)  # its magnitude is zero, so it has a bit of its own


def _code(gates: GateLibrary, fmt: Format, key: Word) -> Word:
    """Return the code of a key, the canonical NaN for that of NaN."""
    if fmt.nan is NanEncoding.NEGATIVE_ZERO:
        *magnitude, is_nan, sign = key
        return (*magnitude, gates.or_(sign, is_nan, name="sign"))
    if fmt.nan is not NanEncoding.IEEE:
        return key
    return canonicalize(gates, fmt, key, unpack(gates, fmt, key).is_nan)


def _step(gates: GateLibrary, fmt: Format, most: int, state: Word, a: Word, first: Bit) -> Word:
    """Return the larger of the largest key so far and that of another element."""
    key = _key(gates, fmt, a)
    is_new = gates.or_(first, is_before(gates, state, key, state[-1]), name="is_new")
    return mux_word(gates, is_new, key, state, "largest")


def _finish(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    most: int,
    state: Word,
    overflow: Overflow | None = None,
) -> Word:
    """Return the code of the largest key."""
    return _code(gates, fmt, state)


#: How the largest element is found, one after the other.
LARGEST = Running(
    state=lambda fmt, most: _key_width(fmt),
    step=_step,
    finish=_finish,
)


def _key_width(fmt: Format) -> int:
    """Return the bits of a key."""
    return fmt.width + (fmt.nan is NanEncoding.NEGATIVE_ZERO)


def _index_width(most: int) -> int:
    """Return the bits of an index, which are one or more."""
    return max((most - 1).bit_length(), 1)


def _index_step(
    gates: GateLibrary, fmt: Format, most: int, state: Word, a: Word, first: Bit
) -> Word:
    """Return the largest key, which element it is of, and the number of elements."""
    width = _index_width(most)
    key, index, count = state[: -2 * width], state[-2 * width : -width], state[-width:]
    own = _key(gates, fmt, a)
    count = gate_word(gates, count, gates.not_(first))
    is_new = gates.or_(first, is_before(gates, key, own, key[-1]), name="is_new")
    return (
        *mux_word(gates, is_new, own, key, "largest"),
        *mux_word(gates, is_new, count, index, "index"),
        *increment(gates, count, ONE)[:width],
    )


def _index_finish(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    most: int,
    state: Word,
    overflow: Overflow | None = None,
) -> Word:
    """Return the index of the largest key."""
    width = _index_width(most)
    return state[-2 * width : -width]


RECORDS = (
    VectorOperation(
        name="vector_maximum",
        summary="y = the largest of a[0], a[1], ..., NaN if one is NaN",
        operands={"a": PortRole.FLOATS},
        result=PortRole.FLOAT,
        circuit=vector_maximum,
        rounds=False,
        notes=("rounding: none; NaN if an element is NaN; +0 is greater than -0",),
        running=LARGEST,
        order=1,
    ),
    VectorOperation(
        name="vector_argmax",
        summary="y = the index of the first largest of a[0], a[1], ..., or of the first NaN",
        operands={"a": PortRole.FLOATS},
        result=PortRole.INDEX,
        circuit=vector_argmax,
        rounds=False,
        notes=("rounding: none; NaN is the largest of all; +0 is greater than -0",),
        running=Running(
            state=lambda fmt, most: _key_width(fmt) + 2 * _index_width(most),
            step=_index_step,
            finish=_index_finish,
        ),
        order=2,
    ),
)
