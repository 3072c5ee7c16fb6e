# SPDX-License-Identifier: Apache-2.0
"""Which bench checks what, and with which cases; running them, a row as soon as it is there."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.golden import golden_operation
from spikefloat.rtl_gen.checks.verifying import cells
from spikefloat.rtl_gen.checks.verifying.designs import scalar_design, vector_check
from spikefloat.rtl_gen.checks.verifying.graphs import MAX_BITS, bench_ways, saved_check
from spikefloat.rtl_gen.checks.verifying.kept import Kept, KeptOutcomes
from spikefloat.rtl_gen.checks.verifying.selected import Selected
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import Style
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.sim.benches.bench import PAUSED, verify_groups
from spikefloat.sim.benches.dut import Check, Outcome
from spikefloat.sim.benches.scalars import draws_extras, scalar_checks
from spikefloat.sim.cases.exhaustive import PAIRS
from spikefloat.sim.cases.pauses import Pauses
from spikefloat.sim.cases.sampled import EXHAUSTIVE_CASES, USUAL_CASES, mixed_cases
from spikefloat.sim.golden.operations import find_operation, require_cases, wide_cases

__all__ = [
    "Checked",
    "Selected",
    "Subject",
    "check",
    "check_each",
    "make_check",
    "pairs_of",
    "uses_every",
    "uses_seed",
    "uses_trials",
]

#: What can be checked.
Subject = Instance | CellInstance | SavedCircuit

#: How many operations share a build: more are quicker together, fewer give rows sooner.
_SHARED = 8


class Checked(NamedTuple):
    """What came of one subject in one simulator, of streams with one kind of pauses."""

    instance: Subject
    pairs: str  #: "all", "published", "lattice", "sampled" or "random spikes".
    outcome: Outcome
    check: Check


class _Batch(NamedTuple):
    """Subjects that are checked together."""

    name: str  #: Of a folder.
    indices: list[int]  #: Which of the subjects they are.


def check(
    subjects: Sequence[Subject],
    simulators: Sequence[str],
    folder: Path,
    selected: Selected,
    *,
    progress: Callable[[str], None] | None = None,
) -> list[Checked]:
    """Simulate designs and compare every result with the golden model; see :func:`check_each`."""
    return list(check_each(subjects, simulators, folder, selected, progress=progress))


def check_each(
    subjects: Sequence[Subject],
    simulators: Sequence[str],
    folder: Path,
    selected: Selected,
    *,
    kept: KeptOutcomes | None = None,
    progress: Callable[[str], None] | None = None,
) -> Iterator[Checked]:
    """Simulate designs and compare every result with the golden model.

    Parameters
    ----------
    subjects : sequence of Instance, CellInstance or SavedCircuit
        What to check; the circuit of a file is compared with its own exact simulation. Operations
        with the same operands are built together.
    simulators : sequence of str
        "icarus", "verilator".
    folder : Path
        For all that is written.
    selected : Selected
        Which cases are tried, on which Verilog.
    kept : KeptOutcomes, optional
        Where exact results are kept; what is there is not run again.
    progress : callable, optional
        Called with a few words at the start of each step.

    Yields
    ------
    Checked
        For each subject one in each simulator, or one for each of the pauses of a stream; in the
        order of the subjects, each as soon as those before it are there. Where the work is broken
        off, what is there comes out of order before the exception.

    Raises
    ------
    BenchError
        If a build fails, or a bench does not run to its end.
    InputError
        If there is no bench for a subject.
    """
    rows: dict[int, list[Checked]] = {}
    complete: set[int] = set()
    place = 0
    try:
        for batch in _batches(subjects, selected):
            for simulator in simulators:
                for index, own in _run(
                    batch, subjects, simulator, folder, selected, kept, progress
                ):
                    rows.setdefault(index, []).extend(own)
            complete.update(batch.indices)
            while place in complete:
                yield from rows.pop(place)
                place += 1
    except (KeyboardInterrupt, Exception):
        for index in sorted(rows):
            yield from rows[index]
        raise


def _run(
    batch: _Batch,
    subjects: Sequence[Subject],
    simulator: str,
    folder: Path,
    selected: Selected,
    kept: KeptOutcomes | None,
    progress: Callable[[str], None] | None,
) -> Iterator[tuple[int, list[Checked]]]:
    """Yield each subject of a batch with what came of it in one simulator."""
    if progress:
        progress("generating Verilog")
    own = [subjects[index] for index in batch.indices]
    checks = _checks(own, simulator, selected)
    pauses = tuple(Pauses(source=one.source, sink=one.sink, seed=selected.seed) for one in PAUSED)
    keys = [Kept.of(one, simulator, pauses) for one in checks] if kept else []
    found = {
        place: outcomes
        for place, key in enumerate(keys)
        if kept and (outcomes := kept.get(key, checks[place].dut))
    }

    def row(place: int, outcomes: Sequence[Outcome]) -> tuple[int, list[Checked]]:
        pairs = pairs_of(own[place], selected, simulator)
        rows = [Checked(own[place], pairs, outcome, checks[place]) for outcome in outcomes]
        return batch.indices[place], rows

    for place, outcomes in found.items():
        yield row(place, outcomes)
    missing = [place for place in range(len(own)) if place not in found]
    if found and missing:  # The others need not be driven with what only those found needed.
        fewer = _checks([own[place] for place in missing], simulator, selected)
        for place, one in zip(missing, fewer, strict=True):
            checks[place] = one
    for number, run in verify_groups(
        [checks[place] for place in missing],
        simulator,
        folder / batch.name,
        pauses=pauses,
        progress=progress,
    ):
        if kept:
            kept.put(keys[missing[number]], run)
        yield row(missing[number], run)


def _batches(subjects: Sequence[Subject], selected: Selected) -> list[_Batch]:
    """Return what is built together, in the order of the first of each; large designs are alone."""
    groups: dict[str, list[int]] = {}
    batches = []
    for index, subject in enumerate(subjects):
        if isinstance(subject, CellInstance):
            groups.setdefault("cells", []).append(index)
        elif isinstance(subject, SavedCircuit) or subject.design.is_vector:
            batches.append(_Batch(f"{index}_{subject.name}", [index]))
        else:
            groups.setdefault(_scalar_group(subject, selected), []).append(index)
    for name, indices in groups.items():
        for start in range(0, len(indices), _SHARED):
            batches.append(_Batch(f"{name}_{start}", indices[start : start + _SHARED]))
    return sorted(batches, key=lambda batch: batch.indices[0])


def _scalar_group(instance: Instance, selected: Selected) -> str:
    """Return what operations of one build have in common: the cases, and with them the name."""
    pairs = pairs_of(instance, selected)
    if pairs in PAIRS:
        return pairs
    if instance.circuit.is_mixed or instance.circuit.second:
        return instance.name
    fmt, operation = instance.circuit.format, find_operation(golden_operation(instance))
    # The step-by-step engine takes so long for an operation that corners are left out, as are
    # most of them in the sequential style.
    is_slow = instance.hardware.style.has_handshake
    # Operations with the usual directed cases share a build.
    count = len(instance.design.operands)
    cases = count if operation.cases is USUAL_CASES.get(count) else instance.design.name
    return f"{fmt.name}_{cases}{f'_{instance.hardware.style}' * is_slow}"


def pairs_of(subject: Subject, selected: Selected, simulator: str = "verilator") -> str:
    """Return which cases a subject is tried with, in a word or two.

    Raises
    ------
    InputError
        If it has more than can all be tried, and no directed ones.
    """
    match subject:
        case CellInstance(parameters=CellParameters()):
            return "random spikes"
        case CellInstance():
            return "sampled" if cells.is_sampled(subject, simulator) else "all"
        case SavedCircuit():
            return "sampled" if subject.graph.input_count > MAX_BITS else "all"
    if subject.design.is_vector:
        return "lattice" if selected.pairs == "lattice" else "sampled"
    formats = (subject.circuit.format, *subject.circuit.others)
    if subject.circuit.is_mixed:
        is_all = 1 << sum(fmt.width for fmt in formats) <= EXHAUSTIVE_CASES
        return "all" if selected.pairs == "all" and is_all else "sampled"
    operation = golden_operation(subject)
    require_cases(operation, subject.circuit.format)
    is_all = find_operation(operation).is_exhaustive(subject.circuit.format)
    return "sampled" if selected.pairs == "all" and not is_all else selected.pairs


def uses_trials(subject: Subject, selected: Selected, simulator: str) -> bool:
    """Tell whether the number of random cases has an effect."""
    return pairs_of(subject, selected, simulator) == "sampled"


def uses_every(subject: Subject, selected: Selected) -> bool:
    """Tell whether leaving out cases has an effect: of operations that not all are tried of."""
    return (
        isinstance(subject, Instance)
        and not subject.design.is_vector
        and pairs_of(subject, selected) == "sampled"
    )


def uses_seed(subject: Subject, selected: Selected, simulator: str) -> bool:
    """Tell whether the seed of random cases, spikes or pauses has an effect."""
    if pairs_of(subject, selected, simulator) in ("sampled", "random spikes"):
        return True
    if isinstance(subject, CellInstance):
        return False
    is_stream = subject.hardware.is_stream or subject.has_own_streams
    if is_stream or not isinstance(subject, Instance):
        return is_stream
    if subject.design.is_vector:
        return not subject.design.is_layer and bool(bench_ways(subject).widths)
    return draws_extras(scalar_design(subject), selected.pairs)


def make_check(subject: Subject, selected: Selected, simulator: str = "verilator") -> Check:
    """Return the check of one subject."""
    (only,) = _checks([subject], simulator, selected)
    return only


def _checks(subjects: Sequence[Subject], simulator: str, selected: Selected) -> list[Check]:
    """Return the checks of subjects that are built together: all of them cells, or operations."""
    first = subjects[0]
    if isinstance(first, CellInstance):
        neurons = [one for one in subjects if isinstance(one, CellInstance)]
        return cells.instance_checks(neurons, simulator, selected)
    if isinstance(first, SavedCircuit):
        return [saved_check(first, selected)]
    if first.design.is_vector:
        return [vector_check(first, selected)]
    pairs = pairs_of(first, selected)
    operands = pairs if pairs in PAIRS else _sample(first, selected)
    designs = [scalar_design(one, selected) for one in subjects if isinstance(one, Instance)]
    return scalar_checks(designs, operands, selected.seed)


def _sample(instance: Instance, selected: Selected) -> NDArray[np.int64]:
    count, options = selected.random_cases, instance.circuit
    if options.is_mixed:
        rows = mixed_cases((options.format, *options.others), count, selected.seed)
        return rows[:: selected.every]
    rows = wide_cases(golden_operation(instance), options.format, count, selected.seed)
    rows, count = rows[:: selected.every], count // selected.every
    style = instance.hardware.style
    if (
        style is Style.SEQUENTIAL
    ):  # It takes many clocks for each; so few are tried if few are asked.
        return rows[:: max(len(rows) // (2 * count or 1), 1)]
    return rows[-count:] if count and style is Style.TEMPORAL else rows
