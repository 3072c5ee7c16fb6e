# SPDX-License-Identifier: Apache-2.0
"""What the pages contain: blocks, commands, and the comments that say how each is checked.

Every fenced block is of one of these languages:

- ``console``: commands behind ``$`` run in a folder of the page with a copy of examples/. They must
  succeed, and print what follows them, if anything does; ``...`` stands for any text.
- ``python`` and ``pycon``: run in the order of the page, with the same names. What a line that
  begins with ``print`` has as its comment is what it prints.
- ``verilog``: part of a file that a command of the page wrote.
- ``text``: drawings and formulas, never a command.

A comment on a line of its own before a block changes that:

- ``<!-- file: NAME -->``: the block is a file, which commands below it use.
- ``<!-- slow -->`` or ``<!-- slow: COMMAND; COMMAND -->``: the block, or commands that begin like
  this, run in the slow tests.
- ``<!-- not run, REASON -->``, likewise with commands: not run; :data:`REASONS` has all reasons.

Numbers in text that a command gives are checked by a comment behind their paragraph:
``<!-- by COMMAND: {neurons:,} neurons; {0[depth]} -->``. The command runs with ``--json``; the
templates are filled with its results (keys are those of the first one, or of a numbered one), and
each must be in the paragraph. ``<!-- slowly by COMMAND: ... -->`` is for the slow tests. A file of
docs/data stands for the command that made it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.paths import ROOT

__all__ = ["LANGUAGES", "PAGES", "REASONS", "Block", "Claim", "Command", "blocks", "claims"]

PAGES = sorted(
    str(path.relative_to(ROOT))
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
)

LANGUAGES = ("console", "python", "pycon", "verilog", "text")

#: Why a command is not run, and what is done instead.
REASONS = {
    "runs the tests": "would run itself",
    "needs a board": "the same commands run with --simulate, or against a model in tests/sim/board",
    "needs a file": "tests in tests/rtl_gen/weights and tests/rtl_gen/cli write such files, and read them",
    "needs a viewer": "a window; the file that it opens is written by a command that is run",
    "installs packages": "scripts/check_wheel.py and tests/scripts install them in bare environments",
    "needs Norse": "run by tests/sim/exchange where it is installed, as by `make test-full`",
    "run on another page": "in a block that is run, at most with one option more or less",
    "a test drives the same cases": "through the same Verilog, in the same simulator",
    "takes minutes": "tests of the command, and tests/docs/test_data.py, run it on less",
}

_FENCE = re.compile(r"```(\w*)$")
_COMMENT = re.compile(r"<!-- (.*) -->$")
_MARK = re.compile(r"(?P<kind>file|slow|not run, (?P<reason>[^:]*))(?:: (?P<items>.*))?$")
_CLAIM = re.compile(r"(?P<slow>slowly )?by (?P<command>.*?): (?P<templates>.*)$")


@dataclass(frozen=True)
class Command:
    """A command of a session, and what the page says it prints ("" says nothing)."""

    text: str
    output: str


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, with the comments before it."""

    page: str
    line: int
    language: str
    text: str
    marks: tuple[re.Match[str], ...]

    @property
    def where(self) -> str:
        """Page and line, as error messages name them."""
        return f"{self.page}:{self.line}"

    @property
    def file(self) -> str | None:
        """Name of the file that the block is."""
        return next((mark["items"] for mark in self.marks if mark["kind"] == "file"), None)

    def commands(self) -> Iterator[Command]:
        """Yield the commands of a session, each with its output."""
        for part in re.split(r"^\$ ", self.text, flags=re.MULTILINE)[1:]:
            lines = part.splitlines(keepends=True)
            count = 1
            while lines[count - 1].endswith("\\\n"):
                count += 1
            command = "".join(lines[:count]).replace(".venv/bin/", "").replace("\\\n", " ")
            yield Command(command.strip(), "".join(lines[count:]))

    def mark_of(self, command: str = "") -> re.Match[str] | None:
        """Return the mark that says "slow" or "not run" of a command, or of the whole block."""
        for mark in self.marks:
            items = (mark["items"] or "").split("; ")
            if mark["kind"] != "file" and any(command.startswith(item) for item in items):
                return mark
        return None


@dataclass(frozen=True)
class Claim:
    """A paragraph with numbers, and the command that gives them."""

    page: str
    line: int
    paragraph: str
    command: str
    templates: tuple[str, ...]
    is_slow: bool


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page, in order.

    Raises
    ------
    ValueError
        If a comment before a block is of no known kind.
    """
    found: list[Block] = []
    lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
    start: int | None = None
    for number, line in enumerate(lines):
        if start is None and line.startswith("```"):
            start = number
        elif start is not None and line == "```":
            fence = _FENCE.match(lines[start])
            text = "".join(f"{code}\n" for code in lines[start + 1 : number])
            language = fence[1] if fence else lines[start]
            marks = tuple(_marks(page, lines, start))
            found.append(Block(page, start + 1, language, text, marks))
            start = None
    if start is not None:
        raise ValueError(f"{page}:{start + 1}: the block has no end")
    return found


def _marks(page: str, lines: list[str], start: int) -> Iterator[re.Match[str]]:
    number = start - 1
    while number >= 0 and (comment := _COMMENT.match(lines[number])):
        mark = _MARK.match(comment[1])
        if mark is None and not _CLAIM.match(comment[1]):
            raise ValueError(f"{page}:{number + 1}: unknown comment before a block: {comment[1]}")
        if mark is not None:
            yield mark
        number -= 1


def claims(page: str) -> Iterator[Claim]:
    """Yield the numbers in text that commands give."""
    paragraph = ""
    for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").splitlines()):
        comment = _COMMENT.match(line)
        found = comment and _CLAIM.match(comment[1])
        if found:
            templates = tuple(found["templates"].split("; "))
            is_slow = found["slow"] is not None
            yield Claim(page, number + 1, paragraph, found["command"], templates, is_slow)
        elif not comment:
            paragraph = f"{paragraph} {line.strip()}".strip() if line.strip() else ""


def page_text(page: str) -> str:
    """Return a page without its blocks of code and without its comments."""
    text = Path(ROOT / page).read_text(encoding="utf-8")
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
