# SPDX-License-Identifier: Apache-2.0
"""Targets: finding one, and giving its mapper a delay."""

import pytest

from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.fpga.synthesis.targets import find_target, with_delay
from spikefloat.rtl_gen.tools import SynthesisError


def test_find_target() -> None:
    assert [find_target(name).name for name in TARGETS] == list(TARGETS)
    with pytest.raises(SynthesisError, match="Target must be one of ecp5, .*, not 'vax'"):
        find_target("vax")


def test_with_delay_sets_it_before_the_mapper_runs() -> None:
    target = with_delay(TARGETS["ecp5"], 14.25)
    assert target.synthesis.split("; ") == [
        "scratchpad -set abc9.D 14250",
        TARGETS["ecp5"].synthesis,
    ]
    assert target.name == "ecp5"


@pytest.mark.parametrize(
    "name, delay, message",
    [
        ("generic6", 10, "Target with a delay must be ecp5, not 'generic6'"),
        ("ecp5", 0.05, "Delay must be 0.1 to 1000 nanoseconds, not 0.05"),
        ("ecp5", 1001, "Delay must be 0.1 to 1000 nanoseconds, not 1001"),
        ("ecp5", float("nan"), "Delay must be 0.1 to 1000 nanoseconds, not nan"),
    ],
)
def test_with_delay_refuses(name: str, delay: float, message: str) -> None:
    with pytest.raises(SynthesisError, match=message):
        with_delay(TARGETS[name], delay)
