# SPDX-License-Identifier: Apache-2.0
"""The neurons of a circuit that is being built, before it is known which of them are needed."""

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Draft", "DraftTable"]


class Draft(NamedTuple):
    """A neuron: its synapses, its threshold, and the scope it is in."""

    sources: tuple[int, ...]
    weights: tuple[int, ...]
    threshold: int
    scope: int


class DraftTable:
    """Inputs and neurons by their node numbers, inputs first.

    Parameters
    ----------
    share : bool
        Whether :meth:`find` finds neurons that were added before.
    """

    def __init__(self, *, share: bool) -> None:
        self._share = share
        self._drafts: list[Draft] = []
        self._names: list[str] = []
        # By synapses in the order of their sources, and threshold.
        self._known: dict[tuple[tuple[tuple[int, int], ...], int], int] = {}
        self.input_count = 0

    def __len__(self) -> int:
        """Return the number of neurons."""
        return len(self._drafts)

    @property
    def node_count(self) -> int:
        """Number of inputs and neurons."""
        return self.input_count + len(self._drafts)

    def __getitem__(self, node: int) -> Draft:
        """Return the neuron of a node, which must be no input."""
        return self._drafts[node - self.input_count]

    def name(self, node: int) -> str:
        """Return the name of a neuron, which others in its scope may have too."""
        return self._names[node - self.input_count]

    def rename(self, node: int, scope: int, name: str) -> None:
        """Name the neuron of a node, if there is one and it is in the scope."""
        if node >= self.input_count and self[node].scope == scope:
            self._names[node - self.input_count] = name

    def find(self, synapses: Iterable[tuple[int, int]], threshold: int) -> int | None:
        """Return the node of the same neuron in any scope, None where there is none to share.

        Parameters
        ----------
        synapses : iterable of (int, int)
            Sources and weights, in any order.
        threshold : int
            Sum at which the neuron fires.
        """
        return self._known.get((tuple(sorted(synapses)), threshold)) if self._share else None

    def add(self, draft: Draft, name: str) -> int:
        """Add a neuron and return its node."""
        node = self.node_count
        self._drafts.append(draft)
        self._names.append(name)
        if self._share:
            synapses = zip(draft.sources, draft.weights, strict=True)
            self._known[tuple(sorted(synapses)), draft.threshold] = node
        return node

    def needed(self, outputs: Iterable[int]) -> list[int]:
        """Return the nodes of the neurons that the given nodes depend on, themselves included."""
        visited: set[int] = set()
        stack = list(outputs)
        while stack:
            node = stack.pop()
            if node >= self.input_count and node not in visited:
                visited.add(node)
                stack.extend(self[node].sources)
        return sorted(visited)
