# SPDX-License-Identifier: Apache-2.0
"""Files, functions and folders stay small enough to be read in one go."""

import ast
from collections import Counter

from tests.helpers.paths import ROOT

MOST_LINES, MOST_CODE, MOST_MODULES = 320, 60, 17

SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("rtl_gen", "sim", "tb", "search")
    for path in (ROOT / folder).rglob("*.py")
)

#: Files that are longer, and by how much they may be: these are to be taken apart.
LONG_FILES: dict[str, int] = {}

#: Functions that are longer, likewise.
LONG_FUNCTIONS: dict[str, int] = {}

#: Folders with more modules.
FULL_FOLDERS: dict[str, int] = {}


def functions(text: str) -> dict[str, int]:
    """Return the lines of code of each function, without comments, docstring and empty lines."""
    sizes: dict[str, int] = {}
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = node.body[0]
        has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        docstring = range(first.lineno, first.end_lineno + 1) if has_docstring else ()
        sizes[node.name] = max(
            sizes.get(node.name, 0),
            sum(
                bool(lines[number - 1].strip())
                and not lines[number - 1].strip().startswith("#")
                and number not in docstring
                for number in range(node.lineno, node.end_lineno + 1)
            ),
        )
    return sizes


def test_length_of_a_function() -> None:
    text = 'def f():\n    """One.\n\n    Two."""\n    # three\n    x = 1\n\n    return x\n'
    assert functions(text) == {"f": 3}


def test_files_and_functions() -> None:
    for path in SOURCES:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert text.count("\n") <= LONG_FILES.get(str(path), MOST_LINES), path
        for name, size in functions(text).items():
            assert size <= LONG_FUNCTIONS.get(f"{path}:{name}", MOST_CODE), (path, name)


def test_folders() -> None:
    counts = Counter(str(path.parent) for path in SOURCES if path.name != "__init__.py")
    assert len(counts) > 20
    for folder, count in counts.items():
        assert count <= FULL_FOLDERS.get(folder, MOST_MODULES), folder


def test_exceptions_are_needed() -> None:
    """What has become small enough leaves the lists."""
    texts = {str(path): (ROOT / path).read_text(encoding="utf-8") for path in SOURCES}
    assert all(texts[name].count("\n") > MOST_LINES for name in LONG_FILES)
    for place in LONG_FUNCTIONS:
        path, name = place.split(":")
        assert functions(texts[path])[name] > MOST_CODE, place
