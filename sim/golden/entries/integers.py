# SPDX-License-Identifier: Apache-2.0
"""Golden entries of integers and integral values."""

from functools import partial
from typing import Any

from spikefloat.rtl_gen.formats import INTEGERS, Format, Integer
from spikefloat.sim.cases.integral import integral_cases
from spikefloat.sim.cases.sampled import single_cases
from spikefloat.sim.golden import integers
from spikefloat.sim.golden.entry import Example, Operation
from spikefloat.sim.golden.rounding import Rounded

__all__ = ["ENTRIES"]


def _to_integer(to: Integer, fmt: Format, a: Any, overflow: Any, rounder: Any) -> Rounded:
    return integers.to_integer(fmt, to, a, rounder)


def _exponent_of(fmt: Format, a: Any, overflow: Any, rounder: Any) -> Rounded:
    return integers.exponent_of(fmt, a, overflow)


#: See :data:`spikefloat.sim.golden.operations.OPERATIONS`.
ENTRIES: dict[str, Operation] = {
    "round_to_integral": Operation(
        operand_count=1,
        rounded=integers.round_to_integral,
        cases=integral_cases,
        examples=(
            Example((0x34,), 0x38),
            Example((0x3C,), 0x40),
            Example((0x42,), 0x40),
            Example((0xB0,), 0x80),
            Example((0x7E,), 0x7E),
        ),
        can_overflow=True,
    ),
    "exponent_of": Operation(
        operand_count=1,
        rounded=_exponent_of,
        cases=single_cases,
        examples=(
            Example((0x44,), 0x38),
            Example((0xB8,), 0x00),
            Example((0x01,), 0xD1),
            Example((0x00,), 0xFC, "e5m2"),
        ),
        can_overflow=True,
    ),
    **{
        f"to_{name}": Operation(
            operand_count=1,
            rounded=partial(_to_integer, integer),
            cases=integral_cases,
            examples=(
                Example((0x3C,), 2),
                Example((0xC4,), (1 << integer.width) - 3 if integer.is_signed else 0),
                Example((0x7F,), (1 << integer.width - integer.is_signed) - 1),
            ),
            can_overflow=True,
            bits=integer.width,
        )
        for name, integer in INTEGERS.items()
    },
}
