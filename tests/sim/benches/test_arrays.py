# SPDX-License-Identifier: Apache-2.0
"""Layers on arrays of lanes under simulators, against the golden model, with pauses and faults."""

from dataclasses import replace
from functools import lru_cache
from itertools import product

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.benches.arrays import array_check
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.top import prefixed
from spikefloat.sim.cases.pauses import Pauses
from spikefloat.sim.cases.vectors import input_vectors
from tests.helpers.arrays import make_design
from tests.helpers.frames import PAUSES, drive_frames

#: Enough levels that no circuit is cut, which takes time.
UNCUT = 200

SCENES = tuple(
    Pauses(source=source, sink=sink)
    for source, sink in (
        ("never", "never"),
        ("random", "random"),
        ("never", "random"),
        ("one_in_four", "never"),
    )
)


@lru_cache
def small_design(name="small", **kwargs):
    """Return a design of a format with small circuits: 2 x 2 lanes for 3 outputs of 5 inputs."""
    return make_design(
        **{
            "inputs": 5,
            "outputs": 3,
            "lanes": (2, 2),
            "fmt": "e2m1fn",
            "levels": UNCUT,
            "name": name,
            **kwargs,
        }
    )


def run(designs, simulator, folder, vectors=20, scenes=SCENES):
    """Return the results, each scene and design with some vectors; the vectors of all differ."""
    drawn = [
        input_vectors(design.fmt, design.inputs, vectors, seed)
        for seed, design in enumerate(designs, start=5)
    ]
    checks = [array_check(*pair) for pair in zip(designs, drawn, strict=True)]
    results = verify(checks, simulator, folder, pauses=scenes)
    pairs = list(product([check.dut for check in checks], scenes))
    assert [(result.dut, result.pauses) for result in results] == pairs
    return results


def all_exact(designs, simulator, folder, vectors=20, scenes=SCENES):
    """Demand that nothing is wrong, and return the number of results compared."""
    results = run(designs, simulator, folder, vectors, scenes)
    assert [result.report for result in results] == [""] * len(results)
    assert [result.mismatches for result in results] == [0] * len(results)
    assert [result.cases for result in results] == [vectors for _ in designs for _ in scenes]
    return sum(result.results["y"].size for result in results)


def test_input_vectors():
    fmt = FORMATS["e4m3fn"]
    vectors = input_vectors(fmt, 10, 400, 1)
    assert vectors.shape == (400, 10)
    with_nan = (vectors & 0x7F == 0x7F).any(axis=1)
    assert 0 < with_nan.sum() < 40
    assert len(np.unique(vectors)) >= 255  # every code but perhaps a NaN


@pytest.mark.slow
@pytest.mark.tool
def test_verilator(tmp_path):
    """Sizes that lanes do not divide, cut circuits, weights sent twice, one product per clock."""
    designs = [
        small_design("cut", inputs=10, lanes=(2, 3), levels=6),
        small_design("sent", inputs=7, outputs=5, is_fixed=False, sets=2, activation="relu"),
        small_design("tight", inputs=2, lanes=(3, 2), to="bfloat16"),
    ]
    assert [design.interval for design in designs] == [8, 12, 1]
    assert all_exact(designs, "verilator", tmp_path, vectors=60) == 60 * 11 * 4


@pytest.mark.tool
@pytest.mark.slow
def test_many_shapes(tmp_path):
    """Formats with infinity and without, cut and uncut, random sizes and lanes."""
    rng = np.random.default_rng(1)
    designs = [
        make_design(10, 5, (2, 3), levels=6, name="cut", to="bfloat16"),
        make_design(
            7,
            5,
            (2, 2),
            "e5m2",
            name="e5m2",
            is_fixed=False,
            sets=2,
            activation="relu",
            levels=UNCUT,
        ),
        make_design(5, 4, (3, 1), accumulate="chain", name="chain", has_bias=False, levels=UNCUT),
        small_design("wide", inputs=3, outputs=5, lanes=(4, 3), to="binary16"),
    ]
    for number in range(4):
        inputs, outputs = rng.integers(1, 20, 2).tolist()
        lanes = rng.integers(1, min(outputs, 4) + 1), rng.integers(1, min(inputs, 4) + 1)
        designs.append(
            small_design(
                f"random_{number}",
                inputs=inputs,
                outputs=outputs,
                is_fixed=number % 2 == 0,
                has_bias=number % 3 > 0,
                lanes=tuple(int(n) for n in lanes),
                seed=number,
            )
        )
    outputs = sum(design.outputs for design in designs)
    assert all_exact(designs, "verilator", tmp_path, vectors=100) == 100 * outputs * 4


