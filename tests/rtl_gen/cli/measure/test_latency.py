# SPDX-License-Identifier: Apache-2.0
"""The table of latencies: from the hardware, checked in a run, and as it stands in the docs."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from spikefloat.rtl_gen.checks.tables import latency_table
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.measure import latency
from spikefloat.rtl_gen.designs.latencies import latencies
from tests.helpers.command import Capture, run_json
from tests.helpers.paths import ROOT

SMALL = ("--format", "e2m1fn", "--length", "2", "--stages", "1,2")


def test_rows(capsys: Capture) -> None:
    rows = run_json(capsys, "latency", *SMALL)
    found = {
        (row["operation"], row["style"], row["stages"]): (
            row["latency"],
            row["initiation_interval"],
        )
        for row in rows
    }
    assert len(found) == len(rows) == 13
    for name in ("multiply", "add"):
        assert found[name, "spatial", 0] == (0, 0)
        assert found[name, "spatial", 2] == (2, 1)
        assert found[name, "spiking", 0][1] == 1
        clocks, interval = found[name, "temporal", 0]
        assert clocks == interval > found[name, "spatial", 2][0]
    both = found["multiply", "temporal", 0][0] + found["add", "temporal", 0][0]
    assert found["dot 2", "sequential", 0] == (2 * both, 2 * both)


@pytest.mark.slow
@pytest.mark.tool
def test_check(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run agrees; a figure that is not true is found out."""
    assert main(["latency", *SMALL, "--check"]) == 0
    assert "checked: each result came right" in capsys.readouterr().out

    def shorter(*args, **options):
        return [
            replace(row, latency=row.latency - 1) if row.style == "spiking" else row
            for row in latencies(*args, **options)
        ]

    monkeypatch.setattr(latency, "latencies", shorter)
    assert main(["latency", *SMALL, "--check"]) == 1
    told = capsys.readouterr().out
    assert "checked" not in told
    for name in ("multiply", "add", "dot2"):
        assert f"{name}_e2m1fn_spiking_0: " in told


@pytest.mark.slow
def test_docs(tmp_path: Path) -> None:
    """The table takes the place of the page's own, which tests/docs/test_tables.py compares."""
    page = (ROOT / "docs/explanation/temporal.md").read_text()
    copy = tmp_path / "temporal.md"
    copy.write_text(page)
    assert main(["latency", *SMALL, "--into", str(copy)]) == 0
    table = latency_table(list(latencies("e2m1fn", stages=(1, 2), length=2)))
    kept = re.compile(r"(?<=<!-- table:latency -->\n).*?(?=\n<!-- end -->)", re.DOTALL)
    assert copy.read_text() == kept.sub(table.strip(), page) != page


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--format", "e9m9"], "Format must be one of "),
        (["--format", "binary16"], "Format must "),
        (["--stages", "0"], "Stages must be an integer from 1 to 10000, not '0'"),
        (["--stages", "x"], "Stages must be an integer from 1 to 10000, not 'x'"),
        (["--stages", "99"], "Stages of multiply_e4m3fn must be from 0 to 26, not 99"),
        (["--length", "0"], "Length must be an integer from 1 to 1024, not '0'"),
    ],
)
def test_mistakes(arguments: list[str], message: str, capsys: Capture) -> None:
    assert main(["latency", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"spikefloat: error: {message}")
    assert error.count("\n") == 1
