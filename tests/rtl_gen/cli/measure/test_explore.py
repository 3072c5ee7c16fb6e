# SPDX-License-Identifier: Apache-2.0
"""``spikefloat explore``: the table, the JSON and the figure."""

import sys
from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.extras import install_command
from tests.helpers.command import printed_results

Capture = pytest.CaptureFixture[str]


def test_json(capsys: Capture) -> None:
    assert main(["explore", "multiply", "--json"]) == 0
    rows = printed_results(capsys)
    by_source = {row["source"]: row for row in rows}
    assert (by_source["release"]["neurons"], by_source["release"]["depth"]) == (912, 74)
    for row in rows:
        if row["source"] != "release":
            assert {
                "neurons",
                "depth",
                "synapses",
                "max_weight",
                "max_fan_in",
                "margin",
                "relative_margin",
                "scopes",
            } <= set(row)
    assert "significand_product" in by_source["structured"]["scopes"]


def test_table(capsys: Capture) -> None:
    assert main(["explore", "add"]) == 0
    table = capsys.readouterr().out
    for part in ("stored", "structured", "release", "1,316"):
        assert part in table


def test_figure_is_the_same_each_time(tmp_path: Path, capsys: Capture) -> None:
    pytest.importorskip("matplotlib")
    for folder in ("first", "second"):
        assert main(["explore", "multiply", "--plot", str(tmp_path / folder / "figure")]) == 0
    capsys.readouterr()
    for name in ("figure.svg", "figure.png"):
        content = (tmp_path / "first" / name).read_bytes()
        assert content == (tmp_path / "second" / name).read_bytes()
    text = (tmp_path / "first" / "figure.svg").read_text()
    assert "912 / 74" in text


def test_without_matplotlib(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main(["explore", "multiply", "--plot", str(tmp_path / "out" / "figure")]) == 2
    assert capsys.readouterr().err == (
        f"spikefloat: error: Package matplotlib is not installed; run `{install_command('plot')}`\n"
    )
    assert not (tmp_path / "out").exists()


def test_unwritable_folder(tmp_path: Path, capsys: Capture) -> None:
    pytest.importorskip("matplotlib")
    blocked = tmp_path / "file"
    blocked.write_text("kept")
    assert main(["explore", "multiply", "--plot", str(blocked / "below" / "figure")]) == 2
    assert capsys.readouterr().err == (
        f"spikefloat: error: Cannot write to folder '{blocked / 'below'}': Not a directory\n"
    )
    assert blocked.read_text() == "kept"


def test_unknown_design(capsys: Capture) -> None:
    assert main(["explore", "modulo"]) == 2
    assert capsys.readouterr().err.startswith("spikefloat: error: Design must be one of ")
