# SPDX-License-Identifier: Apache-2.0
"""Every example of the library runs and prints what it says, in the pages and in docstrings."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

from tests.helpers.paths import ROOT

#: Modules whose docstrings have examples.
MODULES = ("", ".rtl_gen.checks.circuit", ".rtl_gen.checks.library")


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def run_session(name: str, text: str) -> int:
    test = doctest.DocTestParser().get_doctest(text, {}, name, name, 0)
    report: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=report.append)
    assert not result.failed, "".join(report)
    return result.attempted


def test_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sessions = blocks("docs/library.md", "pycon")
    assert len(sessions) >= 7
    assert run_session("docs/library.md", "\n".join(sessions)) > 30


def test_script_of_the_readme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (script,) = blocks("README.md", "python")
    assert len(script.splitlines()) == 10
    exec(compile(script, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["83 29", "-3.0"]
    assert printed[2].startswith("0.992")
    assert (tmp_path / "build" / "multiply_e4m3fn_p2.v").exists()


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name: str) -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in finder.find(importlib.import_module(f"spikefloat{name}")):
        runner.run(test, out=report.append)
    assert not report, "".join(report)
    assert runner.tries >= 2
