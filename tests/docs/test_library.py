# SPDX-License-Identifier: Apache-2.0
"""Every example in the docstrings of the library runs and prints what it says."""

import doctest
import importlib

import pytest

#: Modules whose docstrings have examples.
MODULES = ("", ".rtl_gen.checks.circuit", ".rtl_gen.checks.library")


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name: str) -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for test in finder.find(importlib.import_module(f"spikefloat{name}")):
        runner.run(test, out=report.append)
    assert not report, "".join(report)
    assert runner.tries >= 2
