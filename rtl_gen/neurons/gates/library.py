# SPDX-License-Identifier: Apache-2.0
"""What a library of gates can make: functions of single bits and of words."""

from abc import ABC, abstractmethod

from spikefloat.rtl_gen.neurons.builder import Bit, NeuronGraphBuilder, Word

__all__ = ["GateLibrary"]


class GateLibrary(ABC):
    """Functions of single bits, each added to ``builder`` as neurons.

    Parameters
    ----------
    builder : NeuronGraphBuilder
        Where the neurons are made.
    """

    def __init__(self, builder: NeuronGraphBuilder) -> None:
        self._builder = builder

    @property
    def builder(self) -> NeuronGraphBuilder:
        """Where the neurons are made."""
        return self._builder

    @abstractmethod
    def not_(self, a: Bit) -> Bit:
        """Return the complement."""

    @abstractmethod
    def and_(self, *bits: Bit, name: str = "and") -> Bit:
        """Return whether all bits are set; ONE for no bits."""

    @abstractmethod
    def or_(self, *bits: Bit, name: str = "or") -> Bit:
        """Return whether any bit is set; ZERO for no bits."""

    @abstractmethod
    def and_or(self, a: Bit, b: Bit, c: Bit, name: str = "and_or") -> Bit:
        """Return ``(a and b) or c``."""

    @abstractmethod
    def or_and(self, a: Bit, b: Bit, c: Bit, name: str = "or_and") -> Bit:
        """Return ``(a or b) and c``."""

    @abstractmethod
    def xor(self, a: Bit, b: Bit, name: str = "xor") -> Bit:
        """Return whether exactly one bit is set."""

    @abstractmethod
    def mux(self, select: Bit, one: Bit, zero: Bit, name: str = "mux") -> Bit:
        """Return ``one`` if ``select`` is set, else ``zero``."""

    @abstractmethod
    def half_adder(self, a: Bit, b: Bit) -> tuple[Bit, Bit]:
        """Return sum and carry of two bits."""

    @abstractmethod
    def full_adder(self, a: Bit, b: Bit, c: Bit) -> tuple[Bit, Bit]:
        """Return sum and carry of three bits."""

    @abstractmethod
    def add(self, a: Word, b: Word, carry_in: Bit, name: str | None = None) -> tuple[Word, Bit]:
        """Return the sum of two words of one width and a bit, and its carry.

        ``name`` is for the word of all carries.
        """

    @abstractmethod
    def carry_out(self, a: Word, b: Word, carry_in: Bit) -> Bit:
        """Return only the carry of :meth:`add`."""

    @abstractmethod
    def equal(self, a: Word, b: Word) -> Bit:
        """Return whether two words of one width are equal."""

    @abstractmethod
    def add_or_subtract(self, a: Word, b: Word, minus: Bit) -> tuple[Word, Bit]:
        """Return ``a - b`` if ``minus`` is set, else ``a + b``, and the carry of the latter.

        ``a`` must be at least ``b`` where they are subtracted.
        """
