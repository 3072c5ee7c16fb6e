# SPDX-License-Identifier: Apache-2.0
"""What a bench checks: a design under test, cases with the results expected, and the outcome."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.benches.packing import pack_lanes, unpack_lanes
from spikefloat.sim.cases.pauses import Pauses

__all__ = [
    "Cases",
    "Check",
    "Clip",
    "Contract",
    "Dut",
    "Outcome",
    "Port",
    "StreamOutcome",
    "StreamPort",
    "as_streams",
]

Array = NDArray[np.int64]


class Contract(enum.Enum):
    """When operands go in and results come out."""

    #: The results follow the operands.
    COMBINATIONAL = "combinational"
    #: Inputs clk and rst; a case in each clock, and its results after ``latency`` clocks.
    CLOCKED = "clocked"
    #: Operands and result are AXI4-Streams; inputs clk and rst.
    STREAM = "stream"
    #: Ports clk, rst, start, ready and valid; a case takes ``latency`` clocks, or at most so many.
    HANDSHAKE = "handshake"


@dataclass(frozen=True)
class Port:
    """An operand or a result: numbers side by side, the first in the lowest bits."""

    name: str
    width: int  #: Bits of a number.
    count: int = 1
    fmt: Format | None = None  #: For messages: of numbers that are codes.
    is_signed: bool = False  #: Whether numbers are in two's complement.

    @property
    def bits(self) -> int:
        """Bits of all numbers."""
        return self.width * self.count

    @property
    def size(self) -> int:
        """Bytes that hold all numbers."""
        return -(-self.bits // 8)

    def pack(self, values: Array) -> NDArray[np.uint8]:
        """Return a row of bytes for each case."""
        return pack_lanes(values.reshape(len(values), self.count), self.width)

    def unpack(self, rows: NDArray[np.uint8]) -> Array:
        """Return the numbers of each case: one, or as many as there are."""
        values = unpack_lanes(rows, self.count, self.width, is_signed=self.is_signed)
        return values[:, 0] if self.count == 1 else values


@dataclass(frozen=True)
class StreamPort(Port):
    """An operand or a result that an AXI4-Stream carries, one or more transfers for each case."""

    prefix: str = ""  #: Of the names of the stream's signals.
    lanes: int = 1  #: Numbers in a transfer.
    has_last: bool = False  #: Whether ``tlast`` marks the last transfer of a case.
    has_keep: bool = False  #: Whether ``tkeep`` tells which bytes are numbers of the case.
    user: int = 0  #: Bits of ``tuser``, which carries further results of the case.

    @property
    def beats(self) -> int:
        """Transfers of a case."""
        return -(-self.count // self.lanes)

    @property
    def data_bytes(self) -> int:
        """Bytes of a transfer."""
        return -(-self.width * self.lanes // 8)

    @property
    def keeps(self) -> list[int]:
        """Bytes of each transfer of a case that are numbers of it."""
        left = -(-(self.count - (self.beats - 1) * self.lanes) * self.width // 8)
        return [*[self.data_bytes] * (self.beats - 1), left]

    def transfers(self, values: Array) -> NDArray[np.uint8]:
        """Return a row of bytes for each transfer; what fills up the last of a case is all ones."""
        filled = np.full((len(values), self.beats * self.lanes), (1 << self.width) - 1)
        filled[:, : self.count] = values.reshape(len(values), self.count)
        return pack_lanes(filled.reshape(-1, self.lanes), self.width)

    def unpack_transfers(self, rows: NDArray[np.uint8]) -> Array:
        """Return the numbers of each case, from a row of bytes for each transfer."""
        values = unpack_lanes(rows, self.lanes, self.width, is_signed=self.is_signed)
        values = values.reshape(-1, self.beats * self.lanes)
        return values[:, 0] if self.count == 1 else values[:, : self.count]


def as_streams(
    inputs: tuple[Port, ...], result: Port, others: Sequence[Port] = ()
) -> tuple[tuple[Port, ...], StreamPort]:
    """Return ports as streams whose transfers have all numbers of a case, and no ``tlast``.

    Other results go beside the first one.
    """
    user = sum(port.bits for port in others)
    streams = [
        StreamPort(
            port.name,
            port.width,
            port.count,
            port.fmt,
            is_signed=port.is_signed,
            prefix="m_axis" if port is result else f"s_axis_{port.name}",
            lanes=port.count,
            user=user if port is result else 0,
        )
        for port in (*inputs, result)
    ]
    return tuple(streams[:-1]), streams[-1]


@dataclass(frozen=True, kw_only=True)
class Dut:
    """A design under test."""

    name: str  #: Name for tables and messages.
    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module.
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    contract: Contract = Contract.COMBINATIONAL
    latency: int = 0  #: Clocks from operands to results, of a stream from last to first transfer.
    ends_early: bool = False  #: With a handshake, whether cases may take fewer clocks than that.
    #: Of a stream, clocks from the last transfer of operands to the last of the results.
    last_latency: int | None = None
    interval: int = 1  #: Of a stream, clocks from one case to the next.
    has_axi_reset: bool = False  #: Of a stream, whether clock and reset are aclk and aresetn.
    alarms: tuple[str, ...] = ()  #: Outputs of a stream that must never be set, at most two.


@dataclass(frozen=True, kw_only=True, eq=False)
class Cases:
    """Operands to drive, and the results that must come of them.

    Several designs may be given the very same arrays: they are then driven once for all of them.
    """

    #: By the names of the inputs. Each has a row for each case, or fewer rows, which then stay for
    #: several cases. What is no input is only shown in messages.
    operands: Mapping[str, Array]
    #: By the names of the outputs, for the selected cases.
    expected: Mapping[str, Array]
    selected: Array | None = None  #: Cases that concern the design, in order; None for all.

    def __post_init__(self) -> None:
        if not self.count:
            raise InputError("Number of cases must be more than 0, not 0")
        for name, values in self.expected.items():
            if len(values) != len(self.indices):
                raise InputError(
                    f"Number of expected results {name} must be {len(self.indices)}, "
                    f"not {len(values)}"
                )

    @cached_property
    def count(self) -> int:
        """How many cases are driven."""
        return max((len(values) for values in self.operands.values()), default=0)

    @cached_property
    def indices(self) -> Array:
        """The cases that concern the design."""
        return np.arange(self.count) if self.selected is None else self.selected

    def first(self, count: int) -> "Cases":
        """Return the first of the selected cases."""
        return Cases(
            operands=self.operands,
            expected={name: values[:count] for name, values in self.expected.items()},
            selected=self.indices[:count],
        )

    def pick(self, places: Array) -> "Cases":
        """Return some of the selected cases, by their places, without the operands of others.

        Raises
        ------
        InputError
            If operands stay for several cases, which depend on their order.
        """
        if any(len(values) < self.count for values in self.operands.values()):
            raise InputError("Cases must each have operands of their own to be picked")
        return Cases(
            operands={name: self.rows(name)[places] for name in self.operands},
            expected={name: values[places] for name, values in self.expected.items()},
        )

    def rows(self, name: str) -> Array:
        """Return for each selected case the row of an operand."""
        values = self.operands[name]
        return values[self.indices * len(values) // self.count]


@dataclass(frozen=True, kw_only=True)
class Check:
    """A design, and the cases that it is to be checked with."""

    dut: Dut
    cases: Cases

    def __post_init__(self) -> None:
        for kind, ports, arrays in (
            ("operand", self.dut.inputs, self.cases.operands),
            ("expected result", self.dut.outputs, self.cases.expected),
        ):
            for port in ports:
                if port.name not in arrays:
                    raise InputError(
                        f"Cases of {self.dut.name} have no {kind} {port.name!r}; "
                        f"they have {', '.join(arrays) or 'none'}"
                    )
                if arrays[port.name].size != len(arrays[port.name]) * port.count:
                    raise InputError(
                        f"Cases of {self.dut.name} must have {port.count} numbers in each "
                        f"{kind} {port.name!r}, not the shape {arrays[port.name].shape}"
                    )


@dataclass(frozen=True, kw_only=True)
class Clip:
    """A waveform file, and the part of it in which a design is driven."""

    path: Path
    start: float  #: Nanoseconds.
    stop: float  #: Nanoseconds.


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one design did."""

    dut: Dut
    simulator: str
    cases: int  #: How many cases were checked.
    mismatches: int  #: How many of them were wrong, missing or too many.
    report: str  #: What was wrong, with the first wrong cases in words; empty if nothing was.
    first_wrong: int | None = None  #: Place of the first wrong case among the selected ones.
    build_seconds: float
    seconds: float  #: Time to drive all designs of the same build.
    cpu_seconds: float  #: The same, of the simulation's process alone.
    results: Mapping[str, Array] = field(repr=False)  #: What came out, by the names of the outputs.
    clip: Clip | None = field(default=None, repr=False)  #: Waveforms, if they were asked for.


@dataclass(frozen=True, kw_only=True)
class StreamOutcome(Outcome):
    """How one design with streams did, with one kind of pauses."""

    pauses: Pauses
    broken: int  #: How many offers were changed or withdrawn.
    latency: int  #: Clocks from the last transfer of the first case to its first result.
    missed: int  #: Clocks between first and last result in which the sink waited in vain.
    interval: float  #: Mean clocks from one case to the next, at the results.
    clocks: int  #: From the first transfer to the last.
