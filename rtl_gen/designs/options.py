# SPDX-License-Identifier: Apache-2.0
"""What says which circuit of a design is meant, and which hardware it becomes."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from spikefloat.rtl_gen.designs.rounding import RoundingOptions
from spikefloat.rtl_gen.errors import InputError, find_member
from spikefloat.rtl_gen.formats import Format, NanPolicy, Overflow
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.neurons.residue import Residue, check_residue

__all__ = [
    "Backend",
    "CircuitOptions",
    "Delays",
    "HardwareOptions",
    "Objective",
    "Style",
    "make_hardware_options",
]


class Objective(StrEnum):
    """What a circuit is made for."""

    STRUCTURE = "structure"  #: To be read.
    NEURONS = "neurons"  #: The fewest neurons.
    DEPTH = "depth"  #: The least depth.
    LUTS = "luts"  #: Few lookup tables of six inputs.
    FMAX = "fmax"  #: A fast clock on an FPGA with tables of four inputs.


class Style(StrEnum):
    """What a neuron is in hardware."""

    SPATIAL = "spatial"  #: A comparison.
    SPIKING = "spiking"  #: A clocked cell, one layer for each clock.
    SEQUENTIAL = "sequential"  #: A comparison that is used for each digit, or element of a vector.
    TEMPORAL = "temporal"  #: A cell that is used again and again, bit by bit.

    @property
    def has_handshake(self) -> bool:
        """Whether an operation takes several clocks, with start, ready and valid, or streams."""
        return self in (Style.SEQUENTIAL, Style.TEMPORAL)


class Delays(StrEnum):
    """What the delay lines of the spiking style are."""

    REGISTERS = "registers"
    MEMORY = "memory"


class Backend(StrEnum):
    """What writes the neurons of a circuit as Verilog."""

    PRINTED = "printed"  #: The generator itself, an instance for each neuron.
    AMARANTH = "amaranth"  #: Amaranth and its Yosys, from native components.


@dataclass(frozen=True, kw_only=True)
class CircuitOptions:
    """What the neurons of a circuit compute, and of which neurons it is made."""

    format: Format  #: Format of the operands and, unless the next is set, of the result.
    to: Format | None = None  #: Format of the result, for a design that lets it be selected.
    #: Formats of the operands after the first, where these may differ, and then also of the result.
    others: tuple[Format, ...] = ()
    second: Format | None = None  #: Format that an operand of the float unit can choose instead.
    overflow: Overflow
    library: Library = Library.NATIVE
    budget: Budget = BUDGETS["w2"]
    objective: Objective = Objective.STRUCTURE
    rounding: RoundingOptions = RoundingOptions()
    nan: NanPolicy = NanPolicy.KEEP  #: Of an operation on signs.

    @property
    def is_mixed(self) -> bool:
        """Whether operands or result have formats of their own, of an operation on one format."""
        return bool(self.others)

    @property
    def result_format(self) -> Format:
        """Format of the result."""
        return self.to or self.format


@dataclass(frozen=True, kw_only=True)
class HardwareOptions:
    """What a circuit becomes in hardware."""

    style: Style = Style.SPATIAL
    stages: int = 0  #: Register cuts, in the spatial style.
    is_stream: bool = False  #: Whether operands and result are streams.
    #: Whether clock and reset of streams are aclk and aresetn, which is active low.
    has_axi_reset: bool = False
    residue: Residue = Residue.DISCHARGE  #: In the spiking style.
    leak: Fraction | None = None  #: Share of the residue that stays; None for a safe one.
    delays: Delays = Delays.REGISTERS  #: In the spiking style.
    backend: Backend = Backend.PRINTED


def make_hardware_options(
    *,
    style: str = Style.SPATIAL,
    stages: int = 0,
    is_stream: bool = False,
    has_axi_reset: bool = False,
    residue: str | None = None,
    leak: Fraction | None = None,
    delays: str | None = None,
    backend: str | None = None,
) -> HardwareOptions:
    """Return checked options of hardware.

    Parameters are those of :func:`~spikefloat.rtl_gen.designs.instance.make_instance`.

    Raises
    ------
    InputError
        If a name is unknown, or options contradict each other.
    """
    kind = find_member(Style, "Style", style)
    if stages < 0 or (stages and kind is not Style.SPATIAL):
        raise InputError(f"Stages must be 0 or more, and 0 but in the spatial style, not {stages}")
    if is_stream and kind.has_handshake:
        raise InputError(f"Style of streams must be spatial or spiking, not {kind.value!r}")
    if has_axi_reset and not is_stream:
        raise InputError("Reset of AXI must be for streams, not for a design without them")
    if kind is not Style.SPIKING and (residue is not None or leak is not None):
        given = str(leak if residue is None else residue)
        raise InputError(f"Residue and leak must be for the spiking style, not {given!r}")
    way = check_residue(residue or Residue.DISCHARGE, leak)
    if is_stream and way is not Residue.DISCHARGE:
        raise InputError(f"Residue of streams must be discharge, not {way.value!r}")
    if delays is not None and kind is not Style.SPIKING:
        raise InputError(f"Delays must be given for the spiking style, not for {kind.value!r}")
    if backend is not None and kind.has_handshake:
        raise InputError(
            f"Backend must be given for the spatial or spiking style, not for {kind.value!r}"
        )
    return HardwareOptions(
        style=kind,
        stages=stages,
        is_stream=is_stream,
        has_axi_reset=has_axi_reset,
        residue=way,
        leak=leak,
        delays=find_member(Delays, "Delays", delays or Delays.REGISTERS),
        backend=find_member(Backend, "Backend", backend or Backend.PRINTED),
    )
