# SPDX-License-Identifier: Apache-2.0
"""What Verilator, Icarus and Yosys say of neuron graphs as Verilog."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.sim.simulators.find import find_simulator
from tests.helpers.graphs import evaluate
from tests.helpers.spatial_examples import GRAPHS
from tests.helpers.yosys import run_yosys

pytestmark = pytest.mark.tool

#: Graphs with more input bits than these are tried on a part of their inputs.
EXHAUSTIVE_BITS = 12


@pytest.fixture(scope="module")
def verilator_env() -> dict[str, str]:
    return os.environ | find_simulator("verilator").env


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> dict[str, Path]:
    """Verilog files of all the graphs."""
    folder = tmp_path_factory.mktemp("spatial")
    paths = {}
    for name, graph in GRAPHS.items():
        paths[name] = folder / f"{name}.v"
        paths[name].write_text(spatial_verilog(graph))
    return paths


@pytest.mark.slow
def test_verilator_has_no_warning(sources, verilator_env):
    # Several modules in one file, on purpose; nothing else is waived.
    for path in sources.values():
        result = subprocess.run(
            ["verilator", "--lint-only", "-Wall", "-Wno-DECLFILENAME", str(path)],
            capture_output=True,
            text=True,
            env=verilator_env,
        )
        assert (result.returncode, "Warning" in result.stderr) == (0, False), result.stderr


def test_verilator_sees_a_fault(sources, tmp_path, verilator_env):
    path = tmp_path / "full_adder.v"
    path.write_text(sources["full_adder"].read_text().replace(".x({c, b, a})", ".x({b, a})"))
    result = subprocess.run(
        ["verilator", "--lint-only", "-Wall", "-Wno-DECLFILENAME", str(path)],
        capture_output=True,
        text=True,
        env=verilator_env,
    )
    assert result.returncode != 0
    assert "WIDTHEXPAND" in result.stderr


def trial_count(graph: NeuronGraph) -> int:
    return 1 << min(graph.input_count, EXHAUSTIVE_BITS)


def bench(graphs: list[NeuronGraph]) -> str:
    """Return a bench that prints inputs and outputs: every input, or an even spread of them."""
    lines = ["module bench;", "    integer i;"]
    for graph in graphs:
        pins, position = [], 0
        lines.append(f"    reg [{graph.input_count - 1}:0] {graph.name}_in;")
        for port in graph.inputs:
            width = len(port.nodes)
            pins.append(f".{port.name}({graph.name}_in[{position + width - 1}:{position}])")
            position += width
        for port in graph.outputs:
            lines.append(f"    wire [{len(port.nodes) - 1}:0] {graph.name}_{port.name};")
            pins.append(f".{port.name}({graph.name}_{port.name})")
        lines.append(f"    {graph.name} {graph.name}_dut ({', '.join(pins)});")
    lines.append("    initial begin")
    for graph in graphs:
        results = "".join(f", {graph.name}_{port.name}" for port in graph.outputs)
        step = 1 if graph.input_count <= EXHAUSTIVE_BITS else 40503  # odd: no input comes twice
        lines += [
            f"        for (i = 0; i < {trial_count(graph)}; i = i + 1) begin",
            f"            {graph.name}_in = i * {step}; #1;",
            f'            $display("{graph.name} %0d{" %0d" * len(graph.outputs)}", '
            f"{graph.name}_in{results});",
            "        end",
        ]
    return "\n".join((*lines, "    end", "endmodule", ""))


def test_icarus_computes_the_graph(sources, tmp_path):
    """All the files in one simulation, every input, against the definition of a neuron."""
    (tmp_path / "bench.v").write_text(bench(list(GRAPHS.values())))
    compiled = subprocess.run(
        [
            "iverilog",
            "-g2001",
            "-Wall",
            "-o",
            str(tmp_path / "bench.vvp"),
            str(tmp_path / "bench.v"),
            *map(str, sources.values()),
        ],
        capture_output=True,
        text=True,
    )
    assert (compiled.returncode, compiled.stderr) == (0, "")
    printed = subprocess.run(
        ["vvp", "-n", str(tmp_path / "bench.vvp")], check=True, capture_output=True, text=True
    )
    rows: dict[str, list[list[int]]] = {name: [] for name in GRAPHS}
    for line in printed.stdout.splitlines():
        name, *numbers = line.split()
        rows[name].append([int(number) for number in numbers])
    for name, graph in GRAPHS.items():
        words, *results = np.array(rows[name]).T
        assert len(set(words.tolist())) == len(words) == trial_count(graph)
        inputs = {
            port.name: words >> port.nodes[0] & (1 << len(port.nodes)) - 1 for port in graph.inputs
        }
        expected = evaluate(graph, inputs)
        for port, result in zip(graph.outputs, results, strict=True):
            np.testing.assert_array_equal(result, expected[port.name], err_msg=name)


def test_yosys_accepts_every_file(sources, tmp_path):
    for path in sources.values():
        shutil.copy(path, tmp_path)
    reads = "; ".join(
        f"design -reset; read_verilog {name}.v; hierarchy -check -top {name}; proc; check -assert"
        for name in sources
    )
    run_yosys(reads, tmp_path)
