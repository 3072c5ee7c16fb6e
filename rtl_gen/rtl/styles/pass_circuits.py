# SPDX-License-Identifier: Apache-2.0
"""The circuits of an operation that goes over a vector more than once, and their timing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["PassCircuits"]


@dataclass(frozen=True, kw_only=True)
class PassCircuits:
    """The circuits of an operation that goes over a vector more than once.

    Inputs of a circuit are registers, by name, besides ``element``, ``first`` and the codes of the
    other operands. An output ``next_NAME`` is for the register ``NAME``; ``next_stored`` is for the
    place of an element in the memory.

    Circuits can be cut by registers. A vector then takes a few clocks more, but elements still follow
    each other in each clock, but for the digits: one waits for that before.
    """

    most: int  #: Elements of a vector, at most.
    is_exact: bool  #: Whether it must have as many.
    source: str  #: Operand whose elements are stored.
    others: tuple[str, ...]  #: Operands whose elements results take.
    take: NeuronGraph  #: For each element that comes in.
    scan: NeuronGraph | None = None  #: For each element once more: ``stored`` in its place.
    add: NeuronGraph | None = None  #: For what is ``stored`` of each.
    begin: NeuronGraph | None = None  #: Before the first digit.
    step: NeuronGraph | None = None  #: For each digit.
    digits: int = 0  #: How many there are.
    settle: NeuronGraph  #: Before the first result.
    give: NeuronGraph  #: For each result, ``y``.
    #: Number of cuts through circuits, by name; none through the others, nor through ``take`` and
    #: ``add``, whose results the next element needs.
    cuts: Mapping[str, int] = field(default_factory=dict)

    def cuts_of(self, name: str) -> int:
        """Return the number of cuts through a circuit."""
        return self.cuts.get(name, 0)

    @property
    def named(self) -> dict[str, NeuronGraph]:
        """The circuits that there are by their names, in the order of their use."""
        own = {
            "take": self.take,
            "scan": self.scan,
            "add": self.add,
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
            if port.name.startswith("next_")
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
    def scan_delay(self) -> int:
        """Clocks from an element that is gone over to what is kept with it, if not the same clock."""
        cuts = self.cuts_of("scan")
        return cuts + 1 if cuts else 0

    @property
    def _work(self) -> int:
        """Clocks between the last element and the first result, of the longest vector."""
        scanned = self.most + self.scan_delay if self.scan else 0
        begin, step, settle = (1 + self.cuts_of(name) for name in ("begin", "step", "settle"))
        return scanned + (begin + self.digits * step if self.begin else 0) + settle

    @property
    def latency(self) -> int:
        """Clocks from the transfer of the last element to that of the first result."""
        return self._work + 3 + self.cuts_of("give")

    @property
    def interval(self) -> int:
        """Clocks from one vector to the next, of the longest ones."""
        return self.most + self._work + 2

    @property
    def registers(self) -> int:
        """Number of one-bit registers outside the memory, without those of cuts."""
        counters = 3 * self.most.bit_length() + (self.most - 1).bit_length()
        # Phase, first, complete, offered, last, error.
        flags = 3 + 5
        digits = (self.digits - 1).bit_length() if self.begin else 0
        kept = sum(self.registers_kept.values())
        return kept + self.result_width + self.stored_width + counters + flags + digits
