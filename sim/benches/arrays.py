# SPDX-License-Identifier: Apache-2.0
"""Checking layers on arrays of lanes: each result right, once and in order, with any pauses."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.benches.array_top import ArrayPorts, array_top
from spikefloat.sim.benches.streams import Scene
from spikefloat.sim.cases.pauses import find_pauses
from spikefloat.sim.golden.arithmetic import describe
from spikefloat.sim.golden.layer import layer
from spikefloat.sim.simulators.runner import BenchError, run_bench

__all__ = ["ArrayDesign", "ArrayResult", "input_vectors", "verify_arrays"]

Codes = NDArray[np.int64]

_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class ArrayDesign:
    """A layer on an array of lanes, and what it has to compute."""

    name: str  #: Name for tables and messages.
    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module.
    weights: tuple[Codes, ...]  #: Codes of shape (outputs, inputs); more than one are sent in turn.
    biases: tuple[Codes | None, ...]  #: Codes for each of the weights, or None.
    sends_weights: bool  #: Whether the weights come from a stream.
    x_codes: int  #: Inputs in each transfer.
    y_codes: int  #: Results in each transfer.
    fmt: Format
    to: Format
    accumulate: str
    activation: str
    overflow: Overflow
    interval: int  #: Clocks from one vector to the next.
    first_result: int  #: Clocks from the last transfer of a vector to that of its first result.
    last_result: int  #: Clocks from the last transfer of a vector to that of its last result.

    @property
    def inputs(self) -> int:
        """Codes of a vector."""
        return self.weights[0].shape[1]

    @property
    def outputs(self) -> int:
        """Results of a vector."""
        return self.weights[0].shape[0]

    def expected(self, x: Codes, index: int) -> Codes:
        """Return what vectors must give, with one of the weights."""
        return layer(
            self.fmt,
            x,
            self.weights[index],
            self.biases[index],
            accumulate=self.accumulate,
            activation=self.activation,
            to=self.to,
            overflow=self.overflow,
        )

    @property
    def ports(self) -> ArrayPorts:
        """The ports, for a top module."""
        return ArrayPorts(
            verilog=self.verilog,
            module=self.module,
            x_bytes=self.x_codes,
            y_bytes=self.y_codes * self.result_bytes,
            has_weights=self.sends_weights,
            has_keep=self.outputs % self.y_codes > 0,
        )

    @property
    def result_bytes(self) -> int:
        """Bytes of a result in a stream."""
        return -(-self.to.width // 8)


@dataclass(frozen=True, kw_only=True)
class ArrayResult:
    """How one design did in one scene."""

    design: ArrayDesign
    scene: Scene
    simulator: str
    cases: int  #: How many results were checked.
    mismatches: int  #: How many of them were wrong, or missing, or too many.
    clocks: int  #: Clocks from the first transfer to the last.
    interval: float  #: Mean clocks from one vector to the next, at the results.
    seconds: float  #: Time to drive all designs in all scenes.
    report: str  #: What was wrong, in words, or nothing.


def input_vectors(fmt: Format, inputs: int, count: int, seed: int) -> Codes:
    """Return input vectors: half of small values, and half of any codes, in random order."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, 1 << fmt.width, (count, inputs))
    calm = ~fmt.exponent_mask | fmt.exponent_mask >> 1
    drawn[rng.random(count) < 0.5] &= calm if fmt.has_nan else -1
    # One such code would make all results of its vector the same.
    keep = rng.random(drawn.shape) < 1 / (4 * inputs)
    special = np.isin(drawn, [c for c in range(1 << fmt.width) if fmt.is_nan(c)]) | (
        (drawn & fmt.magnitude_mask) > fmt.max_code
    )
    return np.where(special & ~keep, drawn & fmt.sign_mask | fmt.bias << fmt.mantissa_bits, drawn)


