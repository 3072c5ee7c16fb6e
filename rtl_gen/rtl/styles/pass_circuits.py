# SPDX-License-Identifier: Apache-2.0
"""The circuits of an operation that goes over a vector more than once, and their timing."""

from dataclasses import dataclass
from functools import cached_property

from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["PassCircuits"]


@dataclass(frozen=True, kw_only=True)
class PassCircuits:
    """The circuits of an operation that goes over a vector more than once.

    Inputs of a circuit are registers, by name, besides ``element``, ``first`` and the codes of the
    other operands. An output ``next_NAME`` is for the register ``NAME``; ``next_stored`` is for the
    place of an element in the memory.
    """

    most: int  #: Elements of a vector, at most.
    is_exact: bool  #: Whether it must have as many.
    source: str  #: Operand whose elements are stored.
    others: tuple[str, ...]  #: Operands whose elements results take.
    take: NeuronGraph  #: For each element that comes in.
    scan: NeuronGraph | None = None  #: For each element once more.
    begin: NeuronGraph | None = None  #: Before the first digit.
    step: NeuronGraph | None = None  #: For each digit.
    digits: int = 0  #: How many there are.
    settle: NeuronGraph  #: Before the first result.
    give: NeuronGraph  #: For each result, ``y``.

    @property
    def named(self) -> dict[str, NeuronGraph]:
        """The circuits that there are by their names, in the order of their use."""
        own = {
            "take": self.take,
            "scan": self.scan,
            "begin": self.begin,
            "step": self.step,
            "settle": self.settle,
            "give": self.give,
        }
        return {name: graph for name, graph in own.items() if graph is not None}

    @property
    def graphs(self) -> tuple[NeuronGraph, ...]:
        """All circuits, in the order of their use."""
        return tuple(self.named.values())

    @cached_property
    def registers_kept(self) -> dict[str, int]:
        """Width of each register that a circuit writes, by name."""
        return {
            port.name.removeprefix("next_"): len(port.nodes)
            for graph in self.graphs
            for port in graph.outputs
            if port.name.startswith("next_") and port.name != "next_stored"
        }

    @property
    def element_width(self) -> int:
        """Bits of an element of each operand."""
        return len(self.take.input("element").nodes)

    @property
    def stored_width(self) -> int:
        """Bits of a place in the memory."""
        return max(self.element_width, self.given_width)

    @property
    def given_width(self) -> int:
        """Bits of what is stored of an element when its result is made."""
        return len(self.give.input("element").nodes)

    @property
    def result_width(self) -> int:
        """Bits of a result."""
        return len(self.give.outputs[0].nodes)

    @property
    def _work(self) -> int:
        """Clocks between the last element and the first result, of the longest vector."""
        scanned = self.most if self.scan else 0
        return scanned + (1 + self.digits if self.begin else 0) + 1

    @property
    def latency(self) -> int:
        """Clocks from the transfer of the last element to that of the first result."""
        return self._work + 3

    @property
    def interval(self) -> int:
        """Clocks from one vector to the next, of the longest ones."""
        return self.most + self._work + 2

    @property
    def registers(self) -> int:
        """Number of one-bit registers outside the memory."""
        counters = 3 * self.most.bit_length() + (self.most - 1).bit_length()
        # Phase, first, complete, offered, last, error.
        flags = 3 + 5
        digits = (self.digits - 1).bit_length() if self.begin else 0
        kept = sum(self.registers_kept.values())
        return kept + self.result_width + self.stored_width + counters + flags + digits
