# SPDX-License-Identifier: Apache-2.0
"""Driving clocked Verilog with given words in every clock, and getting back what came out."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.sim.benches.session import FEW_STEPS, Session
from spikefloat.sim.simulators.runner import BenchError

__all__ = ["trace"]

Bits = NDArray[np.uint8]


def trace(
    simulator: str,
    verilog: str,
    toplevel: str,
    inputs: Mapping[str, Bits],
    outputs: Sequence[str],
    folder: Path,
    *,
    reset_clocks: int = 1,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Bits]:
    """Build a module with inputs ``clk`` and ``rst``, and drive it.

    Parameters
    ----------
    simulator : str
        "icarus" or "verilator".
    verilog : str
        Text of a file with the module.
    toplevel : str
        Its name.
    inputs : mapping of str to array
        For each input one row of bytes for each clock, the lowest bits first.
    outputs : sequence of str
        Outputs to record, as they are after the edge of each clock.
    folder : Path
        For all that is written.
    reset_clocks : int
        How long ``rst`` is held first, with zeros at all inputs.
    progress : callable, optional
        Called with a few words at the start of each step.

    Returns
    -------
    dict
        For each output one row of bytes for each clock.

    Raises
    ------
    BenchError
        If the build fails, or an output is not defined.
    ToolError
        If the simulator is missing.
    """
    count = max(len(rows) for rows in inputs.values())
    session = Session(
        simulator=simulator, folder=folder, progress=progress, is_quick=count <= FEW_STEPS
    )
    recording = session.run(
        verilog,
        "tb_trace",
        {"inputs": list(inputs), "outputs": list(outputs), "reset_clocks": reset_clocks},
        inputs,
        toplevel=toplevel,
    )
    for name in outputs:
        clocks = np.flatnonzero(recording.arrays[f"{name} undefined"].any(axis=1))
        if len(clocks):
            raise BenchError(f"Output {name} of {toplevel} is undefined after clock {clocks[0]}")
    return {name: recording.arrays[name] for name in outputs}
