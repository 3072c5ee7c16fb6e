# SPDX-License-Identifier: Apache-2.0
"""Questions about one float as neuron graphs: the eight of P3109, and the class of IEEE 754-2019."""

from collections.abc import Callable

from spikefloat.rtl_gen.circuits.operation import Operation, Result, has_arithmetic
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, unpack
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import equal_constant

__all__ = ["CLASS_BITS", "RECORDS", "classify"]

#: Width of the result of :func:`classify`.
CLASS_BITS = 10


def classify(gates: GateLibrary, fmt: Format, a: Word) -> Word:
    """Return a word in which the one bit of the class of ``a`` is set, as RISC-V's ``fclass``.

    From bit 0: negative infinity, normal, subnormal and zero; positive zero, subnormal, normal and
    infinity; signalling NaN, which is never set, and NaN of any kind.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the operand.
    a : Word
        Code of the operand.

    Raises
    ------
    ValueError
        If the format has no sign (e8m0fnu), or the width is wrong.
    """
    raw = unpack(gates, fmt, a)
    kinds = (
        raw.is_infinite,
        _is_normal(gates, fmt, raw, a),
        _is_subnormal(gates, fmt, raw, a),
        raw.is_zero,
    )
    positive = gates.not_(raw.sign)
    with gates.builder.scope("classes"):
        if fmt.has_negative_zero:
            negatives = tuple(gates.and_(kind, raw.sign, name="negative") for kind in kinds)
        else:
            # The zero with a sign is NaN.
            negatives = tuple(gates.and_(kind, raw.sign, name="negative") for kind in kinds[:-1])
            negatives += (ZERO,)
        positives = tuple(gates.and_(kind, positive, name="positive") for kind in kinds)
        return gates.builder.name_word(
            "class", (*negatives, *reversed(positives), ZERO, raw.is_nan)
        )


def _is_normal(gates: GateLibrary, fmt: Format, raw: RawFloat, a: Word) -> Bit:
    special = gates.or_(raw.is_nan, raw.is_infinite, name="special")
    return gates.and_(raw.significand[-1], gates.not_(special), name="is_normal")


def _is_subnormal(gates: GateLibrary, fmt: Format, raw: RawFloat, a: Word) -> Bit:
    mantissa = gates.or_(*raw.significand[:-1], name="any_mantissa")
    return gates.and_(mantissa, gates.not_(raw.significand[-1]), name="is_subnormal")


def _is_finite(gates: GateLibrary, fmt: Format, raw: RawFloat, a: Word) -> Bit:
    return gates.not_(gates.or_(raw.is_nan, raw.is_infinite, name="special"))


def _is_zero(gates: GateLibrary, fmt: Format, raw: RawFloat, a: Word) -> Bit:
    return gates.and_(raw.is_zero, gates.not_(raw.is_nan), name="is_zero")


def _is_one(gates: GateLibrary, fmt: Format, raw: RawFloat, a: Word) -> Bit:
    return equal_constant(gates, a, fmt.bias << fmt.mantissa_bits)


def _is_sign_minus(gates: GateLibrary, fmt: Format, raw: RawFloat, a: Word) -> Bit:
    if fmt.has_negative_zero:
        return raw.sign
    # The sign bit of the only NaN says that it is NaN.
    return gates.and_(raw.sign, gates.not_(raw.is_nan), name="negative")


def _record(
    name: str,
    what: str,
    order: int,
    answer: Callable[[GateLibrary, Format, RawFloat, Word], Bit],
    formats: Callable[[Format], bool] = has_arithmetic,
) -> Operation:
    return Operation(
        name=name,
        summary=f"whether a is {what}",
        operands=("a",),
        circuit=lambda gates, fmt, a: answer(gates, fmt, unpack(gates, fmt, a), a),
        result=Result.PREDICATE,
        formats=formats,
        order=order,
    )


RECORDS = (
    _record("is_zero", "a zero", 141, _is_zero),
    _record("is_one", "one", 142, _is_one),
    _record(
        "is_nan",
        "NaN",
        143,
        lambda gates, fmt, raw, a: raw.is_nan,
        lambda fmt: has_arithmetic(fmt) and fmt.has_nan,
    ),
    _record(
        "is_infinite",
        "an infinity",
        144,
        lambda gates, fmt, raw, a: raw.is_infinite,
        lambda fmt: has_arithmetic(fmt) and fmt.has_infinity,
    ),
    _record(
        "is_finite",
        "finite",
        145,
        _is_finite,
        lambda fmt: has_arithmetic(fmt) and (fmt.has_nan or fmt.has_infinity),
    ),
    _record("is_sign_minus", "negative, -0 included", 146, _is_sign_minus),
    _record("is_normal", "a normal number", 147, _is_normal),
    _record("is_subnormal", "a subnormal number", 148, _is_subnormal),
    Operation(
        name="classify",
        summary="which of ten classes a has, one bit of y for each",
        operands=("a",),
        circuit=classify,
        result=Result.WORD,
        result_width=CLASS_BITS,
        order=149,
    ),
)
