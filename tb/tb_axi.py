# SPDX-License-Identifier: Apache-2.0
"""Bench for designs with AXI4-Streams under one top module, with pauses at both ends.

The environment variable SPIKEFLOAT_JOB names a JSON file that says what the top module holds, and
which pauses to try; `spikefloat.sim.benches.streams` writes it. The outcome goes into the file that
it names, whether or not the results are right.
"""

import json
import os
from pathlib import Path

import cocotb
import numpy as np
from cocotb.triggers import First, Timer, ValueChange
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import find_format
from spikefloat.sim.benches.axi_top import CONTROL_BITS, ROW
from spikefloat.sim.cases.exhaustive import operand_cases
from spikefloat.sim.cases.pauses import pause_rows
from spikefloat.sim.golden.operations import expected, find_operation
from spikefloat.tb.job import Stopwatch
from spikefloat.tb.scoreboard import Scoreboard

#: Clocks, for each result, after which a design that still has some to give is stuck.
_PATIENCE = 16

#: The clock in which a source first offers something, counted from the first without reset.
_FIRST_OFFER = 1

_RESET = np.ones((ROW, CONTROL_BITS), bool)


class Player:
    """Plays rows of controls and takes rows of what was seen."""

    def __init__(self, dut):
        self._controls = dut.controls
        self._seen = dut.seen_row
        self._row_done = ValueChange(dut.row_done)
        self._present = _RESET

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

    def seen(self) -> NDArray[np.uint8]:
        """Return what was seen in the row that has ended, for each clock a row of bytes."""
        data = self._seen.value.to_bytes(byteorder="little")
        return np.frombuffer(data, np.uint8).reshape(ROW, -1)


async def play_scene(player: Player, scene, designs, wanted: int):
    """Return controls and what was seen, clock by clock, until all results are there."""
    names = [scene["source"]] * (CONTROL_BITS - 2) + [scene["sink"]]
    pauses = [pause_rows(name, scene["seed"] + number, ROW) for number, name in enumerate(names)]
    flags = [design["offset"] for design in designs]
    await player.play(_RESET)
    controls, seen = [], []
    counts = np.zeros(len(designs), np.int64)
    limit, rest = _PATIENCE * wanted // ROW + 8, 2  # the last rows show that nothing follows
    while rest and len(seen) < limit:
        following = np.zeros((ROW, CONTROL_BITS), bool)
        for number, pattern in enumerate(pauses):
            following[:, number] = next(pattern)
        controls.append(await player.play(following))
        seen.append(player.seen())
        counts += (seen[-1][:, flags] & 1).sum(axis=0, dtype=np.int64)
        rest -= bool((counts >= wanted).all())
    return np.concatenate(controls), np.concatenate(seen)


def outcome_of(design, controls, seen, operands, wanted: int, total: int):
    """Return what came of one design in one scene."""
    offset, size = design["offset"], design["size"]
    columns = seen[:, offset : offset + size]
    taken = np.flatnonzero(columns[:, 0] & 1)
    broken = int((columns[:, 0] >> 1 & 1).sum())
    codes = columns[taken, 1:].astype(np.int64) @ (1 << 8 * np.arange(size - 1, dtype=np.int64))
    # There are never more than there are cases; where not all of them are wanted, the first are.
    count = max(len(codes), wanted) if wanted == total else min(len(codes), total)
    if len(codes) != count:
        return {
            "results": len(codes),
            "mismatches": abs(count - len(codes)),
            "broken": broken,
            "report": f"{design['name']}: {len(codes)} results, not {count}",
            "latency": -1,
            "missed": -1,
        }
    fmt = find_format(design["format"])
    to = find_format(design["to"]) if design["to"] else None
    chosen = [column[:count] for column in operands]
    board = Scoreboard(
        design["name"],
        fmt,
        chosen,
        codes,
        expected(design["operation"], fmt, chosen, design["overflow"], to),
        find_operation(design["operation"]).is_predicate,
        to,
    )
    start = np.flatnonzero(controls[:, -1])[-1] + 1 + _FIRST_OFFER
    could = ~controls[taken[0] : taken[-1] + 1, CONTROL_BITS - 2]
    report = board.report()
    if broken:
        report += f"\n{design['name']}: {broken} offers changed or withdrawn"
    return {
        "results": board.cases,
        "mismatches": int(board.wrong.size),
        "broken": broken,
        "report": report,
        "latency": int(taken[0] - start),
        "missed": int(could.sum()) - len(taken),
    }


@cocotb.test()
async def every_scene(dut):
    """With any pauses, every result comes once, in order, and stays until it is taken."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    designs = job["designs"]
    formats = [find_format(design["format"]) for design in designs]
    count = find_operation(designs[0]["operation"]).operand_count
    operands = operand_cases(formats, count, job["pairs"])
    total = len(operands[0])
    player = Player(dut)
    await player.play(_RESET)
    told = []
    for scene in job["scenes"]:
        wanted = min(scene["results"] or total, total)
        watch = Stopwatch()
        controls, seen = await play_scene(player, scene, designs, wanted)
        told.append(
            {
                **watch.read(),
                "clocks": len(seen),
                "designs": [
                    outcome_of(design, controls, seen, operands, wanted, total)
                    for design in designs
                ],
            }
        )
    Path(job["outcome"]).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    reports = [entry["report"] for scene in told for entry in scene["designs"] if entry["report"]]
    assert not reports, "\n".join(reports)
