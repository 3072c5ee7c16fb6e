# SPDX-License-Identifier: Apache-2.0
"""Products and sums of operands that each have a format, in a format of their own (P3109, 4.5).

Products need nothing else: their significands may differ in length. Operands of a sum are first
brought, exactly, into one format that holds them all, which may be one of their own; then they are
added there, and the sum is rounded once into the format of the result.
"""

from collections.abc import Callable, Sequence
from functools import partial

from spikefloat.rtl_gen.circuits.operation import has_arithmetic
from spikefloat.rtl_gen.circuits.operations.add import add
from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.operations.multiply import multiply
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, FlagBits, RoundingControl
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, NanEncoding, Overflow, find_format
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["MIXED", "Formats", "can_mix", "common_format", "find_mixed", "product_format"]

#: Formats of the operands, in order.
Formats = tuple[Format, ...]

#: A format or its name, or None where nothing is said.
_Name = Format | str | None


def can_mix(formats: Formats, to: Format) -> bool:
    """Tell whether operands of some formats can have a result in another.

    All must have a zero and a sign, and the result a NaN if an operand has.
    """
    return all(has_arithmetic(fmt) and fmt.is_signed for fmt in (*formats, to)) and (
        to.has_nan or not any(fmt.has_nan for fmt in formats)
    )


def _holds(fmt: Format, other: Format) -> bool:
    """Tell whether a format holds every number of another, infinities, NaN and -0 included."""
    return (
        fmt.precision >= other.precision
        and fmt.max_value >= other.max_value
        and fmt.min_value <= other.min_value
        and fmt.has_infinity >= other.has_infinity
        and fmt.has_nan >= other.has_nan
        and fmt.has_negative_zero >= other.has_negative_zero
    )


def common_format(formats: Formats) -> Format:
    """Return a format that holds every number of some others: one of them, or one made for it."""
    for fmt in formats:
        if all(_holds(fmt, other) for other in formats):
            return fmt
    largest = max(fmt.max_exponent for fmt in formats)
    smallest = min(fmt.min_value for fmt in formats)
    mantissa_bits = max(fmt.mantissa_bits for fmt in formats)
    return _least_format(
        "common",
        mantissa_bits,
        lambda made: made.max_exponent >= largest and made.min_value <= smallest,
    )


def product_format(a: Format, b: Format) -> Format:
    """Return a format that holds every product of two numbers."""
    largest, smallest = a.max_value * b.max_value, a.min_value * b.min_value
    return _least_format(
        "product",
        a.precision + b.precision - 1,
        lambda made: made.max_value >= largest and made.min_value <= smallest,
    )


def _least_format(name: str, mantissa_bits: int, holds: Callable[[Format], bool]) -> Format:
    """Return the format of fewest exponent bits that holds what it has to."""
    exponent_bits = 2
    while True:
        made = Format(
            name=f"{name}_{exponent_bits}_{mantissa_bits}",
            exponent_bits=exponent_bits,
            mantissa_bits=mantissa_bits,
            bias=(1 << exponent_bits - 1) - 1,
            nan=NanEncoding.IEEE,
        )
        if holds(made):
            return made
        exponent_bits += 1


def _multiply(
    gates: GateLibrary,
    formats: Formats,
    to: Format,
    a: Word,
    b: Word,
    *,
    overflow: Overflow | None = None,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    first, second = formats
    return multiply(gates, first, a, b, overflow, control=control, to=to, other=second)


def _add(
    gates: GateLibrary,
    formats: Formats,
    to: Format,
    a: Word,
    b: Word,
    *,
    overflow: Overflow | None = None,
    control: RoundingControl = NEAREST_EVEN,
    minus: bool = False,
) -> Word:
    common = common_format(formats)

    def widened(name: str, fmt: Format, word: Word) -> Word:
        with gates.builder.scope(f"widen_{name}", code=word):
            return word if fmt == common else convert(gates, fmt, common, word)

    wide_a, wide_b = widened("a", formats[0], a), widened("b", formats[1], b)
    return add(gates, common, wide_a, wide_b, overflow, control=control, minus=minus, to=to)


def _fma(
    gates: GateLibrary,
    formats: Formats,
    to: Format,
    a: Word,
    b: Word,
    c: Word,
    *,
    overflow: Overflow | None = None,
    control: RoundingControl = NEAREST_EVEN,
    negate_product: bool = False,
    negate_c: bool = False,
) -> Word:
    wide = product_format(*formats[:2])
    of_product = RoundingControl(flags=None if control.flags is None else FlagBits())
    with gates.builder.scope("exact_product", a=a, b=b):
        product = multiply(gates, formats[0], a, b, control=of_product, to=wide, other=formats[1])
    if negate_product:
        product = (*product[:-1], gates.not_(product[-1]))
    result = _add(
        gates,
        (wide, formats[2]),
        to,
        product,
        c,
        overflow=overflow,
        control=control,
        minus=negate_c,
    )
    if control.flags is not None and of_product.flags is not None:
        # Infinity times zero is invalid even if NaN is added.
        causes = (control.flags.invalid, of_product.flags.invalid)
        control.flags.invalid = gates.or_(*causes, name="invalid")
    return result


#: Circuits by the names of operations, called with a gate library, the formats of the operands, that
#: of the result, a word for each operand, ``overflow`` and ``control``.
MIXED: dict[str, Callable[..., Word]] = {
    "multiply": _multiply,
    "add": _add,
    "subtract": partial(_add, minus=True),
    "fma": _fma,
    "fma_subtract": partial(_fma, negate_c=True),
    "fma_negate": partial(_fma, negate_product=True),
    "fma_negate_subtract": partial(_fma, negate_product=True, negate_c=True),
}


def find_mixed(
    name: str, count: int, fmt: Format, others: Sequence[_Name], to: _Name
) -> tuple[tuple[Format, ...], Format | None]:
    """Return the formats of the operands after the first, and that of the result.

    Nothing and None if all have one format.

    Parameters
    ----------
    name : str
        Name of the operation.
    count : int
        How many operands it has.
    fmt : Format
        Format of the first operand.
    others : sequence of Format or str
        Formats of the second and the third operand, or None for that of the first.
    to : Format or str, optional
        Format of the result.

    Raises
    ------
    InputError
        If the operation has not so many operands or none that may differ, a name is unknown, the
        format of the result is missing, or it cannot hold a NaN that an operand may be.
    """
    for place, other in enumerate(others, start=1):
        if other is not None and not (name in MIXED and place < count):
            given = other.name if isinstance(other, Format) else other
            raise InputError(
                f"Format of operand {'abc'[place]} must be for an operation with such an operand "
                f"that can have a format of its own, not {given!r} for {name}"
            )
    own = tuple(_find(other) or fmt for other in others[: count - 1])
    target = _find(to)
    if all(other == fmt for other in (*own, target or fmt)):
        return (), None
    if target is None:
        raise InputError(
            f"Result format of {name} must be given, as its operands have several, not None"
        )
    if not can_mix((fmt, *own), target):
        known = [to for to, one in FORMATS.items() if can_mix((fmt, *own), one)]
        raise InputError(
            f"Result format of {name} for {', '.join(f.name for f in (fmt, *own))} must be "
            f"one of {', '.join(known) or 'none'}, not {target.name!r}"
        )
    return own, target


def _find(name: _Name) -> Format | None:
    return find_format(name) if isinstance(name, str) else name
