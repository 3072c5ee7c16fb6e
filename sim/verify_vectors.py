# SPDX-License-Identifier: Apache-2.0
"""Checking the Verilog of dot products against the golden model, under a simulator."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtl_gen.formats import Format, Overflow
from sim.runner import BenchError, run_bench

__all__ = ["DotDesign", "DotResult", "pack_vector", "vector_cases", "verify_dot"]


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


@dataclass(frozen=True)
class DotResult:
    """How a dot product did."""

    cases: int
    mismatches: int
    seconds: float
    report: str  #: The first wrong cases in words, or nothing.


def pack_vector(codes: Sequence[int], width: int) -> int:
    """Return codes side by side, element 0 lowest."""
    total = 0
    for code in reversed(codes):
        total = total << width | code
    return total


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
        (np.zeros(length), np.full(length, one)), (np.full(length, sign), np.full(length, one)),
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
    design: DotDesign, simulator: str, operands: NDArray[np.int64], build_dir: Path,
    progress: Callable[[str], None] | None = None,
) -> DotResult:
    """Drive a dot product through vectors and compare each result with the golden model.

    Wrong results are returned, not raised.

    Raises
    ------
    BenchError
        If the build fails, or the bench does not run to its end.
    ToolError
        If the simulator is missing.
    ValueError
        If the operands have not the shape (2, cases, length).
    """
    if operands.ndim != 3 or operands.shape[::2] != (2, design.length) or not operands.size:
        raise ValueError(
            f"Operands must have the shape (2, cases, {design.length}), not {operands.shape}")
    folder = Path(build_dir).resolve() / f"{simulator}_{design.module}"
    folder.mkdir(parents=True, exist_ok=True)
    source, job, outcome = folder / "design.v", folder / "job.json", folder / "outcome.json"
    source.write_text(design.verilog, encoding="utf-8")
    np.save(folder / "operands.npy", operands)
    job.write_text(json.dumps({
        "name": design.module, "format": design.fmt.name, "to": design.to.name,
        "wide": design.wide.name if design.wide else None, "accumulate": design.accumulate,
        "overflow": design.overflow.value, "operands": str(folder / "operands.npy"),
        "outcome": str(outcome)}), encoding="utf-8")
    outcome.unlink(missing_ok=True)
    bench = run_bench(
        simulator, [source], design.module, "tb.tb_vectors", folder,
        env={"SPIKEFLOAT_JOB": str(job)}, expected_tests=1, check=False, progress=progress)
    if not outcome.is_file():
        raise BenchError("Bench must compare results, not stop: " + "\n".join(bench.failures))
    result = DotResult(**json.loads(outcome.read_text(encoding="utf-8")))
    if result.cases != operands.shape[1]:
        raise BenchError(f"Number of cases must be {operands.shape[1]}, not {result.cases}")
    if bool(bench.failures) != bool(result.mismatches):
        raise BenchError("Bench must fail if and only if a result is wrong, not otherwise: "
                         + "\n".join(bench.failures))
    return result
