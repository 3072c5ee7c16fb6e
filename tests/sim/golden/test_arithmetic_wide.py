# SPDX-License-Identifier: Apache-2.0
"""Products, sums and differences of 16 and 32 bits against numpy and ml_dtypes.

Those compute binary16 and bfloat16 by way of float32. The second rounding does no harm: float32
has more than twice their precision, plus two bits.
"""

import operator

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden import arithmetic as golden
from tests.helpers.oracle import (
    FAULTY_ROUNDINGS,
    assert_same_codes,
    canonical,
    codes_of,
    floats_of,
    plant_rounding,
)

WIDE_FORMATS = [FORMATS[name] for name in ("binary16", "bfloat16", "binary32")]
OPERATIONS = [
    (golden.multiply, operator.mul),
    (golden.add, operator.add),
    (golden.subtract, operator.sub),
]
OPERATION_IDS = ["multiply", "add", "subtract"]


def corner_codes(fmt):
    """Return special values, ends of ranges, powers of two and ties, each with both neighbours."""
    one = fmt.bias << fmt.mantissa_bits
    step = 1 << fmt.mantissa_bits  # doubles a normal value
    powers = [0, step, one, fmt.max_code + 1 - step, one - (fmt.bias - 1) // 2 * step]
    powers += [
        one + n * step
        for n in (
            1,
            2,
            -1,
            -2,
            fmt.mantissa_bits,
            -fmt.mantissa_bits,
            fmt.precision,
            -fmt.precision,
            -fmt.precision - 1,
        )
    ]
    halves = [step >> 1, one | step >> 1, one | 1 << (fmt.mantissa_bits // 2)]
    codes = [code + n for code in (*powers, *halves) for n in (-1, 0, 1)]
    codes += [
        fmt.max_code,
        fmt.infinity_code,
        fmt.infinity_code + 1,
        fmt.nan_code,
        fmt.magnitude_mask,
        one + step - 1,
    ]
    codes = np.unique([code for code in codes if 0 <= code <= fmt.magnitude_mask])
    return np.concatenate([codes, codes | fmt.sign_mask])


def check(fmt, a, b, model, oracle):
    with np.errstate(all="ignore"):
        result = oracle(floats_of(fmt, a), floats_of(fmt, b))
    assert_same_codes(fmt, (a, b), model(fmt, a, b), canonical(fmt, codes_of(result)))


def random_pairs(fmt):
    """Return 50,000 pairs of any codes, and 50,000 whose exponents are close to each other."""
    rng = np.random.default_rng(60)
    a, b = rng.integers(0, 2**fmt.width, (2, 100_000))
    exponent = (a[50_000:] >> fmt.mantissa_bits) + rng.integers(
        -fmt.precision - 2, fmt.precision + 3, 50_000
    )
    close = exponent << fmt.mantissa_bits & fmt.sign_mask + fmt.exponent_mask
    b[50_000:] = b[50_000:] & fmt.mantissa_mask | close
    return a, b


@pytest.mark.parametrize("model, oracle", OPERATIONS, ids=OPERATION_IDS)
@pytest.mark.parametrize("fmt", WIDE_FORMATS, ids=lambda fmt: fmt.name)
def test_corner_pairs(fmt, model, oracle):
    codes = corner_codes(fmt)
    assert len(codes) > 90
    a, b = (grid.ravel() for grid in np.meshgrid(codes, codes, indexing="ij"))
    check(fmt, a, b, model, oracle)


@pytest.mark.parametrize("model, oracle", OPERATIONS, ids=OPERATION_IDS)
@pytest.mark.parametrize("fmt", WIDE_FORMATS, ids=lambda fmt: fmt.name)
def test_random_pairs(fmt, model, oracle):
    a, b = random_pairs(fmt)
    assert a.size == 100_000
    check(fmt, a, b, model, oracle)


@pytest.mark.slow
@pytest.mark.parametrize("model, oracle", OPERATIONS, ids=OPERATION_IDS)
@pytest.mark.parametrize("fmt", WIDE_FORMATS, ids=lambda fmt: fmt.name)
def test_million_random_pairs(fmt, model, oracle):
    a, b = np.random.default_rng(61).integers(0, 2**fmt.width, (2, 1_000_000))
    check(fmt, a, b, model, oracle)


@pytest.mark.parametrize("fmt", WIDE_FORMATS, ids=lambda fmt: fmt.name)
def test_saturate(fmt):
    largest = fmt.max_code
    assert golden.add(fmt, largest, largest, "saturate") == largest
    assert golden.add(fmt, largest, largest) == fmt.infinity_code
    assert golden.multiply(fmt, largest, largest | fmt.sign_mask, "saturate") == (
        largest | fmt.sign_mask
    )
    assert golden.subtract(fmt, fmt.infinity_code, largest, "saturate") == fmt.infinity_code
    assert golden.subtract(fmt, fmt.infinity_code, fmt.infinity_code) == fmt.nan_code


@pytest.mark.parametrize("fault", FAULTY_ROUNDINGS)
@pytest.mark.parametrize("model, oracle", OPERATIONS, ids=OPERATION_IDS)
def test_planted_fault_is_found(monkeypatch, model, oracle, fault):
    plant_rounding(monkeypatch, fault)
    with pytest.raises(
        AssertionError,
        match=(
            r"^[1-9]\d* of \d+ results differ:\n  binary16( 0x[0-9a-f]+ \(\S+\),?){2}:"
            r" got 0x[0-9a-f]+ \(\S+\), expected 0x[0-9a-f]+ \(\S+\)\n"
        ),
    ):
        test_corner_pairs(FORMATS["binary16"], model, oracle)
