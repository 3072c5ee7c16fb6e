# SPDX-License-Identifier: Apache-2.0
"""What takes too long to be measured for a page, as benchmarks and proofs keep it."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["fpga_measurements", "known_circuits"]

_DATA = files("spikefloat.rtl_gen.cli.pages") / "data"


def fpga_measurements() -> dict[str, Any]:
    """Return what ``benchmarks/fpga_quality.py --json`` printed: ``date``, ``rows``, ``verdicts``."""
    found: dict[str, Any] = json.loads((_DATA / "fpga_quality.json").read_text(encoding="utf-8"))
    return found


@cache
def known_circuits() -> dict[tuple[str, str], str]:
    """Return how circuits with too many operands for ``verify`` are known to be right for all.

    By operation and format, rounded to nearest even: ``proved`` by a solver, or ``every pair`` was
    run. ``python docs/tables.py`` writes the file.
    """
    rows = json.loads((_DATA / "known.json").read_text(encoding="utf-8"))
    return {(operation, fmt): how for operation, fmt, how in rows}
