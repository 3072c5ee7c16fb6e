# SPDX-License-Identifier: Apache-2.0
"""Dot products in RTL simulation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtl_gen.designs import DESIGNS, build, make_options, module_name
from rtl_gen.formats import FORMATS
from rtl_gen.rtl.spatial import spatial_verilog
from sim.verify_vectors import DotDesign, pack_vector, vector_cases, verify_dot

E4M3FN = FORMATS["e4m3fn"]


def dot_design(length: int, accumulate: str, fault: bool = False) -> DotDesign:
    design = DESIGNS["dot"]
    options = make_options(design, length=length, accumulate=accumulate)
    graph = build(design, options)
    if fault:
        index = next(i for i, n in enumerate(graph.neurons) if n.name == "round_up")
        faulty = graph.neurons[index]._replace(threshold=graph.neurons[index].threshold + 1)
        graph = replace(
            graph, neurons=(*graph.neurons[:index], faulty, *graph.neurons[index + 1 :]))
    return DotDesign(
        verilog=spatial_verilog(graph), module=module_name(design, options), fmt=options.format,
        to=options.to or options.format, length=length, accumulate=accumulate,
        overflow=options.overflow, wide=options.wide)


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
@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
@pytest.mark.parametrize("accumulate", ["exact", "tree"])
def test_dot_product_of_four(simulator: str, accumulate: str, tmp_path: Path) -> None:
    cases = vector_cases(E4M3FN, 4, 3000, seed=1)
    result = verify_dot(dot_design(4, accumulate), simulator, cases, tmp_path)
    assert (result.cases, result.mismatches) == (3008, 0), result.report


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("length", [4, 16])
@pytest.mark.parametrize("accumulate", ["exact", "tree", "chain", "wide"])
def test_many_vectors(accumulate: str, length: int, tmp_path: Path) -> None:
    cases = vector_cases(E4M3FN, length, 100_000, seed=2)
    result = verify_dot(dot_design(length, accumulate), "verilator", cases, tmp_path)
    assert (result.cases, result.mismatches) == (100_008, 0), result.report


@pytest.mark.tool
def test_planted_fault_is_found(tmp_path: Path) -> None:
    cases = vector_cases(E4M3FN, 2, 3000, seed=3)
    result = verify_dot(dot_design(2, "exact", fault=True), "icarus", cases, tmp_path)
    assert 0 < result.mismatches < 3008
    assert "got 0x" in result.report
    assert "expected 0x" in result.report
    assert " b=[0x" in result.report


def test_wrong_shape(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^Operands must have the shape \(2, cases, 2\), not "):
        verify_dot(dot_design(2, "exact"), "icarus", np.zeros((2, 5, 3), np.int64), tmp_path)
