# SPDX-License-Identifier: Apache-2.0
"""Golden entries of integers and integral values."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import INTEGERS, Format, Integer
from spikefloat.sim.cases.corners import draw_codes
from spikefloat.sim.cases.integral import integral_cases
from spikefloat.sim.cases.sampled import SEED, single_cases
from spikefloat.sim.golden import integers
from spikefloat.sim.golden.entry import Example, Operation
from spikefloat.sim.golden.rounding import Rounded

__all__ = ["ENTRIES"]


def _to_integer(to: Integer, fmt: Format, a: Any, overflow: Any, rounder: Any) -> Rounded:
    return integers.to_integer(fmt, to, a, rounder)


def _exponent_of(fmt: Format, a: Any, overflow: Any, rounder: Any) -> Rounded:
    return integers.exponent_of(fmt, a, overflow)


def _scale(fmt: Format, a: Any, b: Any, overflow: Any, rounder: Any) -> Rounded:
    return integers.scale_by_power_of_two(fmt, INTEGERS["int8"], a, b, overflow, rounder)


def _integers(
    source: Integer, fmt: Format, random_count: int, seed: int = SEED
) -> NDArray[np.int64]:
    """Return integers next to powers of two and to halves of the last place, then random ones."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, source.width + 1, 3000)
    significands = rng.integers(0, 1 << fmt.precision + 1, 3000) | 1 << fmt.precision
    near = np.where(
        lengths > fmt.precision + 1,
        significands << np.maximum(lengths - fmt.precision - 1, 0),
        significands >> np.maximum(fmt.precision + 1 - lengths, 0),
    )
    made = np.concatenate([near - 1, near, near + 1, -near, 1 - near, -near - 1])
    codes = np.concatenate([made, draw_codes(rng, source.width, random_count)])[:, None]
    # Of 64 bits they are numbers in two's complement already.
    return codes if source.width == 64 else codes & (1 << source.width) - 1


def _scalings(fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return the usual codes, each with some integers."""
    codes = single_cases(fmt, random_count, seed)[:, 0]
    rng = np.random.default_rng(seed)
    return np.stack([np.tile(codes, 8), rng.integers(0, 256, 8 * codes.size)], axis=1)


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
    "scale_by_power_of_two": Operation(
        operand_count=2,
        operand_widths=(None, 8),
        rounded=_scale,
        cases=_scalings,
        examples=(
            Example((0x38, 0x01), 0x40),
            Example((0xC4, 0xFF), 0xBC),
            Example((0x38, 0xF7), 0x01),
            Example((0x38, 0x7F), 0x7F),
            Example((0x80, 0x05), 0x80),
        ),
        can_overflow=True,
    ),
    **{
        f"from_{name}": Operation(
            operand_count=1,
            operand_widths=(integer.width,),
            rounded=partial(integers.from_integer, integer),
            cases=partial(_integers, integer),
            examples=(
                Example((0x3,), 0x44),
                Example(((1 << integer.width) - 3,), 0xC4)
                if integer.is_signed
                else Example((0xD,), 0x55),
                Example((0x0,), 0x00),
            ),
            can_overflow=True,
        )
        for name, integer in INTEGERS.items()
    },
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
