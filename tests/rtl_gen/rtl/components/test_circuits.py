# amaranth: UnusedElaboratable=no
# SPDX-License-Identifier: Apache-2.0
"""Native components of neuron graphs: simulated by Amaranth, and proved equal to printed text."""

from fractions import Fraction

import numpy as np
import pytest
from amaranth.back import rtlil
from amaranth.sim import Simulator

from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.cells.membrane import Membrane
from spikefloat.rtl_gen.rtl.components.circuits import (
    CombinationalCircuit,
    PipelinedCircuit,
    circuit_verilog,
)
from spikefloat.rtl_gen.rtl.components.float_shape import Float
from spikefloat.rtl_gen.rtl.components.spiking import SpikingCircuit
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.timing.pipeline import cut
from spikefloat.sim.golden.operations import expected
from tests.helpers.equivalence import prove_equal
from tests.helpers.graphs import raw_graph
from tests.helpers.spatial_examples import GRAPHS

E4M3FN = FORMATS["e4m3fn"]
FLOATS = {name: Float(E4M3FN) for name in "aby"}

Circuit = CombinationalCircuit | PipelinedCircuit | SpikingCircuit


def graph_of(name: str) -> NeuronGraph:
    return make_instance(name).graph


def some_pairs(count: int) -> np.ndarray:
    """Return special values with each other, and random pairs."""
    special = [0x00, 0x80, 0x01, 0x07, 0x08, 0x38, 0xB8, 0x7E, 0xFE, 0x7F, 0xFF]
    pairs = [(a, b) for a in special for b in special]
    rng = np.random.default_rng(3)
    return np.concatenate([pairs, rng.integers(0, 256, (count - len(pairs), 2))])


def simulate(circuit: Circuit, pairs: np.ndarray) -> list[int]:
    """Return the results of a circuit with ports a, b and y, one pair in each clock."""
    simulator = Simulator(circuit)
    results: list[int] = []

    async def bench(ctx):
        if hasattr(circuit, "discharge"):
            ctx.set(circuit.discharge, 1)
        for a, b in [*pairs.tolist(), *[(0, 0)] * circuit.latency]:
            ctx.set(circuit.a, a)
            ctx.set(circuit.b, b)
            if circuit.latency:
                await ctx.tick()
            results.append(ctx.get(circuit.y))

    if circuit.latency:
        simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    # A result is seen after the edge that ends its last clock.
    return results[circuit.latency - 1 :][: len(pairs)] if circuit.latency else results


CIRCUITS = {
    "combinational": (CombinationalCircuit, 400),
    "pipelined": (lambda graph: PipelinedCircuit(cut(graph, 2)), 400),
    "spiking": (SpikingCircuit, 300),
    "spiking, memories": (lambda graph: SpikingCircuit(graph, has_memory=True), 300),
    "membranes": (
        lambda graph: SpikingCircuit(graph, membrane=Membrane(leak=Fraction(1, 2))),
        150,
    ),
}


@pytest.mark.parametrize("operation", ["multiply", "add"])
@pytest.mark.parametrize("kind", CIRCUITS)
def test_pairs_in_simulation_of_amaranth(operation, kind):
    make, count = CIRCUITS[kind]
    pairs = some_pairs(count)
    results = simulate(make(graph_of(operation)), pairs)
    wanted = expected(operation, E4M3FN, pairs.T, Overflow.NAN)
    assert results == wanted.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("operation", ["multiply", "add"])
def test_many_pairs_in_simulation_of_amaranth(operation):
    """Yosys proves that a printed circuit is the same, and that runs on every pair."""
    pairs = np.indices((256, 256)).reshape(2, -1).T[::5]
    results = simulate(CombinationalCircuit(graph_of(operation)), pairs)
    assert results == expected(operation, E4M3FN, pairs.T, Overflow.NAN).tolist()


def test_ports_are_floats():
    circuit = PipelinedCircuit(cut(graph_of("multiply"), 2), shapes=FLOATS)
    simulator = Simulator(circuit)
    simulator.add_clock(1e-6)
    results = []

    async def bench(ctx):
        for a, b in [(1.5, -2), (Fraction(1, 8), 3.0), (448, 448.0), (7, 9), (float("nan"), 0)]:
            ctx.set(circuit.a, a)
            ctx.set(circuit.b, b)
            await ctx.tick().repeat(2)
            results.append(str(ctx.get(circuit.y)))

    simulator.add_testbench(bench)
    simulator.run()
    assert results == ["-3.0", "0.375", "nan", "64.0", "nan"]


