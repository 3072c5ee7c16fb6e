# SPDX-License-Identifier: Apache-2.0
"""What the pages refer to is there: pages, headings, files, modules and options."""

import importlib
import re
from pathlib import Path

from tests.docs.pages import PAGES, page_text
from tests.helpers.command import run_command
from tests.helpers.paths import ROOT

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_INLINE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
#: Options of programs that are not ours.
OTHERS = ("--extra-index-url", "--start", "--timing-allow-fail", "--freq")

#: Folders and files of the repository, as text names them.
_PATH = re.compile(
    r"(?:rtl_gen|sim|tb|tests|search|benchmarks|docs|examples|scripts|constraints|src)/[\w./-]*"
)


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings of a page, as GitHub makes them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links() -> None:
    count = 0
    for name in PAGES:
        page = ROOT / name
        for link in _LINK.findall(page_text(name)):
            if link.startswith(("http:", "https:")):
                continue
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), f"{name}: no file {link}"
            assert not anchor or anchor in anchors(target), f"{name}: no heading {link}"
            count += 1
    assert count > 50


def test_every_page_is_in_the_navigation() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    shown = {f"docs/{name}" for name in re.findall(r"[\w/]+\.md$", text, re.MULTILINE)}
    assert shown == {page for page in PAGES if page.startswith("docs/")}
    for folder in ("start", "howto", "explanation", "reference"):
        assert len(list((ROOT / "docs" / folder).glob("*.md"))) >= 3


def test_every_figure_is_shown() -> None:
    shown = {
        link for name in PAGES for link in _LINK.findall(page_text(name)) if "figures/" in link
    }
    names = {Path(link).name for link in shown}
    for path in (ROOT / "docs" / "figures").iterdir():
        if path.suffix == ".svg":
            assert path.name in names, f"{path.name} is in no page"


def test_paths_and_modules() -> None:
    count = 0
    for name in PAGES:
        for text in _INLINE.findall(page_text(name)):
            for path in _PATH.findall(text):
                if re.search(rf"(?<![\w./]){re.escape(path)}", text):
                    assert (ROOT / path).exists(), f"{name}: no file {path}"
                    count += 1
            if re.fullmatch(r"spikefloat(\.\w+)+", text):
                resolve(name, text)
                count += 1
    assert count > 40


def resolve(page: str, dotted: str) -> None:
    """Find a module, or a name in one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            assert hasattr(found, part), f"{page}: no {dotted}"
            found = getattr(found, part)
        return


def test_options() -> None:
    _, overview, _ = run_command("spikefloat --help")
    commands = re.findall(r"^ +(\w+)  ", overview, re.MULTILINE)
    assert len(commands) > 20
    texts = [overview, *(run_command(f"spikefloat help {command}")[1] for command in commands)]
    known = {"--help", *OTHERS} | set(re.findall(r"--[a-z][a-z-]*", " ".join(texts)))
    for name in PAGES:
        for text in _INLINE.findall(page_text(name)):
            if text.startswith(("--", "spikefloat ")):
                for option in re.findall(r"(?<!\S)--[a-z][a-z-]*", text):
                    assert option in known, f"{name}: no option {option}"
