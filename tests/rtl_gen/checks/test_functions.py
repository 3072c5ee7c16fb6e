# SPDX-License-Identifier: Apache-2.0
"""Hardware of every function, over every code, in both simulators."""

import pytest

import spikefloat as sf
from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS

pytestmark = [pytest.mark.tool, pytest.mark.slow]


@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_every_code(fmt: str, simulator: str) -> None:
    for name in FUNCTIONS:
        outcome = sf.design(name, format=fmt).hardware().verify(simulator)
        assert outcome, outcome.report
        assert outcome.cases == 256
