# SPDX-License-Identifier: Apache-2.0
"""Quotients of many short significands by one long number, each known exactly as far as rounding looks.

Dividing by all bits of the divisor would take as many neurons for each element as it has bits. Only
its upper bits divide here. What that leaves open is whether a quotient that was found is reached:
let ``a`` be a dividend, ``q`` its quotient by the upper part ``s`` with the rest ``r``, and ``d`` what
the divisor has below, less than one in the last place of ``s``. Then ``a - q * (s + d)`` is
``r - q * d``, which cannot be negative unless ``r`` is below ``q``.

Quotients for which it is are few, and alike: ``a / q`` is between ``s`` and the next number of its
places. Two different such fractions are further apart than that, since numerators and denominators
are short. So ``r / q``, which is ``a / q - s``, is the same for all of them, and one comparison of it
with ``d``, by a product with all bits of ``d``, decides for every element.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands
from spikefloat.rtl_gen.circuits.parts.quotient import divide_with_rest
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import add, at_least, mux_word

__all__ = ["divide_by_one"]


@dataclass(frozen=True)
class _Open:
    """A quotient of which it is open whether it is reached."""

    is_open: Bit
    quotient: Word
    rest: Word  #: Below the quotient, and of its width.


def divide_by_one(
    gates: GateLibrary, dividends: Sequence[Word], divisor: Word, digits: int
) -> list[tuple[Word, Bit]]:
    """Return the quotient of each dividend, rounded down, and whether it is inexact.

    The first digit of a quotient is worth one.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    dividends : sequence of Word
        Of one width, their top bit worth what that of the divisor is; any of them may be zero.
    divisor : Word
        A number whose top bit is set, at least as wide.
    digits : int
        Number of bits of a quotient.
    """
    bits = len(dividends[0])
    # Two fractions a / q are further apart than 2**-(bits + digits), if the top bit of the divisor
    # is worth one: by 2**(digits - bits) over the product of two denominators, at least. That is
    # the last place taken.
    upper_bits = min(bits + digits + 1, len(divisor))
    below, upper = divisor[:-upper_bits], divisor[-upper_bits:]
    has_below = gates.or_(*below, name="has_below")
    found = []
    for number, dividend in enumerate(dividends):
        with gates.builder.scope(f"quotient_{number}", dividend=dividend, divisor=upper):
            padded = (ZERO,) * (upper_bits - bits) + dividend
            found.append(divide_with_rest(gates, padded, upper, digits))
    if not below:
        return [(quotient, gates.or_(*rest, name="inexact")) for quotient, rest in found]
    candidates = []
    for number, (quotient, rest) in enumerate(found):
        with gates.builder.scope(f"reached_{number}", quotient=quotient, rest=rest):
            padded = quotient + (ZERO,) * (len(rest) - digits)
            is_reached = at_least(gates, rest, padded)
            is_open = gates.and_(gates.not_(is_reached), has_below, name="open")
            candidates.append(_Open(is_open, quotient, rest[:digits]))
    falls_short, is_equal = _compare(gates, _any_of(gates, candidates), below)
    results = []
    for number, ((_, rest), one) in enumerate(zip(found, candidates, strict=True)):
        with gates.builder.scope(f"corrected_{number}", quotient=one.quotient):
            is_less = gates.and_(one.is_open, falls_short, name="less")
            lower = add(gates, one.quotient, (is_less,) * digits)[:digits]
            # Nothing is left of zero.
            any_digit = gates.or_(*one.quotient, name="any_digit")
            below_counts = gates.and_(any_digit, has_below, name="below_counts")
            left = gates.or_(*rest, below_counts, name="left")
            exact = gates.and_(one.is_open, is_equal, name="exact")
            results.append((lower, gates.and_(left, gates.not_(exact), name="inexact")))
    return results


def _any_of(gates: GateLibrary, candidates: Sequence[_Open]) -> _Open:
    """Return one of those that are open, if any is."""
    nodes = list(candidates)
    while len(nodes) > 1:
        pairs = zip(nodes[::2], nodes[1::2], strict=False)
        nodes = [_either(gates, *pair) for pair in pairs] + nodes[len(nodes) // 2 * 2 :]
    return nodes[0]


def _either(gates: GateLibrary, first: _Open, second: _Open) -> _Open:
    with gates.builder.scope("either", first=(first.is_open,), second=(second.is_open,)):
        return _Open(
            gates.or_(first.is_open, second.is_open, name="open"),
            mux_word(gates, first.is_open, first.quotient, second.quotient, "quotient"),
            mux_word(gates, first.is_open, first.rest, second.rest, "rest"),
        )


def _compare(gates: GateLibrary, one: _Open, below: Word) -> tuple[Bit, Bit]:
    """Return whether a rest is below, and whether it is equal to, the quotient times a fraction."""
    with gates.builder.scope("compare", quotient=one.quotient, rest=one.rest, below=below):
        product = multiply_significands(gates, below, one.quotient)
        fraction, whole = product[: len(below)], product[len(below) :]
        has_fraction = gates.or_(*fraction, name="has_fraction")
        # Below, unless the rest is above the whole part, or equal to it without a fraction.
        is_enough = at_least(gates, one.rest, whole)
        reaches = at_least(gates, whole, one.rest)
        is_same = gates.and_(is_enough, reaches, name="same")
        falls_short = gates.or_(
            gates.not_(is_enough),
            gates.and_(is_same, has_fraction, name="fraction_decides"),
            name="falls_short",
        )
        return falls_short, gates.and_(is_same, gates.not_(has_fraction), name="equal")
