# SPDX-License-Identifier: Apache-2.0
"""Bench for designs with AXI4-Streams under one top module, with pauses at both ends.

The top module is :func:`spikefloat.sim.benches.stream_top.stream_top`. Python gives it a row of
controls at a time, and records a row of what was seen.
"""

from collections.abc import Mapping
from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import First, Timer, ValueChange
from cocotb.utils import get_sim_time
from numpy.typing import NDArray

from spikefloat.sim.benches.stream_top import CONTROL_BITS, PERIOD, ROW, SOURCES
from spikefloat.sim.cases.pauses import pause_rows
from spikefloat.tb.job import Job, Recorder, Stopwatch

RESET = np.ones((ROW, CONTROL_BITS), bool)


class Player:
    """Plays rows of controls, and waits until each has ended."""

    def __init__(self, dut: Any) -> None:
        self._controls = dut.controls
        self._row_done = ValueChange(dut.row_done)
        self._present = RESET

    async def play(self, controls: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Wait for the end of the present row, which ``controls`` are to follow.

        Returns
        -------
        array
            The controls of the row that has ended.
        """
        packed = np.packbits(controls, bitorder="little").tobytes()
        self._controls.value = int.from_bytes(packed, "little")
        fired = await First(self._row_done, Timer(4 * ROW, "ns"))
        assert fired is self._row_done, "The clock stopped"
        ended, self._present = self._present, controls
        return ended


async def play_scene(
    dut: Any, player: Player, pauses: Mapping[str, Any], settings: Mapping[str, Any]
) -> tuple[NDArray[np.bool_], Recorder, float]:
    """Return controls and what was seen, clock by clock, until all results are there, and the start."""
    names = [pauses["source"]] * SOURCES + [pauses["sink"]]
    patterns = [pause_rows(name, pauses["seed"] + i, ROW) for i, name in enumerate(names)]
    # For each part how many transfers of each design there are at its end.
    ends = np.array(settings["ends"])
    if pauses["results"] is not None:
        ends = np.minimum(ends, pauses["results"])
    dut.part.value = part = 0
    await player.play(RESET)
    recorder = Recorder(dut.seen_row)
    controls = []
    counts = np.zeros(ends.shape[1], np.int64)
    began = 0.0
    rest, idle = 2, 0  # the last rows show that nothing follows
    while rest and idle < settings["patience"]:
        following = np.zeros((ROW, CONTROL_BITS), bool)
        for number, pattern in enumerate(patterns):
            following[:, number] = next(pattern)
        controls.append(await player.play(following))
        began = began or get_sim_time("ns") - PERIOD * ROW
        recorder.take()
        flags = recorder.last.reshape(ROW, -1)[:, settings["offsets"]]
        before = np.minimum(counts, ends[part])
        counts += (flags & 1).sum(axis=0, dtype=np.int64)
        now = np.minimum(counts, ends[part])
        idle = idle + 1 if (now == before).all() else 0
        if (now == ends[part]).all():
            rest, idle = rest - 1, 0
            if part + 1 < len(ends) and not rest:
                dut.part.value = part = part + 1
                rest = 2
    return np.concatenate(controls), recorder, began


@cocotb.test()
async def every_scene(dut: Any) -> None:
    """Everything is sent with each kind of pauses, from reset, and all that comes is recorded."""
    job = Job()
    player = Player(dut)
    await player.play(RESET)
    arrays: dict[str, NDArray[Any]] = {}
    for number, pauses in enumerate(job.settings["pauses"]):
        watch = Stopwatch()
        controls, recorder, began = await play_scene(dut, player, pauses, job.settings)
        times = watch.read()
        clocks = (len(controls), -1)
        arrays |= {
            f"times_{number}": times,
            "began": np.array(began),
            f"controls_{number}": controls,
            f"rows_{number}": recorder.rows.reshape(clocks),
            f"undefined_{number}": recorder.undefined.reshape(clocks),
        }
    job.record(arrays)
