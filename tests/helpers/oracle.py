# SPDX-License-Identifier: Apache-2.0
"""A stranger's arithmetic to compare with: the float types of ml_dtypes and numpy.

Shared by the tests; nothing here knows how the golden model or the circuits work. ml_dtypes goes
by way of float32, so it rounds twice where that is not exact: a fused multiply-add, or a float64.
:func:`nearest_codes` and :func:`nearest_code` serve there; they look for the nearest of all the
values that ml_dtypes gives the codes.
"""

import bisect
from fractions import Fraction

import ml_dtypes
import numpy as np

from spikefloat.rtl_gen.formats import FORMATS, Format, Rounding
from spikefloat.sim.golden import rounding
from spikefloat.sim.golden.arithmetic import describe

__all__ = [
    "ARITHMETIC_FORMATS",
    "FAULTY_ROUNDINGS",
    "NARROW_FORMATS",
    "SHARED_FORMATS",
    "UP_TO_16_BITS",
    "all_codes",
    "assert_same_codes",
    "canonical",
    "codes_of",
    "dtype_of",
    "every_pair",
    "floats_of",
    "nearest_code",
    "nearest_codes",
    "values_of",
]

#: Formats that ml_dtypes or numpy has, too; float32 holds the values of each.
SHARED_FORMATS = [fmt for fmt in FORMATS.values() if fmt.aliases and fmt.width <= 32]

#: Those of at most 8 bits.
NARROW_FORMATS = [fmt for fmt in SHARED_FORMATS if fmt.width <= 8]

#: Those of at most 16 bits.
UP_TO_16_BITS = [fmt for fmt in SHARED_FORMATS if fmt.width <= 16]

#: Those with arithmetic: all but the scaling format.
ARITHMETIC_FORMATS = [fmt for fmt in SHARED_FORMATS if fmt.has_zero and fmt.is_signed]


def dtype_of(fmt: Format) -> np.dtype:
    """Return the type of ml_dtypes or numpy that has the same codes."""
    for name in (fmt.name, *fmt.aliases):
        for library in (ml_dtypes, np):
            scalar_type = getattr(library, name, None)
            if scalar_type is not None:
                return np.dtype(scalar_type)
    raise LookupError(f"Format must be one of ml_dtypes or numpy, not {fmt.name!r}")


def floats_of(fmt: Format, codes: np.ndarray) -> np.ndarray:
    """Return the same bits as an array of the library's floats."""
    dtype = dtype_of(fmt)
    return np.asarray(codes).astype(f"uint{8 * dtype.itemsize}").view(dtype)


def values_of(fmt: Format, codes: np.ndarray) -> np.ndarray:
    """Return the values of codes as ``float64``."""
    with np.errstate(invalid="ignore"):  # a signaling NaN
        return floats_of(fmt, codes).astype(np.float64)


def codes_of(floats: np.ndarray) -> np.ndarray:
    """Return the bits of an array of the library's floats."""
    return floats.view(f"uint{8 * floats.dtype.itemsize}").astype(np.int64)


def canonical(fmt: Format, codes: np.ndarray) -> np.ndarray:
    """Replace every NaN by the canonical one: its sign and payload are not specified."""
    if not fmt.has_nan:
        return codes
    return np.where(np.isnan(values_of(fmt, codes)), fmt.nan_code, codes)


def all_codes(fmt: Format) -> np.ndarray:
    """Return every code of a format, in order."""
    return np.arange(2**fmt.width)


def every_pair(fmt: Format) -> tuple[np.ndarray, np.ndarray]:
    """Return every pair of codes, as two flat arrays."""
    a, b = np.meshgrid(all_codes(fmt), all_codes(fmt), indexing="ij")
    return a.ravel(), b.ravel()


def nearest_codes(fmt: Format, exact: np.ndarray) -> np.ndarray:
    """Return the codes nearest to ``float64`` values, by search in the list of all values.

    For formats of at most 8 bits, where the list is short and a ``float64`` holds all midpoints.
    """
    grid = values_of(fmt, np.arange(fmt.max_code + 1))
    after_last = 2 * grid[-1] - grid[-2]  # what would come next, and means overflow
    midpoints = (grid + np.append(grid[1:], after_last)) / 2
    # The number of midpoints below, and half of those that are met exactly: up to the even code.
    below = np.searchsorted(midpoints, abs(exact), side="left")
    nearest = np.where(
        midpoints[np.minimum(below, fmt.max_code)] == abs(exact), below + below % 2, below
    )
    magnitude = np.minimum(nearest, fmt.max_code + 1)
    if fmt.nan_code is None:
        magnitude = np.minimum(magnitude, fmt.max_code)
    has_sign = np.signbit(exact) & (fmt.has_negative_zero | (magnitude != 0))
    codes = np.where(has_sign, magnitude | fmt.sign_mask, magnitude)
    is_nan = np.isnan(exact)
    if not fmt.has_infinity:
        is_nan |= magnitude > fmt.max_code
    return np.where(is_nan, fmt.nan_code or 0, codes)


def nearest_code(fmt: Format, exact: Fraction) -> int:
    """Return the code nearest to ``exact``, which is not zero, in a format with infinity."""

    def at(code: int) -> Fraction:
        return Fraction(float(values_of(fmt, np.array(code))))

    magnitude = abs(exact)
    last = fmt.max_code
    upper = bisect.bisect_left(range(last + 1), magnitude, key=at)
    above = at(upper) if upper <= last else 2 * at(last) - at(last - 1)
    below = at(upper - 1)
    if magnitude - below == above - magnitude:
        code = upper - upper % 2
    else:
        code = upper if above - magnitude < magnitude - below else upper - 1
    return code | fmt.sign_mask if exact < 0 else code


def assert_same_codes(
    fmt: Format,
    operands: tuple[np.ndarray, ...],
    actual: np.ndarray,
    expected: np.ndarray,
    operand_fmt: Format | None = None,
) -> None:
    """Compare codes bit for bit; show the first few operands whose results differ.

    ``operand_fmt`` is the format of the operands where it is not that of the results.
    """
    assert actual.shape == expected.shape
    given = operand_fmt or fmt
    shown = []
    wrong = np.flatnonzero(actual != expected)
    for i in wrong[:8]:
        codes = ", ".join(f"{op[i]:#04x} ({describe(given, op[i])})" for op in operands)
        got, want = (f"{x[i]:#04x} ({describe(fmt, x[i])})" for x in (actual, expected))
        shown.append(f"  {given.name} {codes}: got {got}, expected {want}")
    assert not wrong.size, f"{wrong.size} of {actual.size} results differ:\n" + "\n".join(shown)


#: Modes of rounding that are wrong where the golden model should round to nearest even.
FAULTY_ROUNDINGS = {"ties_away": Rounding.NEAREST_AWAY, "truncate": Rounding.TOWARD_ZERO}


def plant_rounding(monkeypatch, fault: str) -> None:
    """Make the golden model round in a wrong way whenever it should round to nearest even."""
    right = rounding.round_integer

    def wrong(significand, shift, sign, parity, rounder):
        return right(
            significand, shift, sign, parity, rounder._replace(mode=FAULTY_ROUNDINGS[fault])
        )

    monkeypatch.setattr(rounding, "round_integer", wrong)
