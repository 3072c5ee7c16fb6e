# SPDX-License-Identifier: Apache-2.0
"""A simulated board at a pseudo-terminal, so that a host program cannot tell it from a real one."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import temporary_folder
from spikefloat.sim.board.line_top import PERIOD, board_top
from spikefloat.sim.simulators.job import run_job
from spikefloat.sim.simulators.runner import BenchError

__all__ = ["board_terminal"]

#: Bit times after what was sent: enough for an answer, too few for a timeout.
_SETTLE = 45

#: Seconds that building and starting may take.
_PATIENCE = 300


@contextmanager
def board_terminal(
    verilog: str,
    module: str,
    *,
    clocks_per_bit: int,
    timeout_bits: int,
    simulator: str = "verilator",
    progress: Callable[[str], None] | None = None,
) -> Iterator[str]:
    """Simulate a board, and yield the name of the terminal at its serial line.

    Parameters
    ----------
    verilog
        Text of a file with the board and all that it is made of.
    module
        Its module; see :func:`spikefloat.sim.board.line_top.board_top`.
    clocks_per_bit
        How many clocks of the board a bit lasts.
    timeout_bits
        Bits of silence after which the board gives up a packet; more than 45.
    simulator
        "icarus" or "verilator".
    progress
        Called with a few words at the start of each step.

    Raises
    ------
    BenchError
        If the build fails, or the simulation ends early.
    ToolError
        If the simulator is missing.
    ValueError
        If the timeout is too short.
    """
    if timeout_bits <= _SETTLE:
        raise InputError(f"Timeout must be more than {_SETTLE} bits, not {timeout_bits}")
    with temporary_folder() as folder:
        terminal, stop = folder / "terminal", folder / "stop"
        settings = {
            "terminal": str(terminal),
            "stop": str(stop),
            "settle": _SETTLE,
            "silence": timeout_bits + _SETTLE,
            "bit_time": clocks_per_bit * PERIOD * 1000,
        }
        errors: list[Exception] = []

        def serve() -> None:
            try:
                run_job(
                    simulator,
                    board_top(verilog, module),
                    "bench_top",
                    "tb_board",
                    folder,
                    settings,
                    has_delays=True,
                    progress=progress,
                )
            except Exception as error:  # raised where the terminal is waited for, or closed
                errors.append(error)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            _wait_for(terminal, thread, errors)
            yield terminal.read_text(encoding="utf-8")
        finally:
            stop.touch()
            thread.join()
        if errors:
            raise errors[0]


def _wait_for(terminal: Path, thread: threading.Thread, errors: list[Exception]) -> None:
    """Wait until the simulation has opened its terminal."""
    deadline = time.monotonic() + _PATIENCE
    while not terminal.exists():
        if errors:
            raise errors[0]
        if not thread.is_alive() or time.monotonic() > deadline:
            raise BenchError("The simulation ended before it was ready")
        time.sleep(0.02)
