# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as clocked cells: what is written, and what tools say of it."""

import json
import os
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.rtl.cells.membrane import Membrane, membrane_parameters
from spikefloat.rtl_gen.rtl.styles.membrane import membrane_module, resting_module
from spikefloat.rtl_gen.rtl.styles.spiking import delay_module, spiking_registers, spiking_verilog
from spikefloat.rtl_gen.rtl.timing.balance import balance
from spikefloat.sim.simulators.find import find_simulator
from tests.helpers.clocked import run_clocked
from tests.helpers.graphs import evaluate
from tests.helpers.purity import logic_outside_neurons
from tests.helpers.residue_examples import GATES, gate_graph
from tests.helpers.spatial_examples import GRAPHS, design_graph
from tests.helpers.spiking_simulation import SpikingSimulation
from tests.helpers.yosys import run_yosys

MEMBRANES = {
    "at_rest": None,
    "leak": Membrane(leak=Fraction(3, 16)),
    "hard": Membrane(leak=Fraction(9, 16), reset="hard"),
    "one_half": Membrane(leak=Fraction(1, 2)),
    "nothing": Membrane(leak=Fraction(0)),
    "ideal": Membrane(leak=Fraction(1)),
    "ideal_hard": Membrane(leak=Fraction(1), reset="hard"),
}

CARRY = """\
// Fires when x[0] + x[1] + x[2] >= 2: the majority, which is the carry of a full adder.
module carry (
    input  wire       clk,
    input  wire       rst,
    input  wire [2:0] x,
    output reg        spike
);
    wire [7:0] fires = 8'b1110_1000;
    wire fires_now = fires[x];
    always @(posedge clk) spike <= rst ? 1'b0 : fires_now;
endmodule
"""

INHIBITED = """\
// Fires when x[0] - 2*x[1] >= 0: not x[1].
module inhibited (
    input  wire       clk,
    input  wire       rst,
    input  wire       discharge,
    input  wire [1:0] x,
    output reg        spike
);
    // In units of 1/16: level 8, bias 16. The product with
    // the leak, 3/8, is rounded toward zero.
    reg signed [6:0] membrane;
    wire signed [8:0] held =
        discharge ? 9'sd0 : {{2{membrane[6]}}, membrane};
    wire signed [8:0] leaked = (held * 9'sd3 + (held[8] ? 9'sd7 : 9'sd0)) >>> 3;
    wire signed [8:0] total =
        leaked + 9'sd16
        + (x[0] ? 9'sd16 : 9'sd0)
        - (x[1] ? 9'sd32 : 9'sd0);
    wire fires = total >= 9'sd8;
    wire signed [8:0] left = fires ? total - 9'sd8 : total;
    wire unused_left = &left[8:7];
    always @(posedge clk) begin
        spike <= rst ? 1'b0 : fires;
        membrane <= rst ? 7'sd0 : left[6:0];
    end
endmodule
"""


def test_neuron_at_rest_is_a_table_and_a_register():
    assert resting_module("carry", (1, 1, 1), 2) == CARRY


def test_neuron_with_a_membrane():
    assert membrane_module("inhibited", (1, -2), 0, Membrane(leak=Fraction(3, 8))) == INHIBITED


def purity(verilog, name, membrane):
    """Return what is not made of neurons and delay lines."""
    write = (
        resting_module
        if membrane is None
        else (lambda name, weights, threshold: membrane_module(name, weights, threshold, membrane))
    )
    return logic_outside_neurons(
        verilog,
        neuron=write,
        delay=lambda module: "\n" + delay_module(module) if module == f"{name}_delay" else "\n",
    )


@pytest.mark.parametrize("kind", MEMBRANES)
def test_made_only_of_neurons_and_delay_lines(kind):
    membrane = MEMBRANES[kind]
    text = spiking_verilog(design_graph("multiply", "native"), membrane=membrane, module="m")
    assert purity(text, "m", membrane) == []
    assert len(purity(text.replace("spikes <= x", "spikes <= ~x"), "m", membrane)) > 0
    assert len(purity(text.replace("1'b0 : fires", "1'b0 : !fires", 1), "m", membrane)) == 1


