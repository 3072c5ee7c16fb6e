# SPDX-License-Identifier: Apache-2.0
"""Operands of roundings to integers in wide formats: integers, halves, and what is next to them."""

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.cases.sampled import SEED, single_cases

__all__ = ["integral_cases"]

#: How many operands are made for each kind.
_MADE = 1000


def integral_cases(fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return operands next to an integer or a half, of every size, then the usual ones."""
    rng = np.random.default_rng(seed)
    # Exponents from a quarter to twice what has no fraction.
    lowest, highest = fmt.bias - 2, min(fmt.bias + fmt.precision, fmt.max_code >> fmt.mantissa_bits)
    fields = rng.integers(max(lowest, 1), highest + 1, _MADE)
    mantissas = rng.integers(0, 1 << fmt.mantissa_bits, _MADE)
    # The bits below a half are cleared.
    below = np.clip(fmt.bias + fmt.mantissa_bits - 1 - fields, 0, fmt.mantissa_bits)
    codes = fields << fmt.mantissa_bits | mantissas >> below << below
    limits = np.arange(fmt.bias, highest + 1) << fmt.mantissa_bits
    near = np.concatenate([codes, limits])
    near = np.concatenate([near - 1, near, near + 1])
    made = np.concatenate([near, near | fmt.signed_sign_mask])
    return np.concatenate([made[:, None], single_cases(fmt, random_count, seed)])
