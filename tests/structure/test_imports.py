# SPDX-License-Identifier: Apache-2.0
"""Imports go one way; the contracts are in pyproject.toml."""

import re
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


def test_only_its_own_tests_import_the_command_line():
    """What commands do is a call of the library; so nothing else has to go through them."""
    importers = [
        path.relative_to(ROOT)
        for folder in ("tests", "benchmarks", "search", "scripts")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if re.search(r"^\s*(from|import) spikefloat\.rtl_gen\.cli\b", path.read_text(), re.M)
    ]
    own = ROOT.joinpath("tests", "rtl_gen", "cli").relative_to(ROOT)
    others = [path for path in importers if own not in path.parents]
    assert len(importers) > len(others)
    assert [path.as_posix() for path in others] == ["tests/helpers/command.py"]
