# SPDX-License-Identifier: Apache-2.0
"""The golden model's products, sums and differences of every pair of codes up to 8 bits."""

import operator

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden import arithmetic as golden
from tests.helpers.oracle import (
    ARITHMETIC_FORMATS,
    FAULTY_ROUNDINGS,
    NARROW_FORMATS,
    assert_same_codes,
    canonical,
    codes_of,
    every_pair,
    floats_of,
    plant_rounding,
    values_of,
)

PAIRED_FORMATS = [fmt for fmt in ARITHMETIC_FORMATS if fmt in NARROW_FORMATS]
OPERATIONS = [
    (golden.multiply, operator.mul),
    (golden.add, operator.add),
    (golden.subtract, operator.sub),
]
OPERATION_IDS = ["multiply", "add", "subtract"]


def check_every_pair(fmt, model, oracle):
    """Compare with ml_dtypes, whose own detour over float32 is harmless for these operations."""
    a, b = every_pair(fmt)
    assert a.size == 4**fmt.width
    with np.errstate(all="ignore"):
        result = oracle(floats_of(fmt, a), floats_of(fmt, b))
    assert_same_codes(fmt, (a, b), model(fmt, a, b), canonical(fmt, codes_of(result)))


@pytest.mark.parametrize("model, oracle", OPERATIONS, ids=OPERATION_IDS)
@pytest.mark.parametrize("fmt", PAIRED_FORMATS, ids=lambda fmt: fmt.name)
def test_every_pair(fmt, model, oracle):
    check_every_pair(fmt, model, oracle)


@pytest.mark.parametrize("model, oracle", OPERATIONS, ids=OPERATION_IDS)
@pytest.mark.parametrize("fmt", PAIRED_FORMATS, ids=lambda fmt: fmt.name)
def test_every_pair_saturate(fmt, model, oracle):
    """Only where finite operands overflow, the largest finite value takes the place."""
    a, b = every_pair(fmt)
    x, y = (values_of(fmt, codes) for codes in (a, b))
    with np.errstate(all="ignore"):
        exact = oracle(x, y)
        default = values_of(fmt, model(fmt, a, b))
    overflowed = np.isfinite(exact) & ~np.isfinite(default)
    assert overflowed.any() == fmt.has_nan  # FP6 and FP4 saturate anyway
    largest = np.where(exact < 0, fmt.max_code | fmt.sign_mask, fmt.max_code)
    expected = np.where(overflowed, largest, model(fmt, a, b))
    assert_same_codes(fmt, (a, b), model(fmt, a, b, "saturate"), expected)


@pytest.mark.parametrize("overflow, above", [("nan", 0x7F), ("saturate", 0x7E)])
def test_overflow_starts_above_the_tie(overflow, above):
    fmt = FORMATS["e4m3fn"]
    # 464 lies halfway between 448 and the 480 that would come next, and 448 is even.
    assert golden.add(fmt, 0x7E, 0x58, overflow) == 0x7E  # 448 + 16
    assert golden.add(fmt, 0x7E, 0x59, overflow) == above  # 448 + 18
    assert golden.encode(fmt, [464.0, np.nextafter(464.0, 500.0)], overflow).tolist() == [
        0x7E,
        above,
    ]


def test_infinite_operand_is_not_an_overflow():
    fmt = FORMATS["e5m2"]
    assert golden.multiply(fmt, 0x7C, 0xBC, "saturate") == 0xFC  # Inf * -1
    assert golden.add(fmt, 0x7C, 0x7B, "saturate") == 0x7C
    assert golden.add(fmt, 0x7B, 0x7B, "saturate") == 0x7B


def test_scalar_operands_and_broadcasting():
    fmt = FORMATS["e4m3fn"]
    assert golden.multiply(fmt, 0x38, 0x40) == 0x40
    assert golden.add(fmt, np.uint8(0x38), 0x38).shape == ()
    assert golden.add(fmt, [[0x38], [0x40]], [0, 0x38, 0x40]).tolist() == [
        [0x38, 0x40, 0x44],
        [0x40, 0x44, 0x48],
    ]
    assert golden.multiply(fmt, *np.zeros((2, 0), dtype=int)).shape == (0,)


@pytest.mark.parametrize(
    "function, arguments",
    [
        (golden.multiply, (0, 0)),
        (golden.add, (0, 0)),
        (golden.subtract, (0, 0)),
        (golden.fma, (0, 0, 0)),
    ],
)
def test_wrong_format(function, arguments):
    with pytest.raises(ValueError, match=r"^Format must have a zero and a sign, not 'e8m0fnu'$"):
        function(FORMATS["e8m0fnu"], *arguments)


@pytest.mark.parametrize("model, oracle", OPERATIONS, ids=OPERATION_IDS)
@pytest.mark.parametrize("fault", FAULTY_ROUNDINGS)
def test_planted_fault_is_found(monkeypatch, fault, model, oracle):
    plant_rounding(monkeypatch, fault)
    with pytest.raises(
        AssertionError,
        match=(
            r"^[1-9]\d* of 65536 results differ:\n"
            r"  e4m3fn 0x[0-9a-f]{2} \(\S+\), 0x[0-9a-f]{2} \(\S+\):"
            r" got 0x[0-9a-f]{2} \(\S+\), expected 0x[0-9a-f]{2} \(\S+\)\n"
        ),
    ):
        check_every_pair(FORMATS["e4m3fn"], model, oracle)
