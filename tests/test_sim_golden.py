# SPDX-License-Identifier: Apache-2.0
"""The golden model's products against the float types of ml_dtypes and numpy."""

import numpy as np
import pytest

from rtl_gen.formats import FORMATS
from sim import golden
from tests.oracle import (
    NARROW_FORMATS,
    assert_same_codes,
    canonical,
    codes_of,
    every_pair,
    floats_of,
)

PAIRED_FORMATS = [fmt for fmt in NARROW_FORMATS if fmt.has_zero]


@pytest.mark.parametrize("fmt", PAIRED_FORMATS, ids=lambda fmt: fmt.name)
def test_multiply_every_pair(fmt):
    a, b = every_pair(fmt)
    assert a.size == 4**fmt.width
    with np.errstate(all="ignore"):
        product = floats_of(fmt, a) * floats_of(fmt, b)
    expected = canonical(fmt, codes_of(product))
    assert_same_codes(fmt, (a, b), golden.multiply(fmt, a, b), expected)


def test_multiply_saturate():
    fmt = FORMATS["e4m3fn"]
    assert golden.multiply(fmt, 0x7E, 0x7E) == 0x7F
    assert golden.multiply(fmt, 0x7E, 0xFE, "saturate") == 0xFE
    assert golden.multiply(fmt, 0x7F, 0x7E, "saturate") == 0x7F
