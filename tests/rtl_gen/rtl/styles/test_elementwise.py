# SPDX-License-Identifier: Apache-2.0
"""Gated units and rotary embeddings with one element in each clock: the circuit, and RTL."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from _pytest.mark import ParameterSet

from spikefloat.rtl_gen.checks.golden import golden_codes
from spikefloat.rtl_gen.checks.verifying.plan import Selected, check, make_check
from spikefloat.rtl_gen.designs.build import build_sequential
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.labels import size
from spikefloat.rtl_gen.rtl.styles.pairs import PairSteps
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.golden.vectors.operations import VECTORS
from spikefloat.sim.graphs.network import Network


def slow(*values: object) -> ParameterSet:
    return pytest.param(*values, marks=pytest.mark.slow)


def unit(name: str, **options: object) -> Instance:
    return make_instance(name, style="sequential", **options)


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_a_pair_is_turned(fmt: str) -> None:
    """One circuit gives both results of a pair, as the golden model does."""
    instance = unit("rope", format=fmt, length=2)
    steps = build_sequential(instance.design, instance.circuit, instance.shape)
    assert isinstance(steps, PairSteps)
    a, cos, sin = VECTORS["rope"].cases(instance.circuit.format, 2, 4000, 3)
    expected = golden_codes(instance, {"a": a, "cos": cos, "sin": sin})
    inputs = {"even": a[:, 0], "odd": a[:, 1], "cos": cos[:, 0], "sin": sin[:, 0]}
    network = Network(steps.result)
    first, second = (
        network.run({**inputs, "second": np.full(len(a), which)})["y"] for which in (0, 1)
    )
    assert np.array_equal(np.stack([first, second], axis=-1), expected)
    # The results are not the same, so one in place of the other would be noticed.
    assert np.count_nonzero(first != second) > 1000


def test_sizes_do_not_depend_on_the_length() -> None:
    for name in ("rope", "swiglu"):
        short, long = (size(unit(name, length=length)) for length in (2, 256))
        assert short == long


def test_the_circuit_is_that_of_one_element() -> None:
    instance = unit("glu", length=64)
    (graph,) = build_sequential(instance.design, instance.circuit, instance.shape).graphs
    unrolled = make_instance("glu", length=1).graph
    assert [neuron.weights for neuron in graph.neurons] == [
        neuron.weights for neuron in unrolled.neurons
    ]


def test_ports_and_timing() -> None:
    hardware = design_hardware(unit("rope", length=16, to="bfloat16"))
    names = [port.name for port in hardware.ports]
    assert [name for name in names if name.endswith("tdata")] == [
        "s_axis_a_tdata",
        "s_axis_cos_tdata",
        "s_axis_sin_tdata",
        "m_axis_tdata",
    ]
    assert (hardware.latency, hardware.initiation_interval) == (2, 16)
    line = "cos and sin: one for two elements of a, taken with the second of them"
    assert line in hardware.verilog
    hardware = design_hardware(unit("glu", length=16))
    assert (hardware.latency, hardware.initiation_interval) == (1, 16)


@pytest.mark.parametrize(
    "name, options, simulator",
    [
        ("rope", {"length": 4, "format": "e2m1fn"}, "icarus"),
        slow("rope", {"length": 6, "format": "e5m2", "to": "bfloat16"}, "verilator"),
        slow("rope", {"length": 2, "format": "e2m1fn"}, "icarus"),
        slow("swiglu", {"length": 3, "to": "bfloat16"}, "icarus"),
        slow("geglu", {"length": 1}, "icarus"),
    ],
)
@pytest.mark.tool
def test_hardware(name: str, options: dict, simulator: str, tmp_path: Path) -> None:
    """One element in each clock without pauses; and with sources and sinks that pause."""
    rows = check([unit(name, **options)], [simulator], tmp_path, Selected(random_cases=100))
    assert [str(row.outcome.pauses) for row in rows] == ["none", "random"]
    for row in rows:
        assert row.outcome.cases > 100
        assert row.outcome.mismatches == 0, row.outcome.report
        assert not row.outcome.report
    assert rows[0].outcome.interval == pytest.approx(options["length"], rel=0.02)


@pytest.mark.tool
@pytest.mark.slow
def test_longer_vectors_are_noticed(tmp_path: Path) -> None:
    selected = Selected(random_cases=20)
    for length, is_right in ((2, True), (6, False)):
        short, own = (
            make_check(unit("rope", length=n, format="e2m1fn"), selected) for n in (4, length)
        )
        verilog = {"verilog": short.dut.verilog, "module": short.dut.module}
        one = replace(own, dut=replace(own.dut, **verilog, name=short.dut.name))
        outcome, _ = verify([one], "icarus", tmp_path / str(length))
        assert ("frame_error" not in outcome.report) == is_right, outcome.report
        # What is too long is told, and right all the same.
        assert np.array_equal(outcome.results["y"], one.cases.expected["y"])
