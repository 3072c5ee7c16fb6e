# SPDX-License-Identifier: Apache-2.0
"""Checking the Verilog of dot products against the golden model, under a simulator."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.simulators.runner import BenchError, run_bench

__all__ = [
    "DotDesign",
    "DotResult",
    "lattice_cases",
    "pack_vector",
    "vector_cases",
    "verify_dot",
    "verify_dot_stream",
]


@dataclass(frozen=True, kw_only=True)
class DotDesign:
    """A dot product, and what it has to compute."""

    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module, with ports a, b and y.
    fmt: Format
    to: Format
    length: int
    accumulate: str
    overflow: Overflow
    wide: Format | None = None
    #: Clocks from operands to result; None if it is combinational, else it has inputs clk and rst.
    latency: int | None = None
    has_discharge: bool = False  #: Whether it has that input, with which the first vectors come.


@dataclass(frozen=True)
class DotResult:
    """How a dot product did."""

    cases: int
    mismatches: int
    seconds: float
    report: str  #: The first wrong cases in words, or nothing.
    pauses: str = "-"  #: Who paused, for a design with streams.


def pack_vector(codes: Sequence[int], width: int) -> int:
    """Return codes side by side, element 0 lowest."""
    total = 0
    for code in reversed(codes):
        total = total << width | code
    return total


def lattice_cases(fmt: Format) -> NDArray[np.int64]:
    """Return every operand of two terms over 16 codes, of shape (2, 65536, 2).

    The codes, of either sign: zero, the smallest and the largest subnormal, one and the next value,
    one less than the largest, the largest, and the highest code, which is NaN where there is one.
    """
    one, sign = fmt.bias << fmt.mantissa_bits, fmt.sign_mask
    codes = [0, 1, fmt.mantissa_mask, one, one + 1, fmt.max_code - 1, fmt.max_code, sign - 1]
    lattice = np.array([*codes, *(code | sign for code in codes)])
    grid = np.stack(np.meshgrid(*[lattice] * 4, indexing="ij"), axis=-1).reshape(-1, 2, 2)
    return np.ascontiguousarray(grid.transpose(1, 0, 2))


def vector_cases(fmt: Format, length: int, count: int, seed: int) -> NDArray[np.int64]:
    """Return operands of shape (2, cases, length): directed vectors, then ``count`` random ones.

    Directed: all zero of either sign, all subnormal, all the largest, massive cancellation of the
    largest products and of random ones, one NaN, and the largest beside the smallest. Half of the
    random vectors have small exponents and no NaN, as most others have one.
    """
    rng = np.random.default_rng(seed)
    largest, sign = fmt.max_code, fmt.sign_mask
    alternating = np.arange(length) % 2 * sign
    one = fmt.bias << fmt.mantissa_bits
    directed = [
        (np.zeros(length), np.full(length, one)),
        (np.full(length, sign), np.full(length, one)),
        (np.ones(length), np.full(length, one)),
        (np.full(length, fmt.mantissa_mask), np.full(length, fmt.mantissa_mask)),
        (np.full(length, largest), np.full(length, largest)),
        (np.full(length, largest) | alternating.astype(int), np.full(length, largest)),
        (np.where(np.arange(length) == length - 1, fmt.nan_code or 0, one), np.full(length, one)),
        (np.where(np.arange(length) == 0, largest, 1), np.full(length, one)),
    ]
    drawn = rng.integers(0, 1 << fmt.width, (2, count, length))
    calm = ~fmt.exponent_mask | fmt.exponent_mask >> 1
    drawn[:, : count // 2] &= calm if fmt.has_nan else -1
    half = length // 2
    if half and count:
        quarter = max(count // 8, 1)
        drawn[0, :quarter, half : 2 * half] = drawn[0, :quarter, :half] ^ sign
        drawn[1, :quarter, half : 2 * half] = drawn[1, :quarter, :half]
    first = np.array(directed, dtype=np.int64).transpose(1, 0, 2)
    return np.concatenate([first, drawn], axis=1)


def verify_dot(
    design: DotDesign,
    simulator: str,
    operands: NDArray[np.int64],
    build_dir: Path,
    progress: Callable[[str], None] | None = None,
) -> DotResult:
    """Drive a dot product through vectors and compare each result with the golden model.

    A clocked design takes a pair of vectors in each clock, and its results are taken exactly as
    late as its latency says. Wrong results are returned, not raised.

    Raises
    ------
    BenchError
        If the build fails, or the bench does not run to its end.
    ToolError
        If the simulator is missing.
    ValueError
        If the operands have not the shape (2, cases, length).
    """
    (result,) = _run("spikefloat.tb.tb_vectors", design, simulator, operands, build_dir, progress)
    return result


def verify_dot_stream(
    design: DotDesign,
    simulator: str,
    operands: NDArray[np.int64],
    build_dir: Path,
    progress: Callable[[str], None] | None = None,
) -> list[DotResult]:
    """Send vectors through a dot product with AXI4-Streams, and compare each result.

    Returns
    -------
    list
        What came of it without a pause, and with random pauses at all ends.

    Raises
    ------
    BenchError, ToolError, ValueError
        As :func:`verify_dot`.
    """
    return _run("spikefloat.tb.tb_vector_stream", design, simulator, operands, build_dir, progress)


def _run(
    bench_module: str,
    design: DotDesign,
    simulator: str,
    operands: NDArray[np.int64],
    build_dir: Path,
    progress: Callable[[str], None] | None,
) -> list[DotResult]:
    if operands.ndim != 3 or operands.shape[::2] != (2, design.length) or not operands.size:
        raise InputError(
            f"Operands must have the shape (2, cases, {design.length}), not {operands.shape}"
        )
    folder = Path(build_dir).resolve() / f"{simulator}_{design.module}"
    folder.mkdir(parents=True, exist_ok=True)
    source, job, outcome = folder / "design.v", folder / "job.json", folder / "outcome.json"
    source.write_text(design.verilog, encoding="utf-8")
    np.save(folder / "operands.npy", operands)
    job.write_text(
        json.dumps(
            {
                "name": design.module,
                "format": design.fmt.name,
                "to": design.to.name,
                "wide": design.wide.name if design.wide else None,
                "accumulate": design.accumulate,
                "overflow": design.overflow.value,
                "operands": str(folder / "operands.npy"),
                "latency": design.latency,
                "has_discharge": design.has_discharge,
                "outcome": str(outcome),
            }
        ),
        encoding="utf-8",
    )
    outcome.unlink(missing_ok=True)
    bench = run_bench(
        simulator,
        [source],
        design.module,
        bench_module,
        folder,
        env={"SPIKEFLOAT_JOB": str(job)},
        expected_tests=1,
        check=False,
        progress=progress,
    )
    if not outcome.is_file():
        raise BenchError(
            "Bench stopped before all results were compared: " + "\n".join(bench.failures)
        )
    results = [DotResult(**told) for told in json.loads(outcome.read_text(encoding="utf-8"))]
    for result in results:
        if result.cases != operands.shape[1]:
            raise BenchError(f"Number of cases must be {operands.shape[1]}, not {result.cases}")
    if bool(bench.failures) != any(result.mismatches for result in results):
        raise BenchError(
            "Simulator and scoreboard disagree on whether a result is wrong: "
            + "\n".join(bench.failures)
        )
    return results
