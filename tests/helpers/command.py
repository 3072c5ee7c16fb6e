# SPDX-License-Identifier: Apache-2.0
"""Running commands in this process, and reading what they print as JSON."""

import contextlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.output import SCHEMA
from tests.helpers.paths import ROOT

__all__ = ["Capture", "own_environment", "printed_results", "run_command", "run_json"]

#: What only a shell understands.
_SHELL = re.compile(r"[|&;<>$`*#(]")
Capture = pytest.CaptureFixture[str]


def own_environment() -> dict[str, str]:
    """Return the environment for a run of pytest that is not part of the run around it.

    It is no process of pytest-xdist, and the lines that it runs are not counted as those of one.
    """
    around = ("PYTEST_", "SLIPCOVER_")
    return {name: value for name, value in os.environ.items() if not name.startswith(around)}


def printed_results(capsys: Capture) -> list[dict[str, Any]]:
    """Return the results in what a command printed with ``--json``."""
    content = json.loads(capsys.readouterr().out)
    assert set(content) == {"schema", "command", "results"}
    assert content["schema"] == SCHEMA
    return content["results"]


def run_json(capsys: Capture, *arguments: str) -> list[dict[str, Any]]:
    """Run a command that must succeed and return its results."""
    assert main([*arguments, "--json"]) == 0
    return printed_results(capsys)


def run_command(text: str) -> tuple[int, str, str]:
    """Run a command in the current folder; return its status and what it printed.

    What needs no shell and is ours runs in this process, which saves the start of another.
    """
    words = [] if _SHELL.search(text) else shlex.split(text)
    if words[:1] == ["spikefloat"]:
        with (
            contextlib.redirect_stdout(io.StringIO()) as stdout,
            contextlib.redirect_stderr(io.StringIO()) as stderr,
        ):
            status = main(words[1:])
        return status, stdout.getvalue(), stderr.getvalue()
    done = subprocess.run(
        ["bash", "-c", text],
        env=os.environ
        | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
            "MPLBACKEND": "agg",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr
