# SPDX-License-Identifier: Apache-2.0
"""Layers on arrays of lanes under simulators, against the golden model, with pauses and faults."""

import json
from dataclasses import replace
from functools import lru_cache
from itertools import product

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.benches.array_top import array_top
from spikefloat.sim.benches.arrays import input_vectors, verify_arrays
from spikefloat.sim.benches.streams import Scene
from spikefloat.sim.simulators.runner import run_bench
from tests.helpers.arrays import make_design

#: Enough levels that no circuit is cut, which takes time.
UNCUT = 200

SCENES = tuple(
    Scene(source=source, sink=sink)
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
    results = verify_arrays(designs, drawn, simulator, scenes, folder)
    assert [(result.scene, result.design) for result in results] == list(product(scenes, designs))
    return results


def all_exact(designs, simulator, folder, vectors=20, scenes=SCENES):
    """Demand that nothing is wrong, and return the number of results compared."""
    results = run(designs, simulator, folder, vectors, scenes)
    assert [result.report for result in results] == [""] * len(results)
    assert [result.mismatches for result in results] == [0] * len(results)
    assert [result.cases for result in results] == [
        vectors * design.outputs for _ in scenes for design in designs
    ]
    return sum(result.cases for result in results)


def test_input_vectors():
    fmt = FORMATS["e4m3fn"]
    vectors = input_vectors(fmt, 10, 400, 1)
    assert vectors.shape == (400, 10)
    with_nan = (vectors & 0x7F == 0x7F).any(axis=1)
    assert 0 < with_nan.sum() < 40
    assert len(np.unique(vectors)) >= 255  # every code but perhaps a NaN


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
        make_design(10, 6, (4, 3), levels=6, name="cut", to="bfloat16"),
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
    assert all_exact(designs, "verilator", tmp_path, vectors=200) == 200 * outputs * 4


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
        ("an offer withdrawn", right, ".r_en(m_axis_y_tready)", ".r_en(1'b1)"),
        ("another end", right, "assign m_axis_y_tlast = ", "assign m_axis_y_tlast = ~"),
    )
    designs = []
    for name, design, old, new in faults:
        assert design.verilog.count(old) == 1, name
        designs.append(replace(design, name=name, verilog=design.verilog.replace(old, new)))
    results = run(designs, "icarus", tmp_path, vectors=60, scenes=SCENES[:2])
    assert {result.design.name for result in results if result.mismatches} == {
        name for name, *_ in faults
    }
    assert all(
        result.report.startswith(f"{result.design.name} (pauses: ")
        for result in results
        if result.mismatches
    )


@pytest.mark.tool
def test_strange_driver(tmp_path):
    """Source and sink of cocotbext-axi see frames in, frames out, and a frame that is too short."""
    design = small_design("layer", is_fixed=False)
    vectors = input_vectors(design.fmt, design.inputs, 30, 9)
    rows = np.concatenate([design.weights[0], design.biases[0][:, None]], axis=1)
    source, job = tmp_path / "layer.v", tmp_path / "job.json"
    source.write_text(design.verilog)
    job.write_text(
        json.dumps(
            {
                "weights": rows.ravel().tolist(),
                "vectors": vectors.tolist(),
                "results": design.expected(vectors, 0).tolist(),
            }
        )
    )
    result = run_bench(
        "verilator",
        [source],
        "layer",
        "spikefloat.tb.tb_array_driver",
        tmp_path,
        env={"SPIKEFLOAT_JOB": str(job)},
        expected_tests=2,
    )
    assert (result.tests, result.failures) == (2, ())


def test_what_is_refused(tmp_path):
    design = small_design("layer", is_fixed=False)
    with pytest.raises(
        ValueError, match=r"^Vectors must have the shape \(at least 1, 5\), not \(3, 4\)$"
    ):
        verify_arrays([design], [np.zeros((3, 4), int)], "icarus", SCENES, tmp_path)
    with pytest.raises(ValueError, match=r"^Pauses must be one of .*, not 'often'$"):
        verify_arrays(
            [design],
            [np.zeros((3, 5), int)],
            "icarus",
            [Scene(source="often", sink="never")],
            tmp_path,
        )
    with pytest.raises(ValueError, match=r"^No designs given; at least one is needed$"):
        array_top([])
    with pytest.raises(ValueError, match=r"^No module named 'other' in the Verilog$"):
        array_top([replace(design.ports, module="other")])
