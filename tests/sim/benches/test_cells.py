# SPDX-License-Identifier: Apache-2.0
"""Cells are checked against the model in a simulator, and faults are found."""

from dataclasses import replace

import pytest

from spikefloat.rtl_gen.rtl.cells.cell import cell_verilog
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.cells import CellDesign, cell_checks, cell_model
from spikefloat.sim.cases.spikes import spike_train
from spikefloat.sim.golden.cell import CellModel
from spikefloat.sim.simulators.find import SIMULATORS
from spikefloat.sim.simulators.runner import BenchError

CELLS = {
    "ideal": CellParameters(weights=(1, 1), threshold=1.5),
    "leaky": CellParameters(weights=(1, 1, -2), threshold=1.5, leak=0.25),
    "hard": CellParameters(weights=(5, -7, 3), threshold=7.25, leak=0.9375, reset="hard"),
    "narrow": CellParameters(weights=(9, -11), threshold=1, bias=-1, membrane_width=6),
    "at_rest": CellParameters(weights=(-1,), bias=1, threshold=0.5, leak=0, reset="hard"),
}


def make_design(name, **changes):
    """Return a cell; ``changes`` make its hardware differ from what it should be."""
    wanted = CELLS[name].as_dict()
    real = CellParameters(**{**vars(CELLS[name]), **changes})
    module, verilog = cell_verilog(real)
    return CellDesign(name=name, verilog=verilog, module=module, parameters=wanted)


@pytest.mark.tool
@pytest.mark.parametrize("simulator", SIMULATORS)
def test_verify_cells(simulator, tmp_path):
    faults = [
        make_design("leaky", weights=(1, 1, -1)),
        make_design("leaky", threshold=1.625),
        make_design("narrow", reset="hard"),
    ]
    designs = [*map(make_design, CELLS), *faults]
    steps = []
    results = verify(cell_checks(designs), simulator, tmp_path, progress=steps.append)
    assert [result.dut.name for result in results] == [design.name for design in designs]
    assert {result.simulator for result in results} == {simulator}
    assert [result.cases for result in results] == [2600] * 8
    assert [(result.mismatches, result.report) for result in results[:5]] == [(0, "")] * 5
    for result in results[5:]:
        assert result.mismatches > 0
        first, *lines = result.report.splitlines()
        assert first == f"{result.dut.name}: {result.mismatches} of 2600 results wrong"
        assert len(lines) == min(result.mismatches, 9)
        assert lines[0].startswith("  clock=")
        assert ": got spike=" in lines[0]
        assert ", expected spike=" in lines[0]
    assert [step.split()[0] for step in steps] == ["building", "driving"]


@pytest.mark.tool
def test_verilog_that_is_none(tmp_path):
    design = replace(
        make_design("ideal"), verilog=f"module {make_design('ideal').module} (input wire clk\n"
    )
    with pytest.raises(BenchError, match=r"^Build of bench_top with icarus failed;"):
        verify(cell_checks([design]), "icarus", tmp_path)


def test_train_reaches_both_rails_and_each_control():
    """What the bench drives is worth the driving: nothing in a cell stays unused."""
    parameters = CELLS["narrow"]
    model = cell_model(parameters.as_dict())
    assert isinstance(model, CellModel)
    seen = set()
    train = list(spike_train([parameters.weights], seed=1))
    for clock in train:
        if clock.rst:
            model.rest()
        else:
            spikes = clock.synapses[0]
            model.clock(spikes, enable=clock.enable, discharge=clock.discharge)
        seen.add(model.membrane)
    assert len(train) == 2600
    assert {-32, 31} <= seen
    assert len(seen) > 40
    for name in ("rst", "enable", "discharge"):
        assert {getattr(clock, name) for clock in train} == {False, True}
    assert train == list(spike_train([parameters.weights], seed=1))