def verify_arrays(
    designs: Sequence[ArrayDesign],
    vectors: Sequence[Codes],
    simulator: str,
    scenes: Sequence[Scene],
    build_dir: Path,
    progress: Callable[[str], None] | None = None,
) -> list[ArrayResult]:
    """Send vectors through designs, all in one build, and compare each result.

    In each scene every design gets all its vectors; where weights come from a stream, in as many
    parts as there are weights. If nobody pauses, clocks are compared with those promised, too.

    Parameters
    ----------
    vectors
        For each design, codes of shape (vectors, inputs).
    simulator
        "icarus" or "verilator".
    scenes
        Who pauses; ``results`` is not used.
    build_dir
        Folder for all that is written.
    progress
        Called with a few words at the start of each step.

    Returns
    -------
    list
        One result for each scene and design. Wrong results are told there, not raised.

    Raises
    ------
    BenchError
        If the build fails, or the bench does not run to its end.
    ToolError
        If the simulator is missing.
    ValueError
        If the vectors have not the right shape, or a pattern of pauses is unknown.
    """
    for design, codes in zip(designs, vectors, strict=True):
        if codes.ndim != 2 or codes.shape[1] != design.inputs or len(codes) < len(design.weights):
            raise InputError(
                f"Vectors must have the shape (at least {len(design.weights)}, {design.inputs}), "
                f"not {codes.shape}"
            )
    for scene in scenes:
        find_pauses(scene.source)
        find_pauses(scene.sink)
    folder = Path(build_dir).resolve() / f"{simulator}_array"
    folder.mkdir(parents=True, exist_ok=True)
    source, job, outcome = folder / "bench_top.v", folder / "job.json", folder / "outcome.json"
    source.write_text(array_top([design.ports for design in designs]), encoding="utf-8")
    job.write_text(
        json.dumps(
            {
                "outcome": str(outcome),
                "scenes": [vars(scene) for scene in scenes],
                "designs": [_told(*pair) for pair in zip(designs, vectors, strict=True)],
            }
        ),
        encoding="utf-8",
    )
    outcome.unlink(missing_ok=True)
    bench = run_bench(
        simulator,
        [source],
        "bench_top",
        "spikefloat.tb.tb_array",
        folder,
        env={"SPIKEFLOAT_JOB": str(job)},
        expected_tests=1,
        check=False,
        progress=progress,
    )
    if bench.failures or not outcome.is_file():
        raise BenchError(
            "Bench stopped before all designs were driven: " + "\n".join(bench.failures)
        )
    told = json.loads(outcome.read_text(encoding="utf-8"))
    return [
        _judge(design, codes, scene, simulator, seen, told["seconds"])
        for scene, row in zip(scenes, told["scenes"], strict=True)
        for design, codes, seen in zip(designs, vectors, row, strict=True)
    ]


