# SPDX-License-Identifier: Apache-2.0
"""A stranger's arithmetic to compare with: the float types of ml_dtypes and numpy.

Shared by the tests; nothing here knows how the golden model or the circuits work.
"""

import ml_dtypes
import numpy as np

from rtl_gen.formats import FORMATS, Format
from sim.golden import describe

__all__ = [
    "ARITHMETIC_FORMATS",
    "NARROW_FORMATS",
    "all_codes",
    "assert_same_codes",
    "canonical",
    "codes_of",
    "dtype_of",
    "every_pair",
    "floats_of",
]

#: Formats of at most 8 bits.
NARROW_FORMATS = [fmt for fmt in FORMATS.values() if fmt.width <= 8]

#: Formats with arithmetic: all but the scaling format.
ARITHMETIC_FORMATS = [fmt for fmt in FORMATS.values() if fmt.has_zero and fmt.is_signed]


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


def codes_of(floats: np.ndarray) -> np.ndarray:
    """Return the bits of an array of the library's floats."""
    return floats.view(f"uint{8 * floats.dtype.itemsize}").astype(np.int64)


def canonical(fmt: Format, codes: np.ndarray) -> np.ndarray:
    """Replace every NaN by the canonical one: its sign and payload are not specified."""
    if not fmt.has_nan:
        return codes
    return np.where(np.isnan(floats_of(fmt, codes).astype(np.float64)), fmt.nan_code, codes)


def all_codes(fmt: Format) -> np.ndarray:
    """Return every code of a format, in order."""
    return np.arange(2**fmt.width)


def every_pair(fmt: Format) -> tuple[np.ndarray, np.ndarray]:
    """Return every pair of codes, as two flat arrays."""
    a, b = np.meshgrid(all_codes(fmt), all_codes(fmt), indexing="ij")
    return a.ravel(), b.ravel()


def assert_same_codes(
    fmt: Format, operands: tuple[np.ndarray, ...], actual: np.ndarray, expected: np.ndarray,
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
