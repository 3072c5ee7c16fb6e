# SPDX-License-Identifier: Apache-2.0
"""Linear layers in RTL simulation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.shapes import make_layer_shape
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.weights.parameters import make_layers
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Outcome
from spikefloat.sim.benches.sums import LayerDesign, layer_check
from spikefloat.sim.cases.vectors import LayerCases, layer_cases

E4M3FN = FORMATS["e4m3fn"]


def layer_design(
    *sizes: int, accumulate: str = "exact", fault: bool = False, is_hardwired: bool = True
) -> LayerDesign:
    rng = np.random.default_rng(1)
    arrays = {}
    for index, (inputs, outputs) in enumerate(zip(sizes, sizes[1:], strict=False)):
        arrays[f"fc{index}.weight"] = rng.normal(size=(outputs, inputs))
        arrays[f"fc{index}.bias"] = rng.normal(size=outputs)
    shape = (
        make_layer_shape(make_layers(E4M3FN, arrays))
        if is_hardwired
        else make_layer_shape(inputs=sizes[0], outputs=sizes[1], activation="relu")
    )
    instance = make_instance("linear", accumulate=accumulate, layer=shape)
    graph = instance.graph
    if fault:
        # The lowest bit of the mantissa, if the leading one is in the middle of its places.
        index = max(i for i, n in enumerate(graph.neurons) if n.name == "mantissa6[0]")
        faulty = graph.neurons[index]._replace(threshold=graph.neurons[index].threshold + 1)
        graph = replace(
            graph, neurons=(*graph.neurons[:index], faulty, *graph.neurons[index + 1 :])
        )
    return LayerDesign(
        verilog=spatial_verilog(graph),
        module=instance.name,
        fmt=E4M3FN,
        to=E4M3FN,
        accumulate=accumulate,
        activations=shape.activations,
        overflow=instance.circuit.overflow,
        layers=tuple((one.weight_codes, one.bias_codes) for one in shape.layers) or None,
    )


def verify_layer(design: LayerDesign, simulator: str, cases: LayerCases, folder: Path) -> Outcome:
    (outcome,) = verify([layer_check(design, cases)], simulator, folder)
    return outcome


def test_cases_are_directed_and_repeatable() -> None:
    cases = layer_cases(E4M3FN, 6, 100, seed=1)
    assert cases.x.shape == (1, 108, 6)
    np.testing.assert_array_equal(cases.x, layer_cases(E4M3FN, 6, 100, seed=1).x)
    cases = layer_cases(E4M3FN, 6, 1000, seed=1, outputs=3)
    assert cases.weight is not None
    assert cases.bias is not None
    assert (cases.x.shape, cases.weight.shape, cases.bias.shape) == ((5, 250, 6), (5, 3, 6), (5, 3))


@pytest.mark.slow
@pytest.mark.tool
def test_hardwired_network(tmp_path: Path) -> None:
    design = layer_design(3, 2, 2)
    result = verify_layer(design, "icarus", layer_cases(E4M3FN, 3, 100, seed=2), tmp_path)
    assert (result.cases, result.mismatches, result.report) == (108, 0, "")
    assert result.results["y"].shape == (108, 2)
    assert len(np.unique(result.results["y"])) > 20


@pytest.mark.slow
@pytest.mark.tool
def test_weights_as_operands(tmp_path: Path) -> None:
    design = layer_design(2, 2, is_hardwired=False)
    vectors = layer_cases(E4M3FN, 2, 100, seed=3, outputs=2)
    result = verify_layer(design, "icarus", vectors, tmp_path)
    assert (result.cases, result.mismatches, result.report) == (250, 0, "")


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("sizes, is_hardwired", [((8, 4, 3), True), ((4, 2), False)])
def test_many_vectors(sizes: tuple[int, ...], is_hardwired: bool, tmp_path: Path) -> None:
    cases = layer_cases(E4M3FN, sizes[0], 100_000, 4, None if is_hardwired else sizes[1])
    result = verify_layer(
        layer_design(*sizes, is_hardwired=is_hardwired), "verilator", cases, tmp_path
    )
    assert result.mismatches == 0, result.report
    assert result.cases >= 100_000


@pytest.mark.slow
@pytest.mark.tool
def test_planted_fault_is_found(tmp_path: Path) -> None:
    design = layer_design(3, 2, fault=True)
    result = verify_layer(design, "icarus", layer_cases(E4M3FN, 3, 400, seed=5), tmp_path)
    assert 0 < result.mismatches < 408
    assert "results wrong" in result.report
    assert ": got y[" in result.report
    assert ", expected y[" in result.report


def test_weights_must_be_where_they_belong() -> None:
    cases = layer_cases(E4M3FN, 4, 10, seed=1, outputs=2)
    for design, given in (
        (layer_design(4, 2), cases),
        (layer_design(4, 2, is_hardwired=False), LayerCases(x=cases.x)),
    ):
        with pytest.raises(ValueError, match=r"^Weights must be among the cases where they are op"):
            layer_check(design, given)
