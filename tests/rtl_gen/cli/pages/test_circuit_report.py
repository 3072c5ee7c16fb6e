# SPDX-License-Identifier: Apache-2.0
"""The report of one circuit says what the commands that it names give."""

import re
from pathlib import Path

import pytest

from tests.helpers.browser import barriers, browser, opened
from tests.helpers.command import Capture, run_command, run_json

UNIT = "multiply --objective neurons"


def tables(text: str) -> dict[str, list[list[str]]]:
    """Return the rows of the tables of a Markdown text by their headings."""
    found: dict[str, list[list[str]]] = {}
    for part in text.split("\n## ")[1:]:
        title, _, rest = part.partition("\n")
        rows = [line.strip("| ").split(" | ") for line in rest.splitlines() if line.startswith("|")]
        found[title] = rows[2:]
    return found


def test_figures_are_those_of_the_commands(capsys: Capture) -> None:
    status, text, errors = run_command(f"spikefloat report {UNIT} --date 2026-11-30")
    assert status == 0, errors
    assert text.startswith("# Report of multiply_e4m3fn_neurons\n")
    assert re.search(r"^`spikefloat stats multiply .*`; spikefloat \d.*; 2026-11-30$", text, re.M)
    found = tables(text)
    assert list(found) == ["Size and margin", "Neurons by part", "Latency", "Leak", "Noise"]
    (stats,) = run_json(capsys, *f"stats {UNIT}".split())
    size = dict(found["Size and margin"])
    assert (int(size["neurons"]), int(size["synapses"])) == (stats["neurons"], stats["synapses"])
    assert int(size["depth, neurons in a row"]) == stats["depth"]
    clocks = {row["style"]: row for row in run_json(capsys, *f"stats {UNIT} --style all".split())}
    assert [row[0] for row in found["Latency"]] == list(clocks)
    for style, latency, _ in found["Latency"][1:]:
        assert int(latency) == clocks[style]["latency"]
    (leak,) = run_json(
        capsys, *f"sweep {UNIT} --style spiking --residue leak --leak 0.1 --trials 1000".split()
    )
    assert dict(found["Leak"])["soft"] == f"{leak['operand_leak_bound']:.4g}"
    (noise,) = run_json(capsys, *f"tolerance {UNIT}".split())
    assert found["Noise"][0][:2] == ["synapse noise", f"{noise['largest']:.3f}"]


@pytest.mark.slow
@pytest.mark.tool
def test_page_with_tables_and_clock(tmp_path: Path, capsys: Capture) -> None:
    page = tmp_path / "negate.html"
    words = f"spikefloat report negate --target generic6,ecp5 --html {page}"
    status, printed, errors = run_command(words)
    assert (status, printed) == (0, ""), errors
    found = run_json(capsys, *"synth negate --target generic6,ecp5".split())
    with browser() as chromium:
        tab, said = opened(chromium, page.as_uri(), 390, "dark")
        assert said in ([], ["data:,"])
        assert barriers(tab) == []
        rows = tab.locator("#synthesis tbody tr").all_inner_texts()
        assert [row.split()[0] for row in rows] == [row["target"] for row in found]
        assert rows[0].split()[2] == str(found[0]["lut6"])
        assert tab.locator("#drawing circle").count() == 1


@pytest.mark.parametrize(
    "words, message",
    [
        ("multply", "Design must be one of "),
        (
            "multiply none.json",
            "Arguments must be designs, or files of results (.json), not both: ",
        ),
        ("multiply,add", "Report must be of one circuit, not of 2; name its options"),
        ("multiply --length 4", "Option --length has no effect for multiply; it is for designs on"),
        ("multiply --into x.md", "Option --into has no effect for a design; its report is printed"),
        ("none.json --format e5m2", "Option --format has no effect without a design"),
        ("multiply --target ecp6", "Target must be one of "),
    ],
)
def test_refusals(words: str, message: str) -> None:
    status, printed, errors = run_command(f"spikefloat report {words}")
    assert (status, printed) == (2, "")
    assert errors.startswith(f"spikefloat: error: {message}"), errors
