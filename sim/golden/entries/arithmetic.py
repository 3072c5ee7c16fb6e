# SPDX-License-Identifier: Apache-2.0
"""Golden entries of products and sums."""

from functools import partial

from spikefloat.sim.cases.sampled import pair_cases, triple_cases
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.entry import Example, Operation, of_one_format

__all__ = ["ENTRIES"]

#: See :data:`spikefloat.sim.golden.operations.OPERATIONS`.
ENTRIES: dict[str, Operation] = {
    "multiply": Operation(
        operand_count=2,
        rounded=of_one_format(golden.multiply_flagged),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0x40),
            Example((0x44, 0x44), 0x51),
            Example((0x7E, 0x7E), 0x7F),
            Example((0xC4, 0x00), 0x80),
        ),
        can_overflow=True,
    ),
    "add": Operation(
        operand_count=2,
        rounded=of_one_format(golden.add_flagged),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0x44),
            Example((0x40, 0xC0), 0x00),
            Example((0x7E, 0x58), 0x7E),
            Example((0x80, 0x80), 0x80),
        ),
        can_overflow=True,
    ),
    "subtract": Operation(
        operand_count=2,
        rounded=of_one_format(partial(golden.add_flagged, negate_b=True)),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0xB8),
            Example((0x38, 0x38), 0x00),
            Example((0x80, 0x00), 0x80),
        ),
        can_overflow=True,
    ),
    "fma": Operation(
        operand_count=3,
        rounded=of_one_format(golden.fma_flagged),
        cases=triple_cases,
        examples=(
            Example((0x38, 0x40, 0xC4), 0xB8),
            Example((0x44, 0x44, 0x38), 0x52),
            Example((0x7F, 0x38, 0x38), 0x7F),
        ),
        can_overflow=True,
    ),
}
