# SPDX-License-Identifier: Apache-2.0
"""Gates of the paper, and adders made of them, as circuits of their own."""

from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["and_gate", "full_adder", "or_gate", "ripple4", "xor_gate"]


def and_gate(gates: GateLibrary, a: Word, b: Word) -> Bit:
    """Return whether both bits are set."""
    return gates.and_(a[0], b[0])


def or_gate(gates: GateLibrary, a: Word, b: Word) -> Bit:
    """Return whether a bit is set."""
    return gates.or_(a[0], b[0])


def xor_gate(gates: GateLibrary, a: Word, b: Word) -> Bit:
    """Return whether one bit is set, and one only."""
    return gates.xor(a[0], b[0])


def full_adder(gates: GateLibrary, a: Word, b: Word, carry_in: Word) -> Word:
    """Return the sum of three bits."""
    total, carry = gates.add(a, b, carry_in[0])
    return (*total, carry)


def ripple4(gates: GateLibrary, a: Word, b: Word) -> Word:
    """Return the sum of two words.

    As the paper counts, all bits have full adders: the carry into the first one is a constant.
    """
    total, carry = gates.add(a, b, ZERO)
    return (*total, carry)
