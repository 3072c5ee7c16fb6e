# SPDX-License-Identifier: Apache-2.0
"""Checking designs with AXI4-Streams: every result once, in order, whatever the pauses."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.axi_top import AxiDesign, axi_top
from spikefloat.sim.benches.pairs import BenchDesign
from spikefloat.sim.cases.exhaustive import PAIRS, operand_cases
from spikefloat.sim.cases.pauses import find_pauses
from spikefloat.sim.golden.operations import find_operation
from spikefloat.sim.simulators.runner import BenchError, run_bench

__all__ = ["Scene", "StreamDesign", "StreamResult", "verify_streams"]


@dataclass(frozen=True, kw_only=True)
class StreamDesign(BenchDesign):
    """A design with AXI4-Streams, and what it has to compute; without latency, it has no clock."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Who pauses, and how long that is watched."""

    source: str  #: Pattern of the sources, each with random numbers of its own.
    sink: str  #: Pattern of the sinks.
    results: int | None = None  #: How many results to wait for; all of them if None.
    seed: int = 1


@dataclass(frozen=True, kw_only=True)
class StreamResult:
    """How one design did in one scene."""

    design: StreamDesign
    scene: Scene
    simulator: str
    cases: int  #: How many results came.
    mismatches: int  #: How many of them were wrong, or missing, or too many.
    broken: int  #: How many offers were changed or withdrawn.
    latency: int  #: Clocks from the first offer of a source to the first result.
    missed: int  #: Clocks between first and last result in which the sink waited in vain.
    seconds: float  #: Time to run all designs of the same build.
    cpu_seconds: float
    clocks: int
    report: str  #: What was wrong, in words, or nothing.


def verify_streams(
    designs: Sequence[StreamDesign],
    simulator: str,
    pairs: str | Path,
    scenes: Sequence[Scene],
    build_dir: Path,
    progress: Callable[[str], None] | None = None,
) -> list[StreamResult]:
    """Send every case through designs and compare each result with the golden model.

    The designs must have formats of one width, and the same number of operands; they share one
    build.

    Parameters
    ----------
    simulator
        "icarus" or "verilator".
    pairs
        "all", "published", or a file of operands; see
        :func:`spikefloat.sim.cases.exhaustive.operand_cases`.
    scenes
        What is tried, one after the other.
    build_dir
        Folder for all that is written.
    progress
        Called with a few words at the start of each step.

    Returns
    -------
    list
        One result for each design and scene: the first scene for all designs, then the next.

    Raises
    ------
    BenchError
        If the build fails, or the bench does not run to its end.
    ToolError
        If the simulator is missing.
    ValueError
        If an operation, a simulator, a set of operands or a pattern is unknown, or the designs do
        not fit together.
    """
    if isinstance(pairs, str) and pairs not in PAIRS:
        raise InputError(f"Pairs must be {' or '.join(PAIRS)}, not {pairs!r}")
    for scene in scenes:
        find_pauses(scene.source)
        find_pauses(scene.sink)
    widths = sorted({design.fmt.width for design in designs})
    if len(widths) != 1:
        raise InputError(f"Formats must be of one width, not {widths}")
    operation = find_operation(designs[0].operation)
    operands = operand_cases([design.fmt for design in designs], operation.operand_count, pairs)
    folder = Path(build_dir).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"operand_{number}.hex" for number in range(len(operands))]
    for file, codes in zip(files, operands, strict=True):
        file.write_text("".join(f"{code:x}\n" for code in codes.tolist()), encoding="ascii")
    text, slices = axi_top(
        [
            AxiDesign(
                verilog=design.verilog,
                module=design.module,
                operand_bytes=(_bytes(design.fmt.width),)
                * find_operation(design.operation).operand_count,
                result_bytes=_bytes(
                    find_operation(design.operation).result_width(design.fmt, design.to)
                ),
                is_clocked=bool(design.latency),
            )
            for design in designs
        ],
        [str(file) for file in files],
        len(operands[0]),
    )
    source, job, outcome = folder / "bench_top.v", folder / "job.json", folder / "outcome.json"
    source.write_text(text, encoding="utf-8")
    job.write_text(
        json.dumps(
            {
                "pairs": pairs if pairs in PAIRS else str(Path(pairs).resolve()),
                "outcome": str(outcome),
                "scenes": [vars(scene) for scene in scenes],
                "designs": [
                    {
                        "name": design.name,
                        "format": design.fmt.name,
                        "to": design.to.name if design.to else None,
                        "operation": design.operation,
                        "overflow": design.overflow.value,
                        "offset": place.offset,
                        "size": place.size,
                    }
                    for design, place in zip(designs, slices, strict=True)
                ],
            },
            indent=1,
        ),
        encoding="utf-8",
    )
    outcome.unlink(missing_ok=True)
    bench = run_bench(
        simulator,
        [source],
        "bench_top",
        "spikefloat.tb.tb_axi",
        folder,
        env={"SPIKEFLOAT_JOB": str(job)},
        expected_tests=1,
        has_delays=True,
        check=False,
        progress=progress,
    )
    if not outcome.is_file():
        raise BenchError(
            "Bench stopped before all results were compared: " + "\n".join(bench.failures)
        )
    told = json.loads(outcome.read_text(encoding="utf-8"))
    results = [
        StreamResult(
            design=design,
            scene=scene,
            simulator=simulator,
            cases=entry["results"],
            mismatches=entry["mismatches"],
            broken=entry["broken"],
            latency=entry["latency"],
            missed=entry["missed"],
            seconds=seen["seconds"],
            cpu_seconds=seen["cpu_seconds"],
            clocks=seen["clocks"],
            report=entry["report"],
        )
        for scene, seen in zip(scenes, told, strict=True)
        for design, entry in zip(designs, seen["designs"], strict=True)
    ]
    if bool(bench.failures) != any(result.report for result in results):
        raise BenchError(
            "Simulator and scoreboard disagree on whether a result is wrong: "
            + "\n".join(bench.failures)
        )
    return results


def _bytes(width: int) -> int:
    return -(-width // 8)
