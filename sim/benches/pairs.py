# SPDX-License-Identifier: Apache-2.0
"""Checking generated Verilog against the golden model, under a simulator."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.benches.clocked_top import stream_top
from spikefloat.sim.benches.top import Slice, TopInput, bench_top
from spikefloat.sim.cases.exhaustive import PAIRS, concerns, operand_cases
from spikefloat.sim.golden.operations import find_operation
from spikefloat.sim.simulators.runner import BenchError, run_bench

__all__ = ["BenchDesign", "VerifyResult", "verify"]

_BENCHES = {False: "spikefloat.tb.tb_pairs", True: "spikefloat.tb.tb_stream"}


@dataclass(frozen=True, kw_only=True)
class BenchDesign:
    """A design, and what it has to compute."""

    name: str  #: Name for tables and messages.
    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module, with ports a, b, ... and y.
    operation: str  #: Name of an operation of the golden model.
    fmt: Format  #: Format of the operands.
    to: Format | None = None  #: Format of the result, for an operation that converts.
    overflow: Overflow
    library: str  #: Library of gates it is made from, for tables.
    #: Clocks from operands to result; None if it is combinational, else it has inputs clk and rst,
    #: and takes one case in each clock.
    latency: int | None = None
    #: Which cases its input ``discharge`` comes with: "first" or "every"; None without that input.
    discharge: str | None = None


@dataclass(frozen=True, kw_only=True)
class VerifyResult:
    """How one design did."""

    design: BenchDesign
    simulator: str
    cases: int  #: How many cases were checked.
    mismatches: int  #: How many of them were wrong.
    seconds: float  #: Time to drive all designs of the same build.
    cpu_seconds: float  #: The same, of the simulation's process alone.
    report: str  #: The first wrong cases in words, or nothing.


def verify(
    designs: Sequence[BenchDesign],
    simulator: str,
    pairs: str | Path,
    build_dir: Path,
    progress: Callable[[str], None] | None = None,
) -> list[VerifyResult]:
    """Drive designs through every case and compare each result with the golden model.

    Designs with the same number of operands share one build and are driven together; so do clocked
    designs that are discharged alike.

    Parameters
    ----------
    simulator
        "icarus" or "verilator".
    pairs
        "all", "published", or a file of operands; see
        :func:`spikefloat.sim.cases.exhaustive.operand_cases`.
    build_dir
        Folder for all that is written.
    progress
        Called with a few words at the start of each step.

    Returns
    -------
    list
        One result for each design, in the same order. Wrong results of a design are reported
        there, not raised.

    Raises
    ------
    BenchError
        If the build fails, or the bench does not run to its end.
    ToolError
        If the simulator is missing.
    ValueError
        If an operation, a simulator or a set of operands is unknown.
    """
    if isinstance(pairs, str) and pairs not in PAIRS:
        raise InputError(f"Pairs must be {' or '.join(PAIRS)}, not {pairs!r}")
    groups: dict[_Group, list[int]] = {}
    for index, design in enumerate(designs):
        count = find_operation(design.operation).operand_count
        key = _Group(count, design.latency is not None, design.discharge or "first")
        groups.setdefault(key, []).append(index)
    results: dict[int, VerifyResult] = {}
    for key in sorted(groups):
        indices = groups[key]
        folder = Path(build_dir).resolve() / "_".join((simulator, *key.words))
        outcome = _run_group(
            [designs[index] for index in indices], simulator, key, pairs, folder, progress
        )
        results.update(zip(indices, outcome, strict=True))
    return [results[index] for index in range(len(designs))]


class _Group(NamedTuple):
    """What designs of one build have in common."""

    operands: int  #: Number of operands.
    is_clocked: bool
    discharge: str

    @property
    def words(self) -> list[str]:
        words = [str(self.operands), "operands"]
        return [*words, "clocked", self.discharge] if self.is_clocked else words


def _run_group(
    designs: Sequence[BenchDesign],
    simulator: str,
    group: _Group,
    pairs: str | Path,
    folder: Path,
    progress: Callable[[str], None] | None,
) -> list[VerifyResult]:
    """Check designs that have enough in common for one build."""
    operands = operand_cases([design.fmt for design in designs], group.operands, pairs)
    make_top = stream_top if group.is_clocked else bench_top
    text, slices = make_top(
        [
            TopInput(
                verilog=design.verilog,
                module=design.module,
                operand_widths=(design.fmt.width,) * group.operands,
                result_width=find_operation(design.operation).result_width(design.fmt, design.to),
                controls=("discharge",) if design.discharge else (),
            )
            for design in designs
        ]
    )
    folder.mkdir(parents=True, exist_ok=True)
    source, job, outcome = folder / "bench_top.v", folder / "job.json", folder / "outcome.json"
    source.write_text(text, encoding="utf-8")
    asked = _job(designs, slices, group, pairs, outcome)
    job.write_text(json.dumps(asked, indent=1), encoding="utf-8")
    outcome.unlink(missing_ok=True)
    bench = run_bench(
        simulator,
        [source],
        "bench_top",
        _BENCHES[group.is_clocked],
        folder,
        env={"SPIKEFLOAT_JOB": str(job)},
        expected_tests=1,
        has_delays=group.is_clocked,
        check=False,
        progress=progress,
    )
    if not outcome.is_file():
        raise BenchError(
            "Bench stopped before all results were compared: " + "\n".join(bench.failures)
        )
    told = json.loads(outcome.read_text(encoding="utf-8"))
    results = [
        VerifyResult(
            design=design,
            simulator=simulator,
            cases=entry["cases"],
            mismatches=entry["mismatches"],
            seconds=told["seconds"],
            cpu_seconds=told["cpu_seconds"],
            report=entry["report"],
        )
        for design, entry in zip(designs, told["designs"], strict=True)
    ]
    for design, result in zip(designs, results, strict=True):
        cases = int(concerns(design.fmt, operands, pairs).sum())
        if result.cases != cases or not cases:
            raise BenchError(
                f"Number of cases of {design.name} must be {cases}, more than 0, not {result.cases}"
            )
    if bool(bench.failures) != any(result.mismatches for result in results):
        raise BenchError(
            "Simulator and scoreboard disagree on whether a result is wrong: "
            + "\n".join(bench.failures)
        )
    return results


def _job(
    designs: Sequence[BenchDesign],
    slices: Sequence[Slice],
    group: _Group,
    pairs: str | Path,
    outcome: Path,
) -> dict[str, Any]:
    """Return what the bench has to know."""
    return {
        "pairs": pairs if pairs in PAIRS else str(Path(pairs).resolve()),
        "outcome": str(outcome),
        "discharge": group.discharge,
        "designs": [
            {
                "name": design.name,
                "format": design.fmt.name,
                "to": design.to.name if design.to else None,
                "operation": design.operation,
                "overflow": design.overflow.value,
                "offset": place.offset,
                "size": place.size,
                "latency": design.latency,
            }
            for design, place in zip(designs, slices, strict=True)
        ],
    }
