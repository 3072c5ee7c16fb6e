# SPDX-License-Identifier: Apache-2.0
"""Codes as bit planes and back."""

import numpy as np
import pytest

from spikefloat.sim.graphs.planes import (
    all_pairs_planes,
    counter_planes,
    pack_codes,
    unpack_bits,
    unpack_codes,
    word_count,
)


@pytest.mark.parametrize("trials, words", [(0, 0), (1, 1), (64, 1), (65, 2)])
def test_word_count(trials, words):
    assert word_count(trials) == words


@pytest.mark.parametrize("trials", [0, 1, 64, 130])
@pytest.mark.parametrize("width", [1, 3, 8, 9, 16, 31, 33, 63, 64])
def test_pack_codes(width, trials):
    """Every bit lands where it should, the padding is zero, and unpacking gives the codes."""
    draw = np.random.default_rng(width)
    codes = draw.integers(0, (1 << width) - 1, trials, np.uint64, endpoint=True)
    planes = pack_codes(codes, width)
    assert planes.shape == (width, word_count(trials))
    assert planes.dtype == np.uint64
    expected = [[0] * word_count(trials) for _ in range(width)]
    for trial, code in enumerate(codes.tolist()):
        for bit in range(width):
            expected[bit][trial // 64] |= (code >> bit & 1) << trial % 64
    assert planes.tolist() == expected
    unpacked = unpack_codes(planes, trials)
    assert unpacked.dtype.itemsize == next(size for size in (1, 2, 4, 8) if width <= 8 * size)
    np.testing.assert_array_equal(unpacked, codes)
    bits = unpack_bits(planes, trials)
    assert bits.tolist() == [[code >> bit & 1 for bit in range(width)] for code in codes.tolist()]


@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, ">u2", np.int32, ">i8", np.uint64])
def test_pack_codes_type(dtype):
    codes = np.array([0, 1, 1, 0, 1], dtype)
    assert pack_codes(codes, 12).tolist() == [[22]] + [[0]] * 11


def test_pack_codes_lanes():
    """Codes side by side, the first in the least significant bits."""
    codes = np.random.default_rng(3).integers(0, 8, (200, 5))
    planes = pack_codes(codes, 3)
    assert planes.shape == (15, 4)
    total = sum(codes[:, lane] << 3 * lane for lane in range(5))
    np.testing.assert_array_equal(unpack_codes(planes, 200), total)


@pytest.mark.parametrize(
    "codes, width, error, message",
    [
        ([0, 4], 2, ValueError, r"^Codes must be between 0 and 3, not 4$"),
        ([-1], 64, ValueError, r"^Codes must be between 0 and 18446744073709551615, not -1$"),
        ([0.5], 2, TypeError, r"^Codes must be integers, not float64$"),
        ([1 << 64], 64, TypeError, r"^Codes must be integers, not object$"),
    ],
)
def test_pack_codes_wrong(codes, width, error, message):
    with pytest.raises(error, match=message):
        pack_codes(codes, width)


def test_unpack_codes_wrong():
    with pytest.raises(ValueError, match=r"^Planes of codes must be at most 64, not 65$"):
        unpack_codes(np.zeros((65, 1), np.uint64), 1)


@pytest.mark.parametrize("width", [1, 5, 6, 7, 12])
def test_counter_planes(width):
    numbers = unpack_codes(counter_planes(width, 5, 3), 320)
    np.testing.assert_array_equal(numbers, (np.arange(320) + 192) % (1 << width))


@pytest.mark.parametrize("width_a, width_b", [(8, 8), (4, 8), (6, 3), (1, 1)])
def test_all_pairs_planes(width_a, width_b):
    a, b = all_pairs_planes(width_a, width_b)
    trials = 1 << width_a + width_b
    assert a.shape == (width_a, word_count(trials))
    codes_a, codes_b = unpack_codes(a, trials), unpack_codes(b, trials)
    expected_a, expected_b = np.divmod(np.arange(trials), 1 << width_b)
    np.testing.assert_array_equal(codes_a, expected_a)
    np.testing.assert_array_equal(codes_b, expected_b)


def test_all_pairs_planes_in_pieces():
    whole = all_pairs_planes(8, 8)
    pieces = [all_pairs_planes(8, 8, words=256, first_word=first) for first in range(0, 1024, 256)]
    for operand in range(2):
        np.testing.assert_array_equal(
            np.concatenate([piece[operand] for piece in pieces], axis=1), whole[operand]
        )
    assert all_pairs_planes(8, 8, first_word=1000)[0].shape == (8, 24)
