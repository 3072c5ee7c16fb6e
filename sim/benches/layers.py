# SPDX-License-Identifier: Apache-2.0
"""Checking the Verilog of linear layers against the golden model, under a simulator."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.benches.vectors import vector_cases
from spikefloat.sim.golden.arithmetic import describe
from spikefloat.sim.golden.layer import network
from spikefloat.sim.simulators.runner import run_bench

__all__ = ["LayerCases", "LayerDesign", "LayerResult", "layer_cases", "verify_layer"]

Codes = NDArray[np.int64]

_SHOWN = 8

#: Vectors that are tried with each set of weights, where weights are operands.
_PER_SET = 250


@dataclass(frozen=True, kw_only=True)
class LayerDesign:
    """Linear layers, and what they have to compute."""

    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module, with ports x and y, and w and b if weights are operands.
    fmt: Format
    to: Format
    accumulate: str
    activations: tuple[str, ...]
    overflow: Overflow
    wide: Format | None = None
    #: Weights and bias of each layer, or None if they are operands.
    layers: tuple[tuple[Codes, Codes | None], ...] | None = None


@dataclass(frozen=True, kw_only=True)
class LayerCases:
    """Vectors to drive, in sets with the same weights."""

    x: Codes  #: Of shape (sets, vectors, inputs).
    weight: Codes | None = None  #: Of shape (sets, outputs, inputs), where weights are operands.
    bias: Codes | None = None  #: Of shape (sets, outputs), likewise.


@dataclass(frozen=True)
class LayerResult:
    """How a design did."""

    cases: int  #: Vectors that were driven.
    mismatches: int  #: Vectors with a wrong output.
    seconds: float  #: Time that the simulation took, without the build.
    build_seconds: float
    report: str  #: The first wrong outputs in words, or nothing.
    outputs: Codes  #: What the design gave, of shape (sets, vectors, outputs).


def layer_cases(
    fmt: Format, inputs: int, count: int, seed: int, outputs: int | None = None
) -> LayerCases:
    """Return directed vectors and then random ones.

    Parameters
    ----------
    fmt : Format
        Format of the codes.
    inputs : int
        Number of inputs.
    count : int
        Number of random vectors.
    seed : int
        Seed of the random ones.
    outputs : int, optional
        Number of outputs, if weights are operands: those of half of the sets are small, and those
        of the first set are the directed ones of dot products, as far as there are outputs.
    """
    x = vector_cases(fmt, inputs, count, seed)[0]
    if outputs is None:
        return LayerCases(x=x[None])
    sets = -(-len(x) // _PER_SET)
    x = np.resize(x, (sets, _PER_SET, inputs))
    rng = np.random.default_rng(seed + 1)
    weight = rng.integers(0, 1 << fmt.width, (sets, outputs, inputs))
    bias = rng.integers(0, 1 << fmt.width, (sets, outputs))
    calm = ~fmt.exponent_mask | fmt.exponent_mask >> 1
    weight[: (sets + 1) // 2] &= calm
    bias[: (sets + 1) // 2] &= calm
    directed = vector_cases(fmt, inputs, 0, seed)[1][:outputs]
    weight[0, : len(directed)] = directed
    return LayerCases(x=x, weight=weight, bias=bias)


def verify_layer(
    design: LayerDesign,
    simulator: str,
    cases: LayerCases,
    build_dir: Path,
    progress: Callable[[str], None] | None = None,
    *,
    is_quick: bool = False,
) -> LayerResult:
    """Drive layers through vectors and compare every output with the golden model.

    Wrong outputs are returned, not raised. With ``is_quick`` the build is made quick and the
    simulation slow, which pays for a large design and few vectors.

    Raises
    ------
    BenchError
        If the build fails, or the bench does not run to its end.
    BenchFailure
        If an output has undefined bits.
    ToolError
        If the simulator is missing.
    ValueError
        If weights are operands and not among the cases, or the reverse.
    """
    if (design.layers is None) != (cases.weight is not None):
        raise InputError("Weights must be among the cases where they are operands, and only there")
    folder = Path(build_dir).resolve() / f"{simulator}_{design.module}"
    folder.mkdir(parents=True, exist_ok=True)
    source, job, results = folder / "design.v", folder / "job.json", folder / "results.npy"
    source.write_text(design.verilog, encoding="utf-8")
    operands: dict[str, Any] = {"x": _rows(cases.x, design.fmt)}
    for name, codes in (("w", cases.weight), ("b", cases.bias)):
        if codes is not None:
            operands[name] = _rows(codes.reshape(len(codes), 1, -1), design.fmt)
    np.savez(folder / "operands.npz", **operands)
    job.write_text(
        json.dumps({"operands": str(folder / "operands.npz"), "results": str(results)}),
        encoding="utf-8",
    )
    results.unlink(missing_ok=True)
    bench = run_bench(
        simulator,
        [source],
        design.module,
        "spikefloat.tb.tb_layer",
        folder,
        env={"SPIKEFLOAT_JOB": str(job)},
        expected_tests=1,
        progress=progress,
        is_quick=is_quick,
    )
    outputs = _codes(np.load(results), design.to)
    expected = _expected(design, cases)
    outputs = outputs[..., : expected.shape[-1]]
    wrong = (outputs != expected).any(axis=-1)
    return LayerResult(
        cases=wrong.size,
        mismatches=int(wrong.sum()),
        seconds=bench.run_seconds,
        build_seconds=bench.build_seconds,
        report=_report(design, cases, outputs, expected),
        outputs=outputs,
    )


def _rows(codes: Codes, fmt: Format) -> NDArray[np.uint8]:
    """Return codes side by side along the last axis as bytes, lowest first."""
    bits = (codes[..., None] >> np.arange(fmt.width) & 1).astype(np.uint8)
    return np.packbits(bits.reshape(*codes.shape[:-1], -1), axis=-1, bitorder="little")


def _codes(rows: NDArray[np.uint8], fmt: Format) -> Codes:
    """Return the codes that bytes hold; at the end there may be one of padding."""
    bits = np.unpackbits(rows, axis=-1, bitorder="little")
    count = bits.shape[-1] // fmt.width
    parts = bits[..., : count * fmt.width].reshape(*rows.shape[:-1], count, fmt.width)
    return (parts.astype(np.int64) << np.arange(fmt.width)).sum(axis=-1)


def _expected(design: LayerDesign, cases: LayerCases) -> Codes:
    def golden(x: Codes, layers: Sequence[tuple[Codes, Codes | None]]) -> Codes:
        named = [
            (*layer, activation)
            for layer, activation in zip(layers, design.activations, strict=True)
        ]
        return network(
            design.fmt,
            x,
            named,
            accumulate=design.accumulate,
            to=design.to,
            wide=design.wide,
            overflow=design.overflow,
        )[-1]

    if design.layers is not None:
        return golden(cases.x, design.layers)
    assert cases.weight is not None
    assert cases.bias is not None
    return np.stack(
        [
            golden(x, [(weight, bias)])
            for x, weight, bias in zip(cases.x, cases.weight, cases.bias, strict=True)
        ]
    )


def _report(design: LayerDesign, cases: LayerCases, outputs: Codes, expected: Codes) -> str:
    """Return the first wrong outputs in words."""
    places = np.argwhere(outputs != expected)
    if not len(places):
        return ""
    lines = [f"{design.module}: {len(places)} of {outputs.size} outputs wrong"]
    for group, vector, index in places[:_SHOWN]:
        codes = " ".join(f"{code:#04x}" for code in cases.x[group, vector])
        got, right = outputs[group, vector, index], expected[group, vector, index]
        lines.append(
            f"  x=[{codes}], output {index}: got {got:#04x} ({describe(design.to, int(got))}), "
            f"expected {right:#04x} ({describe(design.to, int(right))})"
        )
    return "\n".join(lines)
