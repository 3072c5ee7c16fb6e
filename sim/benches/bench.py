# SPDX-License-Identifier: Apache-2.0
"""The bench: drives designs through their cases in a simulator, and compares every result.

The process of the simulator is given operands, and records what comes out. It knows neither the
golden model nor the results expected: what was recorded is judged here.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.sim.benches.dut import Check, Contract, Outcome, Port
from spikefloat.sim.benches.handshake import run_handshake
from spikefloat.sim.benches.scoreboard import Scoreboard
from spikefloat.sim.benches.session import FEW_STEPS, Recording, Session
from spikefloat.sim.benches.streams import run_streams
from spikefloat.sim.benches.top import PERIOD, result_clock, row_top
from spikefloat.sim.cases.pauses import Pauses
from spikefloat.sim.simulators.runner import BenchError

__all__ = ["PAUSED", "verify", "verify_groups"]

#: How streams are tried: as fast as they go, and with pauses at both ends.
PAUSED = (Pauses(), Pauses(source="random", sink="random"))


def verify(
    checks: Sequence[Check],
    simulator: str,
    folder: Path,
    *,
    pauses: Sequence[Pauses] = PAUSED,
    progress: Callable[[str], None] | None = None,
    has_waves: bool = False,
) -> list[Outcome]:
    """Drive designs through their cases and compare each result with the expected one.

    Designs of one contract and with the same number of cases share one build, and are driven
    together.

    Parameters
    ----------
    checks : sequence of Check
        Designs and their cases.
    simulator : str
        "icarus" or "verilator".
    folder : Path
        For all that is written.
    pauses : sequence of Pauses
        What is tried with streams, one after the other.
    progress : callable, optional
        Called with a few words at the start of each step.
    has_waves : bool
        Whether waveforms are kept.

    Returns
    -------
    list of Outcome
        One for each design, in the same order; of a design with streams one for each of the pauses,
        each a :class:`~spikefloat.sim.benches.dut.StreamOutcome`. Wrong results are reported there,
        not raised.

    Raises
    ------
    BenchError
        If a build fails, or a bench does not run to its end.
    InputError
        If the Verilog lacks the module of a design.
    ToolError
        If the simulator is missing.
    """
    outcomes = dict(
        verify_groups(
            checks,
            simulator,
            folder,
            pauses=pauses,
            progress=progress,
            has_waves=has_waves,
        )
    )
    return [outcome for index in range(len(checks)) for outcome in outcomes[index]]


def verify_groups(
    checks: Sequence[Check],
    simulator: str,
    folder: Path,
    *,
    pauses: Sequence[Pauses] = PAUSED,
    progress: Callable[[str], None] | None = None,
    has_waves: bool = False,
) -> Iterator[tuple[int, Sequence[Outcome]]]:
    """Yield the place of each design with its outcomes, as soon as its build has been run.

    Parameters and errors are those of :func:`verify`.
    """
    groups: dict[tuple[str, int], list[int]] = {}
    for index, check in enumerate(checks):
        # Operations with a handshake are driven each for itself.
        is_alone = check.dut.contract is Contract.HANDSHAKE
        key = check.dut.contract.value, 0 if is_alone else check.cases.count
        groups.setdefault(key, []).append(index)
    for (contract, count), indices in sorted(groups.items()):
        group = [checks[index] for index in indices]
        session = Session(
            simulator=simulator,
            folder=Path(folder).resolve() / f"{simulator}_{contract}_{count}",
            progress=progress,
            is_quick=_steps(group) <= FEW_STEPS,
            has_waves=has_waves,
        )
        yield from zip(indices, _run(group, session, pauses), strict=True)


def _steps(checks: Sequence[Check]) -> int:
    """Return about how many cases or clocks designs are driven through together."""
    dut = checks[0].dut
    clocks = max(dut.interval, dut.latency if dut.contract is Contract.HANDSHAKE else 1)
    return checks[0].cases.count * clocks


def _run(
    checks: Sequence[Check], session: Session, pauses: Sequence[Pauses]
) -> Sequence[Sequence[Outcome]]:
    """Run designs of one contract, and return the outcomes of each."""
    contract = checks[0].dut.contract
    if contract is Contract.STREAM:
        return run_streams(checks, session, pauses)
    if contract is Contract.HANDSHAKE:
        return [[outcome] for outcome in run_handshake(checks, session)]
    return [[outcome] for outcome in _run_rows(checks, session)]


def _run_rows(checks: Sequence[Check], session: Session) -> list[Outcome]:
    """Run designs whose results are recorded side by side, those of one case in each clock."""
    signals, arrays = _share(checks)
    duts = [check.dut for check in checks]
    top = row_top(duts, signals)
    first = [result_clock(dut.latency) for dut in duts]
    settings = {"cases": checks[0].cases.count, "last_clock": max(first), "signals": list(arrays)}
    recording = session.run(top.text, "tb_rows", settings, arrays, has_delays=True)
    return [
        _judge(check, session.simulator, recording, own, start)
        for check, own, start in zip(checks, top.slices, first, strict=True)
    ]


def _share(
    checks: Sequence[Check],
) -> tuple[list[dict[str, str]], dict[str, NDArray[np.uint8]]]:
    """Give a signal to every operand; designs with the very same array have the same signal.

    Returns
    -------
    signals : list of dict
        For each design the signal of each of its inputs.
    arrays : dict
        For each signal the rows of bytes to drive.
    """
    by_array: dict[tuple[int, int], str] = {}
    arrays: dict[str, NDArray[np.uint8]] = {}
    signals = []
    for check in checks:
        own = {}
        for port in check.dut.inputs:
            values = check.cases.operands[port.name]
            key = id(values), port.width if port.count > 1 else 0
            if key not in by_array:
                free = port.name not in arrays and port.name not in _TAKEN
                by_array[key] = port.name if free else f"{port.name}_{len(arrays)}"
                arrays[by_array[key]] = _widest(checks, values).pack(values)
            own[port.name] = by_array[key]
        signals.append(own)
    return signals, arrays


#: Names of signals that the top modules have.
_TAKEN = ("clk", "rst", "index", "y")


def _widest(checks: Sequence[Check], values: NDArray[np.int64]) -> Port:
    """Return the widest port that takes an operand."""
    ports = [
        port
        for check in checks
        for port in check.dut.inputs
        if check.cases.operands[port.name] is values
    ]
    return max(ports, key=lambda port: port.bits)


def _judge(
    check: Check, simulator: str, recording: Recording, own: dict[str, slice], start: int
) -> Outcome:
    """Compare the results of one design with the expected ones."""
    rows, undefined = (recording.arrays[name] for name in ("rows", "undefined"))
    needed = start + check.cases.count
    if len(rows) < needed:
        raise BenchError(f"Number of results recorded must be {needed}, not {len(rows)}")
    at = start + check.cases.indices
    results = {port.name: port.unpack(rows[at, own[port.name]]) for port in check.dut.outputs}
    masks = {
        port.name: port.unpack(undefined[at, own[port.name]]) != 0 for port in check.dut.outputs
    }
    board = Scoreboard(check, results, masks)
    shown = 0.0, float(PERIOD * (needed + 1))
    if check.dut.contract is Contract.COMBINATIONAL:  # from the first edge to that after the last
        half = PERIOD // 2
        shown = float(half + 1), float(PERIOD * check.cases.count + half - 1)
    return Outcome(
        dut=check.dut,
        simulator=simulator,
        cases=board.cases,
        mismatches=board.mismatches,
        report=board.report(),
        first_wrong=board.first_wrong,
        results=results,
        clip=recording.clip(*shown),
        **recording.times,
    )
