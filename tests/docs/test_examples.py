# SPDX-License-Identifier: Apache-2.0
"""The files of examples/ are those that the pages show and run."""

from tests.docs.pages import PAGES, blocks, page_text
from tests.helpers.paths import ROOT

EXAMPLES = ROOT / "examples"


def test_every_example_is_named_by_a_page() -> None:
    text = "".join(page_text(page) for page in PAGES)
    text += "".join(block.text for page in PAGES for block in blocks(page))
    for path in EXAMPLES.iterdir():
        if path.is_file():
            assert f"examples/{path.name}" in text, path.name


def test_blocks_that_are_files_are_as_in_examples() -> None:
    shown = {block.file: block for page in PAGES for block in blocks(page) if block.file}
    both = [path for path in sorted(EXAMPLES.iterdir()) if path.name in shown]
    assert {path.name for path in both} >= {"product_and_sum.v", "test_product.py"}
    for path in both:
        # A page leaves out the licence and the words above the code.
        assert path.read_text(encoding="utf-8").endswith(shown[path.name].text), path.name
