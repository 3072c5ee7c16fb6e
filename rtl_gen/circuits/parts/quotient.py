# SPDX-License-Identifier: Apache-2.0
"""Quotients and square roots of significands, digit by digit, each digit a row of neurons.

A row tries to subtract; whether that goes is the digit. What is left after the last row tells
whether the result is exact. The numbers enter with their leading one at the top.
"""

from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import (
    add,
    invert,
    leading_zero_count,
    mux_word,
    or_shift_left,
    subtract,
)

__all__ = [
    "divide_significands",
    "divide_with_rest",
    "exponent_sum",
    "normalize_operand",
    "quotient_step",
    "root_of_significand",
    "root_step",
]


def normalize_operand(gates: GateLibrary, raw: RawFloat, name: str) -> tuple[Word, Word]:
    """Return the significand with its leading one at the top, and by how much it was moved."""
    builder = gates.builder
    with builder.scope(name, significand=raw.significand):
        amount, _ = leading_zero_count(gates, raw.significand)
        moved = or_shift_left(gates, raw.significand, amount)
        return builder.name_word("moved", moved), builder.name_word("amount", amount)


def divide_significands(
    gates: GateLibrary, dividend: Word, divisor: Word, digits: int
) -> tuple[Word, Bit]:
    """Return the quotient of two words of equal width, and whether it is inexact.

    The dividend is below twice the divisor; so the first digit of the quotient is worth one.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    dividend, divisor : Word
        Words of equal width. A divisor of zero gives what has no meaning.
    digits : int
        Number of bits of the quotient.
    """
    builder = gates.builder
    with builder.scope("significand_quotient", dividend=dividend, divisor=divisor):
        quotient, rest = divide_with_rest(gates, dividend, divisor, digits)
        inexact = gates.or_(*rest, name="inexact")
        return builder.name_word("quotient", quotient), inexact


def divide_with_rest(
    gates: GateLibrary, dividend: Word, divisor: Word, digits: int
) -> tuple[Word, Word]:
    """Return the quotient of two words, and what is left in units of the divisor's lowest bit.

    The quotient counts in its last digit, and so does the rest, which is below the divisor and of
    its width. Parameters are those of :func:`divide_significands`.
    """
    rest: Word = (*dividend, ZERO)
    wide = (*divisor, ZERO)
    quotient = []
    for _ in range(digits):
        rest, digit = quotient_step(gates, rest, wide)
        quotient.append(digit)
    # The rest has been moved up for another digit.
    return tuple(reversed(quotient)), rest[1:]


def quotient_step(gates: GateLibrary, rest: Word, divisor: Word) -> tuple[Word, Bit]:
    """Return what is left after one more digit, moved up by one place, and the digit.

    Both words have a bit more than the significands; the top one of the divisor is zero.
    """
    builder = gates.builder
    difference, fits = subtract(gates, rest, divisor)
    digit = builder.rename("digit", fits)
    rest = mux_word(gates, fits, difference, rest)
    # What is left is below the divisor, so that its top bit is free.
    return builder.name_word("rest", (ZERO, *rest[:-1])), digit


def root_of_significand(
    gates: GateLibrary, radicand: Word, digits: int, below: Bit = ZERO
) -> tuple[Word, Bit]:
    """Return the square root of a word, and whether it is inexact.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    radicand : Word
        An even number of bits; the upper two are not both zero unless all are.
    digits : int
        Number of bits of the root. Its first digit is worth half of what the upper two bits of the
        radicand count in, which go as pairs; missing pairs are zero.
    below : Bit
        Whether the radicand has anything set below its bits.
    """
    builder = gates.builder
    with builder.scope("significand_root", radicand=radicand):
        pairs: list[Word] = [radicand[i : i + 2] for i in range(len(radicand) - 2, -1, -2)]
        pairs += [(ZERO, ZERO)] * (digits - len(pairs))
        left = pairs[digits:]
        root: Word = ()
        rest: Word = ()
        for pair in pairs[:digits]:
            rest, root = root_step(gates, rest, root, pair)
        inexact = gates.or_(*rest, *(bit for pair in left for bit in pair), below, name="inexact")
        return builder.name_word("root", root), inexact


def root_step(gates: GateLibrary, rest: Word, root: Word, pair: Word) -> tuple[Word, Word]:
    """Return what is left after one more digit, and the root with it, one bit longer.

    ``pair`` are the next two bits of the radicand.
    """
    builder = gates.builder
    # Twice the root so far, and one: what the next digit would take away.
    trial: Word = (ONE, ZERO, *root)
    rest = (*pair, *rest)
    rest += (ZERO,) * (len(trial) - len(rest))
    trial += (ZERO,) * (len(rest) - len(trial))
    difference, fits = subtract(gates, rest, trial)
    rest = mux_word(gates, fits, difference, rest)
    root = (builder.rename("digit", fits), *root)
    # What is left is at most twice the root.
    return builder.name_word("rest", rest[: len(root) + 1]), root


def exponent_sum(
    gates: GateLibrary, plus: tuple[Word, ...], minus: tuple[Word, ...], offset: int, bits: int
) -> Word:
    """Return a sum of words less other words plus a constant, in two's complement.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    plus, minus : tuple of Word
        Unsigned words.
    offset : int
        A constant.
    bits : int
        Width of the sum, its sign bit included; enough for every sum that can occur.
    """
    # -a is ~a + 1 to any width.
    total = constant((offset + len(minus)) % (1 << bits), bits)
    for word in plus:
        total = add(gates, total, word + (ZERO,) * (bits - len(word)))[:bits]
    for word in minus:
        total = add(gates, total, invert(gates, word + (ZERO,) * (bits - len(word))))[:bits]
    return gates.builder.name_word("height", total)
