# SPDX-License-Identifier: Apache-2.0
"""Golden entries of operations whose result is an operand, or next to one."""

from functools import partial

from spikefloat.sim.cases.sampled import pair_cases, single_cases
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden import predicates
from spikefloat.sim.golden.entry import Example, Operation, without_flags
from spikefloat.sim.golden.extremes import EXTREMES, extreme

__all__ = ["ENTRIES"]

#: The other minima and maxima. In E5M2, 0x3C is 1, 0x7C infinity, 0xFC minus infinity, 0x7E
#: NaN, and 0x7D a signalling one.
_EXTREMES = {
    "minimum_number": (
        Example((0x38, 0x40), 0x38),
        Example((0x7F, 0x40), 0x40),
        Example((0x7F, 0xFF), 0x7F),
    ),
    "maximum_number": (
        Example((0x38, 0x40), 0x40),
        Example((0x80, 0x00), 0x00),
        Example((0x38, 0x7F), 0x38),
    ),
    "minimum_magnitude": (
        Example((0xC4, 0x40), 0x40),
        Example((0x40, 0xC0), 0xC0),
        Example((0x7F, 0x38), 0x7F),
    ),
    "maximum_magnitude": (
        Example((0xC4, 0x40), 0xC4),
        Example((0x40, 0xC0), 0x40),
        Example((0x38, 0x7F), 0x7F),
    ),
    "minimum_magnitude_number": (Example((0xC4, 0x40), 0x40), Example((0x7F, 0xC4), 0xC4)),
    "maximum_magnitude_number": (Example((0xC4, 0x40), 0xC4), Example((0x40, 0x7F), 0x40)),
    "minimum_finite": (
        Example((0xFC, 0x3C), 0x3C, "e5m2"),
        Example((0x7C, 0xFC), 0xFC, "e5m2"),
        Example((0x7E, 0x7C), 0x7E, "e5m2"),
    ),
    "maximum_finite": (
        Example((0x7C, 0x3C), 0x3C, "e5m2"),
        Example((0xFC, 0x7C), 0x7C, "e5m2"),
        Example((0x7E, 0x3C), 0x3C, "e5m2"),
    ),
    "min_num": (
        Example((0x3C, 0x40), 0x3C, "e5m2"),
        Example((0x7F, 0x40), 0x40, "e5m2"),
        Example((0x7D, 0x40), 0x7E, "e5m2"),
    ),
    "max_num": (
        Example((0x3C, 0x40), 0x40, "e5m2"),
        Example((0x40, 0xFE), 0x40, "e5m2"),
        Example((0x40, 0xFD), 0x7E, "e5m2"),
    ),
}

_SIGNS = {
    "copy": (
        Example((0x38, 0xC0), 0xB8),
        Example((0xC4, 0x00), 0x44),
        Example((0x7F, 0x80), 0xFF),
    ),
    "negate": (Example((0x38, 0xC0), 0x38), Example((0x38, 0x00), 0xB8)),
    "xor": (Example((0xC4, 0xC0), 0x44), Example((0xC4, 0x40), 0xC4)),
}

#: See :data:`spikefloat.sim.golden.operations.OPERATIONS`.
ENTRIES: dict[str, Operation] = {
    "negate": Operation(
        operand_count=1,
        function=golden.negate,
        cases=single_cases,
        examples=(
            Example((0x38,), 0xB8),
            Example((0x00,), 0x80),
            Example((0xFF,), 0x7F),
        ),
    ),
    "absolute": Operation(
        operand_count=1,
        function=golden.absolute,
        cases=single_cases,
        examples=(
            Example((0x38,), 0x38),
            Example((0xC4,), 0x44),
            Example((0x80,), 0x00),
        ),
    ),
    "relu": Operation(
        operand_count=1,
        function=golden.relu,
        cases=single_cases,
        examples=(
            Example((0x38,), 0x38),
            Example((0xC4,), 0x00),
            Example((0x80,), 0x00),
            Example((0x7F,), 0x7F),
        ),
    ),
    "minimum": Operation(
        operand_count=2,
        rounded=without_flags(golden.minimum),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0x38),
            Example((0x00, 0x80), 0x80),
            Example((0x7F, 0x38), 0x7F),
        ),
    ),
    "maximum": Operation(
        operand_count=2,
        rounded=without_flags(golden.maximum),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0x40),
            Example((0x80, 0x00), 0x00),
            Example((0x38, 0x7F), 0x7F),
        ),
    ),
    **{
        name: Operation(
            operand_count=2,
            rounded=without_flags(partial(extreme, EXTREMES[name])),
            cases=pair_cases,
            examples=examples,
        )
        for name, examples in _EXTREMES.items()
    },
    **{
        f"{name}_sign": Operation(
            operand_count=2,
            function=partial(predicates.copy_sign, name),
            cases=pair_cases,
            examples=examples,
        )
        for name, examples in _SIGNS.items()
    },
    "next_up": Operation(
        operand_count=1,
        rounded=without_flags(predicates.next_up),
        cases=single_cases,
        examples=(
            Example((0x80,), 0x01),
            Example((0x81,), 0x80),
            Example((0x7E,), 0x7E),
            Example((0x7B,), 0x7C, "e5m2"),
        ),
    ),
    "next_down": Operation(
        operand_count=1,
        rounded=without_flags(predicates.next_down),
        cases=single_cases,
        examples=(
            Example((0x00,), 0x81),
            Example((0x01,), 0x00),
            Example((0x38,), 0x37),
            Example((0x7C,), 0x7B, "e5m2"),
        ),
    ),
}
