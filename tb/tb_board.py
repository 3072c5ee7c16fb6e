# SPDX-License-Identifier: Apache-2.0
"""Bench for a board: plays what a file says on its serial line, or connects it to a terminal.

The environment variable SPIKEFLOAT_JOB names a JSON file; :mod:`spikefloat.sim.board.line` writes
it. The top module is that of :mod:`spikefloat.sim.board.line_top`. The job says which of the two is
wanted. Whether what was heard is right is not for this bench to say.
"""

import json
import os
import select
import tty
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import Timer, ValueChange
from numpy.typing import NDArray

from spikefloat.sim.board.line_top import PERIOD, ROW, Symbol, pack_symbols
from spikefloat.tb.job import Stopwatch

#: Seconds between two looks at the terminal.
_POLL_SECONDS = 0.05

JOB = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))


class Line:
    """The host's end of the line."""

    def __init__(self, dut: Any, bit_time: int) -> None:
        self._dut = dut
        self._done = ValueChange(dut.done)
        self._go = 0
        dut.bit_time.value = bit_time
        dut.count.value = 0
        dut.settle.value = 0
        dut.symbols.value = 0
        dut.go.value = 0

    async def start(self) -> None:
        """Wait for the end of the reset."""
        await Timer(20 * PERIOD, unit="ns")

    async def play(self, symbols: NDArray[np.uint32], settle: int) -> NDArray[np.uint32]:
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


@cocotb.test(skip="symbols" not in JOB)
async def play_file(dut: Any) -> None:
    """Play all rows of symbols, one after the other."""
    symbols = np.load(JOB["symbols"])
    line = Line(dut, JOB["bit_time"])
    await line.start()
    watch = Stopwatch()
    heard = []
    for first in range(0, len(symbols), ROW):
        row = symbols[first : first + ROW]
        is_last = first + ROW >= len(symbols)
        words = (await line.play(row, JOB["settle"] if is_last else 0)).astype(np.int64)
        heard.append(words + (first << 16))
    np.save(JOB["heard"], np.concatenate(heard))
    seconds, cpu_seconds = watch.read().tolist()
    lights = int(dut.lights.value)
    outcome = {"seconds": seconds, "cpu_seconds": cpu_seconds, "lights": lights}
    Path(JOB["outcome"]).write_text(json.dumps(outcome), encoding="utf-8")


@cocotb.test(skip="terminal" not in JOB)
async def serve_terminal(dut: Any) -> None:
    """Connect the line to a pseudo-terminal until told to stop.

    The clock of the board runs only while there is something to send or to hear.
    """
    stop = Path(JOB["stop"])
    line = Line(dut, JOB["bit_time"])
    await line.start()
    host, board = os.openpty()
    tty.setraw(board)
    name = Path(JOB["terminal"])
    part = name.with_suffix(".part")
    part.write_text(os.ttyname(board), encoding="utf-8")
    part.replace(name)
    silent = False
    while not stop.exists():
        ready, _, _ = select.select([host], [], [], _POLL_SECONDS)
        if ready:
            symbols = pack_symbols([Symbol(byte) for byte in os.read(host, ROW)])
            words = await line.play(symbols, JOB["settle"])
        elif not silent:
            # Long enough for the board to give up what has begun.
            words = await line.play(pack_symbols([Symbol(bits=0)]), JOB["silence"])
        else:
            continue
        silent = not ready
        os.write(host, (words & 0xFF).astype(np.uint8).tobytes())
    os.close(board)
    os.close(host)
