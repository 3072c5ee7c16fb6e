# SPDX-License-Identifier: Apache-2.0
"""Running designs with AXI4-Streams: every result once, in order, whatever the pauses."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import make_folder
from spikefloat.sim.benches.dut import Check, StreamOutcome, StreamPort
from spikefloat.sim.benches.scoreboard import Scoreboard
from spikefloat.sim.benches.session import Recording, Session
from spikefloat.sim.benches.stream_top import (
    PERIOD,
    ROW,
    SOURCES,
    Seen,
    part_ends,
    stream_top,
    word_bits,
    words_of,
)
from spikefloat.sim.cases.pauses import Pauses

__all__ = ["run_streams"]

#: Clocks that waveforms show before the first transfer, and behind the last.
_AROUND = 3

#: For so many times what a case takes, nothing must come before a design is taken to be stuck.
_PATIENCE = 4


def run_streams(
    checks: Sequence[Check], session: Session, scenes: Sequence[Pauses]
) -> list[list[StreamOutcome]]:
    """Send every case through designs, all in one build, with each kind of pauses.

    Returns
    -------
    list of list of StreamOutcome
        For each design an outcome for each of the pauses.

    Raises
    ------
    InputError
        If a port of a design is no stream, or there are too many.
    """
    for check in checks:
        result, *others = check.dut.outputs
        if not all(isinstance(port, StreamPort) for port in (*check.dut.inputs, result)):
            raise InputError(f"Ports of {check.dut.name} must all be streams")
        if len(check.dut.inputs) > SOURCES:
            raise InputError(
                f"Streams of {check.dut.name} must be at most {SOURCES} operands, "
                f"not {len(check.dut.inputs)}"
            )
        beside = sum(port.bits for port in others)
        if _result(check).user != beside:
            raise InputError(
                f"Bits beside the result of {check.dut.name} must be {_result(check).user}, as "
                f"many as its stream has, not {beside}"
            )
    make_folder(session.folder)
    text, places = stream_top(checks, _write_words(checks, session))
    ends = [[end * _result(check).beats for end in part_ends(check.cases)] for check in checks]
    parts = max(map(len, ends))
    slowest = max(
        check.dut.interval + check.dut.latency + _leading_transfers(check) for check in checks
    )
    recording = session.run(
        text,
        "tb_stream",
        {
            "pauses": [vars(pauses) for pauses in scenes],
            "offsets": [place.offset for place in places],
            # Designs with fewer parts have all their results at the end of their last.
            "ends": np.array([own + own[-1:] * (parts - len(own)) for own in ends]).T.tolist(),
            "patience": 8 + _PATIENCE * slowest // ROW,
        },
        {},
        has_delays=True,
    )
    return [
        [
            _Seen(check, place, recording, number).judge(session.simulator, pauses)
            for number, pauses in enumerate(scenes)
        ]
        for check, place in zip(checks, places, strict=True)
    ]


def _result(check: Check) -> StreamPort:
    port = check.dut.outputs[0]
    assert isinstance(port, StreamPort)
    return port


def _leading_transfers(check: Check) -> int:
    """Return how many transfers may come before the first result."""
    return sum(port.beats for port in check.dut.inputs if isinstance(port, StreamPort))


def _write_words(checks: Sequence[Check], session: Session) -> list[dict[str, str]]:
    """Write the words of the sources, the same ones once, and return the files of each design."""
    files: dict[tuple[int, StreamPort], str] = {}
    names = []
    for check in checks:
        own = {}
        for port in check.dut.inputs:
            assert isinstance(port, StreamPort)
            key = id(check.cases.operands[port.name]), replace(port, fmt=None, name="", prefix="")
            if key not in files:
                file = session.folder / f"operand_{len(files)}.hex"
                file.write_text(words_of(port, check.cases), encoding="ascii")
                files[key] = str(file)
            own[port.name] = files[key]
        names.append(own)
    return names


class _Seen:
    """What was seen of one design, with one kind of pauses."""

    def __init__(self, check: Check, place: Seen, recording: Recording, number: int) -> None:
        arrays = recording.arrays
        columns = slice(place.offset, place.offset + place.size)
        self._check = check
        self._result = _result(check)
        self._rows = arrays[f"rows_{number}"][:, columns]
        self._undefined = arrays[f"undefined_{number}"][:, columns]
        self._sink_pauses = arrays[f"controls_{number}"][:, SOURCES]
        self._recording = recording
        self._times = recording.named_times(f"times_{number}")
        flags = self._rows[:, 0]
        self._taken = np.flatnonzero(flags & 1)
        self._broken = int((flags >> 1 & 1).sum())
        self._sent = np.flatnonzero(flags >> 2 & 1)
        self._ends = self._taken[self._result.beats - 1 :: self._result.beats]

    def judge(self, simulator: str, pauses: Pauses) -> StreamOutcome:
        """Compare what was seen with what should have been."""
        results, undefined, faults = self._results()
        check = self._check
        arrived = len(faults)
        if pauses.results is not None:
            # Where not all results are waited for, there may be more, and the first count.
            count = min(max(arrived, pauses.results), check.cases.count)
            check = Check(dut=check.dut, cases=check.cases.first(count))
        notes = self._notes()
        board = Scoreboard(check, results, undefined, faults, notes)
        if pauses.source == pauses.sink == "never" and not board.mismatches:
            notes += self._clock_faults()
        taken, clocks = self._taken, np.append(self._sent, self._taken)
        could = ~self._sink_pauses[taken[0] : taken[-1] + 1] if len(taken) else np.zeros(0)
        return StreamOutcome(
            dut=check.dut,
            simulator=simulator,
            pauses=pauses,
            cases=board.cases,
            mismatches=board.mismatches + self._broken,
            report=board.report(str(pauses)),
            results=results,
            broken=self._broken,
            latency=self._latency(0),
            missed=int(could.sum()) - len(taken),
            interval=float(np.diff(self._ends).mean()) if len(self._ends) > 1 else 0.0,
            clocks=int(np.ptp(clocks)) + 1 if len(clocks) else 0,
            first_wrong=board.first_wrong,
            clip=self._recording.clip(
                PERIOD * float(clocks.min(initial=len(self._rows)) - _AROUND),
                PERIOD * float(clocks.max(initial=0) + _AROUND),
            ),
            **self._times,
        )

    def _results(
        self,
    ) -> tuple[dict[str, NDArray[np.int64]], dict[str, NDArray[np.bool_]], NDArray[np.bool_]]:
        """Return the results of each case, what of them is undefined, and which ended wrongly."""
        port = self._result
        missing = -len(self._taken) % port.beats
        rows, undefined = (
            np.pad(seen[self._taken, 1:], ((0, missing), (0, 0)))
            for seen in (self._rows, self._undefined)
        )
        values, masks = (
            port.unpack_transfers(seen[:, : port.data_bytes]) for seen in (rows, undefined)
        )
        results, unknown = {port.name: values}, {port.name: masks != 0}
        marks, unmarked = (
            np.unpackbits(seen[:, port.data_bytes :], axis=1, bitorder="little")
            for seen in (rows, undefined)
        )
        low = word_bits(port) - port.user - 8 * port.data_bytes
        for other in self._check.dut.outputs[1:]:
            bits = slice(low, low + other.bits)
            packed, lost = (
                np.packbits(seen[:, bits], axis=1, bitorder="little") for seen in (marks, unmarked)
            )
            results[other.name], unknown[other.name] = other.unpack(packed), other.unpack(lost) != 0
            marks[:, bits] = 0
            low += other.bits
        expected = np.zeros((port.beats, marks.shape[1]), np.uint8)
        if port.has_last:
            expected[-1, 0] = 1
        if port.has_keep:
            for beat, size in enumerate(port.keeps):
                expected[beat, port.has_last :][:size] = 1
        faults = (marks.reshape(len(values), *expected.shape) != expected).any(axis=(1, 2))
        if missing:
            faults[-1] = True
        return results, unknown, faults

    def _notes(self) -> list[str]:
        """Return what is wrong beside results."""
        notes = []
        if self._broken:
            notes.append(f"{self._broken} offers changed or withdrawn")
        if unknown := np.count_nonzero(self._undefined[:, 0]):
            notes.append(f"signals of a handshake undefined in {unknown} clocks")
        first = 2 + len(self._check.dut.inputs)
        for place, alarm in enumerate(self._check.dut.alarms, start=first):
            if (self._rows[:, 0] >> place & 1).any():
                notes.append(f"{alarm} is set")
        return notes

    def _latency(self, beat: int) -> int:
        """Return the clocks from the last transfer of the first case to one of its results."""
        port = self._check.dut.inputs[0]
        assert isinstance(port, StreamPort)
        if len(self._sent) < port.beats or len(self._taken) <= beat:
            return -1
        return int(self._taken[beat] - self._sent[port.beats - 1])

    def _clock_faults(self) -> list[str]:
        """Return how the clocks of the first part differ from those promised, without pauses."""
        dut = self._check.dut
        lines = []
        last = dut.latency if dut.last_latency is None else dut.last_latency
        parts = part_ends(self._check.cases)
        for words, beat, promised in (
            ("first", 0, dut.latency),
            ("last", self._result.beats - 1, last),
        ):
            clocks = self._latency(beat)
            # Where weights come after the inputs, these have to wait.
            if clocks != promised and not self._has_leader:
                lines.append(f"clocks to the {words} result must be {promised}, not {clocks}")
        steps = set(np.diff(self._ends[: parts[0]]).tolist())
        if steps - {dut.interval}:
            lines.append(f"clocks between cases must be {dut.interval}, not {sorted(steps)}")
        return lines

    @property
    def _has_leader(self) -> bool:
        cases = self._check.cases
        return any(len(cases.operands[port.name]) < cases.count for port in self._check.dut.inputs)