def test_header_tells_the_timing():
    graph = design_graph("add", "native")
    balanced = balance(graph)
    text = spiking_verilog(graph, header=["made here"])
    header = " ".join(text[: text.index("\n\n")].replace("\n// ", " ").split())
    for part in (
        "made here",
        f"latency is {graph.depth} and the initiation interval 1",
        "every wave finds the membranes at rest",
        f"delay lines: {balanced.delays} registers",
    ):
        assert part in header
    text = spiking_verilog(graph, membrane=Membrane(leak=Fraction(1, 16), reset="hard"))
    assert "// membranes: leak 1/16, hard reset\n" in text


def test_text_is_the_same_each_time():
    graph = make_instance("multiply").graph
    assert spiking_verilog(graph) == spiking_verilog(graph)
    balance.cache_clear()
    assert spiking_verilog(graph) == spiking_verilog(graph)


@pytest.mark.parametrize("name", ["clk", "rst", "discharge"])
def test_ports_that_are_taken(name):
    graph = gate_graph("and")
    graph = graph.__class__(
        graph.name,
        (graph.inputs[0]._replace(name=name), graph.inputs[1]),
        graph.outputs,
        graph.neurons,
        graph.scopes,
    )
    with pytest.raises(
        ValueError,
        match=rf"^Port name must differ from every other, not be "
        rf"'{name}' again$",
    ):
        spiking_verilog(graph, membrane=MEMBRANES["leak"])


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"leak": Fraction(5, 4)}, r"^Leak must be from 0 to 1, not 5/4$"),
        ({"leak": Fraction(-1)}, r"^Leak must be from 0 to 1, not -1$"),
        ({"leak": Fraction(1, 3)}, r"^Leak must be a multiple of 1/65536, not 1/3$"),
        ({"leak": Fraction(0), "reset": "no"}, r"^Reset must be soft or hard, not 'no'$"),
    ],
)
def test_wrong_membrane(arguments, message):
    with pytest.raises(ValueError, match=message):
        Membrane(**arguments)


def random_inputs(graph, count):
    source = np.random.default_rng(1)
    return {port.name: source.integers(0, 2 ** len(port.nodes), count) for port in graph.inputs}


@pytest.mark.tool
@pytest.mark.parametrize("name", GRAPHS)
def test_waves_back_to_back(name, tmp_path):
    """Every wave is exact at rest; with a membrane it is what the simulation says, to the spike."""
    graph = GRAPHS[name]
    inputs = random_inputs(graph, 300)
    discharge = np.random.default_rng(2).random(300) < 0.05
    discharge[0] = True
    index = list(GRAPHS).index(name)
    kind = list(MEMBRANES)[1 + index % (len(MEMBRANES) - 1)]
    membrane = MEMBRANES[kind]
    latency = balance(graph).latency
    outputs = run_clocked(spiking_verilog(graph), graph, inputs, latency, tmp_path)
    wanted = evaluate(graph, inputs)
    for port, codes in outputs.items():
        assert np.array_equal(codes, wanted[port])
    outputs = run_clocked(
        spiking_verilog(graph, membrane=membrane), graph, inputs, latency, tmp_path, discharge
    )
    cells = [
        membrane_parameters(neuron.weights or (1,), neuron.threshold, membrane)
        for neuron in graph.neurons
    ]
    simulation = SpikingSimulation(
        graph, membrane.leak, membrane.reset, rails=[(cell.low, cell.high) for cell in cells]
    )
    wanted = simulation.run(inputs, discharge=discharge.tolist()).outputs
    for port, codes in outputs.items():
        assert np.array_equal(codes, wanted[port])


