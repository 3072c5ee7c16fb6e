# SPDX-License-Identifier: Apache-2.0
"""The Chromium of the system, which `make test-full` installs."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

__all__ = ["browser"]


@contextmanager
def browser() -> Iterator[Any]:
    """Yield a Chromium without a window; the test fails where there is none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is not installed; run `scripts/setup.sh chromium`")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tools:
        # Root may not have the sandbox, and the page is ours. It asks nothing of a network.
        found = tools.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        try:
            yield found
        finally:
            found.close()
