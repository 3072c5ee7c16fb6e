# SPDX-License-Identifier: Apache-2.0
"""What says which circuit of a design is meant, and which hardware it becomes."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.neurons.residue import Residue

__all__ = ["CircuitOptions", "Delays", "HardwareOptions", "Objective", "Style"]


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
    TEMPORAL = "temporal"  #: A cell that is used again and again, bit by bit.


class Delays(StrEnum):
    """What the delay lines of the spiking style are."""

    REGISTERS = "registers"
    MEMORY = "memory"


@dataclass(frozen=True, kw_only=True)
class CircuitOptions:
    """What the neurons of a circuit compute, and of which neurons it is made."""

    format: Format  #: Format of the operands and, unless the next is set, of the result.
    to: Format | None = None  #: Format of the result, for a design that lets it be selected.
    overflow: Overflow
    library: Library = Library.NATIVE
    budget: Budget = BUDGETS["w2"]
    objective: Objective = Objective.STRUCTURE

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
    residue: Residue = Residue.DISCHARGE  #: In the spiking style.
    leak: Fraction | None = None  #: Share of the residue that stays; None for a safe one.
    delays: Delays = Delays.REGISTERS  #: In the spiking style.
