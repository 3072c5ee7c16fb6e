# SPDX-License-Identifier: Apache-2.0
"""Dot products in RTL simulation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Contract, Outcome
from spikefloat.sim.benches.packing import pack_vector
from spikefloat.sim.benches.sums import DotDesign, dot_check
from spikefloat.sim.cases.vectors import lattice_cases, vector_cases

E4M3FN = FORMATS["e4m3fn"]


def dot_design(
    length: int, accumulate: str, fault: bool = False, objective: str = "structure"
) -> DotDesign:
    instance = make_instance("dot", length=length, accumulate=accumulate, objective=objective)
    graph = instance.graph
    if fault:
        index = next(i for i, n in enumerate(graph.neurons) if n.name == "raised[0]")
        faulty = graph.neurons[index]._replace(threshold=graph.neurons[index].threshold + 1)
        graph = replace(
            graph, neurons=(*graph.neurons[:index], faulty, *graph.neurons[index + 1 :])
        )
    return DotDesign(
        verilog=spatial_verilog(graph),
        module=instance.name,
        fmt=instance.circuit.format,
        to=instance.circuit.result_format,
        length=length,
        accumulate=accumulate,
        overflow=instance.circuit.overflow,
        wide=instance.vector.wide,
    )


def verify_dot(design: DotDesign, simulator: str, cases: np.ndarray, folder: Path) -> Outcome:
    (outcome,) = verify([dot_check(design, cases)], simulator, folder)
    return outcome


def test_element_0_is_lowest() -> None:
    assert pack_vector([1, 2, 3], 8) == 0x030201


def test_cases_are_directed_and_repeatable() -> None:
    cases = vector_cases(E4M3FN, 16, 100, seed=1)
    assert cases.shape == (2, 108, 16)
    np.testing.assert_array_equal(cases, vector_cases(E4M3FN, 16, 100, seed=1))
    assert cases.min() >= 0
    assert cases.max() < 256
    assert (cases == 0x7F).any()


@pytest.mark.tool
@pytest.mark.parametrize(
    "simulator, count",
    [pytest.param("icarus", 150, marks=pytest.mark.slow), ("verilator", 3000)],
)
@pytest.mark.parametrize("accumulate", ["exact", "tree"])
def test_dot_product_of_four(simulator: str, count: int, accumulate: str, tmp_path: Path) -> None:
    """Vectors in both simulators, more in the one that is fast on wide circuits."""
    cases = vector_cases(E4M3FN, 4, count, seed=1)
    result = verify_dot(dot_design(4, accumulate), simulator, cases, tmp_path)
    assert (result.cases, result.mismatches) == (count + 8, 0), result.report


@pytest.mark.slow
@pytest.mark.tool
def test_dot_product_with_additions(tmp_path: Path) -> None:
    design = dot_design(8, "exact", objective="luts")
    # Two kinds of steps in the count, and one that adds it to two terms.
    assert design.verilog.count(" + {") == 3
    cases = vector_cases(E4M3FN, 8, 60, seed=1)
    result = verify_dot(design, "icarus", cases, tmp_path)
    assert (result.cases, result.mismatches) == (68, 0), result.report


@pytest.mark.tool
def test_a_fault_in_an_addition_is_found(tmp_path: Path) -> None:
    design = dot_design(8, "exact", objective="luts")
    assert design.verilog.count("~carry_in") == 2
    faulty = replace(design, verilog=design.verilog.replace("~carry_in", "carry_in", 1))
    cases = vector_cases(E4M3FN, 8, 60, seed=1)
    assert verify_dot(faulty, "icarus", cases, tmp_path).mismatches > 10


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize(
    "length, accumulate",
    [
        *((length, way) for length in (4, 16) for way in ("exact", "tree", "chain", "wide")),
        (8, "exact"),
        (64, "exact"),
    ],
)  # `make verify-dot` has the others, some of which take a minute
def test_many_vectors(accumulate: str, length: int, tmp_path: Path) -> None:
    cases = vector_cases(E4M3FN, length, 100_000, seed=2)
    result = verify_dot(dot_design(length, accumulate), "verilator", cases, tmp_path)
    assert (result.cases, result.mismatches) == (100_008, 0), result.report


def test_lattice_has_every_operand() -> None:
    cases = lattice_cases(E4M3FN)
    assert cases.shape == (2, 65536, 2)
    rows = cases.transpose(1, 0, 2).reshape(-1, 4)
    assert len(np.unique(rows, axis=0)) == 65536
    assert [f"{code:02x}" for code in np.unique(rows)] == [
        "00",
        "01",
        "07",
        "38",
        "39",
        "7d",
        "7e",
        "7f",
        "80",
        "81",
        "87",
        "b8",
        "b9",
        "fd",
        "fe",
        "ff",
    ]


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("accumulate", ["exact", "tree", "chain", "wide"])
def test_two_terms_over_a_lattice(accumulate: str, tmp_path: Path) -> None:
    result = verify_dot(dot_design(2, accumulate), "verilator", lattice_cases(E4M3FN), tmp_path)
    assert (result.cases, result.mismatches) == (65536, 0), result.report


@pytest.mark.tool
def test_planted_fault_is_found(tmp_path: Path) -> None:
    cases = vector_cases(E4M3FN, 2, 100, seed=3)
    result = verify_dot(dot_design(2, "exact", fault=True), "icarus", cases, tmp_path)
    assert 0 < result.mismatches < 108
    assert "got 0x" in result.report
    assert "expected 0x" in result.report
    assert " b=[0x" in result.report


def clocked_design(**options) -> DotDesign:
    chosen = make_instance("dot", format="e2m1fn", length=2, **options)
    hardware = make_hardware(chosen)
    return DotDesign(
        verilog=hardware.verilog,
        module=hardware.module,
        fmt=chosen.circuit.format,
        to=chosen.circuit.result_format,
        length=2,
        accumulate=chosen.vector.accumulate,
        overflow=chosen.circuit.overflow,
        contract=Contract.STREAM if hardware.is_stream else Contract.CLOCKED,
        latency=hardware.latency,
        has_discharge=hardware.has_discharge,
    )


@pytest.mark.slow
@pytest.mark.tool
def test_clocked(tmp_path: Path) -> None:
    """A pair of vectors in each clock; a latency that is not true is found out."""
    cases = vector_cases(FORMATS["e2m1fn"], 2, 500, seed=1)
    for options in (
        {"stages": 2},
        {"style": "spiking", "delays": "memory"},
        {"style": "spiking", "residue": "leak"},
    ):
        design = clocked_design(**options)
        result = verify_dot(design, "icarus", cases, tmp_path)
        assert (result.cases, result.mismatches) == (508, 0), result.report
    result = verify_dot(replace(design, latency=design.latency - 1), "icarus", cases, tmp_path)
    assert result.mismatches > 200


@pytest.mark.tool
def test_faults_of_streams_are_found(tmp_path: Path) -> None:
    cases = vector_cases(FORMATS["e2m1fn"], 2, 200, seed=1)
    good = clocked_design(stages=2, is_stream=True)
    results = verify([dot_check(good, cases)], "icarus", tmp_path)
    assert [(str(result.pauses), result.mismatches) for result in results] == [
        ("none", 0),
        ("random", 0),
    ]
    assert "if (enable_2) begin" in good.verilog
    bad = replace(good, verilog=good.verilog.replace("if (enable_2) begin", "begin"))
    without, with_pauses = verify([dot_check(bad, cases)], "icarus", tmp_path)
    assert without.mismatches == 0
    assert with_pauses.mismatches > 10
    assert "offers changed or withdrawn" in with_pauses.report


def test_wrong_shape() -> None:
    with pytest.raises(ValueError, match=r"^Operands must have the shape \(2, cases, 2\), not "):
        dot_check(dot_design(2, "exact"), np.zeros((2, 5, 3), np.int64))
