# SPDX-License-Identifier: Apache-2.0
"""Logarithms of E4M3FN codes, and their comparison with the boundaries of rounding."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["Logarithm", "at_least", "logarithm"]

#: Fraction of each subnormal after it was moved up until its leading one is the hidden bit.
_NORMALIZED = {7: 6, 6: 4, 5: 2, 4: 0, 3: 4, 2: 0, 1: 0, 0: 0}


class Logarithm(NamedTuple):
    """The logarithm of the magnitude of a float."""

    bits: Word  #: Six bits of the fraction, then the exponent.
    is_low: Bit  #: Whether 16 must be taken off: the exponent went below zero.
    is_zero: Bit
    is_nan: Bit


def logarithm(
    gates: GateLibrary, x: Word, logs: Sequence[int], *, is_divisor: bool = False
) -> Logarithm:
    """Return the logarithm of an E4M3FN code, within the budget ``w2``.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    x : Word
        The code.
    logs : sequence of int
        Logarithm of each fraction, in 64ths of an octave.
    is_divisor : bool
        Whether the logarithm is to be taken off: then all of its bits are inverted.
    """
    is_subnormal = ~gates.or_(*x[3:7], name="has_hidden_bit")

    def digit(place: int) -> Bit:
        return _look_up(
            gates,
            (*x[:3], is_subnormal),
            lambda code: bool(logs[_NORMALIZED[code & 7] if code & 8 else code & 7] >> place & 1),
        )

    fraction = [digit(place) for place in range(6)]
    is_zero = gates.and_(is_subnormal, ~x[0], ~x[1], ~x[2], name="zero")
    two_less = gates.and_(is_subnormal, ~x[1], ~x[2], name="two_less")  # 0.001: ...1110
    one_less = gates.builder.neuron(
        [(is_subnormal, 1), (x[2], -1), (x[1], 1)], 2, "one_less"
    )  # 0.01x: ...1111
    is_low = gates.or_(one_less, two_less, name="low")
    exponent = [gates.or_(x[3], one_less), *(gates.or_(bit, is_low) for bit in x[4:7])]
    is_nan = gates.and_(gates.and_(*x[3:7]), *x[:3], name="nan")
    bits = (*fraction, *exponent)
    if is_divisor:
        bits = tuple(~bit for bit in bits)
    return Logarithm(gates.builder.name_word("log", bits), is_low, is_zero, is_nan)


def _look_up(gates: GateLibrary, bits: Word, function: Callable[[int], bool]) -> Bit:
    """Return any function of a few bits, as a tree of multiplexers.

    The builder folds a multiplexer with a constant, and shares equal ones.
    """

    def choose(place: int, code: int) -> Bit:
        if place < 0:
            return ONE if function(code) else ZERO
        one, zero = choose(place - 1, code | 1 << place), choose(place - 1, code)
        return one if one == zero else gates.mux(bits[place], one, zero)

    return choose(len(bits) - 1, 0)


def at_least(gates: GateLibrary, bits: Word, constant: int) -> Bit:
    """Return whether a word reaches a constant, two bits to a neuron, from the low end.

    A neuron weighs its bits 2 and 1, and the verdict on the lower ones 1: the pair decides, unless
    it equals that of the constant; then the verdict tips the scale.
    """
    verdict = ONE
    for low in range(0, len(bits), 2):
        terms = [(bits[low], 1), (bits[low + 1], 2), (verdict, 1)]
        verdict = gates.builder.neuron(terms, (constant >> low & 3) + 1, "at_least")
    return verdict
