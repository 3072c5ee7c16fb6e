# SPDX-License-Identifier: Apache-2.0
"""Hardware of every function, over every code, in both simulators."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS
from spikefloat.rtl_gen.designs.instance import make_instance

pytestmark = [pytest.mark.tool, pytest.mark.slow]


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_every_code(fmt: str, tmp_path: Path) -> None:
    instances = [make_instance(name, format=fmt) for name in FUNCTIONS]
    results = check(instances, ["icarus", "verilator"], tmp_path, Selected())
    assert [result.outcome.mismatches for result in results] == [0] * 2 * len(FUNCTIONS)
    assert [result.outcome.cases for result in results] == [256] * 2 * len(FUNCTIONS)
