# SPDX-License-Identifier: Apache-2.0
"""A float unit: one circuit for many operations, of which an operand selects one.

Products and sums of every sign are one fused multiply-add, whose operands are selected: ``a + b`` is
``a * 1 + b``, and ``a * b`` adds a zero of the sign of the product. The other operations have circuits
of their own; what these have in common, as the operands taken apart and compared, is there once, as
a neuron that repeats another one is not made. The result that is selected passes, and its flags.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from spikefloat.rtl_gen.circuits.operation import Operation, Result, has_arithmetic
from spikefloat.rtl_gen.circuits.operations import (
    classify,
    compare,
    divide,
    extremes,
    fma,
    integral,
    scale,
    sign,
    signalling,
    square_root,
)
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, FlagBits, RoundingControl
from spikefloat.rtl_gen.formats import Format, Overflow, overflow_policies
from spikefloat.rtl_gen.formats.operation_codes import (
    OPERATION_CODES,
    OPERATION_WIDTH,
    WORD_WIDTH,
)
from spikefloat.rtl_gen.neurons.builder import Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import equal_constant

__all__ = ["RECORDS", "fpu", "fpu_of_two", "has_unit", "rounds"]

#: Whether a result is selected, the result, and its flags.
_Selectable = tuple[Bit, Word, Word]

#: Operations that are one fused multiply-add.
_FUSED = OPERATION_CODES[:7]

_OF_NAME: dict[str, Operation] = {
    record.name: record
    for module in (
        fma, divide, square_root, compare, extremes, signalling, sign, classify, integral, scale
    )
    for record in module.RECORDS
    if record.name in OPERATION_CODES
}  # fmt: skip


def rounds(name: str) -> bool:
    """Tell whether an operation rounds."""
    return name in _FUSED or _OF_NAME[name].result is Result.ROUNDED


def has_unit(fmt: Format) -> bool:
    """Tell whether there is a unit for a format: a sign, a zero, and room for a code in a word."""
    return has_arithmetic(fmt) and fmt.is_signed and fmt.width <= WORD_WIDTH


def fpu(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    b: Word,
    c: Word,
    op: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the result of an operation that an operand selects, as a word.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the codes.
    a : Word
        First operand: a word, of which a code takes the lowest bits and the others have no effect,
        or an integer.
    b, c : Word
        Codes of the other operands.
    op : Word
        One of :data:`~spikefloat.rtl_gen.formats.operation_codes.OPERATION_CODES`; others give zero.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the format's default if None.
    control : RoundingControl
        How to round.

    Raises
    ------
    ValueError
        If the format has no zero or no sign, a width is wrong, or the policy does not fit.
    """
    builder = gates.builder
    with builder.scope("decode", op=op):
        chosen = {
            name: builder.rename(name, equal_constant(gates, op, code))
            for code, name in enumerate(OPERATION_CODES)
        }
    results = _results(gates, fmt, (a, b, c), chosen, overflow, control)
    return _selected(gates, results, control)


