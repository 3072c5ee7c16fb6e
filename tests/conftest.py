# SPDX-License-Identifier: Apache-2.0
"""Fixtures that several test modules share."""

import pytest

from spikefloat.rtl_gen.designs.build import build


@pytest.fixture
def fresh_builds(monkeypatch):
    """Return ``monkeypatch``, for faults in circuits; no graph of before or after is reused."""
    build.cache_clear()
    yield monkeypatch
    build.cache_clear()
