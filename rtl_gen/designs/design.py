# SPDX-License-Identifier: Apache-2.0
"""What an entry of the catalogue is: a circuit of floats, a clocked cell or a block of gates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from spikefloat.rtl_gen.circuits.functions.own import OwnFunction
from spikefloat.rtl_gen.circuits.vector_operation import PortRole, VectorOperation
from spikefloat.rtl_gen.designs.options import CircuitOptions
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, find_format
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = [
    "FLOATS_OF_BLOCKS",
    "Block",
    "Cell",
    "Circuit",
    "Design",
    "Entry",
    "Kind",
    "Table",
]

#: Makes the neurons of a design. The third argument is the shape that the design has.
Circuit = Callable[
    [GateLibrary, CircuitOptions, Any, tuple[Word, ...]], Word | Bit | Mapping[str, Word]
]


#: Format of floats that become blocks, or come of them, of which nothing is said.
FLOATS_OF_BLOCKS = "binary32"

#: Result formats that are taken if none is asked for, the first possible one that differs from
#: that of the operands.
_DEFAULT_TARGETS = ("bfloat16", "binary32")


class Kind(StrEnum):
    """What an entry of the catalogue is."""

    CELL = "cell"  #: A clocked cell or state machine, with options of its own.
    OPERATION = "operation"  #: A circuit with one code for each operand.
    VECTOR = "vector"  #: A circuit on vectors of codes.
    LAYER = "layer"  #: Linear layers; the result is a vector, too.
    SCALED = "scaled"  #: A circuit on blocks of elements that share a scale.
    BLOCK = "block"  #: Gates of the paper and adders made of them, without a float format.


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What all entries have."""

    name: str
    summary: str  #: One line for a reader.
    kind: Kind
    check: str  #: How it is checked, for a reader.
    works_for: Callable[[Format], bool]  #: Whether it works for a format.

    @property
    def formats(self) -> tuple[str, ...]:
        """Names of the known formats that it works for."""
        return tuple(fmt.name for fmt in FORMATS.values() if self.works_for(fmt))


