# SPDX-License-Identifier: Apache-2.0
"""Checking the Verilog of integrate-and-fire cells against the model, under a simulator."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from spikefloat.sim.benches.top import rename_modules
from spikefloat.sim.golden.cell import CellModel
from spikefloat.sim.simulators.runner import BenchError, run_bench

__all__ = [
    "CellDesign",
    "CellResult",
    "Clock",
    "cell_model",
    "cell_top",
    "spike_train",
    "verify_cells",
]

#: Clocks of random spikes, and then of the strongest spikes toward each rail in turn.
_RANDOM_CLOCKS = 2000
_RAIL_CLOCKS = 200


@dataclass(frozen=True, kw_only=True)
class CellDesign:
    """A cell, and what it has to do."""

    name: str  #: Name for tables and messages.
    verilog: str  #: Text of a file with the cell.
    module: str  #: Name of its module.
    #: Arguments of :class:`~spikefloat.sim.golden.cell.CellModel`; fractions as text.
    parameters: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class CellResult:
    """How one cell did."""

    design: CellDesign
    simulator: str
    clocks: int  #: How many clocks were checked.
    mismatches: int  #: After how many of them spike or membrane was wrong.
    report: str  #: The first wrong clocks in words, or nothing.


class Clock(NamedTuple):
    """Inputs of the cells in one clock."""

    rst: bool
    enable: bool
    discharge: bool
    synapses: list[list[int]]  #: Spikes of each cell, zero or one for each weight.


def cell_model(parameters: Mapping[str, Any]) -> CellModel:
    """Return a model at rest, from parameters in which fractions are text."""
    exact = {name: Fraction(parameters[name]) for name in ("threshold", "leak")}
    return CellModel(**{**parameters, **exact})


def spike_train(weights: Sequence[Sequence[int]], seed: int) -> Iterator[Clock]:
    """Yield the inputs of cells with the given weights.

    The density of random spikes drifts, so that membranes wander far from rest. Then come the
    strongest spikes in one direction, and in the other, long enough to stay at each rail.
    """
    source = random.Random(seed)
    density = 0.5
    for _ in range(_RANDOM_CLOCKS):
        if source.random() < 0.05:
            density = source.choice([0.0, 0.1, 0.5, 0.9, 1.0])
        yield Clock(
            rst=source.random() < 0.01,
            enable=source.random() < 0.9,
            discharge=source.random() < 0.02,
            synapses=[[int(source.random() < density) for _ in own] for own in weights],
        )
    for sign in (1, -1, 1):
        for _ in range(_RAIL_CLOCKS):
            spikes = [[int(weight * sign > 0) for weight in own] for own in weights]
            yield Clock(rst=False, enable=True, discharge=False, synapses=spikes)


def cell_top(designs: Sequence[CellDesign], name: str = "cell_top") -> str:
    """Return one file with all cells and a top module around them.

    Clock, reset, enable and discharge go to every cell; cell number 2 has the ports
    ``synapses_2``, ``spike_2`` and ``membrane_2``.
    """
    texts = []
    ports = ["input wire clk", "input wire rst", "input wire enable", "input wire discharge"]
    instances = []
    for index, design in enumerate(designs):
        prefix = f"c{index}_"
        texts.append(rename_modules(design.verilog, prefix))
        fan_in = len(design.parameters["weights"])
        width = design.parameters["membrane_width"]
        ports += [
            f"input wire [{fan_in - 1}:0] synapses_{index}",
            f"output wire spike_{index}",
            f"output wire signed [{width - 1}:0] membrane_{index}",
        ]
        shared = ", ".join(f".{port}({port})" for port in ("clk", "rst", "enable", "discharge"))
        own = ", ".join(f".{port}({port}_{index})" for port in ("synapses", "spike", "membrane"))
        instances.append(f"    {prefix}{design.module} {prefix[:-1]} ({shared}, {own});")
    head = f"module {name} (\n    " + ",\n    ".join(ports) + "\n);"
    return "\n".join([*texts, head, *instances, "endmodule", ""])


def verify_cells(
    designs: Sequence[CellDesign],
    simulator: str,
    build_dir: Path,
    *,
    seed: int = 1,
    progress: Callable[[str], None] | None = None,
) -> list[CellResult]:
    """Drive cells with spikes, all in one build, and compare every clock with the model.

    Parameters
    ----------
    simulator
        "icarus" or "verilator".
    build_dir
        Folder for all that is written.
    seed
        Seed of the random spikes.
    progress
        Called with a few words at the start of each step.

    Returns
    -------
    list
        One result for each cell, in the same order. Wrong cells are reported there, not raised.

    Raises
    ------
    BenchError
        If the build fails, or the bench does not run to its end.
    ToolError
        If the simulator is missing.
    """
    folder = Path(build_dir).resolve() / f"{simulator}_cells"
    folder.mkdir(parents=True, exist_ok=True)
    source, job, outcome = folder / "cell_top.v", folder / "job.json", folder / "outcome.json"
    source.write_text(cell_top(designs), encoding="utf-8")
    cells = [{"name": design.name, "parameters": dict(design.parameters)} for design in designs]
    text = json.dumps({"cells": cells, "seed": seed, "outcome": str(outcome)}, indent=1)
    job.write_text(text, encoding="utf-8")
    outcome.unlink(missing_ok=True)
    bench = run_bench(
        simulator,
        [source],
        "cell_top",
        "spikefloat.tb.tb_neuron",
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
    told = json.loads(outcome.read_text(encoding="utf-8"))
    results = [
        CellResult(design=design, simulator=simulator, **entry)
        for design, entry in zip(designs, told, strict=True)
    ]
    clocks = _RANDOM_CLOCKS + 3 * _RAIL_CLOCKS
    for result in results:
        if result.clocks != clocks:
            raise BenchError(f"Number of clocks must be {clocks}, not {result.clocks}")
    if bool(bench.failures) != any(result.mismatches for result in results):
        raise BenchError(
            "Simulator and scoreboard disagree on whether a result is wrong: "
            + "\n".join(bench.failures)
        )
    return results
