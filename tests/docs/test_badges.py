# SPDX-License-Identifier: Apache-2.0
"""The badges of the README say what pyproject.toml says."""

import runpy

from tests.helpers.paths import ROOT


def test_badges_are_true() -> None:
    folder = ROOT / "docs" / "figures"
    drawn = runpy.run_path(str(folder / "badges.py"))["badges"]()
    assert {path.name for path in folder.glob("badge_*.svg")} == set(drawn)
    for name, drawing in drawn.items():
        kept = (folder / name).read_text(encoding="utf-8")
        assert kept == drawing, "run `python docs/figures/badges.py`"
