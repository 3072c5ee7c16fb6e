# SPDX-License-Identifier: Apache-2.0
"""The site: every page is in it, with a search and a reference; a wrong link breaks the build.

It is opened in a browser as well, from a server of its own and with no other network.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import spikefloat as sf
from tests.helpers.browser import barriers, browser, opened
from tests.helpers.paths import ROOT

#: Pages that are opened: a start, figures, tables, docstrings.
OPENED = (
    "index.html",
    "start/fpga.html",
    "explanation/physics.html",
    "reference/operations.html",
    "reference/package.html",
)


def build(folder: Path, site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(site)],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs") / "site"
    done = build(ROOT, folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    handler = partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a line for each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.slow
def test_site(site: Path) -> None:
    index = (site / "search" / "search_index.json").read_text(encoding="utf-8")
    found = {entry["location"].partition("#")[0] for entry in json.loads(index)["docs"]}
    start = (site / "index.html").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        assert name in found
        assert f'href="{name}"' in start, f"{page.name} must be in the navigation of mkdocs.yml"
    for page in site.rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|link|img)[^>]*(?:src|href)=.?https?:", page.read_text("utf-8")
        )
        assert not loaded, f"{page.name} must need no network"
    reference = (site / "reference/package.html").read_text(encoding="utf-8")
    for name in sf.__all__:
        assert f'id="spikefloat.{name}"' in reference, name


@pytest.mark.slow
@pytest.mark.tool
def test_site_in_a_browser(address: str) -> None:
    with browser() as chromium:
        for page in OPENED:
            for width, scheme in ((1400, "light"), (390, "dark")):
                tab, said = opened(chromium, f"{address}/{page}", width, scheme)
                assert said == [], page
                assert barriers(tab) == [], page
                assert tab.evaluate("document.documentElement.scrollWidth") <= width
                tab.close()
        tab, said = opened(chromium, f"{address}/index.html")
        tab.keyboard.press("/")
        tab.keyboard.type("residue")
        tab.wait_for_selector(".md-search a[href*='residue.html']")
        assert said == []


@pytest.mark.slow
def test_a_wrong_link_breaks_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    (tmp_path / "src").symlink_to(ROOT / "src")
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("data", "made"))
    with (tmp_path / "docs/explanation/residue.md").open("a", encoding="utf-8") as page:
        page.write("\n[wrong](nowhere.md)\n")
    done = build(tmp_path, tmp_path / "site")
    assert done.returncode != 0
    assert "nowhere.md" in done.stdout + done.stderr
