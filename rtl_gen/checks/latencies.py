# SPDX-License-Identifier: Apache-2.0
"""Running hardware to see that results come when they are said to."""

from collections.abc import Sequence
from pathlib import Path

from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.designs.latencies import Latency

__all__ = ["check_latencies"]

#: Random cases of a check.
_CASES = 200


def check_latencies(rows: Sequence[Latency], folder: Path) -> list[str]:
    """Run the hardware of every row in Icarus, and return what was wrong.

    A case is given in every interval, and its result taken exactly as late as was said.

    Parameters
    ----------
    rows : sequence of Latency
        The times to check.
    folder : Path
        Folder for what the simulator builds.

    Raises
    ------
    BenchError
        If a simulation cannot be built, or breaks off.
    """
    clocked = [row for row in rows if row.instance is not None and row.interval]
    checked = check(
        [row.instance for row in clocked if row.instance is not None],
        ["icarus"],
        folder,
        Selected(pairs="sampled", random_cases=_CASES),
    )
    reports = []
    for row, (_, _, outcome, _) in zip(clocked, checked, strict=True):
        if outcome.dut.latency != row.latency:
            name = f"{row.operation.replace(' ', '')}_{row.format}_{row.style}_{row.stages}"
            reports.append(
                f"{name}: results come after {outcome.dut.latency} clocks, not {row.latency}"
            )
        reports.append(outcome.report)
    return [report for report in reports if report]
