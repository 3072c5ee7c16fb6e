# SPDX-License-Identifier: Apache-2.0
"""Proofs by Yosys that two texts of a module are the same hardware."""

from collections.abc import Sequence
from pathlib import Path

from tests.helpers.yosys import run_yosys

__all__ = ["prove_equal"]


def prove_equal(folder: Path, cases: Sequence[tuple[str, str, str]], latency: int = 0) -> None:
    """Prove that modules have the same outputs for all inputs, in all states after some clocks.

    Parameters
    ----------
    folder : Path
        Where the files go.
    cases : sequence of (str, str, str)
        Name of a top module, and two texts that have it.
    latency : int
        Clocks after which nothing is left of the state in which a module began.
    """
    script = []
    for number, (module, *texts) in enumerate(cases):
        for kind, text in zip(("gold", "gate"), texts, strict=True):
            (folder / f"{kind}_{number}.v").write_text(text, encoding="utf-8")
            script += [
                f"read_verilog {kind}_{number}.v",
                f"hierarchy -check -top {module}",
                "setattr -mod -unset keep_hierarchy",
                f"proc; memory; flatten; rename {module} {kind}",
                f"design -stash {kind}",
            ]
        script += [
            "design -copy-from gold gold",
            "design -copy-from gate gate",
            "miter -equiv -flatten -make_assert gold gate miter",
            "sat -verify -prove-asserts"
            + (f" -seq {latency} -tempinduct -maxsteps {latency + 4}" if latency else "")
            + " miter",
            "design -reset",
        ]
    run_yosys("; ".join(script), folder)
