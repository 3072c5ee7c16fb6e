# SPDX-License-Identifier: Apache-2.0
"""Boolean functions as shared AND, OR, XOR and NOT operations, simplified as they are made.

A function is a literal: twice the number of a gate, plus one for its complement. Complements cost
nothing until an operation has one plain and one complemented operand, so an inverting neuron
mostly costs nothing at all.
"""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

__all__ = ["FALSE", "TRUE", "Gate", "Logic", "Operation"]

FALSE = 0
TRUE = 1


class Operation(Enum):
    """What a gate does."""

    INPUT = "input"  #: Nothing: an input, or the constant.
    NOT = "not"
    AND = "and"
    OR = "or"
    XOR = "xor"

    # That of Enum is a function in Python, called for every gate that is looked up.
    __hash__ = object.__hash__


class Gate(NamedTuple):
    """An operation on the plain values of earlier gates."""

    operation: Operation
    operands: tuple[int, ...]


class Logic:
    """A growing set of gates without repeats.

    Gate 0 is the constant false, and the gates after it are the inputs.

    Parameters
    ----------
    inputs : int
        Number of inputs.
    """

    def __init__(self, inputs: int) -> None:
        self.gates = [Gate(Operation.INPUT, ())] * (1 + inputs)
        self._known: dict[Gate, int] = {}
        self._ands: dict[tuple[int, int], int] = {}
        # For a literal that is an AND of two literals, these two.
        self._factors: dict[int, tuple[int, int]] = {}

    def plain(self, literal: int) -> int:
        """Return the number of a gate whose plain value is the literal."""
        if literal & 1:
            return self._gate(Operation.NOT, literal >> 1)
        return literal >> 1

    def and_(self, a: int, b: int) -> int:
        """Return the conjunction of two literals."""
        if a > b:
            a, b = b, a
        if a == FALSE or a ^ b == 1:
            return FALSE
        if a in (TRUE, b):
            return b
        known = self._ands.get((a, b))
        if known is None:
            known = self._ands[a, b] = self._simplify_and(a, b)
        return known

    def or_(self, a: int, b: int) -> int:
        """Return the disjunction of two literals."""
        return self.and_(a ^ 1, b ^ 1) ^ 1

    def xor(self, a: int, b: int) -> int:
        """Return the literal that is true where two literals differ."""
        inverted = (a ^ b) & 1
        x, y = sorted((a >> 1, b >> 1))
        if x == 0:
            return y << 1 | inverted
        if x == y:
            return inverted
        return self._gate(Operation.XOR, x, y) << 1 | inverted

    def parity(self, literals: Iterable[int]) -> int:
        """Return the exclusive or of many literals, made of known gates where possible."""
        rest = sorted(literals)
        while len(rest) > 1:
            pairs = [(a, b) for i, a in enumerate(rest) for b in rest[i + 1 :]]
            a, b = next((pair for pair in pairs if self._has_xor(*pair)), pairs[0])
            rest.remove(a)
            rest.remove(b)
            rest.append(self.xor(a, b))
        return rest[0] if rest else FALSE

    def full_add(self, a: int, b: int, c: int) -> tuple[int, int]:
        """Return sum and carry of three literals.

        The gates of the sum that nobody asks for cost nothing, as they are not needed.
        """
        # The carry is that of the complements, complemented; with one complemented literal at
        # most, and that one last, only one gate needs it plain.
        flip = int((a & 1) + (b & 1) + (c & 1) >= 2)
        a, b, c = sorted((a ^ flip, b ^ flip, c ^ flip), key=lambda lit: (lit & 1, lit))
        if not c & 1:
            for x, y, z in ((a, c, b), (b, c, a)):
                if self._has_xor(x, y) and not self._has_xor(a, b):
                    a, b, c = x, y, z
                    break
        partial = self.xor(a, b)
        carry = self.or_(self.and_(a, b), self.and_(c, partial))
        return self.xor(partial, c) ^ flip, carry ^ flip

    def _simplify_and(self, a: int, b: int) -> int:
        for x, y in ((a, b), (b, a)):
            factors = self._factors.get(y)
            if factors is not None:
                if x in factors:  # x & (x & q)
                    return y
                if x ^ 1 in factors:  # x & (~x & q)
                    return FALSE
            factors = self._factors.get(y ^ 1)
            if factors is not None:
                if x ^ 1 in factors:  # x & (x | q)
                    return x
                if x in factors:  # x & ~(x & q)
                    other = factors[0] if factors[1] == x else factors[1]
                    return self.and_(x, other ^ 1)
        first, second = self._factors.get(a ^ 1), self._factors.get(b ^ 1)
        if first is not None and second == (first[0] ^ 1, first[1] ^ 1):
            return self.xor(*first)  # ~(p & q) & (p | q)
        result = self._make_and(a, b)
        self._factors[result] = (a, b)
        return result

    def _make_and(self, a: int, b: int) -> int:
        x, y = a >> 1, b >> 1
        if a & 1 and b & 1:
            return self._gate(Operation.OR, x, y) << 1 | 1
        if not (a | b) & 1:
            return self._gate(Operation.AND, x, y) << 1
        if a & 1:
            x, y = y, x
        # x & ~y, or the complement of ~x | y: whichever complement is at hand.
        if Gate(Operation.NOT, (y,)) not in self._known:
            if Gate(Operation.NOT, (x,)) in self._known:
                return self._gate(Operation.OR, self.plain(x << 1 | 1), y) << 1 | 1
        return self._gate(Operation.AND, x, self.plain(y << 1 | 1)) << 1

    def _gate(self, operation: Operation, *operands: int) -> int:
        gate = Gate(operation, tuple(sorted(operands)))
        number = self._known.get(gate)
        if number is None:
            number = self._known[gate] = len(self.gates)
            self.gates.append(gate)
        return number

    def _has_xor(self, a: int, b: int) -> bool:
        return Gate(Operation.XOR, tuple(sorted((a >> 1, b >> 1)))) in self._known
