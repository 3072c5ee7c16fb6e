# SPDX-License-Identifier: Apache-2.0
"""The site: every page is in it, with a search and a reference; a wrong link breaks the build."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import spikefloat as sf
from tests.helpers.paths import ROOT


def build(folder: Path, site: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(site)],
        cwd=folder,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_site(tmp_path: Path) -> None:
    done = build(ROOT, tmp_path / "site")
    assert done.returncode == 0, done.stderr
    index = (tmp_path / "site" / "search" / "search_index.json").read_text(encoding="utf-8")
    found = {entry["location"].partition("#")[0] for entry in json.loads(index)["docs"]}
    start = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
        assert name in found
        assert f'href="{name}"' in start, f"{page.name} must be in the navigation of mkdocs.yml"
    for page in (tmp_path / "site").rglob("*.html"):
        loaded = re.findall(
            r"<(?:script|link|img)[^>]*(?:src|href)=.?https?:", page.read_text("utf-8")
        )
        assert not loaded, f"{page.name} must need no network"
    reference = (tmp_path / "site/reference/package.html").read_text(encoding="utf-8")
    for name in sf.__all__:
        assert f'id="spikefloat.{name}"' in reference, name


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