@pytest.mark.tool
@pytest.mark.parametrize("name, published", [("and", 0.59), ("or", 0.76), ("xor", 0.51)])
def test_gates_without_leak_fail_as_published(name, published, tmp_path):
    graph = gate_graph(name)
    a, b = np.random.default_rng(1).integers(0, 2, (2, 6400))
    # From rest every 100 waves: the longer without, the closer to what saturation does.
    for discharge, low, high in (
        (np.arange(6400) % 100 == 0, published - 0.02, published + 0.02),
        (np.ones(6400, int), 1, 1),
    ):
        outputs = run_clocked(
            spiking_verilog(graph, membrane=MEMBRANES["ideal"]),
            graph,
            {"a": a, "b": b},
            graph.depth,
            tmp_path,
            discharge,
        )
        assert low <= float((outputs["y"] == GATES[name](a, b)).mean()) <= high


@pytest.mark.slow
@pytest.mark.tool
def test_verilator_has_no_warning(tmp_path):
    env = os.environ | find_simulator("verilator").env
    texts = {
        f"{name}_{kind}": spiking_verilog(graph, membrane=MEMBRANES[kind], module=f"{name}_{kind}")
        for index, (name, graph) in enumerate(GRAPHS.items())
        for kind in ("at_rest", list(MEMBRANES)[1 + index % (len(MEMBRANES) - 1)])
    }
    texts |= {
        f"{name}_memory": spiking_verilog(graph, module=f"{name}_memory", has_memory=True)
        for name, graph in GRAPHS.items()
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.v").write_text(text)
        result = subprocess.run(
            [
                "verilator",
                "--lint-only",
                "-Wall",
                "-Wno-DECLFILENAME",
                "--top-module",
                name,
                f"{name}.v",
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=env,
        )
        assert (result.returncode, result.stderr) == (0, ""), name
    assert len(texts) == 3 * len(GRAPHS)


def count_cells(text, module, script, folder):
    """Return how many cells of each type synthesis makes."""
    (folder / "design.v").write_text(text)
    run_yosys(
        f"read_verilog design.v; {script} -top {module}; tee -q -o stat.json stat -json", folder
    )
    report = json.loads((folder / "stat.json").read_text())
    return report["design"]["num_cells_by_type"]


@pytest.mark.slow
@pytest.mark.tool
def test_synthesis_makes_a_table_and_a_register_of_each_neuron(tmp_path):
    graph = make_instance("multiply", objective="neurons").graph
    text = spiking_verilog(graph, module="m")
    registers = spiking_registers(graph)
    assert registers == balance(graph).neurons + balance(graph).delays < 1070
    cells = count_cells(text, "m", "synth_ecp5 -nodsp", tmp_path)
    # Synthesis may join neurons that are the same in other words, and never needs more.
    assert 0.9 * registers < cells["TRELLIS_FF"] <= registers
    assert 0.9 * len(graph.neurons) < cells["LUT4"] <= len(graph.neurons)
    assert "CCU2C" not in cells
    # Where there are shift registers, delay lines of three and more become such.
    cells = count_cells(text, "m", "synth_xilinx -noiopad -noclkbuf", tmp_path)
    assert cells["SRL16E"] > 50
    assert sum(count for cell, count in cells.items() if cell.startswith("FD")) < registers / 2


@pytest.mark.tool
def test_synthesis_puts_delays_into_memory(tmp_path):
    graph = make_instance("multiply", objective="neurons").graph
    text = spiking_verilog(graph, module="m", has_memory=True)
    registers = spiking_registers(graph, has_memory=True)
    assert registers < 0.6 * spiking_registers(graph)
    for script, memory, register in (
        ("synth_ecp5 -nodsp", "TRELLIS_DPR16X4", "TRELLIS_FF"),
        ("synth_gowin", "RAM16SDP4", "DFF"),
    ):
        cells = count_cells(text, "m", script, tmp_path)
        assert 10 < cells[memory] < 20
        found = sum(count for cell, count in cells.items() if cell.startswith(register))
        assert 0.9 * registers < found <= registers
