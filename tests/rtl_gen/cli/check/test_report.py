# SPDX-License-Identifier: Apache-2.0
"""The table of what was verified."""

import json
from pathlib import Path

import pytest

from spikefloat.rtl_gen.checks.tables import exactness_table, replace_table
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.output import SCHEMA


def row(design: str, fmt: str, **changes: object) -> dict:
    """Return a result as ``verify --json`` prints it."""
    return {
        "design": design,
        "format": fmt,
        "to": fmt,
        "overflow": "nan",
        "library": "native",
        "simulator": "icarus",
        "cases": 65536,
        "mismatches": 0,
        "pairs": "all",
    } | changes


def envelope(**changes: object) -> str:
    """Return what ``verify --json`` prints, with changes."""
    return json.dumps({"schema": SCHEMA, "command": "verify", "results": []} | changes)


def test_cells_count_cases_once_per_kind_of_case() -> None:
    table = exactness_table(
        [
            row("multiply", "e4m3fn"),
            row("multiply", "e4m3fn", library="published"),
            row("convert", "e4m3fn", to="e5m2", cases=256),
            row("convert", "e4m3fn", to="e3m4", cases=256),
            row("multiply", "binary16", cases=40000, pairs="sampled"),
        ]
    )
    lines = table.splitlines()
    assert lines[0] == "| cases, all exact | multiply | convert |"
    assert "| e4m3fn | 65,536 | 512 |" in lines
    assert "| binary16 | 40,000 * | - |" in lines
    assert lines[-1].startswith("171,584 results of 5 runs were compared with the golden model; 0 ")


def test_wrong_results_stand_out() -> None:
    table = exactness_table([row("add", "e5m2", mismatches=3)])
    assert "all exact" not in table
    assert "| e5m2 | **3 wrong** of 65,536 |" in table.splitlines()
    assert "; 3 differed" in table


def test_table_is_put_between_the_marks(tmp_path: Path) -> None:
    results, readme = tmp_path / "results.json", tmp_path / "README.md"
    results.write_text(
        json.dumps({"schema": SCHEMA, "command": "verify", "results": [row("add", "e5m2")]})
    )
    readme.write_text("before\n<!-- table:exact -->\nstale\n<!-- end -->\nafter\n")
    assert main(["report", str(results), "--into", str(readme)]) == 0
    text = readme.read_text()
    assert text.startswith("before\n<!-- table:exact -->\n| cases, all exact | add |\n")
    assert text.endswith("<!-- end -->\nafter\n")
    assert "stale" not in text


@pytest.mark.parametrize(
    "content, message",
    [
        ("{", "Results must be JSON, not "),
        ("[1, 2]", "File must be what `spikefloat verify --json` printed, not "),
        ('{"design": "add"}', "File must be what `spikefloat verify --json` printed, not "),
        (envelope(command="stats"), "File must be what `spikefloat verify --json` printed, not "),
        (envelope(schema="spikefloat/0"), "File must be what `spikefloat verify --json` printed, "),
        (envelope(results=[3]), "File must be what `spikefloat verify --json` printed, not "),
        (
            envelope(results=[{"design": "add"}]),
            "Results must be what verify --json printed; there is no 'format' in a row",
        ),
        (
            envelope(results=[row("add", "e5m2", cases="many")]),
            "Results must be what verify --json printed; there is no 'cases' in a row",
        ),
    ],
)
def test_wrong_results_file(
    content: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "results.json"
    path.write_text(content)
    assert main(["report", str(path)]) == 2
    assert capsys.readouterr().err.startswith(f"spikefloat: error: {message}")


def test_marks_are_needed() -> None:
    with pytest.raises(ValueError, match=r"^No lines <!-- table:exact --> and "):
        replace_table("nothing", "table")
