# SPDX-License-Identifier: Apache-2.0
"""The leaky cell in hardware against the device model: spike and membrane in every clock."""

from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.rtl.cells.cell import cell_verilog
from spikefloat.rtl_gen.rtl.styles.membrane import Membrane, membrane_parameters
from spikefloat.sim.benches.cells import CellDesign, cell_top
from spikefloat.sim.campaigns.injection import trial_order
from spikefloat.sim.devices.device import BLOCK, Device
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.simulators.trace import pack_lanes, trace, unpack_lanes
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


@pytest.mark.parametrize("simulator", ["icarus", pytest.param("verilator", marks=pytest.mark.slow)])
def test_every_clock(simulator, tmp_path):
    """Random spike trains, back to back; returned to rest where a stream of the device begins."""
    order = trial_order(CLOCKS, WAVES)
    designs, inputs, records = [], {}, []
    for index, (weights, threshold, membrane) in enumerate(kinds()):
        parameters = membrane_parameters(weights, threshold, membrane)
        module, verilog = cell_verilog(parameters)
        designs.append(
            CellDesign(
                name=f"cell {index}",
                verilog=verilog,
                module=module,
                parameters=parameters.as_dict(),
            )
        )
        codes = np.random.default_rng(index).integers(0, 1 << len(weights), BLOCK)
        inputs[f"synapses_{index}"] = pack_lanes(codes[order][:, None], len(weights))
        physics = Physics(
            style="spiking",
            leak=float(membrane.leak),
            reset=membrane.reset,
            waves=WAVES,
            potential_bits=parameters.fraction_bits,
        )
        graph = single_neuron(weights, threshold)
        records.append(Device(graph, physics).run({"a": codes}, seed=0, record=True).record)
    inputs["enable"] = pack_lanes(np.ones((CLOCKS, 1), np.int64), 1)
    inputs["discharge"] = pack_lanes((order % BLOCK < BLOCK // WAVES)[:, None].astype(int), 1)
    names = [f"{what}_{i}" for i in range(len(designs)) for what in ("spike", "membrane")]
    taken = trace(simulator, cell_top(designs), "cell_top", inputs, names, tmp_path)
    checked = 0
    for index, (design, record) in enumerate(zip(designs, records, strict=True)):
        width = design.parameters["membrane_width"]
        spikes = unpack_lanes(taken[f"spike_{index}"], 1)[:, 0]
        membranes = unpack_lanes(taken[f"membrane_{index}"], 1, width, is_signed=True)[:, 0]
        unit = 1 << design.parameters["fraction_bits"]
        np.testing.assert_array_equal(spikes, record.fired[-1][order])
        np.testing.assert_array_equal(membranes, record.potentials[-1][order] * unit)
        assert 0 < spikes.mean() < 1
        checked += len(spikes)
    assert checked == CLOCKS * len(kinds())
    assert len({(m.leak, m.reset) for _, _, m in kinds()}) == 2 * len(LEAKS)
