# SPDX-License-Identifier: Apache-2.0
"""Golden model of matrix products: exact dot products of all pairs of rows, each rounded once."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.golden.rounding import pack
from spikefloat.sim.golden.values import Numbers, check_codes, in_smallest, unpack
from spikefloat.sim.golden.vectors.dot import dot

__all__ = ["matrix_product"]

#: Bits of a sum of products that 64-bit integers hold.
_MAX_BITS = 62


def matrix_product(fmt: Format, to: Format, x: ArrayLike, w: ArrayLike) -> NDArray[np.int64]:
    """Return ``y[r, c] = sum of x[r, i] * w[c, i]``: what :func:`dot` gives for each pair of rows.

    The sums are integers in units of the smallest product, and so are quicker to make for a whole
    matrix than product by product. Where that cannot be, :func:`dot` is called.

    Parameters
    ----------
    fmt : Format
        Format of the operands.
    to : Format
        Format of the results.
    x : array of int
        Codes of shape (..., rows, inner).
    w : array of int
        Codes of shape (..., columns, inner); the axes before are as in ``x``, or of length one.

    Raises
    ------
    InputError
        If a code has too many bits.
    """
    x, w = check_codes(fmt, x), check_codes(fmt, w)
    a, b = unpack(fmt, x), unpack(fmt, w)
    unit = fmt.min_exponent - fmt.mantissa_bits
    inner = x.shape[-1]
    value_bits = int(fmt.max_exponent) - fmt.min_exponent + fmt.precision
    is_finite = bool(a.is_finite.all() and b.is_finite.all())
    if not is_finite or 2 * value_bits + inner.bit_length() > _MAX_BITS:
        return dot(fmt, x[..., :, None, :], w[..., None, :, :], "exact", to)
    total = in_smallest(fmt, a).astype(np.int64) @ in_smallest(fmt, b).astype(np.int64).swapaxes(
        -1, -2
    )
    # A product is negative if one operand is. A sum of zeros is -0 if every product is -0.
    minus_a, minus_b = (np.asarray(n.sign, np.int64) for n in (a, b))
    negative = minus_a @ (1 - minus_b).swapaxes(-1, -2) + (1 - minus_a) @ minus_b.swapaxes(-1, -2)
    never = np.zeros(total.shape, bool)
    exact = Numbers(
        sign=np.where(total == 0, negative == inner, total < 0),
        significand=abs(total),
        exponent=np.full(total.shape, 2 * unit),
        is_nan=never,
        is_infinite=never,
    )
    return pack(to, exact).codes
