# SPDX-License-Identifier: Apache-2.0
"""Bench for integrate-and-fire cells under one top module: every clock as the model has it.

The environment variable SPIKEFLOAT_JOB names a JSON file that says what the top module holds, and
the seed of the spikes; `spikefloat.sim.benches.cells` writes it. The outcome goes into the file
that it names, whether or not the cells are right.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import cocotb
from cocotb.clock import Clock as ClockDriver
from cocotb.triggers import FallingEdge

from spikefloat.sim.benches.cells import Clock, cell_model, spike_train
from spikefloat.sim.golden.cell import CellModel

#: How many wrong clocks a message shows.
SHOWN = 8


@dataclass
class Board:
    """What became of one cell."""

    clocks: int = 0
    mismatches: int = 0
    report: str = ""


class Cell:
    """One cell under the top module, its model, and the comparison of the two."""

    def __init__(self, dut, index: int, name: str, model: CellModel):
        self._name = name
        self._index = index
        self._model = model
        self._synapses = getattr(dut, f"synapses_{index}")
        self._spike = getattr(dut, f"spike_{index}")
        self._membrane = getattr(dut, f"membrane_{index}")
        self.board = Board()

    def drive(self, clock: Clock) -> None:
        """Apply the spikes of one clock."""
        spikes = clock.synapses[self._index]
        self._synapses.value = sum(spike << bit for bit, spike in enumerate(spikes))

    def compare(self, clock: Clock) -> None:
        """Pass the same clock in the model, and compare what came out."""
        before = self._model.membrane
        if clock.rst:
            self._model.rest()
        else:
            self._model.clock(
                clock.synapses[self._index], enable=clock.enable, discharge=clock.discharge
            )
        got = (str(self._spike.value), str(self._membrane.value))
        width = self._model.membrane_width
        wanted = (
            str(int(self._model.spike)),
            f"{self._model.membrane & ((1 << width) - 1):0{width}b}",
        )
        if got != wanted:
            self._note(clock, before, got)
        self.board.clocks += 1

    def _note(self, clock: Clock, before: int, got: tuple[str, str]) -> None:
        """Describe a wrong clock."""
        self.board.mismatches += 1
        if self.board.mismatches > SHOWN:
            return
        spikes = "".join(str(spike) for spike in reversed(clock.synapses[self._index]))
        spike, bits = got
        # Undefined bits are shown as they are.
        membrane = _signed(bits) if set(bits) <= {"0", "1"} else bits
        self.board.report += (
            f"{self._name}: clock {self.board.clocks}: rst {clock.rst:d}, enable {clock.enable:d},"
            f" discharge {clock.discharge:d}, synapses {spikes}, membrane {before} before:"
            f" got spike {spike}, membrane {membrane};"
            f" expected spike {self._model.spike:d}, membrane {self._model.membrane}\n"
        )


def _signed(bits: str) -> int:
    return int(bits, 2) - (int(bits[0]) << len(bits))


@cocotb.test()
async def every_clock(dut):
    """Spike and membrane of every cell are those of the model after every clock."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    cells = [
        Cell(dut, index, cell["name"], cell_model(cell["parameters"]))
        for index, cell in enumerate(job["cells"])
    ]
    weights = [cell["parameters"]["weights"] for cell in job["cells"]]

    ClockDriver(dut.clk, 10, unit="ns").start(start_high=False)
    dut.rst.value = 1
    await FallingEdge(dut.clk)
    # Inputs change, and outputs are read, half a clock away from the edge that counts.
    for clock in spike_train(weights, job["seed"]):
        dut.rst.value = int(clock.rst)
        dut.enable.value = int(clock.enable)
        dut.discharge.value = int(clock.discharge)
        for cell in cells:
            cell.drive(clock)
        await FallingEdge(dut.clk)
        for cell in cells:
            cell.compare(clock)

    outcome = [asdict(cell.board) for cell in cells]
    Path(job["outcome"]).write_text(json.dumps(outcome, indent=1) + "\n", encoding="utf-8")
    reports = [cell.board.report for cell in cells if cell.board.report]
    assert not reports, "".join(reports)
