# SPDX-License-Identifier: Apache-2.0
"""The golden model of largest elements and sums against numpy, fractions and ml_dtypes."""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.cases.vectors import element_cases
from spikefloat.sim.golden.vectors import reductions as golden
from spikefloat.sim.golden.vectors.operations import VECTORS
from tests.helpers.vectors import code_of_sum, nearest_code, ordered_values, values

FORMATS_OF_8_BITS = pytest.mark.parametrize("name", ["e4m3fn", "e5m2"])


def cases(name: str, length: int, count: int = 200) -> np.ndarray:
    return element_cases(FORMATS[name], length, count, seed=3)[0]


@FORMATS_OF_8_BITS
@pytest.mark.parametrize("length", [1, 2, 7, 8])
def test_largest_against_numpy(name: str, length: int) -> None:
    fmt, codes = FORMATS[name], cases(name, length, 2000)
    place = golden.argmax(fmt, fmt, None, codes)
    np.testing.assert_array_equal(place, ordered_values(name)[codes].argmax(axis=-1))
    largest = golden.maximum(fmt, fmt, None, codes)
    np.testing.assert_array_equal(values(name)[largest], values(name)[codes].max(axis=-1))
    zeros = np.array([[0x80, 0x00], [0x80, 0x80], [0x00, 0x80]])
    assert golden.maximum(fmt, fmt, None, zeros).tolist() == [0x00, 0x80, 0x00]
    assert golden.argmax(fmt, fmt, None, zeros).tolist() == [1, 0, 0]


def test_nan_of_a_wide_format() -> None:
    """An index is compared as an integer; of 64 bits, NaN is above infinity too."""
    fmt = FORMATS["binary64"]
    codes = np.array([[1.0, np.inf, np.nan, -np.nan, -np.inf]]).view(np.int64)
    assert golden.argmax(fmt, fmt, None, codes).tolist() == [2]
    assert golden.maximum(fmt, fmt, None, codes).tolist() == [fmt.nan_code]


@FORMATS_OF_8_BITS
@pytest.mark.parametrize("to", ["same", "bfloat16"])
@pytest.mark.parametrize("length", [1, 5, 8])
def test_sums_against_fractions(name: str, to: str, length: int) -> None:
    fmt, codes = FORMATS[name], cases(name, length)
    target = name if to == "same" else to
    rows = values(name)[codes].tolist()
    actual = golden.total(fmt, FORMATS[target], None, codes)
    assert actual.tolist() == [code_of_sum(target, ((x,) for x in row)) for row in rows]
    squares = golden.sum_of_squares(fmt, FORMATS[target], None, codes)
    assert squares.tolist() == [code_of_sum(target, ((x, x) for x in row)) for row in rows]
    assert len(np.unique(actual)) > 60


def test_the_oracle_rounds() -> None:
    """Ties to even, the largest value, and what is beyond; and another sum is seen."""
    assert nearest_code("e4m3fn", 17, is_negative=False) == 0x58  # 16, the even one of 16 and 18
    assert nearest_code("e4m3fn", 19, is_negative=True) == 0xDA  # -20
    assert nearest_code("e4m3fn", 464, is_negative=False) == 0x7E
    assert nearest_code("e4m3fn", 465, is_negative=False) == 0x7F
    assert nearest_code("e5m2", 61440, is_negative=True) == 0xFC
    fmt, codes = FORMATS["e4m3fn"], np.array([[0x38, 0x38, 0x38]])
    assert golden.total(fmt, fmt, None, codes)[0] == code_of_sum("e4m3fn", [(1.0,)] * 3)
    assert golden.total(fmt, fmt, None, codes)[0] != code_of_sum("e4m3fn", [(1.0,)] * 4)


@pytest.mark.parametrize("name", ["vector_sum", "vector_sum_of_squares", "rope"])
def test_significands_of_53_bits(name: str) -> None:
    """Python's fractions are exact, and it rounds them once; two products take 106 bits each."""
    fmt, rng = FORMATS["binary64"], np.random.default_rng(8)
    scale = 2.0 ** rng.integers(-40, 40, (200, 4))
    numbers = rng.uniform(-2, 2, (200, 4)) * scale
    codes = numbers.view(np.int64)
    operands = (codes[:, :2], codes[:, 2:3], codes[:, 3:]) if name == "rope" else (codes,)
    actual = VECTORS[name].function(fmt, fmt, None, *operands)
    exact = [[Fraction(x) for x in row] for row in numbers.tolist()]
    expected = {
        "vector_sum": lambda a, b, c, d: [a + b + c + d],
        "vector_sum_of_squares": lambda a, b, c, d: [a * a + b * b + c * c + d * d],
        "rope": lambda a, b, c, d: [a * c - b * d, a * d + b * c],
    }[name]
    right = [float(x) for row in exact for x in expected(*row)]
    np.testing.assert_array_equal(actual.ravel().view(float), right)
