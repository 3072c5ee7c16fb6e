# SPDX-License-Identifier: Apache-2.0
"""Bench for a board: plays what a file says on its serial line, and writes down what it hears.

The environment variable SPIKEFLOAT_JOB names a JSON file; :mod:`sim.board_line` writes it. The top
module is that of :mod:`sim.board_top`. Whether what was heard is right is not for this bench to
say.
"""

import json
import os
from pathlib import Path

import cocotb
import numpy as np
from cocotb.triggers import Timer, ValueChange

from sim.board_top import PERIOD, ROW
from tb.job import Stopwatch


class Line:
    """The host's end of the line."""

    def __init__(self, dut, bit_time: int):
        self._dut = dut
        self._done = ValueChange(dut.done)
        self._go = 0
        dut.bit_time.value = bit_time
        dut.count.value = 0
        dut.settle.value = 0
        dut.symbols.value = 0
        dut.go.value = 0

    async def start(self):
        """Wait for the end of the reset."""
        await Timer(20 * PERIOD, unit="ns")

    async def play(self, symbols, settle: int) -> np.ndarray:
        """Send symbols and return what was heard meanwhile, and in some bit times after.

        Each word has a byte, whether its stop bit was missing, and the number of a symbol.
        """
        self._dut.symbols.value = int.from_bytes(symbols.astype("<u4").tobytes(), "little")
        self._dut.count.value = len(symbols)
        self._dut.settle.value = settle
        self._go ^= 1
        self._dut.go.value = self._go
        await self._done
        data = self._dut.heard.value.to_bytes(byteorder="little")
        count = int(self._dut.heard_count.value)
        assert count * 4 <= len(data), "Bytes heard must fit their buffer"
        return np.frombuffer(data, "<u4")[:count]


@cocotb.test()
async def play_file(dut):
    """Play all rows of symbols, one after the other."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    symbols = np.load(job["symbols"])
    line = Line(dut, job["bit_time"])
    await line.start()
    watch = Stopwatch()
    heard = []
    for first in range(0, len(symbols), ROW):
        row = symbols[first : first + ROW]
        is_last = first + ROW >= len(symbols)
        words = (await line.play(row, job["settle"] if is_last else 0)).astype(np.int64)
        heard.append(words + (first << 16))
    np.save(job["heard"], np.concatenate(heard))
    outcome = {**watch.read(), "lights": int(dut.lights.value)}
    Path(job["outcome"]).write_text(json.dumps(outcome), encoding="utf-8")
