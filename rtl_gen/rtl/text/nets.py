# SPDX-License-Identifier: Apache-2.0
"""Words of spikes as nets: which bits make a vector, which stand alone, and their names."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby
from typing import NamedTuple

from spikefloat.rtl_gen.rtl.text.names import NamePool

__all__ = ["Layout", "Net", "NetBit", "Role", "Word", "by_role", "unused_net"]


class Role(Enum):
    """What a net is to its module."""

    INPUT = "input"
    OUTPUT = "output"
    INNER = "inner"


class NetBit(NamedTuple):
    """One bit of a net."""

    net: str
    position: int | None  #: None if the net is a scalar.

    @property
    def flat_name(self) -> str:
        """A name without brackets."""
        return self.net if self.position is None else f"{self.net}_{self.position}"


class Net(NamedTuple):
    """A declared net: a vector ``[high:low]``, or a scalar if ``high`` is None."""

    name: str
    role: Role
    high: int | None = None
    low: int = 0

    @property
    def bits(self) -> tuple[NetBit, ...]:
        """The bits, least significant first."""
        if self.high is None:
            return (NetBit(self.name, None),)
        return tuple(NetBit(self.name, index) for index in range(self.low, self.high + 1))


def by_role(nets: Iterable[Net]) -> tuple[Net, ...]:
    """Return nets in the order in which a module declares them: inputs, outputs, inner ones."""
    return tuple(sorted(nets, key=lambda net: list(Role).index(net.role)))


def unused_net(pool: NamePool, width: int) -> Net:
    """Return a net that gathers bits that nothing uses, so that a reader, or lint, can tell."""
    return Net(pool.give("unused"), Role.INNER, width - 1 if width > 1 else None)


@dataclass
class Word:
    """Spikes that share a name in one module."""

    name: str  #: Name wanted.
    prefix: str = ""  #: Put before the name where another word wants it too.
    #: Node and role of each bit; a word that is a single spike without index has the key None.
    bits: dict[int | None, tuple[int, Role]] = field(default_factory=dict)


class Layout:
    """The nets of a module.

    Parameters
    ----------
    pool : NamePool
        Names taken in the module.

    Attributes
    ----------
    nets : list of Net
        Every net, in the order of placement.
    bits : dict of int to NetBit
        The net bit of each node.
    nodes : dict of str to tuple of int
        Node of each bit of each net, least significant first.
    labels : dict of int to (str, int or None)
        Word and index of each node, which an enclosing module calls it by.
    """

    def __init__(self, pool: NamePool) -> None:
        self._pool = pool
        self.nets: list[Net] = []
        self.bits: dict[int, NetBit] = {}
        self.nodes: dict[str, tuple[int, ...]] = {}
        self.labels: dict[int, tuple[str, int | None]] = {}

    def place(self, words: Sequence[Word]) -> None:
        """Give every word its nets.

        The longest run of contiguous bits with the same role becomes a vector, one of ports before
        one inside; the other bits of the word become scalars with the index at the end of the name.
        """
        counts = Counter(word.name for word in words)
        for word in words:
            name = word.name
            if word.prefix and (counts[name] > 1 or name in self._pool):
                name = f"{word.prefix}_{name}"
            if None in word.bits:
                node, role = word.bits[None]
                name = self._pool.give(name)
                self.add(Net(name, role), (node,))
                self.labels[node] = name, None
            else:
                self._place_indexed(
                    name,
                    {index: bit for index, bit in sorted(word.bits.items()) if index is not None},
                )

    def add(self, net: Net, nodes: tuple[int, ...]) -> None:
        """Add a net whose name is taken already."""
        self.nets.append(net)
        self.nodes[net.name] = nodes
        self.bits.update(zip(nodes, net.bits, strict=True))

    def _place_indexed(self, name: str, bits: dict[int, tuple[int, Role]]) -> None:
        runs = [
            [index for _, index in run]
            for _, run in groupby(
                enumerate(bits), key=lambda item: (item[1] - item[0], bits[item[1]][1])
            )
        ]
        longest = max(  # the lowest of the longest
            runs, key=lambda run: (len(run) > 1 and bits[run[0]][1] is not Role.INNER, len(run))
        )
        vector = longest if len(longest) > 1 else []
        if vector:
            name = self._pool.give(name)
        for run in runs:
            if run is vector:
                nodes = tuple(bits[index][0] for index in run)
                self.add(Net(name, bits[run[0]][1], run[-1], run[0]), nodes)
                continue
            for index in run:
                node, role = bits[index]
                self.add(Net(self._pool.give(f"{name}_{index}"), role), (node,))
        for index, (node, _) in bits.items():
            self.labels[node] = name, index
