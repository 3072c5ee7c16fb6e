# SPDX-License-Identifier: Apache-2.0
"""Driving designs with the AXI4-Stream source and sink of cocotbext-axi, a stranger's view."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from spikefloat.sim.benches.dut import Dut
from spikefloat.sim.cases.pauses import PAUSES
from spikefloat.sim.simulators.runner import run_bench

__all__ = ["PAUSES", "drive_frames"]


def drive_frames(
    dut: Dut,
    simulator: str,
    sources: Mapping[str, Sequence[Sequence[int]]],
    sink: str,
    count: int,
    folder: Path,
    *,
    alarm: str | None = None,
) -> dict[str, list[list[int]]]:
    """Send frames of bytes, with every pattern of pauses at the sources and at the sink.

    Parameters
    ----------
    dut : Dut
        The design, with the ports ``clk`` and ``rst``.
    sources : mapping
        For each stream of operands its frames.
    sink : str
        The stream of results.
    count : int
        How many frames of results to wait for; none must follow.
    alarm : str, optional
        An output that must be set only after a first frame of the first stream that is too short.

    Returns
    -------
    dict
        For each pair of patterns the frames that came.
    """
    source, job = folder / "design.v", folder / "job.json"
    source.write_text(dut.verilog, encoding="utf-8")
    asked = {"sources": sources, "sink": sink, "count": count, "alarm": alarm}
    job.write_text(json.dumps(asked), encoding="utf-8")
    result = run_bench(
        simulator,
        [source],
        dut.module,
        "spikefloat.tb.tb_frames",
        folder,
        env={"SPIKEFLOAT_JOB": str(job)},
        expected_tests=len(PAUSES) ** 2,
    )
    assert result.failures == ()
    names = [f"{source}-{sink}" for source in PAUSES for sink in PAUSES]
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in names}
