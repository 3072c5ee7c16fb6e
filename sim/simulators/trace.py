# SPDX-License-Identifier: Apache-2.0
"""Driving clocked Verilog with given words in every clock, and getting back what came out."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.simulators.runner import run_bench

__all__ = ["pack_lanes", "trace", "unpack_lanes"]

Bits = NDArray[np.uint8]


def pack_lanes(values: NDArray[np.int64], width: int) -> Bits:
    """Return rows of integers as rows of bytes, the first integer in the lowest bits.

    Raises
    ------
    ValueError
        If a value does not fit a signed or an unsigned lane.
    """
    if values.size and not -(1 << width - 1) <= values.min() <= values.max() < 1 << width:
        raise InputError(
            f"Values must fit {width} bits, not be from {values.min()} to {values.max()}"
        )
    bits = (values[:, :, None] >> np.arange(width) & 1).astype(np.uint8)
    return np.packbits(bits.reshape(len(values), -1), axis=1, bitorder="little")


def unpack_lanes(rows: Bits, lanes: int, width: int = 1, *, is_signed: bool = False) -> NDArray:
    """Return rows of bytes as rows of integers, from lanes of so many bits."""
    bits = np.unpackbits(rows, axis=1, bitorder="little", count=lanes * width)
    bits = bits.reshape(len(rows), lanes, width).astype(np.int64)
    weights = 1 << np.arange(width)
    if is_signed:
        weights[-1] *= -1
    return bits @ weights


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
    BenchError, BenchFailure
        If the build fails, or an output is not defined.
    ToolError
        If the simulator is missing.
    """
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    source, job = folder / f"{toplevel}.v", folder / "job.json"
    source.write_text(verilog, encoding="utf-8")
    for name, rows in inputs.items():
        np.save(folder / f"in_{name}.npy", rows)
    job.write_text(
        json.dumps(
            {
                "folder": str(folder),
                "inputs": list(inputs),
                "outputs": list(outputs),
                "reset_clocks": reset_clocks,
            },
            indent=1,
        ),
        encoding="utf-8",
    )
    run_bench(
        simulator,
        [source],
        toplevel,
        "spikefloat.tb.tb_trace",
        folder,
        env={"SPIKEFLOAT_JOB": str(job)},
        expected_tests=1,
        progress=progress,
    )
    return {name: np.load(folder / f"out_{name}.npy") for name in outputs}
