# SPDX-License-Identifier: Apache-2.0
"""Matrix products of the golden model are its dot products, all at once."""

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden.vectors.dot import dot
from spikefloat.sim.golden.vectors.matrix import matrix_product

WIDE = FORMATS["bfloat16"]


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "e2m1fn", "bfloat16"])
@pytest.mark.parametrize("kind", ["any", "finite", "tiny"])
def test_equal_to_dot(name: str, kind: str) -> None:
    """Any codes, so that some are NaN; finite ones; and zeros of both signs with few others."""
    fmt = FORMATS[name]
    rng = np.random.default_rng(1)
    shapes = (3, 20, 4), (1, 9, 4)
    x, w = (rng.integers(0, 1 << fmt.width, shape) for shape in shapes)
    if kind == "finite":
        x, w = (np.where((a & fmt.magnitude_mask) > fmt.max_code, 0, a) for a in (x, w))
    if kind == "tiny":
        x, w = (a & (fmt.sign_mask | 1) for a in (x, w))
    expected = dot(fmt, x[:, :, None, :], w[:, None, :, :], "exact", WIDE)
    if kind == "tiny":
        assert (expected == WIDE.sign_mask).any()
    np.testing.assert_array_equal(matrix_product(fmt, WIDE, x, w), expected)


def test_code_too_large() -> None:
    with pytest.raises(InputError, match="256"):
        matrix_product(FORMATS["e4m3fn"], WIDE, [[256]], [[0]])
