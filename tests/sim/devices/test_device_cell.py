# SPDX-License-Identifier: Apache-2.0
"""The leaky cell in hardware against the device model: spike and membrane in every clock."""

from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.rtl.cells.cell import cell_verilog
from spikefloat.rtl_gen.rtl.cells.membrane import Membrane, membrane_parameters
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.cells import CellDesign
from spikefloat.sim.benches.dut import Cases, Check
from spikefloat.sim.campaigns.injection import trial_order
from spikefloat.sim.devices.device import BLOCK, Device
from spikefloat.sim.devices.physics import Physics
from tests.helpers.residue_examples import single_neuron

pytestmark = pytest.mark.tool

CLOCKS, WAVES = 1024, 64
#: So many that each leak comes with each reset.
_CELLS = 16
LEAKS = ("0", "1/16", "25/256", "1/2", "3/4", "15/16", "255/256")


@cache
def kinds():
    """Return kinds of neurons of the multiplier and the adder, each with a leak and a reset."""
    found = {}
    for name in ("multiply", "add"):
        for neuron in make_instance(name, objective="neurons").graph.neurons:
            found.setdefault((neuron.weights, neuron.threshold))
    return [
        (
            weights,
            threshold,
            Membrane(
                leak=Fraction(LEAKS[i % len(LEAKS)]), reset=("soft", "hard")[i // len(LEAKS) % 2]
            ),
        )
        for i, (weights, threshold) in enumerate(list(found)[:_CELLS])
    ]


@pytest.mark.slow
@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
def test_every_clock(simulator, tmp_path):
    """Random spike trains, back to back; returned to rest where a stream of the device begins."""
    order = trial_order(CLOCKS, WAVES)
    shared = {
        "enable": np.ones(CLOCKS, np.int64),
        "discharge": (order % BLOCK < BLOCK // WAVES).astype(np.int64),
    }
    checks = []
    for index, (weights, threshold, membrane) in enumerate(kinds()):
        parameters = membrane_parameters(weights, threshold, membrane)
        module, verilog = cell_verilog(parameters)
        cell = CellDesign(
            name=f"cell {index}",
            verilog=verilog,
            module=module,
            parameters=parameters.as_dict(),
        ).dut
        codes = np.random.default_rng(index).integers(0, 1 << len(weights), BLOCK)
        physics = Physics(
            style="spiking",
            leak=float(membrane.leak),
            reset=membrane.reset,
            waves=WAVES,
            potential_bits=parameters.fraction_bits,
        )
        graph = single_neuron(weights, threshold)
        record = Device(graph, physics).run({"a": codes}, seed=0, record=True).record
        spikes = record.fired[-1][order].astype(np.int64)
        potentials = record.potentials[-1][order] * (1 << parameters.fraction_bits)
        membranes = potentials.astype(np.int64)
        np.testing.assert_array_equal(membranes, potentials)
        assert 0 < spikes.mean() < 1
        cases = Cases(
            operands={**shared, "synapses": codes[order]},
            expected={"spike": spikes, "membrane": membranes},
        )
        # The bench resets the cells once, at the start.
        inputs = tuple(port for port in cell.inputs if port.name != "rst")
        checks.append(Check(dut=replace(cell, inputs=inputs), cases=cases))
    results = verify(checks, simulator, tmp_path)
    assert [(result.cases, result.report) for result in results] == [(CLOCKS, "")] * len(checks)
    assert len(checks) == len(kinds())
    assert len({(m.leak, m.reset) for _, _, m in kinds()}) == 2 * len(LEAKS)
