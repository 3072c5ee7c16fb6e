# SPDX-License-Identifier: Apache-2.0
"""Every block of the pages is run or compared, and what is not says why."""

import os
import re
from pathlib import Path

import pytest

from tests.docs.pages import LANGUAGES, PAGES, REASONS, Block, blocks, claims
from tests.docs.session import Session, check_claim
from tests.helpers.paths import ROOT

#: What a line of a drawing or a formula does not begin with.
_COMMAND = re.compile(r"(\$ |spikefloat |python |pip |make\b|import |from \w+ import )")


def test_every_block_is_of_a_known_kind() -> None:
    reasons = set()
    for page in PAGES:
        for block in blocks(page):
            assert block.language in LANGUAGES or block.file, f"{block.where}: {block.language!r}"
            if block.language == "text":
                lines = [line for line in block.text.splitlines() if _COMMAND.match(line)]
                assert not lines, f"{block.where}: a command in a drawing: {lines[0]}"
            for mark in block.marks:
                if mark["reason"]:
                    reasons.add(mark["reason"])
                for item in filter(None, (mark["items"] or "").split("; ")):
                    commands = [command.text for command in block.commands()]
                    assert mark["kind"] == "file" or any(
                        command.startswith(item) for command in commands
                    ), f"{block.where}: no command {item!r}"
    assert reasons == set(REASONS)
    found = [block for page in PAGES for block in blocks(page)]
    assert sum(len(list(block.commands())) for block in found) >= 70
    assert sum(block.text.count(">>> ") for block in found) > 30


def test_what_runs_on_another_page_does() -> None:
    """Command, design or first option of what one page leaves to another are those of a command there."""
    told: dict[bool, set[str]] = {True: set(), False: set()}
    for block in (block for page in PAGES for block in blocks(page)):
        for command in block.commands():
            mark = block.mark_of(command.text)
            words = " ".join(command.text.split()[:3])
            if mark is None or mark["kind"] == "slow":
                told[True].add(words)
            elif mark["reason"] == "run on another page":
                told[False].add(words)
    assert len(told[False]) == 3
    assert told[False] <= told[True]


def test_no_code_but_in_fences() -> None:
    for page in PAGES:
        text = "".join(block.text for block in blocks(page))
        for line in (ROOT / page).read_text(encoding="utf-8").splitlines():
            if _COMMAND.match(line.removeprefix("    ")) and line.startswith("    "):
                assert line in text, f"{page}: code that is indented, not fenced: {line}"


def machine_seconds() -> float:
    """Return the time that this process and what it ran have been at work."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def run_page(page: str, *, with_slow: bool) -> None:
    """Run the blocks of a page and the commands of its claims.

    Slow tests run a block that is not slow only where a slow one comes after it, which may use what
    the block made; all that is quick is run by the quick tests.
    """
    begun = machine_seconds()
    session = Session(Path.cwd(), with_slow=with_slow)
    found = blocks(page)
    while with_slow and found and not is_slow(found[-1]):
        del found[-1]
    for block in found:
        session.run(block)
    for claim in claims(page):
        if with_slow == claim.is_slow:
            check_claim(claim)
    if page.startswith("docs/start/"):  # a newcomer's whole job, which begins in an empty folder
        assert machine_seconds() - begun < 600


@pytest.mark.tool
@pytest.mark.parametrize("page", PAGES)
def test_page(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_page(page, with_slow=False)


def is_slow(block: Block) -> bool:
    return any(mark["kind"] == "slow" for mark in block.marks)


def has_slow(page: str) -> bool:
    return any(map(is_slow, blocks(page))) or any(claim.is_slow for claim in claims(page))


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if has_slow(page)])
def test_page_slowly(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_page(page, with_slow=True)