@dataclass(frozen=True, kw_only=True)
class Design(Entry):
    """A circuit of floats: an operation, a design on vectors, or layers."""

    operands: tuple[str, ...]  #: Input ports, each one code wide, or a vector of codes.
    #: Number of bits of each operand, None for that of a code; by default all are codes.
    operand_widths: tuple[int | None, ...] = ()
    result: str = "y"  #: Output port.
    circuit: Circuit
    rounds: bool = True  #: Whether a result may be too large, so that there is an overflow policy.
    result_width: int | None = None  #: Number of bits of a result that is no code.
    takes_rounding: bool = False  #: Whether it can round in every way.
    takes_flags: bool = False  #: Whether it can raise flags.
    keeps_nan: bool = False  #: Whether a NaN as the first operand stays but for its sign.
    drops_sign: bool = False  #: Whether no result is negative, not even NaN.
    #: Whether a format is narrow enough for one neuron graph, as every style but the sequential needs.
    fits_graph: Callable[[Format], bool] = lambda fmt: True
    #: Whether a result of the second format is possible for operands of the first; None if the
    #: result has the format of the operands.
    converts: Callable[[Format, Format], bool] | None = None

    #: Whether the result has the format of the operands unless another is asked for.
    keeps_format: bool = False
    #: Whether each operand, and the result, may have a format of its own.
    mixes: bool = False
    function: OwnFunction | None = None  #: What it computes, if that is the user's own.
    #: What each port carries, if it is an operation on vectors, or on blocks that share a scale.
    roles: Mapping[str, PortRole] = field(default_factory=dict, hash=False)
    vector: VectorOperation | None = None  #: What it is, if it is an operation on vectors.

    @property
    def is_vector(self) -> bool:
        """Whether operands are vectors, element 0 lowest."""
        return self.kind in (Kind.VECTOR, Kind.LAYER, Kind.SCALED)

    def missing_graph(self, fmt: Format) -> str | None:
        """Return why there is no neuron graph of all of it for a format, as one sentence, or None."""
        if self.fits_graph(fmt):
            return None
        return (
            f"Style of {self.name} must be sequential for {fmt.name} (--style sequential), as one "
            "neuron graph of all its steps would be too large"
        )

    @property
    def is_layer(self) -> bool:
        """Whether it is made of linear layers; the result is a vector, too."""
        return self.kind is Kind.LAYER

    @property
    def has_running(self) -> bool:
        """Whether there are circuits of it that take one element of a vector in each clock."""
        return self.vector is not None and self.vector.running is not None

    @property
    def gives_vector(self) -> bool:
        """Whether an operation on vectors gives one."""
        return self.roles.get(self.result) is PortRole.FLOATS

    @property
    def has_blocks(self) -> bool:
        """Whether operands or results are blocks that share a scale."""
        return self.kind is Kind.SCALED

    @property
    def has_format(self) -> bool:
        """Whether operands are floats, whose format is selected; else they are blocks."""
        return not self.roles or any(self.roles[name] is PortRole.FLOATS for name in self.operands)

    @property
    def has_floats(self) -> bool:
        """Whether operands or the result are floats; else they are blocks and integers."""
        return self.has_format or self.converts is not None

    @property
    def makes_blocks(self) -> bool:
        """Whether the result is blocks, whose scales are chosen."""
        return self.roles.get(self.result) is PortRole.ELEMENTS

    @property
    def is_block_layer(self) -> bool:
        """Whether it is a linear layer on blocks, with known weights."""
        return self.roles.get(self.result) is PortRole.OUTPUTS

    @property
    def adds_blocks(self) -> bool:
        """Whether results are sums of products of blocks."""
        return self.has_blocks and self.roles[self.result] in (PortRole.FLOAT, PortRole.OUTPUTS)

    def targets(self, fmt: Format) -> tuple[str, ...]:
        """Return the names of the known formats that the result may have."""
        if self.converts is None:
            return (fmt.name,)
        return tuple(to.name for to in FORMATS.values() if self.converts(fmt, to))

    def find_target(self, fmt: Format, to: Format | str | None) -> Format | None:
        """Return the format of the result, or None if the design does not let it be selected.

        Raises
        ------
        InputError
            If it is no possible one.
        """
        name = to.name if isinstance(to, Format) else to
        if self.converts is None:
            if to is not None:
                raise InputError(
                    f"Result format of {self.name} must be that of its operands, not {name!r}"
                )
            return None
        targets = self.targets(fmt)
        if to is None and not self.has_format:
            return FORMATS[FLOATS_OF_BLOCKS]
        if to is None and (self.is_vector or self.keeps_format):
            return fmt
        if to is None:
            return FORMATS[
                next(
                    name
                    for name in (*_DEFAULT_TARGETS, *targets)
                    if name in targets and name != fmt.name
                )
            ]
        target = find_format(to) if isinstance(to, str) else to
        if not self.converts(fmt, target):
            operands = f" for {fmt.name}" if self.has_format else ""
            raise InputError(
                f"Result format of {self.name}{operands} must be one of {', '.join(targets)}, "
                f"not {name!r}"
            )
        return target


@dataclass(frozen=True, kw_only=True)
class Table(Entry):
    """A design that is made for a function of the user's own."""


@dataclass(frozen=True, kw_only=True)
class Cell(Entry):
    """A clocked cell or state machine."""

    options: tuple[str, ...]  #: Options of its own.


@dataclass(frozen=True, kw_only=True)
class Block(Entry):
    """A circuit of whole numbers, of the gates of the paper."""

    inputs: Mapping[str, int]  #: Width in bits of each input port, by name.
    #: Called with a gate library and a word for each input.
    circuit: Callable[..., Word | Bit]
    operation: str  #: What it computes, of its inputs as whole numbers.
