# SPDX-License-Identifier: Apache-2.0
"""The files of examples/ are those that the pages show and run."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import PAGES, blocks, page_text
from tests.helpers.paths import ROOT

EXAMPLES = ROOT / "examples"


def test_every_example_is_named_by_a_page() -> None:
    text = "".join(page_text(page) for page in PAGES)
    text += "".join(block.text for page in PAGES for block in blocks(page))
    for path in EXAMPLES.rglob("*"):
        name = path.relative_to(ROOT).as_posix()
        assert path.is_dir() or name in text, name


def test_blocks_that_are_files_are_as_in_examples() -> None:
    shown = {block.file: block for page in PAGES for block in blocks(page) if block.file}
    both = [path for path in sorted(EXAMPLES.iterdir()) if path.name in shown]
    assert {path.name for path in both} >= {"product_and_sum.v", "test_product.py"}
    for path in both:
        # A page leaves out the licence and the words above the code.
        assert path.read_text(encoding="utf-8").endswith(shown[path.name].text), path.name


def results(notebook: dict[str, Any]) -> list[str]:
    """Return what each cell of code prints; of a picture, that it is one."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            text = ""
            for output in cell["outputs"]:
                data = output.get("data", {})
                text += "".join(output.get("text", data.get("text/plain", "")))
                text += " (a picture)" * ("image/png" in data)
            found.append(text)
    return found


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize("name", ["fpga", "research", "verification"])
def test_notebook(name: str, tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    path = EXAMPLES / "notebooks" / f"{name}.ipynb"
    kept = json.loads(path.read_text(encoding="utf-8"))
    assert len(results(kept)) >= 3
    assert any(results(kept))
    notebook = nbformat.read(path, as_version=4)
    place = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=300, resources=place).execute()
    assert results(notebook) == results(kept), "run it again in Jupyter, and keep what it prints"


def test_results_are_told_apart() -> None:
    cell = {"cell_type": "code", "outputs": [{"output_type": "stream", "text": ["1\n", "2\n"]}]}
    shown = {"cell_type": "code", "outputs": [{"data": {"text/plain": "3", "image/png": "x"}}]}
    assert results({"cells": [cell, shown]}) == ["1\n2\n", "3 (a picture)"]
