# SPDX-License-Identifier: Apache-2.0
"""Golden entries of quotients and roots."""

from spikefloat.sim.cases.quotients import quotient_cases, root_cases
from spikefloat.sim.golden import division
from spikefloat.sim.golden.entry import Example, Operation

__all__ = ["ENTRIES"]

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
}
