# SPDX-License-Identifier: Apache-2.0
"""Lines that tests run are counted by folder, and too few of them fail."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.command import own_environment
from tests.helpers.paths import ROOT

COUNTED = {
    "sim/golden/sums.py": {"executed_lines": [1, 2, 3], "missing_lines": [4]},
    "sim/golden/vectors/dot.py": {"executed_lines": [1], "missing_lines": []},
    "rtl_gen/files.py": {"executed_lines": [], "missing_lines": [7, 8, 9]},
}


@pytest.mark.parametrize("least, status", [("50", 0), ("50.1", 1)])
def test_too_few_lines(tmp_path: Path, least: str, status: int) -> None:
    file = tmp_path / "coverage.json"
    file.write_text(json.dumps({"files": COUNTED}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "line_coverage.py", file, least],
        capture_output=True,
        text=True,
        check=False,
    )
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["rtl_gen", "0", "of", "3", "lines,", "0.0%"],
        ["sim/golden", "4", "of", "5", "lines,", "80.0%"],
        ["in", "all", "4", "of", "8", "lines,", "50.0%"],
    ]
    assert done.returncode == status
    assert done.stderr == (
        "Lines that tests run must be at least 50.1 % of all\n" if status else ""
    )


def test_lines_of_a_run(tmp_path: Path) -> None:
    """SlipCover counts what tests run, in the processes of pytest-xdist, too."""
    (tmp_path / "halves.py").write_text(
        "def half(number):\n    if number % 2:\n        return None\n    return number // 2\n"
    )
    (tmp_path / "test_halves.py").write_text(
        "from halves import half\n\n\ndef test_half():\n    assert half(4) == 2\n"
    )
    words = ["slipcover", "--source", ".", "--omit", "test_*", "--json", "--out", "lines.json"]
    done = subprocess.run(
        [sys.executable, "-m", *words, "-m", "pytest", "-q", "-n", "1"],
        cwd=tmp_path,
        env=own_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    files = json.loads((tmp_path / "lines.json").read_text(encoding="utf-8"))["files"]
    assert files["halves.py"]["executed_lines"] == [1, 2, 4]
    assert files["halves.py"]["missing_lines"] == [3]
