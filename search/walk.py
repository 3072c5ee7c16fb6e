# SPDX-License-Identifier: Apache-2.0
"""Running the optimiser: a random walk through circuits that compute the same.

The program is in ``search/optimiser``, its walk in ``search/common``; it is compiled when it is
needed. Neither uses instructions of the processor at hand nor joins a multiplication with an
addition, so that one seed gives one result on every machine; only the logarithm and the exponential
function are the C library's.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spikefloat.rtl_gen.circuits.small.stored import read_graph
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import make_folder, read_text, temporary_folder, write_file
from spikefloat.rtl_gen.neurons.budgets import Budget, find_budget
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = [
    "Step",
    "compile_optimiser",
    "format_network",
    "parse_network",
    "run_reporting",
    "walk",
]

_SOURCES = Path(__file__).parent / "optimiser"
_COMMON = Path(__file__).parent / "common"

#: What the walk works with where the budget has no limit: its truth tables end at eight inputs.
_WIDEST = Budget("w8", max_weight=8, max_fan_in=8)

#: Seconds after which it is asked again whether a program is to end.
_PATIENCE = 0.1


@dataclass(frozen=True, kw_only=True)
class Step:
    """One walk."""

    budget: str
    seed: int
    visits: int  #: Neurons visited before it ends.
    max_depth: int = 0  #: 0 for no limit.
    temperature: float = 0.25
    slack: int = 2  #: How many more neurons than the best the walk may have by doubling.
    depth_cost: float = 0.0  #: More than 0 to look for less depth first.


def compile_optimiser(folder: Path | None = None, sources: Path = _SOURCES) -> Path:
    """Return the path of the optimiser, after compiling it if there is none for these sources.

    Parameters
    ----------
    folder : Path, optional
        Where the compiled program is kept.
    sources : Path
        Where the sources are.

    Raises
    ------
    InputError
        If there is no compiler.
    """
    folder = folder or Path(tempfile.gettempdir()) / f"spikefloat-search-{os.getuid()}"
    files = sorted((*sources.glob("*.[ch]pp"), *_COMMON.glob("*.hpp")))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files))
    program = folder / f"optimise-{digest.hexdigest()[:16]}"
    if program.exists():
        return program
    compiler = os.environ.get("CXX") or shutil.which("g++") or shutil.which("clang++")
    if compiler is None:
        raise InputError("No C++ compiler on PATH; install g++ or clang++")
    make_folder(folder)
    draft = program.with_suffix(f".{os.getpid()}")
    subprocess.run(
        [
            compiler,
            "-std=c++17",
            "-O3",
            "-ffp-contract=off",
            "-o",
            str(draft),
            *(str(path) for path in files if path.suffix == ".cpp"),
        ],
        check=True,
    )
    draft.rename(program)
    return program


def format_network(graph: NeuronGraph) -> str:
    """Return a graph in the text format of the optimiser."""
    outputs = [node for port in graph.outputs for node in port.nodes]
    lines = [f"{graph.input_count} {len(graph.neurons)} {len(outputs)}"]
    lines += [
        " ".join(map(str, (len(n.sources), *n.sources, *n.weights, n.threshold)))
        for n in graph.neurons
    ]
    return "\n".join([*lines, " ".join(map(str, outputs)), ""])


def parse_network(text: str, like: NeuronGraph, budget: Budget) -> NeuronGraph:
    """Return the graph that a text describes, with the ports of another."""
    numbers = iter(map(int, text.split()))
    _, count, _ = next(numbers), next(numbers), next(numbers)
    neurons = []
    for _ in range(count):
        fan_in = next(numbers)
        sources, weights = ([next(numbers) for _ in range(fan_in)] for _ in range(2))
        neurons.append((sources, weights, next(numbers)))
    return read_graph(
        {
            "inputs": [(port.name, len(port.nodes)) for port in like.inputs],
            "neurons": neurons,
            "outputs": [(port.name, [next(numbers) for _ in port.nodes]) for port in like.outputs],
        },
        like.name,
        budget,
    )


def run_reporting(
    command: Sequence[object],
    noun: str,
    report: Callable[[str], None] | None,
    stop: Callable[[], bool] | None = None,
) -> None:
    """Run a program and report each line that it prints.

    Parameters
    ----------
    command : sequence
        The program and its arguments.
    noun : str
        What it is, for a message.
    report : callable, optional
        Called with each line.
    stop : callable, optional
        Asked now and then; once it returns true the program is ended, which is no failure. Nor is
        an interrupt, which reaches the program, too.

    Raises
    ------
    InputError
        If it fails.
    """
    with subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        ended = threading.Event()
        watch = threading.Thread(target=_end_at, args=(process, stop, ended), daemon=True)
        if stop is not None:
            watch.start()
        try:
            for line in process.stdout:
                if report is not None:
                    report(line.strip())
            message = process.stderr.read().strip()
        finally:
            ended.set()
    if process.returncode and not (
        stop is not None and process.returncode in (-signal.SIGTERM, -signal.SIGINT)
    ):
        raise InputError(f"{noun} failed: {message}")


def _end_at(
    process: "subprocess.Popen[str]", stop: Callable[[], bool] | None, ended: threading.Event
) -> None:
    """End a program as soon as that is asked for."""
    while not ended.wait(_PATIENCE):
        if stop is not None and stop():
            process.terminate()
            return


def walk(
    graph: NeuronGraph,
    step: Step,
    folder: Path | None = None,
    report: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> NeuronGraph:
    """Return the best circuit that a walk from ``graph`` meets.

    The result depends on nothing but the arguments, unless the walk is stopped.

    Parameters
    ----------
    graph : NeuronGraph
        Where to begin; it must keep the budget, and have at most 16 input bits.
    step : Step
        What to do.
    folder : Path, optional
        Where the compiled program is kept.
    report : callable, optional
        Called with "visits neurons depth" for each better circuit.
    stop : callable, optional
        Asked now and then; once it returns true the walk ends with the best circuit so far.

    Raises
    ------
    InputError
        If the budget is unknown, or the walk cannot begin.
    """
    budget = find_budget(step.budget)
    limits = budget if budget.max_fan_in is not None else _WIDEST
    with temporary_folder() as work:
        start, best = work / "start.txt", work / "best.txt"
        write_file(start, format_network(graph))
        command = [
            compile_optimiser(folder),
            start,
            best,
            step.visits,
            step.seed,
            step.max_depth,
            step.temperature,
            step.slack,
            step.depth_cost,
            limits.max_fan_in,
            limits.max_weight,
        ]
        run_reporting(command, "Optimiser", report, stop)
        # It may be ended before it has written what it begins with.
        return parse_network(read_text(best), graph, budget) if best.exists() else graph
