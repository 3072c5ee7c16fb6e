# SPDX-License-Identifier: Apache-2.0
"""What takes too long to be measured for a page, as benchmarks keep it."""

import json
from importlib.resources import files
from typing import Any

__all__ = ["fpga_measurements"]


def fpga_measurements() -> dict[str, Any]:
    """Return what ``benchmarks/fpga_quality.py --json`` printed: ``date``, ``rows``, ``verdicts``."""
    path = files("spikefloat.rtl_gen.cli.pages") / "data" / "fpga_quality.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
