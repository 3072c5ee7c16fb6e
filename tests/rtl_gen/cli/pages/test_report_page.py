# SPDX-License-Identifier: Apache-2.0
"""The page of `spikefloat report --html`, as a browser shows it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.output import SCHEMA
from spikefloat.rtl_gen.cli.pages.matrix import cell_of
from spikefloat.rtl_gen.cli.pages.page import Exhibit, make_page
from spikefloat.rtl_gen.designs.catalog import find_design
from tests.helpers.browser import barriers, browser, opened

#: What is drawn, and how many marks of a kind there are at least.
DRAWN = {
    "#exactness td": 2000,
    "#pareto svg use": 15,
    "#lengths svg path": 4,
    "#synapse-noise svg path": 2,
    "#weight-mismatch svg path": 2,
    "#fpga tbody tr": 16,
    "#drawing-and circle": 1,
    "#drawing-xor circle": 2,
    "#drawing-multiply circle": 206,
    "#spikes circle.on": 66,
}
SIZES = [(width, scheme) for width in (1400, 390) for scheme in ("light", "dark")]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    row = {"design": "multiply", "format": "e4m3fn", "library": "native", "overflow": "nan"}
    row |= {"simulator": "icarus", "cases": 65536, "mismatches": 0}
    wrong = row | {"design": "add", "mismatches": 3}
    results = folder / "results.json"
    results.write_text(json.dumps({"schema": SCHEMA, "command": "verify", "results": [row, wrong]}))
    page = folder / "report.html"
    assert main(["report", str(results), "--html", str(page), "--date", "2026-11-30"]) == 0
    return page


@pytest.mark.slow
@pytest.mark.tool
def test_page_in_a_browser(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    assert not re.search(r'(?:src|href)="(?!#|data:)', text), "it needs no other file"
    with browser() as chromium:
        for width, scheme in SIZES:
            tab, said = opened(chromium, report.as_uri(), width, scheme)
            assert not [one for one in said if not one.startswith("data:")]
            for selector, least in DRAWN.items():
                assert tab.locator(selector).count() >= least, selector
            assert tab.evaluate("document.documentElement.scrollWidth") <= width
            assert barriers(tab) == []
            ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
            tab.close()
        tab, _ = opened(chromium, report.as_uri())
        assert tab.locator("#exactness td.wrong").all_inner_texts() == ["3 wrong"]
        assert tab.locator("#exactness td.run").all_inner_texts() == ["✓ all 2^16"]
        for source in tab.locator("p.source").all_inner_texts():
            assert re.search(r"\d+\.\d+\.\d+.*20\d\d-\d\d-\d\d", source), source
        zoom_by_keys_and_buttons(tab)


def zoom_by_keys_and_buttons(tab: Any) -> None:
    svg, view = tab.locator("#drawing-multiply svg"), tab.locator("#multiply-view")

    def box() -> list[float]:
        return [float(number) for number in svg.get_attribute("viewBox").split()]

    whole = box()
    view.focus()
    tab.keyboard.press("+")
    assert box()[2] == pytest.approx(whole[2] / 1.5, abs=0.02)
    before = box()
    tab.keyboard.press("ArrowRight")
    assert box()[0] > before[0]
    tab.keyboard.press("0")
    assert box() == pytest.approx(whole, abs=0.02)
    tab.locator('#drawing-multiply button[data-zoom="in"]').click()
    assert box()[2] < whole[2]


@pytest.mark.slow
@pytest.mark.tool
def test_what_is_wrong_with_a_page_is_found(tmp_path: Path) -> None:
    one = Exhibit(
        key="one",
        title="One",
        text="text",
        picture='<img src="nowhere.png"><script>throw new Error("broken")</script>',
        command="true",
        source="1.0.0",
    )
    page = tmp_path / "page.html"
    page.write_text(make_page("Page", "lead", [one]), encoding="utf-8")
    with browser() as chromium:
        tab, said = opened(chromium, page.as_uri())
        assert any("broken" in one for one in said)
        assert "image-alt" in barriers(tab)


def test_cells_say_what_is_tried() -> None:
    multiply, remainder = map(find_design, ("multiply", "remainder"))
    assert cell_of(multiply, "e4m3fn") == ("all 2^16", "all")
    assert cell_of(multiply, "binary32") == ("proved", "all")
    assert cell_of(remainder, "binary32") == ("sampled", "some")
    assert cell_of(find_design("fma"), "e2m1fn") == ("all 2^12", "all")
    assert cell_of(multiply, "binary16", [{"mismatches": 0}]) == ("✓ proved", "run")
    assert cell_of(remainder, "binary16", [{"mismatches": 0}]) == ("✓ sampled", "run")
    assert cell_of(multiply, "e5m2", [{"mismatches": 1200}]) == ("1,200 wrong", "wrong")


@pytest.mark.parametrize(
    "words, message",
    [
        ("--date 30.11.2026 --html x.html", "Date must be a date such as 2026-11-29, not '30.11"),
        ("--html x.html --into README.md", "Option --into has no effect with --html"),
        ("none.json --date 2026-11-30", "Option --date has no effect without --html, for results"),
        ("", "Argument DESIGN|FILE.json is missing, as in: spikefloat report multiply --objective"),
    ],
)
def test_refusals(words: str, message: str, tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("none.json").write_text(json.dumps({"schema": SCHEMA, "command": "verify", "results": []}))
    assert main(["report", *words.split()]) == 2
    assert f"error: {message}" in capsys.readouterr().err
    assert not Path("x.html").exists()
