# SPDX-License-Identifier: Apache-2.0
"""Golden entries of quotients and roots."""

from collections.abc import Callable
from typing import Any

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.cases.quotients import quotient_cases, remainder_cases, root_cases
from spikefloat.sim.golden import division
from spikefloat.sim.golden.entry import Example, Operation
from spikefloat.sim.golden.rounding import Rounded

__all__ = ["ENTRIES"]


def _exact(function: Callable[..., Rounded]) -> Callable[..., Rounded]:
    """Adapt a function whose result is exact."""

    def rounded(fmt: Format, a: Any, b: Any, overflow: Any, rounder: Any) -> Rounded:
        return function(fmt, a, b)

    return rounded


#: See :data:`spikefloat.sim.golden.operations.OPERATIONS`.
ENTRIES: dict[str, Operation] = {
    "divide": Operation(
        operand_count=2,
        rounded=division.divide,
        cases=quotient_cases,
        examples=(
            Example((0x44, 0x40), 0x3C),
            Example((0x38, 0x44), 0x2B),
            Example((0x38, 0x00), 0x7F),
            Example((0x00, 0xC4), 0x80),
        ),
        can_overflow=True,
    ),
    "reciprocal": Operation(
        operand_count=1,
        rounded=division.reciprocal,
        cases=root_cases,
        examples=(
            Example((0x40,), 0x30),
            Example((0xC4,), 0xAB),
            Example((0x00,), 0x7F),
        ),
        can_overflow=True,
    ),
    "square_root": Operation(
        operand_count=1,
        rounded=division.square_root,
        cases=root_cases,
        examples=(
            Example((0x48,), 0x40),
            Example((0x40,), 0x3B),
            Example((0x80,), 0x80),
            Example((0xC4,), 0x7F),
        ),
        can_overflow=True,
    ),
    "reciprocal_root": Operation(
        operand_count=1,
        rounded=division.reciprocal_root,
        cases=root_cases,
        examples=(
            Example((0x48,), 0x30),
            Example((0x40,), 0x33),
            Example((0xC4,), 0x7F),
        ),
        can_overflow=True,
    ),
    "remainder": Operation(
        operand_count=2,
        rounded=_exact(division.remainder),
        cases=remainder_cases,
        examples=(
            Example((0x44, 0x40), 0xB8),
            Example((0x4A, 0x40), 0x38),
            Example((0x38, 0x40), 0x38),
            Example((0xC8, 0x40), 0x80),
            Example((0x38, 0x00), 0x7F),
        ),
    ),
    "fmod": Operation(
        operand_count=2,
        rounded=_exact(division.fmod),
        cases=remainder_cases,
        examples=(
            Example((0x44, 0x40), 0x38),
            Example((0xCA, 0x44), 0xC0),
            Example((0x38, 0x00), 0x7F),
        ),
    ),
}
