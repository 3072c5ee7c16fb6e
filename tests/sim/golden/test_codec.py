# SPDX-License-Identifier: Apache-2.0
"""The golden model of encoder and decoder against exact fractions, and round trips."""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.codec import decode_fixed, encode_fixed

SMALL = [fmt for fmt in FORMATS.values() if fmt.has_zero and fmt.is_signed and fmt.width <= 8]


@pytest.mark.parametrize("fmt", SMALL, ids=lambda fmt: fmt.name)
def test_every_code_makes_the_round_trip(fmt):
    codes = np.arange(1 << fmt.width)
    fixed = decode_fixed(fmt, codes, integer_bits=24, fraction_bits=20)
    for code, value, sign, nan, overflow in zip(codes, *fixed, strict=True):
        exact = golden.value(fmt, int(code))
        if isinstance(exact, Fraction):
            assert (value, nan, overflow) == (abs(exact) * 2**20, 0, 0)
            assert sign == int(code) >> (fmt.width - 1)
        else:
            assert (nan, overflow) == ((1, 0) if exact != exact else (0, 1))
    is_finite = (fixed.nan == 0) & (fixed.overflow == 0)
    back = encode_fixed(fmt, fixed.value, fixed.sign, fraction_bits=20)
    assert (back[is_finite] == codes[is_finite]).all()
    assert is_finite.sum() == 2 * (fmt.max_code + 1) - (not fmt.has_negative_zero)


def test_encoding_rounds_and_does_not_truncate():
    e4m3fn = FORMATS["e4m3fn"]
    # 17 and 19 are ties between 16, 18 and 20; 2**-10 is one between 0 and the smallest value.
    cases = [
        (17 << 10, 0, 0x58),
        (19 << 10, 0, 0x5A),
        ((17 << 10) + 1, 0, 0x59),
        (1, 0, 0x00),
        (2, 0, 0x01),
        (3, 1, 0x82),
        (0, 1, 0x80),
        (464 << 10, 0, 0x7E),
    ]
    value, sign, wanted = map(np.array, zip(*cases, strict=True))
    assert encode_fixed(e4m3fn, value, sign, fraction_bits=10).tolist() == wanted.tolist()
    above = (464 << 10) + 1
    assert encode_fixed(e4m3fn, above, 1, fraction_bits=10) == 0x7F
    assert encode_fixed(e4m3fn, above, 1, fraction_bits=10, overflow=Overflow.SATURATE) == 0xFE


def test_decoding_rounds_and_saturates():
    e5m2 = FORMATS["e5m2"]
    codes = [e5m2.infinity_code, e5m2.nan_code, 0x80, 0x01, e5m2.max_code, 0x12, 0x13, 0x16]
    fixed = decode_fixed(e5m2, codes, integer_bits=10, fraction_bits=10)
    largest = 2**20 - 1
    # 0x12 is 1.5 * 2**-11, 0x13 is 1.75 * 2**-11, 0x16 is 1.5 * 2**-10, a tie that goes to 2.
    assert fixed.value.tolist() == [largest, 0, 0, 0, largest, 1, 1, 2]
    assert fixed.overflow.tolist() == [1, 0, 0, 0, 1, 0, 0, 0]
    assert fixed.nan.tolist() == [0, 1, 0, 0, 0, 0, 0, 0]
    assert fixed.sign.tolist() == [0, 0, 1, 0, 0, 0, 0, 0]