def _told(design: ArrayDesign, vectors: Codes) -> dict:
    """Return what the bench has to know of a design: for each weights, what is to be sent."""
    parts = []
    for index, x in enumerate(np.array_split(vectors, len(design.weights))):
        weight, bias = design.weights[index], design.biases[index]
        rows = weight if bias is None else np.concatenate([weight, bias[:, None]], axis=1)
        parts.append(
            {
                "x": [_transfers(row, design.x_codes) for row in x.tolist()],
                "w": rows.ravel().tolist() if design.sends_weights else [],
                "results": len(x) * -(-design.outputs // design.y_codes),
            }
        )
    return {
        "parts": parts,
        "y_bytes": design.ports.y_bytes,
        "patience": 4 * design.interval + 2 * (design.last_result + design.inputs) + 400,
    }


def _transfers(codes: Sequence[int], size: int) -> list[int]:
    """Return the data of each transfer of a vector; what fills up the last is all ones."""
    filled = [*codes, *[0xFF] * (-len(codes) % size)]
    return [
        sum(code << 8 * i for i, code in enumerate(filled[start : start + size]))
        for start in range(0, len(filled), size)
    ]


def _judge(
    design: ArrayDesign,
    vectors: Codes,
    scene: Scene,
    simulator: str,
    seen: dict,
    seconds: float,
) -> ArrayResult:
    """Compare what was seen of a design with what should have been."""
    parts = np.array_split(vectors, len(design.weights))
    expected = np.concatenate([design.expected(x, index) for index, x in enumerate(parts)])
    beats = -(-design.outputs // design.y_codes)
    wanted = [entry for row in expected.tolist() for entry in _result_transfers(design, row)]
    got = [(_masked(data, keep), keep, last) for data, keep, last in seen["results"]]
    wrong = [
        index for index, pair in enumerate(zip(got, wanted, strict=False)) if pair[0] != pair[1]
    ]
    lines = []
    if len(got) != len(wanted):
        lines.append(f"  transfers must be {len(wanted)}, not {len(got)}")
    for index in wrong[:_SHOWN]:
        vector, beat = divmod(index, beats)
        (data, keep, last), (right, right_keep, right_last) = got[index], wanted[index]
        lines.append(
            f"  vector {vector}, transfer {beat}: got {data:#x} keep={keep:#x} last={last} "
            f"({_values(design, data)}), expected {right:#x} keep={right_keep:#x} "
            f"last={right_last} ({_values(design, right)})"
        )
    if seen["broken"]:
        lines.append(f"  offers changed before they were taken: {seen['broken']}")
    if seen["frame_error"]:
        lines.append("  frame_error is set")
    if scene.source == scene.sink == "never" and not lines:
        lines += _clock_faults(design, seen, [len(x) for x in parts], beats)
    faults = len(wrong) + abs(len(got) - len(wanted))
    if lines:
        faults = max(faults, 1)
        lines.insert(
            0,
            f"{design.name} (pauses: {scene.source}, {scene.sink}): "
            f"{faults} of {len(wanted)} transfers wrong",
        )
    ends = seen["y_clocks"][beats - 1 :: beats][: len(parts[0])]
    return ArrayResult(
        design=design,
        scene=scene,
        simulator=simulator,
        cases=expected.size,
        mismatches=faults,
        clocks=seen["y_clocks"][-1] - seen["x_clocks"][0] + 1 if got else 0,
        interval=(ends[-1] - ends[0]) / (len(ends) - 1) if len(ends) > 1 else 0.0,
        seconds=seconds,
        report="\n".join(lines),
    )


def _result_transfers(design: ArrayDesign, row: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return data, keep and last of each transfer of a vector's results, padding masked out."""
    size, width = design.y_codes, 8 * design.result_bytes
    transfers = []
    for start in range(0, len(row), size):
        codes = row[start : start + size]
        data = sum(code << width * i for i, code in enumerate(codes))
        keep = (1 << len(codes) * design.result_bytes) - 1
        transfers.append((data, keep, int(start + size >= len(row))))
    return transfers


def _masked(data: int, keep: int) -> int:
    """Return data without the bytes that are not kept."""
    return sum(data & 0xFF << 8 * i for i in range(keep.bit_length()) if keep >> i & 1)


def _values(design: ArrayDesign, data: int) -> str:
    width = 8 * design.result_bytes
    return " ".join(
        describe(design.to, data >> width * i & (1 << design.to.width) - 1)
        for i in range(design.y_codes)
    )


def _clock_faults(design: ArrayDesign, seen: dict, counts: Sequence[int], beats: int) -> list[str]:
    """Return how the clocks of the first weights' vectors differ from those promised."""
    sent = seen["x_clocks"]
    size = -(-design.inputs // design.x_codes)
    first = seen["y_clocks"][0] - sent[size - 1]
    last = seen["y_clocks"][beats - 1] - sent[size - 1]
    lines = []
    for name, clocks, promised in (
        ("first result", first, design.first_result),
        ("last result", last, design.last_result),
    ):
        # Where the weights come after the inputs, these have to wait.
        if clocks != promised and not design.sends_weights:
            lines.append(f"  clocks to the {name} must be {promised}, not {clocks}")
    ends = seen["y_clocks"][beats - 1 :: beats][: counts[0]]
    steps = {after - before for before, after in zip(ends, ends[1:], strict=False)}
    if steps - {design.interval}:
        lines.append(f"  clocks between vectors must be {design.interval}, not {sorted(steps)}")
    return lines
