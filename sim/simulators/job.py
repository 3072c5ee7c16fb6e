# SPDX-License-Identifier: Apache-2.0
"""Running a bench on one file of Verilog, with settings that it reads from a file."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.files import make_folder
from spikefloat.sim.simulators.runner import BenchResult, run_bench

__all__ = ["run_job"]


def run_job(
    simulator: str,
    verilog: str,
    toplevel: str,
    bench: str,
    folder: Path,
    settings: Mapping[str, Any],
    *,
    has_delays: bool = False,
    waves: bool = False,
    progress: Callable[[str], None] | None = None,
) -> BenchResult:
    """Build a design and run the one test of a bench on it.

    Parameters
    ----------
    simulator : str
        "icarus" or "verilator".
    verilog : str
        Text of the design.
    toplevel : str
        Name of its top module.
    bench : str
        Module of :mod:`spikefloat.tb`.
    folder : Path
        For all that is written.
    settings : mapping
        For the bench, which finds the file by the variable ``SPIKEFLOAT_JOB``.
    has_delays : bool
        Whether there are delays in the Verilog.
    waves : bool
        Whether to record waveforms.
    progress : callable, optional
        Called with a few words at the start of each step.

    Raises
    ------
    BenchError
        If the build fails, or the bench does not run to its end.
    ToolError
        If the simulator is missing.
    """
    folder = make_folder(folder).resolve()
    source, job = folder / f"{toplevel}.v", folder / "job.json"
    source.write_text(verilog, encoding="utf-8")
    job.write_text(json.dumps(settings, indent=1), encoding="utf-8")
    return run_bench(
        simulator,
        [source],
        toplevel,
        f"spikefloat.tb.{bench}",
        folder,
        env={"SPIKEFLOAT_JOB": str(job)},
        has_delays=has_delays,
        waves=waves,
        expected_tests=1,
        progress=progress,
    )
