# SPDX-License-Identifier: Apache-2.0
"""The other operations in RTL simulation, and wide formats: corners and a million random pairs.

Designs share one build for each simulator, since building costs more than running.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Outcome
from spikefloat.sim.benches.scalars import ScalarDesign, scalar_checks
from spikefloat.sim.cases.corners import corner_codes, directed_pairs, random_pairs, random_triples
from spikefloat.sim.cases.sampled import sampled_operands
from tests.helpers.simulators import ICARUS_SLOWLY

MAIN_FORMATS = ("e4m3fn", "e5m2")
ONE_OPERAND = ("negate", "absolute", "relu")
TWO_OPERANDS = ("less", "equal", "unordered", "minimum", "maximum", "widening_multiply")
SELECTIONS = (
    "copy_sign",
    "negate_sign",
    "xor_sign",
    "less_equal",
    "greater",
    "greater_equal",
    "total_order",
    "minimum_number",
    "maximum_number",
    "minimum_magnitude",
    "maximum_magnitude",
    "minimum_magnitude_number",
    "maximum_magnitude_number",
    "minimum_finite",
    "maximum_finite",
)
QUESTIONS = (
    "is_zero",
    "is_one",
    "is_nan",
    "is_infinite",
    "is_finite",
    "is_sign_minus",
    "is_normal",
    "is_subnormal",
    "classify",
    "next_up",
    "next_down",
    "round_to_integral",
    "exponent_of",
    "to_int4",
    "to_uint8",
    "to_int32",
)
WIDE_FORMATS = ("binary16", "bfloat16", "binary32")


def bench_design(operation: str, fmt: str, library: str = "native", **more: str) -> ScalarDesign:
    """Return a design for the bench; ``more`` may be ``to`` and ``overflow``."""
    design = find_design(operation)
    instance = make_instance(design, format=fmt, library=library, **more)
    module = "_".join((operation, fmt, library, *more.values()))
    return ScalarDesign(
        name=module,
        verilog=spatial_verilog(instance.graph, module=module),
        module=module,
        operation=operation,
        fmt=instance.circuit.format,
        to=instance.circuit.to,
        overflow=instance.circuit.overflow,
    )


def assert_exact(results: Sequence[Outcome], cases: int | None = None) -> None:
    """Check that all cases were driven, those of all codes if not said, and that none was wrong."""
    for result in results:
        assert result.mismatches == 0, result.report
        every = 2 ** sum(port.width for port in result.dut.inputs)
        assert result.cases == (cases or every)


def conversions(library: str, targets: Iterable[str] = FORMATS) -> list[ScalarDesign]:
    """Return conversions from each 8-bit kind of format, and from the smallest format."""
    return [
        bench_design("convert", src, library, to=dst)
        for src in (*MAIN_FORMATS, "e4m3fnuz", "e8m0fnu", "e2m1fn")
        for dst in targets
    ]


@pytest.mark.tool
@pytest.mark.parametrize(
    "simulator, targets",
    [("icarus", tuple(FORMATS)), ("verilator", ("e4m3fn", "e2m3fn", "e8m0fnu", "bfloat16"))],
)
def test_every_code(simulator: str, targets: tuple[str, ...], tmp_path: Path) -> None:
    """Conversions to every format in the simulator that builds quickly, to some in the other."""
    designs = conversions("native", targets)
    assert len(designs) == 5 * len(targets)
    designs += [bench_design(name, fmt) for name in ONE_OPERAND for fmt in MAIN_FORMATS]
    assert_exact(verify(scalar_checks(designs, "all"), simulator, tmp_path))


@pytest.mark.tool
@pytest.mark.parametrize("simulator", ICARUS_SLOWLY)
def test_every_pair(simulator: str, tmp_path: Path) -> None:
    designs = [bench_design(name, fmt) for name in TWO_OPERANDS for fmt in MAIN_FORMATS]
    assert len(designs) == 6 * 2
    assert_exact(verify(scalar_checks(designs, "all"), simulator, tmp_path))


@pytest.mark.tool
@pytest.mark.parametrize("simulator", ICARUS_SLOWLY)
@pytest.mark.parametrize("names", [SELECTIONS, QUESTIONS], ids=["pairs", "codes"])
def test_selections_and_questions(names: tuple[str, ...], simulator: str, tmp_path: Path) -> None:
    designs = [
        bench_design(name, fmt)
        for name in names
        for fmt in MAIN_FORMATS
        if fmt in find_design(name).formats
    ]
    assert len(designs) == 2 * len(names) - ("is_infinite" in names)
    assert_exact(verify(scalar_checks(designs, "all"), simulator, tmp_path))


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
def test_operands_that_are_integers(simulator: str, tmp_path: Path) -> None:
    """Operands of several widths in one bench, each tried with all that there are."""
    names = ("from_int4", "from_uint8", "from_int16", "scale_by_power_of_two")
    designs = [bench_design(name, fmt) for name in names for fmt in (*MAIN_FORMATS, "e2m1fn")]
    assert_exact(verify(scalar_checks(designs, "all"), simulator, tmp_path))


@pytest.mark.tool
@pytest.mark.parametrize(
    "simulator, count",
    [pytest.param("icarus", 4_000, marks=pytest.mark.slow), ("verilator", 60_000)],
)
def test_sample_of_triples(simulator: str, count: int, tmp_path: Path) -> None:
    """Random triples, many of them near cancellation; the graph is tried on all there are."""
    triples = np.stack(random_triples(FORMATS["e4m3fn"], count, 92), axis=1)
    checks = scalar_checks([bench_design("fma", fmt) for fmt in MAIN_FORMATS], triples)
    results = verify(checks, simulator, tmp_path)
    assert_exact(results, count)


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("library", Library)
def test_corner_triples(library: str, tmp_path: Path) -> None:
    """Triples of corner codes and 200,000 random ones."""
    for fmt in MAIN_FORMATS:
        triples = sampled_operands(FORMATS[fmt], 3, 200_000)
        assert len(triples) > 230_000
        checks = scalar_checks([bench_design("fma", fmt, library)], triples)
        results = verify(checks, "verilator", tmp_path / fmt)
        assert_exact(results, len(triples))


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
def test_published_library(simulator: str, tmp_path: Path) -> None:
    designs = [
        bench_design(name, fmt, "published")
        for name in (*ONE_OPERAND, *TWO_OPERANDS)
        for fmt in MAIN_FORMATS
    ]
    designs += conversions("published")
    assert_exact(verify(scalar_checks(designs, "all"), simulator, tmp_path))


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("fmt", WIDE_FORMATS)
def test_million_random_pairs(fmt: str, tmp_path: Path) -> None:
    """Directed pairs and a million random ones."""
    directed = np.stack(directed_pairs(FORMATS[fmt]), axis=1)
    drawn = np.stack(random_pairs(FORMATS[fmt], 1_000_000, 91), axis=1)
    pairs = np.concatenate([directed, drawn])
    designs = [bench_design(name, fmt) for name in ("multiply", "add", "subtract")]
    results = verify(scalar_checks(designs, pairs), "verilator", tmp_path)
    assert_exact(results, len(pairs))
    assert len(pairs) > 1_020_000


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("fmt", WIDE_FORMATS)
def test_directed_pairs(fmt: str, library: Library, tmp_path: Path) -> None:
    """Some of them in the other simulator, also saturating; fewer where a pair is many events."""
    step = (30 if fmt == "binary32" else 6) * (3 if library is Library.PUBLISHED else 2)
    pairs = np.stack(directed_pairs(FORMATS[fmt]), axis=1)[::step]
    designs = [
        bench_design(name, fmt, library, overflow=policy)
        for name in ("multiply", "add")
        for policy in ("nan", "saturate")
    ]
    results = verify(scalar_checks(designs, pairs), "icarus", tmp_path)
    assert_exact(results, len(pairs))
    assert len(pairs) > (30_000 if fmt == "binary32" else 20_000) // step


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("fmt", WIDE_FORMATS)
def test_conversions_of_wide_formats(fmt: str, tmp_path: Path) -> None:
    """Every code of 16 bits to every format; of binary32 corners and 200,000 random codes."""
    designs = [bench_design("convert", fmt, to=dst) for dst in FORMATS]
    if FORMATS[fmt].width <= 16:
        assert_exact(verify(scalar_checks(designs, "all"), "verilator", tmp_path))
        return
    codes = sampled_operands(FORMATS[fmt], 1, 200_000)
    assert len(codes) == 200_000 + len(corner_codes(FORMATS[fmt]))
    assert_exact(verify(scalar_checks(designs, codes), "verilator", tmp_path), len(codes))
