# SPDX-License-Identifier: Apache-2.0
"""The small circuits in RTL simulation: every budget and objective, every operand pair."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.options import Objective
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.scalars import ScalarDesign, scalar_checks
from tests.helpers.simulators import some_pairs

#: Circuits above so many neurons take long to build.
_LARGE = 400


def every_small_circuit(least: int = 0, most: int | None = None) -> list[ScalarDesign]:
    """Return each E4M3FN circuit that a budget and an objective take, of some sizes."""
    designs: dict[NeuronGraph, ScalarDesign] = {}
    for operation in ("multiply", "add"):
        for budget in BUDGETS:
            for objective in Objective:
                instance = make_instance(operation, budget=budget, objective=objective)
                graph = instance.graph
                if len(graph.neurons) < least or (most and len(graph.neurons) > most):
                    continue
                module = f"{operation}_{budget}_{objective}"
                designs.setdefault(
                    graph,
                    ScalarDesign(
                        name=module,
                        verilog=spatial_verilog(graph, module=module),
                        module=module,
                        operation=operation,
                        fmt=instance.circuit.format,
                        overflow=instance.circuit.overflow,
                    ),
                )
    return list(designs.values())


def check_every_pair(simulator: str, designs: list[ScalarDesign], folder: Path) -> None:
    for result in verify(scalar_checks(designs, "all"), simulator, folder):
        assert result.mismatches == 0, result.report
        assert result.cases == 65536


@pytest.mark.slow
@pytest.mark.tool
def test_every_pair_of_most(tmp_path: Path) -> None:
    """All that are not large, among them neurons with a hundred synapses."""
    designs = every_small_circuit(most=_LARGE)
    assert len(designs) >= 15
    check_every_pair("verilator", designs, tmp_path)


@pytest.mark.tool
@pytest.mark.slow
def test_the_smallest_under_icarus(tmp_path: Path) -> None:
    """Icarus is slow on wide sums, of up to 49 synapses here: it gets some of the pairs."""
    designs = every_small_circuit(most=130)
    assert len(designs) == 6
    checks = scalar_checks(designs, some_pairs(designs[0].fmt))
    for result in verify(checks, "icarus", tmp_path):
        assert (result.cases, result.mismatches) == (4096, 0), result.report


@pytest.mark.tool
@pytest.mark.slow
def test_every_pair_of_the_large(tmp_path: Path) -> None:
    """Building takes minutes, most of all the multiplier of depth 2."""
    designs = every_small_circuit(least=_LARGE + 1)
    assert len(designs) >= 3
    check_every_pair("verilator", designs, tmp_path)
