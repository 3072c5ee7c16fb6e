# SPDX-License-Identifier: Apache-2.0
"""Playing a serial line to a simulated board."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.files import make_folder
from spikefloat.sim.board.line_top import PERIOD, board_top
from spikefloat.sim.simulators.job import run_job

__all__ = ["Heard", "play_line"]


@dataclass(frozen=True)
class Heard:
    """What a board said."""

    data: bytes
    positions: NDArray[np.int64]  #: Number of the symbol that was being sent when each byte came.
    framing_errors: int  #: Bytes of the board without a stop bit.
    lights: int  #: What shines at the end.
    seconds: float  #: Time of the simulation, without the build.
    cpu_seconds: float


def play_line(
    verilog: str,
    module: str,
    symbols: NDArray[np.uint32],
    *,
    clocks_per_bit: float,
    build_dir: Path,
    simulator: str = "verilator",
    settle: int = 200,
    progress: Callable[[str], None] | None = None,
) -> Heard:
    """Send symbols to a board, one after the other, and return what it answers.

    Parameters
    ----------
    verilog
        Text of a file with the board and all that it is made of.
    module
        Its module; see :func:`spikefloat.sim.board.line_top.board_top`.
    symbols
        What is sent; see :func:`spikefloat.sim.board.line_top.pack_symbols`.
    clocks_per_bit
        How many clocks of the board a bit of the host lasts; need not be a whole number.
    build_dir
        Folder for all that is written.
    simulator
        "icarus" or "verilator".
    settle
        Bit times of silence at the end.
    progress
        Called with a few words at the start of each step.

    Raises
    ------
    BenchError
        If the build fails, or the bench does not run to its end.
    ToolError
        If the simulator is missing.
    """
    folder = make_folder(build_dir).resolve()
    sent, heard, outcome = folder / "symbols.npy", folder / "heard.npy", folder / "outcome.json"
    np.save(sent, symbols)
    run_job(
        simulator,
        board_top(verilog, module),
        "bench_top",
        "tb_board",
        folder,
        {
            "symbols": str(sent),
            "heard": str(heard),
            "outcome": str(outcome),
            "settle": settle,
            "bit_time": round(clocks_per_bit * PERIOD * 1000),
        },
        has_delays=True,
        progress=progress,
    )
    words = np.load(heard)
    recorded = json.loads(outcome.read_text(encoding="utf-8"))
    # What comes in the silence at the end belongs to the last symbol.
    positions = np.minimum(words >> 16, len(symbols) - 1)
    return Heard(
        (words & 0xFF).astype(np.uint8).tobytes(),
        positions,
        int(np.sum(words >> 8 & 1)),
        **recorded,
    )
