# SPDX-License-Identifier: Apache-2.0
"""One run of a bench: what it is given, and what it recorded."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.files import make_folder
from spikefloat.sim.benches.dut import Clip
from spikefloat.sim.simulators.runner import BenchError, run_bench, tail

__all__ = ["FEW_STEPS", "Recording", "Session"]


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What a bench saw."""

    arrays: Mapping[str, NDArray[Any]]
    build_seconds: float
    waves: Path | None = None  #: Waveforms in VCD form, if they were asked for.

    @property
    def times(self) -> dict[str, float]:
        """How long it took, as outcomes have it."""
        return self.named_times("times")

    def named_times(self, name: str) -> dict[str, float]:
        """Return how long one part of the run took."""
        seconds, cpu_seconds = self.arrays[name].tolist()
        return {
            "build_seconds": self.build_seconds,
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
        }

    def clip(self, start: float, stop: float) -> Clip | None:
        """Return the part of the waveforms between two times, counted from when driving began."""
        if self.waves is None:
            return None
        began = float(self.arrays["began"])
        return Clip(path=self.waves, start=max(began + start, 0), stop=began + stop)


#: Up to so many cases or clocks, a C++ compiler's optimisation takes longer than it saves, whatever
#: the size of the design: both grow with it. Of 1,500 neurons it takes 3 s and saves 0.2 s in 30,000
#: cases.
FEW_STEPS = 200_000


@dataclass(frozen=True, kw_only=True)
class Session:
    """A simulator and a folder for one build."""

    simulator: str  #: "icarus" or "verilator".
    folder: Path
    progress: Callable[[str], None] | None = None  #: Called at the start of each step.
    is_quick: bool = False  #: Whether the build is to be quick rather than the simulation.
    has_waves: bool = False  #: Whether waveforms are kept.

    def run(
        self,
        text: str,
        bench: str,
        settings: Mapping[str, Any],
        arrays: Mapping[str, NDArray[Any]],
        *,
        toplevel: str = "bench_top",
        has_delays: bool = False,
    ) -> Recording:
        """Build a top module and run a bench on it.

        Parameters
        ----------
        text : str
            Verilog with the top module.
        bench : str
            Module of :mod:`spikefloat.tb`.
        settings : mapping
            What the bench is told beside the arrays.
        arrays : mapping of str to array
            What it is to drive, by names that are names of files, too.
        toplevel : str
            Name of the top module.
        has_delays : bool
            Whether the clock is in the Verilog.

        Raises
        ------
        BenchError
            If the build fails, or the bench stops before it has recorded everything.
        ToolError
            If the simulator is missing.
        """
        make_folder(self.folder)
        source, job = self.folder / f"{toplevel}.v", self.folder / "job.json"
        recording = self.folder / "recording.npz"
        recording.unlink(missing_ok=True)
        source.write_text(text, encoding="utf-8")
        job.write_text(json.dumps(settings, indent=1), encoding="utf-8")
        for name, array in arrays.items():
            np.save(self.folder / f"{name}.npy", array)
        bench_result = run_bench(
            self.simulator,
            [source],
            toplevel,
            f"spikefloat.tb.{bench}",
            self.folder,
            env={"SPIKEFLOAT_JOB": str(job)},
            expected_tests=1,
            has_delays=has_delays,
            check=False,
            progress=self.progress,
            is_quick=self.is_quick,
            waves=self.has_waves,
        )
        if bench_result.failures or not recording.is_file():
            reasons = "\n".join(bench_result.failures) or f"its log ends:\n{tail(bench_result.log)}"
            raise BenchError(f"Bench {bench} stopped before all was recorded: {reasons}")
        with np.load(recording) as file:
            return Recording(
                arrays=dict(file),
                build_seconds=bench_result.build_seconds,
                waves=bench_result.waves,
            )
