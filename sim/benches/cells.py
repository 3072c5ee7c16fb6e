# SPDX-License-Identifier: Apache-2.0
"""Integrate-and-fire cells, with what the model does in every clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.sim.benches.dut import Cases, Check, Contract, Dut, Port
from spikefloat.sim.cases.spikes import Clock, spike_train
from spikefloat.sim.golden.cell import CellModel

__all__ = ["CellDesign", "cell_checks", "cell_model"]


@dataclass(frozen=True, kw_only=True)
class CellDesign:
    """A cell, and what it has to do."""

    name: str  #: Name for tables and messages.
    verilog: str  #: Text of a file with the cell.
    module: str  #: Name of its module.
    #: Arguments of :class:`~spikefloat.sim.golden.cell.CellModel`; fractions as text.
    parameters: Mapping[str, Any]

    @property
    def dut(self) -> Dut:
        """The cell as a bench takes it."""
        controls = tuple(Port(name, 1) for name in ("rst", "enable", "discharge"))
        return Dut(
            name=self.name,
            verilog=self.verilog,
            module=self.module,
            inputs=(*controls, Port("synapses", len(self.parameters["weights"]))),
            outputs=(
                Port("spike", 1),
                Port("membrane", self.parameters["membrane_width"], is_signed=True),
            ),
            contract=Contract.CLOCKED,
            latency=1,
        )


def cell_model(parameters: Mapping[str, Any]) -> CellModel:
    """Return a model at rest, from parameters in which fractions are text."""
    exact = {name: Fraction(parameters[name]) for name in ("threshold", "leak")}
    return CellModel(**{**parameters, **exact})


def cell_checks(
    designs: Sequence[CellDesign], seed: int = 1, clocks: Sequence[Clock] | None = None
) -> list[Check]:
    """Return the checks of cells: spike and membrane after each clock of one train of spikes.

    Parameters
    ----------
    designs : sequence of CellDesign
        What to check.
    seed : int
        Seed of the random spikes.
    clocks : sequence of Clock, optional
        What goes in, in place of random spikes.
    """
    weights = [design.parameters["weights"] for design in designs]
    # Before the first clock that counts, one in reset.
    reset = Clock(True, False, False, [[0] * len(own) for own in weights])
    train = [reset, *(spike_train(weights, seed) if clocks is None else clocks)]
    shared = {
        "clock": np.arange(len(train)) - 1,
        **{
            name: np.array([getattr(clock, name) for clock in train], np.int64)
            for name in ("rst", "enable", "discharge")
        },
    }
    return [
        Check(dut=design.dut, cases=_cell_cases(design, index, train, shared))
        for index, design in enumerate(designs)
    ]


def _cell_cases(
    design: CellDesign, index: int, train: Sequence[Clock], shared: dict[str, NDArray[np.int64]]
) -> Cases:
    """Return the spikes of one cell, and what its model makes of them."""
    model = cell_model(design.parameters)
    before, spikes, membranes = [], [], []
    for clock in train:
        before.append(model.membrane)
        if clock.rst:
            model.rest()
        else:
            model.clock(clock.synapses[index], enable=clock.enable, discharge=clock.discharge)
        spikes.append(int(model.spike))
        membranes.append(model.membrane)
    synapses = np.array([clock.synapses[index] for clock in train], np.int64)
    return Cases(
        operands={
            **shared,
            "synapses": synapses @ (1 << np.arange(synapses.shape[1])),
            "membrane before": np.array(before),
        },
        expected={"spike": np.array(spikes[1:]), "membrane": np.array(membranes[1:])},
        selected=np.arange(1, len(train)),
    )
