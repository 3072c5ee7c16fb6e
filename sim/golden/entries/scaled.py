# SPDX-License-Identifier: Apache-2.0
"""Golden model and entries of scaled operations (IEEE P3109, 4.5): a power of two for each operand."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import P3109_SCALE, Format, Overflow
from spikefloat.sim.cases.corners import directed_pairs, draw_codes, random_pairs
from spikefloat.sim.cases.sampled import SEED
from spikefloat.sim.golden.arithmetic import product
from spikefloat.sim.golden.entry import Example, Operation
from spikefloat.sim.golden.rounding import INVALID, NEAREST_EVEN, Rounded, Rounder, pack
from spikefloat.sim.golden.sums import pack_sum
from spikefloat.sim.golden.values import Numbers, check_arithmetic, unpack

__all__ = ["ENTRIES", "scaled_multiply", "scaled_sum"]

#: Scales that all combine: zero, the smallest, around one, the largest, NaN.
_CORNERS = (0, 1, 2, 126, 127, 128, 129, 130, 253, 254, 255)

#: How many of the directed pairs are tried.
_DIRECTED = 4_000


def scaled_sum(
    fmt: Format,
    a: ArrayLike,
    scale_a: ArrayLike,
    b: ArrayLike,
    scale_b: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
    *,
    negate_b: bool = False,
) -> Rounded:
    """Return ``a * scale_a ± b * scale_b``, rounded once, with flags.

    Infinity times a scale of zero is NaN and invalid, whatever the other operand is.
    """
    x, invalid_x = _scale(fmt, a, scale_a)
    y, invalid_y = _scale(fmt, b, scale_b)
    result = pack_sum(fmt, [x, replace(y, sign=y.sign ^ negate_b)], overflow, rounder)
    return Rounded(result.codes, result.flags | INVALID * (invalid_x | invalid_y))


def scaled_multiply(
    fmt: Format,
    a: ArrayLike,
    scale_a: ArrayLike,
    b: ArrayLike,
    scale_b: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return ``(a * scale_a) * (b * scale_b)``, rounded once, with flags; see :func:`scaled_sum`."""
    x, invalid_x = _scale(fmt, a, scale_a)
    y, invalid_y = _scale(fmt, b, scale_b)
    exact = product(x, y)
    invalid = invalid_x | invalid_y | (exact.is_nan & ~x.is_nan & ~y.is_nan)
    result = pack(fmt, exact, overflow, rounder)
    return Rounded(result.codes, result.flags | INVALID * invalid)


def _scale(fmt: Format, a: ArrayLike, scale: ArrayLike) -> tuple[Numbers, NDArray[np.bool_]]:
    """Return exact numbers times their scales, and where that is invalid."""
    check_arithmetic(fmt)
    codes, scales = np.broadcast_arrays(a, scale)
    x, factor = unpack(fmt, codes), unpack(P3109_SCALE, scales)
    exact = product(x, factor)
    return exact, np.asarray(exact.is_nan & ~x.is_nan & ~factor.is_nan)


def _cases(fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return operands with corner scales, then with scales that bring them near each other."""
    rng = np.random.default_rng(seed)
    pairs = np.column_stack(directed_pairs(fmt))
    chosen = pairs[rng.integers(0, len(pairs), _DIRECTED)]
    corners = rng.choice(_CORNERS, (_DIRECTED, 2))
    directed = np.column_stack([chosen[:, 0], corners[:, 0], chosen[:, 1], corners[:, 1]])
    a, b = random_pairs(fmt, random_count, seed)
    scale_a = draw_codes(rng, P3109_SCALE.width, random_count)
    # A sum is of both operands where they are near, a product in range where scales cancel.
    near = scale_a + rng.integers(-fmt.precision - 2, fmt.precision + 3, random_count)
    cancels = 256 - near
    picked = np.where(rng.random(random_count) < 0.5, near, cancels)
    drawn = np.column_stack([a, scale_a, b, np.clip(picked, 0, 255)])
    return np.concatenate([directed, drawn])


def _entry(function: object, *examples: Example) -> Operation:
    assert callable(function)
    return Operation(
        operand_count=4,
        operand_names=("a", "scale_a", "b", "scale_b"),
        operand_widths=(None, P3109_SCALE.width, None, P3109_SCALE.width),
        rounded=function,
        cases=_cases,
        examples=examples,
        can_overflow=True,
    )


#: See :data:`spikefloat.sim.golden.operations.OPERATIONS`. The scale 128 is 1, 129 is 2.
ENTRIES: dict[str, Operation] = {
    "scaled_add": _entry(
        scaled_sum,
        Example((0x38, 129, 0x38, 128), 0x44),
        Example((0x38, 0, 0x40, 127), 0x38),
        Example((0x38, 255, 0x38, 128), 0x7F),
        Example((0x7C, 0, 0x3C, 128), 0x7E, "e5m2"),
    ),
    "scaled_subtract": _entry(
        partial(scaled_sum, negate_b=True),
        Example((0x38, 129, 0x38, 128), 0x38),
        Example((0x38, 128, 0x38, 130), 0xC4),
    ),
    "scaled_multiply": _entry(
        scaled_multiply,
        Example((0x44, 129, 0x44, 127), 0x51),
        Example((0x44, 254, 0x44, 2), 0x51),
        Example((0x44, 254, 0x44, 254), 0x7F),
    ),
}
