# SPDX-License-Identifier: Apache-2.0
"""The Chromium of the system, which `make test-full` installs, and what it finds wrong with a page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

__all__ = ["barriers", "browser", "opened"]


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


def opened(
    chromium: Any, address: str, width: int = 1400, scheme: str = "light"
) -> tuple[Any, list[str]]:
    """Return a tab with a page, and what it complains of or asks others for, which grows."""
    tab = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said: list[str] = []
    home = "/".join(address.split("/")[:3])
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda one: said.append(one.url) if not one.url.startswith(home) else None)
    tab.goto(address)
    return tab, said


def barriers(tab: Any) -> list[str]:
    """Return what keeps people from reading or using a page, as axe-core finds it."""
    from axe_playwright_python.sync_playwright import Axe

    return [one["id"] for one in Axe().run(tab).response["violations"]]
