# SPDX-License-Identifier: Apache-2.0
"""What modules are made of, before any text is written: neurons, delay lines, wires, modules."""

from dataclasses import dataclass, field
from typing import NamedTuple

from spikefloat.rtl_gen.rtl.text.nets import Net, NetBit

__all__ = [
    "Addition",
    "Assign",
    "Cell",
    "Child",
    "Item",
    "Line",
    "ModuleBody",
    "ModuleClass",
    "Register",
    "Summand",
]


class Cell(NamedTuple):
    """An instance of a neuron kind."""

    name: str
    weights: tuple[int, ...]  #: Largest first.
    threshold: int
    sources: tuple[NetBit, ...]  #: Bit of each weight.
    spike: NetBit
    discharge: NetBit | None = None  #: What returns its membrane to rest, if it has one.


class Child(NamedTuple):
    """An instance of the module of another scope."""

    name: str
    module: int  #: Number of its class.
    connections: tuple[tuple[str, tuple[NetBit, ...]], ...]  #: Port, bits least significant first.


class Assign(NamedTuple):
    """Nets joined to others, or to a constant."""

    target: tuple[NetBit, ...]  #: Bits, least significant first.
    source: tuple[NetBit, ...] | bool


class Summand(NamedTuple):
    """A word that is added."""

    bits: tuple[NetBit | None, ...]  #: Least significant first; None for zero.
    is_inverted: bool  #: Whether its complement is added.


class Addition(NamedTuple):
    """The neurons of a module, written as the addition that they make."""

    target: str  #: Net of the sum; with a carry into it, its lowest bit is not part of the sum.
    width: int  #: Number of bits of that net.
    summands: tuple[Summand, ...]
    carry_in: Summand | None  #: One bit.
    neurons: int  #: How many they are.


class Line(NamedTuple):
    """A delay line: spikes that come out some clocks after they went in."""

    name: str
    length: int  #: Clocks.
    source: tuple[NetBit, ...]  #: Bits, least significant first.
    target: tuple[NetBit, ...]
    is_memory: bool = False


class Register(NamedTuple):
    """Spikes that are kept for one clock."""

    cut: int  #: Which of the cuts of the circuit it is part of.
    target: tuple[NetBit, ...]  #: Bits, least significant first.
    source: tuple[NetBit, ...]


#: What a module may hold.
Item = Addition | Cell | Child | Assign | Line | Register


class ModuleBody(NamedTuple):
    """A module without its name, so that equal ones can be recognised."""

    nets: tuple[Net, ...]
    items: tuple[Item, ...]


@dataclass
class ModuleClass:
    """A module and where it is used."""

    number: int
    body: ModuleBody
    neurons: int  #: Number of neurons, those of its children included.
    cuts: tuple[int, ...]  #: Cuts that have registers in it or in its children.
    paths: list[tuple[str, ...]] = field(default_factory=list)  #: Scopes that are instances of it.
    name: str = ""