@pytest.mark.slow
@pytest.mark.tool
def test_icarus(tmp_path):
    designs = [
        small_design("fixed"),
        small_design("sent", is_fixed=False, sets=2, activation="relu"),
        small_design("one", inputs=1, outputs=1, lanes=(1, 1), is_fixed=False),
        small_design("chain", lanes=(2, 1), accumulate="chain", to="bfloat16"),
        make_design(3, 2, (1, 2), name="e4m3fn", levels=UNCUT),
    ]
    assert all_exact(designs, "icarus", tmp_path) == 20 * 12 * 4


@pytest.mark.slow
@pytest.mark.tool
def test_faults_are_found(tmp_path):
    right = small_design("layer", is_fixed=False)
    tight = small_design("layer", inputs=2, lanes=(3, 2))
    faults = (
        ("another bias", right, "biases[write__addr", "biases[1'b1 ^ write__addr"),
        ("sums not begun anew", right, "wire first = ", "wire first = 1'b0 & "),
        ("a step left out", right, "wire active = ", "wire active = ~first & "),
        (
            "vectors overwritten",
            right,
            "assign s_axis_x_tready = ",
            "assign s_axis_x_tready = 1'b1 | ",
        ),
        ("results overwritten", tight, "assign room = ", "assign room = 1'b1 | "),
        ("an offer withdrawn", right, ".ready(m_axis_y_tready)", ".ready(1'b1)"),
        ("another end", right, "assign m_axis_y_tlast = ", "assign m_axis_y_tlast = ~"),
    )
    designs = []
    for name, design, old, new in faults:
        assert design.verilog.count(old) == 1, name
        designs.append(replace(design, name=name, verilog=design.verilog.replace(old, new)))
    # A sink that pauses while the source does not shows what is overwritten.
    results = run(designs, "icarus", tmp_path, vectors=40, scenes=SCENES[:3])
    assert {result.dut.name for result in results if result.mismatches} == {
        name for name, *_ in faults
    }
    assert all(
        result.report.startswith(f"{result.dut.name} (pauses: ")
        for result in results
        if result.mismatches
    )


@pytest.mark.slow
@pytest.mark.tool
def test_strange_driver(tmp_path):
    """Source and sink of cocotbext-axi see frames in, frames out, and a frame that is too short."""
    design = small_design("layer", is_fixed=False)
    vectors = input_vectors(design.fmt, design.inputs, 30, 9)
    rows = np.concatenate([design.weights[0], design.biases[0][:, None]], axis=1)
    taken = drive_frames(
        design.dut,
        "verilator",
        {"s_axis_x": vectors.tolist(), "s_axis_w": [rows.ravel().tolist()]},
        "m_axis_y",
        len(vectors),
        tmp_path,
        alarm="frame_error",
    )
    assert list(taken) == [f"{source}-{sink}" for source in PAUSES for sink in PAUSES]
    for frames in taken.values():
        np.testing.assert_array_equal(frames, design.expected(vectors, 0))


def test_what_is_refused():
    design = small_design("layer", is_fixed=False)
    with pytest.raises(
        ValueError, match=r"^Vectors must have the shape \(at least 1, 5\), not \(3, 4\)$"
    ):
        array_check(design, np.zeros((3, 4), int))
    with pytest.raises(ValueError, match=r"^No module named 'other' in the Verilog of layer$"):
        prefixed(replace(design.dut, module="other"), 0)
