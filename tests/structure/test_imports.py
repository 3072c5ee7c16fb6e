# SPDX-License-Identifier: Apache-2.0
"""Imports go one way; the contracts are in pyproject.toml."""

import runpy
import subprocess
import sys

import grimp
import pytest

from tests.helpers.paths import ROOT

CIRCLES = runpy.run_path(str(ROOT / "scripts" / "import_graph.py"))["circles"]


def lint(folder):
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_contracts_hold():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_broken_contract_is_noticed(tmp_path):
    """The same tool says no where the generator imports a bench."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    upside_down = text.replace('  "cli",\n  "checks",', '  "checks",\n  "cli",')
    assert upside_down != text
    (tmp_path / "pyproject.toml").write_text(upside_down, encoding="utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1
    assert "is not allowed to import" in done.stdout


def test_no_circle_of_modules():
    graph = grimp.build_graph("spikefloat", exclude_type_checking_imports=True)
    edges = [
        (name, imported)
        for name in graph.modules
        for imported in graph.find_modules_directly_imported_by(name)
    ]
    assert len(edges) > 500
    assert CIRCLES(edges) == []


@pytest.mark.parametrize(
    "edges, groups",
    [
        ([("a", "b"), ("b", "c")], []),
        ([("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")], [["a", "b", "c"]]),
    ],
)
def test_circles(edges, groups):
    assert CIRCLES(edges) == groups
