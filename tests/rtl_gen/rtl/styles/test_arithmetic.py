# SPDX-License-Identifier: Apache-2.0
"""The generated arithmetic in RTL simulation: every operand pair, bit for bit, no exceptions.

Designs share one build for each simulator, since building costs more than running.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Outcome
from spikefloat.sim.benches.scalars import ScalarDesign, scalar_checks
from tests.helpers.oracle import NARROW_FORMATS
from tests.helpers.simulators import ICARUS_SLOWLY, some_pairs

OPERATIONS = ("multiply", "add", "subtract")
#: The formats that most people mean by FP8, and the other ones of up to eight bits.
MAIN_FORMATS = ("e4m3fn", "e5m2")
OTHER_FORMATS = tuple(
    fmt.name for fmt in NARROW_FORMATS if fmt.has_zero and fmt.name not in MAIN_FORMATS
)


def bench_design(
    operation: str,
    fmt: str,
    overflow: str | None = None,
    library: str = "native",
    graph: NeuronGraph | None = None,
) -> ScalarDesign:
    """Return a design for the bench, made from ``graph`` if one is given."""
    instance = make_instance(operation, format=fmt, overflow=overflow, library=library)
    module = f"{operation}_{fmt}_{instance.circuit.overflow.value}_{library}"
    text = spatial_verilog(graph or instance.graph, module=module)
    return ScalarDesign(
        name=module,
        verilog=text,
        module=module,
        operation=operation,
        fmt=instance.circuit.format,
        overflow=instance.circuit.overflow,
    )


def every_design(
    simulator: str, formats: tuple[str, ...], operations: tuple[str, ...]
) -> list[ScalarDesign]:
    """Return operations in some formats: in Verilator with all policies and libraries.

    Icarus, which takes 20 times as long, reads the same text with the native gates and one policy;
    test_operations.py gives it pairs of both libraries and policies.
    """
    is_fast = simulator == "verilator"
    return [
        bench_design(operation, fmt, overflow, library)
        for operation in operations
        for fmt in formats
        for library in (Library if is_fast else [Library.NATIVE])
        for overflow in (("nan", "saturate") if FORMATS[fmt].has_nan else ("saturate",))
        if is_fast or overflow == "nan" or not FORMATS[fmt].has_nan
    ]


def assert_exact(results: list[Outcome]) -> None:
    """Check that every case of every design was driven, and that none was wrong."""
    for result in results:
        assert result.mismatches == 0, result.report
        assert result.cases == 4 ** result.dut.inputs[0].width


@pytest.mark.tool
@pytest.mark.parametrize("simulator", ICARUS_SLOWLY)
def test_every_pair_of_e4m3fn_and_e5m2(simulator: str, tmp_path: Path) -> None:
    designs = every_design(simulator, MAIN_FORMATS, OPERATIONS)
    assert len(designs) == (3 * 2 * 2 * 2 if simulator == "verilator" else 3 * 2)
    assert_exact(verify(scalar_checks(designs, "all"), simulator, tmp_path))


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_pair_of_the_other_formats(operation: str, tmp_path: Path) -> None:
    designs = every_design("verilator", OTHER_FORMATS, (operation,))
    assert len(designs) == (5 * 2 + 3) * 2
    assert_exact(verify(scalar_checks(designs, "all"), "verilator", tmp_path))


@pytest.mark.tool
@pytest.mark.slow
def test_the_other_formats_in_icarus(tmp_path: Path) -> None:
    """Some pairs with every first operand; Verilator is given all of them above."""
    seen = 0
    for fmt in OTHER_FORMATS:
        designs = every_design("icarus", (fmt,), OPERATIONS)
        pairs = some_pairs(FORMATS[fmt])
        for result in verify(scalar_checks(designs, pairs), "icarus", tmp_path / fmt):
            assert (result.cases, result.mismatches) == (len(pairs), 0), result.report
            seen += 1
    assert seen == 3 * (5 + 3)


@pytest.mark.tool
@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
def test_published_pairs(simulator: str, tmp_path: Path) -> None:
    """The 16,129 pairs of non-negative finite codes that the paper checks."""
    (result,) = verify(
        scalar_checks([bench_design("multiply", "e4m3fn")], "published"), simulator, tmp_path
    )
    assert (result.cases, result.mismatches) == (127 * 127, 0)


@pytest.mark.tool
@pytest.mark.parametrize("simulator", ICARUS_SLOWLY)
@pytest.mark.parametrize("what", ["weight", "threshold"])
def test_planted_fault_is_found(what: str, simulator: str, tmp_path: Path) -> None:
    """One weight or threshold changed: the bench fails, and says where and how."""
    instance = make_instance("multiply")
    graph = instance.graph
    index = next(i for i, n in enumerate(graph.neurons) if n.name == "round_up")
    neuron = graph.neurons[index]
    changed = (
        neuron._replace(threshold=neuron.threshold + 1)
        if what == "threshold"
        else neuron._replace(weights=(-neuron.weights[0], *neuron.weights[1:]))
    )
    faulty = replace(graph, neurons=(*graph.neurons[:index], changed, *graph.neurons[index + 1 :]))
    (result,) = verify(
        scalar_checks([bench_design("multiply", "e4m3fn", graph=faulty)], "all"),
        simulator,
        tmp_path,
    )
    assert result.cases == 65536
    assert 0 < result.mismatches < 65536
    # Operands, both results, and their values.
    first = result.report.splitlines()
    assert any("0x" in line and "expected" in line and "got" in line for line in first), first
    print(result.report)
