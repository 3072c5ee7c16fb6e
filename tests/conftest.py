# SPDX-License-Identifier: Apache-2.0
"""Fixtures that several test modules share."""

import gc

import pytest

from spikefloat.rtl_gen.designs.build import build

# Graphs are made of many small tuples, and looking for cycles among them, and in pytest's and
# numpy's own objects, takes a fifth of the time of the tests that build circuits.
gc.freeze()
gc.set_threshold(100_000, 50, 100)


@pytest.fixture
def fresh_builds(monkeypatch):
    """Return ``monkeypatch``, for faults in circuits; no graph of before or after is reused."""
    build.cache_clear()
    yield monkeypatch
    build.cache_clear()
