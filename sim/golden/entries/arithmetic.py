# SPDX-License-Identifier: Apache-2.0
"""Golden entries of products and sums."""

from functools import partial
from typing import Any

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.cases.sampled import pair_cases, triple_cases
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.entry import Example, Operation, of_one_format
from spikefloat.sim.golden.rounding import Rounded

__all__ = ["ENTRIES"]

#: The signs of product and ``c``. Of 2 * 1 and 3, and of 3 * 3 and 1.
_FMA_SIGNS: dict[str, tuple[Any, ...]] = {
    "fma_subtract": (
        {"negate_c": True},
        Example((0x38, 0x40, 0x44), 0xB8),
        Example((0x44, 0x44, 0x38), 0x50),
    ),
    "fma_negate": (
        {"negate_product": True},
        Example((0x38, 0x40, 0x44), 0x38),
        Example((0x44, 0x44, 0x38), 0xD0),
    ),
    "fma_negate_subtract": (
        {"negate_product": True, "negate_c": True},
        Example((0x38, 0x40, 0x44), 0xCA),
        Example((0x44, 0x44, 0x38), 0xD2),
    ),
}


def _faa(fmt: Format, a: Any, b: Any, c: Any, *how: Any) -> Rounded:
    return golden.sum_flagged(fmt, fmt, (a, b, c), *how)


#: See :data:`spikefloat.sim.golden.operations.OPERATIONS`.
ENTRIES: dict[str, Operation] = {
    "multiply": Operation(
        operand_count=2,
        rounded=of_one_format(golden.multiply_flagged),
        mixed=golden.multiply_flagged,
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
        mixed=golden.add_flagged,
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
        mixed=partial(golden.add_flagged, negate_b=True),
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
        mixed=golden.fma_flagged,
        cases=triple_cases,
        examples=(
            Example((0x38, 0x40, 0xC4), 0xB8),
            Example((0x44, 0x44, 0x38), 0x52),
            Example((0x7F, 0x38, 0x38), 0x7F),
        ),
        can_overflow=True,
    ),
    **{
        name: Operation(
            operand_count=3,
            rounded=of_one_format(partial(golden.fma_flagged, **signs)),
            mixed=partial(golden.fma_flagged, **signs),
            cases=triple_cases,
            examples=tuple(examples),
            can_overflow=True,
        )
        for name, (signs, *examples) in _FMA_SIGNS.items()
    },
    "faa": Operation(
        operand_count=3,
        rounded=_faa,
        cases=triple_cases,
        examples=(
            Example((0x38, 0x40, 0xC4), 0x00),
            Example((0x7E, 0x38, 0xFE), 0x38),
            Example((0x80, 0x80, 0x80), 0x80),
            Example((0x7E, 0x7E, 0x38), 0x7F),
        ),
        can_overflow=True,
    ),
}
