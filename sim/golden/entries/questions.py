# SPDX-License-Identifier: Apache-2.0
"""Golden entries of comparisons and of questions about a number."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.cases.sampled import pair_cases, single_cases
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden import predicates
from spikefloat.sim.golden.entry import Example, Operation, without_flags
from spikefloat.sim.golden.rounding import Rounded

__all__ = ["ENTRIES"]

_COMPARES = {
    "less_equal": (
        Example((0x38, 0x38), 1),
        Example((0x00, 0x80), 1),
        Example((0x7F, 0x7F), 0),
    ),
    "greater": (Example((0x40, 0x38), 1), Example((0x38, 0x38), 0)),
    "greater_equal": (Example((0x38, 0x38), 1), Example((0x38, 0x40), 0)),
}

_SIGNALLING = {
    "equal": (Example((0x80, 0x00), 1), Example((0x7F, 0x7F), 0)),
    "less": (Example((0x38, 0x40), 1), Example((0x7F, 0x38), 0)),
    **_COMPARES,
}

_PREDICATES = {
    "is_zero": (Example((0x80,), 1), Example((0x01,), 0)),
    "is_one": (Example((0x38,), 1), Example((0xB8,), 0)),
    "is_nan": (Example((0xFF,), 1), Example((0x7E,), 0)),
    "is_infinite": (Example((0xFC,), 1, "e5m2"), Example((0x7F,), 0, "e5m2")),
    "is_finite": (Example((0x7E,), 1), Example((0x7F,), 0)),
    "is_sign_minus": (Example((0x80,), 1), Example((0x38,), 0)),
    "is_normal": (Example((0x08,), 1), Example((0x07,), 0)),
    "is_subnormal": (Example((0x07,), 1), Example((0x00,), 0)),
}


def _compare(name: str, fmt: Format, a: ArrayLike, b: ArrayLike) -> NDArray[np.int64]:
    return predicates.compare(name, fmt, a, b).codes


def _signalling(
    name: str, fmt: Format, a: ArrayLike, b: ArrayLike, overflow: Any, rounder: Any
) -> Rounded:
    return predicates.compare(name, fmt, a, b, is_signalling=True)


#: See :data:`spikefloat.sim.golden.operations.OPERATIONS`.
ENTRIES: dict[str, Operation] = {
    "less": Operation(
        operand_count=2,
        rounded=without_flags(golden.less),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 1),
            Example((0x80, 0x00), 0),
            Example((0x7F, 0x38), 0),
        ),
        bits=1,
    ),
    "equal": Operation(
        operand_count=2,
        rounded=without_flags(golden.equal),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0),
            Example((0x80, 0x00), 1),
            Example((0x7F, 0x7F), 0),
        ),
        bits=1,
    ),
    "unordered": Operation(
        operand_count=2,
        rounded=without_flags(golden.unordered),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0),
            Example((0x7F, 0x38), 1),
        ),
        bits=1,
    ),
    **{
        name: Operation(
            operand_count=2,
            rounded=without_flags(partial(_compare, name)),
            cases=pair_cases,
            examples=examples,
            bits=1,
        )
        for name, examples in _COMPARES.items()
    },
    **{
        f"signalling_{name}": Operation(
            operand_count=2,
            rounded=partial(_signalling, name),
            cases=pair_cases,
            examples=examples,
            bits=1,
        )
        for name, examples in _SIGNALLING.items()
    },
    "total_order": Operation(
        operand_count=2,
        function=predicates.total_order,
        cases=pair_cases,
        examples=(
            Example((0x80, 0x00), 1),
            Example((0x00, 0x80), 0),
            Example((0x7F, 0x38), 0),
            Example((0xFF, 0xFE), 1),
        ),
        bits=1,
    ),
    **{
        name: Operation(
            operand_count=1,
            function=partial(predicates.predicate, name),
            cases=single_cases,
            examples=examples,
            bits=1,
        )
        for name, examples in _PREDICATES.items()
    },
    "classify": Operation(
        operand_count=1,
        function=predicates.classify,
        cases=single_cases,
        examples=(
            Example((0x38,), 1 << 6),
            Example((0x80,), 1 << 3),
            Example((0x87,), 1 << 2),
            Example((0x7F,), 1 << 9),
            Example((0x7C,), 1 << 7, "e5m2"),
        ),
        bits=len(predicates.CLASSES),
    ),
}
