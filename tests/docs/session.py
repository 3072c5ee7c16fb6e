# SPDX-License-Identifier: Apache-2.0
"""Running the blocks of a page, in order, in a folder of its own."""

import contextlib
import csv
import doctest
import functools
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

from tests.docs.pages import Block, Claim, Command
from tests.helpers.command import run_command
from tests.helpers.paths import ROOT

__all__ = ["Session"]

_MATCH = doctest.OutputChecker().check_output


class Session:
    """A folder with copies of what the pages name, in which blocks are run.

    Parameters
    ----------
    folder : Path
        An empty folder, which is the current one while blocks run.
    with_slow : bool
        Whether blocks and commands run that are marked as slow.
    """

    def __init__(self, folder: Path, *, with_slow: bool) -> None:
        self.folder = folder
        self.with_slow = with_slow
        self.names: dict[str, Any] = {"__name__": "__main__"}
        #: Commands that later commands of the shell need.
        self.setup = ""
        for name in ("examples", "docs/figures"):
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        for name in ("README.md", "benchmarks", "search", "scripts"):
            (folder / name).symlink_to(ROOT / name)
        for page in (ROOT / "docs").rglob("*.md"):
            copy = folder / page.relative_to(ROOT)
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(page, copy)

    def run(self, block: Block) -> None:
        """Run a block, or what of it is to be run.

        Raises
        ------
        AssertionError
            If it does not do what the page says.
        """
        if block.file is not None:
            (self.folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for command in block.commands():
                if self._is_run(block, command.text):
                    self._run_command(block.where, command)
        elif self._is_run(block, "") and block.language != "text":
            {"python": self._run_script, "pycon": self._run_session, "verilog": self._find}[
                block.language
            ](block)

    def _is_run(self, block: Block, command: str) -> bool:
        """Return whether a command (or, if it is empty, a block) is to be run."""
        mark = block.mark_of(command)
        return mark is None or (mark["kind"] == "slow" and self.with_slow)

    def _run_command(self, where: str, command: Command) -> None:
        is_ours = command.text.startswith("spikefloat ")
        status, printed, errors = run_command(
            command.text if is_ours else self.setup + command.text
        )
        if command.text.startswith(("cd ", "eval ")):
            self.setup += f"{command.text} && "
        assert status == 0, f"{where}: {command.text}: status {status}\n{printed}{errors}"
        if command.output:
            is_right = _MATCH(command.output.rstrip(), _clean(printed), doctest.ELLIPSIS)
            assert is_right, f"{where}: {command.text} prints\n{printed}"

    def _run_script(self, block: Block) -> None:
        lines = "\n" * block.line + block.text
        with contextlib.redirect_stdout(io.StringIO()) as stdout:
            exec(compile(lines, block.page, "exec"), self.names)
        expected = re.findall(r"^ *print\(.*  # (.*)$", block.text, re.MULTILINE)
        assert len(expected) == len(re.findall(r"^ *print\(", block.text, re.MULTILINE)), (
            f"{block.where}: print without a comment that says what is printed"
        )
        for want, got in zip(expected, stdout.getvalue().splitlines(), strict=True):
            assert _MATCH(want, got, doctest.ELLIPSIS), f"{block.where}: prints {got}, not {want}"

    def _run_session(self, block: Block) -> None:
        test = doctest.DocTestParser().get_doctest(
            block.text, {}, block.where, block.page, block.line
        )
        test.globs = self.names
        report: list[str] = []
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        result = runner.run(test, out=report.append, clear_globs=False)
        assert not result.failed, "".join(report)

    def _find(self, block: Block) -> None:
        files = [path for path in self.folder.rglob("*.v") if path.is_file()]
        assert any(block.text in path.read_text(encoding="utf-8") for path in files), (
            f"{block.where}: in no file that the page's commands write"
        )


def _clean(printed: str) -> str:
    """Return what was printed without empty lines at its ends, and spaces at those of lines."""
    return "\n".join(line.rstrip() for line in printed.splitlines()).strip("\n")


@functools.lru_cache(maxsize=1)  # several paragraphs in a row have figures of one command
def _given(command: str) -> list[dict[str, Any]]:
    """Return the results of a command."""
    status, printed, errors = run_command(f"{command} --json")
    assert status == 0, f"{command}: status {status}\n{errors}"
    results: list[dict[str, Any]] = json.loads(printed)["results"]
    return results


def _kept(path: str) -> list[dict[str, Any]]:
    """Return the rows of a file of docs/data, with its numbers as numbers."""

    def number(text: str) -> float | str:
        try:
            return int(text)
        except ValueError:
            with contextlib.suppress(ValueError):
                return float(text)
        return text

    with (ROOT / path).open(encoding="utf-8", newline="") as file:
        return [{key: number(text) for key, text in row.items()} for row in csv.DictReader(file)]


def check_claim(claim: Claim) -> None:
    """Run the command of a paragraph, and look for what it gives.

    Raises
    ------
    AssertionError
        If a number is not in the paragraph.
    """
    where = f"{claim.page}:{claim.line}"
    is_file = claim.command.endswith(".csv")
    results = _kept(claim.command) if is_file else _given(claim.command)
    for template in claim.templates:
        text = template.format(*results, **results[0])
        # A number is no part of a larger one.
        is_there = re.search(rf"(?<![\d.,]){re.escape(text)}(?![\d]|[.,]\d)", claim.paragraph)
        assert is_there, f"{where}: {claim.command} gives {text!r}, which the text does not say"
