# SPDX-License-Identifier: Apache-2.0
"""Running commands in this process, and reading what they print as JSON."""

import json
from typing import Any

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.output import SCHEMA

__all__ = ["Capture", "printed_results", "run_json"]

Capture = pytest.CaptureFixture[str]


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