def test_enables_keep_what_is_in_a_stage():
    circuit = PipelinedCircuit(cut(graph_of("multiply"), 2), has_enables=True, shapes=FLOATS)
    assert list(circuit.signature.members) == ["enable_1", "enable_2", "a", "b", "y"]
    simulator = Simulator(circuit)
    simulator.add_clock(1e-6)

    async def bench(ctx):
        ctx.set(circuit.a, 2)
        ctx.set(circuit.b, 3)
        ctx.set(circuit.enable_1, 1)
        await ctx.tick()
        ctx.set(circuit.a, 5)
        ctx.set(circuit.enable_1, 0)
        await ctx.tick()
        assert ctx.get(circuit.y) == 0  # nothing has passed the second cut
        ctx.set(circuit.enable_2, 1)
        await ctx.tick()
        assert ctx.get(circuit.y) == 6

    simulator.add_testbench(bench)
    simulator.run()


class Platform:
    """Elaborates like a real one, but takes no file."""

    def add_file(self, name: str, text: str) -> None:
        raise AssertionError(name)


@pytest.mark.parametrize("make", [CombinationalCircuit, SpikingCircuit])
def test_no_file_is_needed(make):
    text = rtlil.convert(make(graph_of("multiply")), name="top", platform=Platform())
    # There is nothing in it that Amaranth did not make: a cell of another module is one of ours.
    modules = {line.split()[1] for line in text.splitlines() if line.startswith("module")}
    cells = {line.split()[1] for line in text.splitlines() if line.lstrip().startswith("cell")}
    assert {cell for cell in cells if cell.startswith("\\")} <= modules


def test_scopes_are_submodules():
    text = circuit_verilog(CombinationalCircuit(graph_of("multiply")), "m", ["made here"])
    assert text.startswith("// m\n// made here\n//\n// 206 neurons in 42 layers")
    for scope in ("round", "pack", "special_values"):
        assert f"\nmodule m_{scope} (\n" in text
    assert circuit_verilog(CombinationalCircuit(graph_of("multiply")), "m", ["made here"]) == text


@pytest.mark.parametrize(
    "graph, shapes, message",
    [
        (
            raw_graph([], inputs={"a": 2}, outputs={"y": [0]}),
            {"a": 3},
            "Shape of a must have 2 bits, not 3",
        ),
        (
            raw_graph([], inputs={"wire": 1}, outputs={"y": [0]}),
            None,
            "Port name must be an identifier and no keyword, not 'wire'",
        ),
    ],
)
def test_what_is_refused(graph, shapes, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        CombinationalCircuit(graph, shapes=shapes)


@pytest.mark.slow
@pytest.mark.tool
def test_every_example_is_proved_equal_to_its_text(tmp_path):
    cases = [
        (
            f"m_{name}",
            spatial_verilog(graph, module=f"m_{name}"),
            circuit_verilog(CombinationalCircuit(graph), f"m_{name}"),
        )
        for name, graph in list(GRAPHS.items())[:25]
    ]
    prove_equal(tmp_path, cases)


PROVED = [
    ("multiply", {}),
    ("add", {}),
    ("multiply", {"library": "published"}),
    ("multiply", {"budget": "free"}),
    ("multiply", {"stages": 1}),
    ("multiply", {"stages": 2}),
    ("add", {"stages": 2}),
    ("relu", {"style": "spiking"}),
]


@pytest.mark.tool
@pytest.mark.parametrize("name, options", PROVED)
def test_backends_are_proved_equal(name, options, tmp_path):
    printed = make_hardware(make_instance(name, **options))
    native = make_hardware(
        make_instance(name, backend="amaranth", **options), module=printed.module
    )
    assert printed.ports == native.ports
    assert (printed.module, printed.latency) == (native.module, native.latency)
    assert printed.registers == native.registers
    prove_equal(tmp_path, [(printed.module, printed.verilog, native.verilog)], printed.latency)
