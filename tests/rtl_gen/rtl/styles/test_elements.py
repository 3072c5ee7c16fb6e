# SPDX-License-Identifier: Apache-2.0
"""Operations on vectors that take one element in each clock: steps in the graph, and RTL."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from _pytest.mark import ParameterSet

from spikefloat.rtl_gen.checks.golden import golden_codes
from spikefloat.rtl_gen.checks.verifying.plan import Selected, check, make_check
from spikefloat.rtl_gen.designs.build import build_sequential
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.labels import figures
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Check
from spikefloat.sim.golden.vectors.operations import VECTORS
from spikefloat.sim.graphs.network import Network

NAMES = ("vector_maximum", "vector_argmax", "vector_sum", "vector_sum_of_squares")


def slow(*values: object) -> ParameterSet:
    return pytest.param(*values, marks=pytest.mark.slow)


def unit(name: str, **options: object) -> Instance:
    return make_instance(name, style="sequential", **options)


def results(instance: Instance, codes: np.ndarray, first: int = 1) -> np.ndarray:
    """Return the results of vectors, given element by element in the graph."""
    steps = build_sequential(instance.design, instance.circuit, instance.shape)
    step = Network(steps.step)
    state = old_state(steps.state_width, len(codes))
    for element in codes.T:
        flags = np.full(len(codes), first)
        state = step.run({"state": state, "a": element, "first": flags})["state_next"]
        first = 0
    return Network(steps.finish).run({"state": state})["y"].astype(np.int64)


def wrong(instance: Instance, codes: np.ndarray) -> int:
    """Return how many results are wrong."""
    return int(np.count_nonzero(results(instance, codes) != golden_codes(instance, {"a": codes})))


def old_state(width: int, count: int) -> np.ndarray:
    """Return what another vector has left behind: any bits."""
    rng = np.random.default_rng(2)
    if width > 64:
        return rng.integers(0, 2, (count, width))
    return rng.integers(0, 1 << width, count, dtype=np.uint64)


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
@pytest.mark.parametrize("name", NAMES)
def test_every_pair(name: str, fmt: str) -> None:
    codes = np.stack(np.divmod(np.arange(1 << 16), 256), axis=-1)
    assert not wrong(unit(name, format=fmt, length=2), codes)


@pytest.mark.parametrize(
    "options",
    [
        {"format": "e4m3fnuz", "length": 9},
        {"format": "e5m2", "length": 64},
        {"format": "e2m1fn", "length": 5, "library": "published"},
        {"format": "binary8p3se", "length": 5},
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_directed_and_random_vectors(name: str, options: dict) -> None:
    instance = unit(name, **options)
    (codes,) = VECTORS[name].cases(instance.circuit.format, options["length"], 2000, 3)
    assert not wrong(instance, codes)


def test_a_planted_fault_is_seen() -> None:
    """A state that is kept from the vector before is another sum."""
    instance = unit("vector_sum", length=3)
    (codes,) = VECTORS["vector_sum"].cases(instance.circuit.format, 3, 500, 3)
    kept = results(instance, codes, first=0)
    assert np.count_nonzero(kept != golden_codes(instance, {"a": codes})) > 300


def test_ports_and_figures() -> None:
    instance = unit("vector_sum", length=16, to="bfloat16")
    hardware = design_hardware(instance)
    assert " ".join(port.name for port in hardware.ports) == (
        "clk rst s_axis_a_tdata s_axis_a_tvalid s_axis_a_tready s_axis_a_tlast "
        "m_axis_tdata m_axis_tvalid m_axis_tready m_axis_tlast frame_error"
    )
    assert (hardware.latency, hardware.initiation_interval) == (2, 16)
    row = figures(instance)
    assert row["stream"] is True
    assert row["neurons"] < 1000
    for line in (
        "streams: an element in each transfer",
        "clocks: an element in each",
        "frame_error: whether since reset a vector had more than 16 elements",
        "rounding: y, once, from the exact sum into bfloat16",
    ):
        assert line in hardware.verilog.replace("\n// ", " ")


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("block_dot", {}, "Style of block_dot must be spatial or spiking, not sequential"),
        (
            "vector_sum",
            {"objective": "neurons"},
            "Objective must be structure in the sequential style, not neurons",
        ),
        ("vector_sum", {"is_stream": True}, "Style of streams must be spatial or spiking, not .*"),
    ],
)
def test_refused(name: str, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}$"):
        make_hardware(unit(name, **options))


@pytest.mark.parametrize(
    "name, options, simulator",
    [
        ("vector_sum", {"length": 3}, "icarus"),
        slow("vector_maximum", {"length": 1, "format": "e4m3fnuz"}, "verilator"),
        slow("vector_argmax", {"length": 5}, "icarus"),
        slow("vector_sum", {"length": 6, "format": "e5m2", "to": "bfloat16"}, "icarus"),
        slow("vector_sum_of_squares", {"length": 5}, "verilator"),
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
    assert rows[0].outcome.interval == pytest.approx(options["length"], rel=0.01)
    assert rows[0].outcome.latency == 2


def of_length(length: int, most: int) -> Check:
    """Return the check of vectors of a length, on a unit for at most so many elements."""
    selected = Selected(random_cases=30)
    longer = make_check(unit("vector_sum", length=most), selected)
    own = make_check(unit("vector_sum", length=length), selected)
    verilog = {"verilog": longer.dut.verilog, "module": longer.dut.module}
    return replace(own, dut=replace(own.dut, **verilog, name=longer.dut.name))


@pytest.mark.tool
@pytest.mark.slow
def test_shorter_and_longer_vectors(tmp_path: Path) -> None:
    """What is shorter has its own sum; what is longer sets ``frame_error``."""
    for length, is_right in ((3, True), (5, True), (6, False)):
        one = of_length(length, 5)
        outcome, _ = verify([one], "icarus", tmp_path / str(length))
        assert ("frame_error" not in outcome.report) == is_right, outcome.report
        if is_right:
            assert outcome.mismatches == 0