def fpu_of_two(
    gates: GateLibrary,
    formats: tuple[Format, Format],
    a: Word,
    b: Word,
    c: Word,
    op: Word,
    which: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the same for codes of one of two formats, which an operand chooses.

    Each format has its circuits, so that every result is rounded once; what they have in common, as
    magnitudes compared, is there once.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    formats : pair of Format
        The formats.
    a, b, c, op : Word
        As for :func:`fpu`; of ``b`` and ``c``, too, a narrower code takes the lowest bits.
    which : Word
        One bit: 0 for the first format, 1 for the second.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the default of each format if None, or
        where it has no such policy.
    control : RoundingControl
        How to round.

    Raises
    ------
    ValueError
        If a format has no zero or no sign, or a width is wrong.
    """
    builder = gates.builder
    with builder.scope("decode", op=op):
        chosen = [
            builder.rename(name, equal_constant(gates, op, code))
            for code, name in enumerate(OPERATION_CODES)
        ]
    results = []
    for fmt, pick in zip(formats, (gates.not_(which[0]), which[0]), strict=True):
        policy = overflow if overflow in overflow_policies(fmt) else None
        with builder.scope(f"of_{fmt.name}", a=a, b=b, c=c):
            own = {
                name: gates.and_(bit, pick, name=name)
                for name, bit in zip(OPERATION_CODES, chosen, strict=True)
            }
            codes = (a, b[: fmt.width], c[: fmt.width])
            results += _results(gates, fmt, codes, own, policy, control)
    return _selected(gates, results, control)


def _results(
    gates: GateLibrary,
    fmt: Format,
    words: tuple[Word, Word, Word],
    chosen: dict[str, Bit],
    overflow: Overflow | None,
    control: RoundingControl,
) -> list[_Selectable]:
    """Return the result of every circuit, its flags, and whether it is selected."""
    builder = gates.builder
    a, b, c = words
    code = a[: fmt.width]
    results: list[_Selectable] = []

    def collect(name: str, select: Bit, circuit: Callable[..., Word | Bit], *words: Word) -> None:
        record = _OF_NAME[name]
        own = replace(control, flags=control.flags and FlagBits(control.flags.is_tiny_before))
        how: dict[str, Any] = {}
        if record.result is Result.ROUNDED:
            how = {"overflow": overflow, "control": own}
        elif record.raises:
            how = {"control": own}
        with builder.scope(f"unit_{name}"):
            result = circuit(gates, fmt, *words, **how)
            word = (result,) if isinstance(result, Bit) else result
            flags: Word = ()
            if own.flags and record.takes_flags:
                record.collect_signals(gates, own.flags, (fmt,) * len(words), words)
                flags = own.flags.word(gates)
        results.append((select, word, flags))

    _collect_fused(gates, fmt, (code, b, c), chosen, collect)
    for name in OPERATION_CODES[len(_FUSED) :]:
        record = _OF_NAME[name]
        first = a if name.startswith("from_") else code
        collect(name, chosen[name], record.circuit, *(first, b)[: len(record.operands)])
    return results


def _selected(gates: GateLibrary, results: list[_Selectable], control: RoundingControl) -> Word:
    """Return the result that is selected; its flags are left where they are collected."""
    builder = gates.builder
    with builder.scope("select"):
        if control.flags is not None:
            flags = _merge(gates, [(select, word) for select, _, word in results])
            control.flags.selected = flags
        return builder.name_word("result", _merge(gates, [(s, word) for s, word, _ in results]))


def _collect_fused(
    gates: GateLibrary,
    fmt: Format,
    codes: tuple[Word, Word, Word],
    chosen: dict[str, Bit],
    collect: Callable[..., None],
) -> None:
    """Make the fused multiply-add, with the operands that each operation gives it."""
    a, b, c = codes
    builder = gates.builder
    with builder.scope("operands", a=a, b=b, c=c):
        adds = gates.or_(chosen["add"], chosen["subtract"], name="adds")
        fuses = gates.or_(*(chosen[name] for name in _FUSED[3:]), name="fuses")
        one = constant(fmt.bias << fmt.mantissa_bits, fmt.width)
        factor = tuple(gates.mux(adds, *bits, name="factor") for bits in zip(one, b, strict=True))
        added = tuple(
            gates.and_or(adds, of_b, gates.and_(fuses, of_c, name="of_c"), name="added")
            for of_b, of_c in zip(b, c, strict=True)
        )
        if fmt.has_negative_zero:
            negative = gates.xor(a[-1], b[-1], name="product_sign")
            added = (*added[:-1], gates.and_or(chosen["multiply"], negative, added[-1]))
        negate_product = gates.or_(
            chosen["fma_negate"], chosen["fma_negate_subtract"], name="negate_product"
        )
        negate_c = gates.or_(
            chosen["subtract"],
            chosen["fma_subtract"],
            chosen["fma_negate_subtract"],
            name="negate_c",
        )
        select = gates.or_(adds, fuses, chosen["multiply"], name="fused")
    circuit = partial(fma.fma, negate_product=negate_product, negate_c=negate_c)
    collect("fma", select, circuit, a, factor, added)


def _merge(gates: GateLibrary, words: list[tuple[Bit, Word]]) -> Word:
    """Return the word that is selected, or zero."""
    width = max(len(word) for _, word in words)
    return tuple(
        gates.or_(
            *(
                gates.and_(select, word[index], name="passed")
                for select, word in words
                if index < len(word)
            ),
            name="merged",
        )
        for index in range(width)
    )


RECORDS = (
    Operation(
        name="fpu",
        summary="y = the operation that op selects, rounded to nearest even",
        operands=("a", "b", "c", "op"),
        operand_widths=(WORD_WIDTH, None, None, OPERATION_WIDTH),
        circuit=fpu,
        result=Result.ROUNDED,
        result_width=WORD_WIDTH,
        formats=has_unit,
        order=200,
    ),
)
