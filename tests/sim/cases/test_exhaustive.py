# SPDX-License-Identifier: Apache-2.0
"""Benches drive the operands that they say they drive."""

from itertools import product

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, find_format
from spikefloat.sim.cases.exhaustive import concerns, operand_cases
from spikefloat.sim.golden.arithmetic import decode

E4M3FN, E5M2, E2M1FN = map(find_format, ["e4m3fn", "e5m2", "e2m1fn"])

NARROW = [fmt for fmt in FORMATS.values() if fmt.width <= 8]


def as_set(operands):
    return set(zip(*(codes.tolist() for codes in operands), strict=True))


@pytest.mark.parametrize("fmt", NARROW, ids=lambda fmt: fmt.name)
def test_published_codes(fmt):
    codes = np.arange(2**fmt.width)
    values = decode(fmt, codes)
    positive = np.isfinite(values) & ~np.signbit(values)
    (published,) = operand_cases([fmt], 1, "published")
    np.testing.assert_array_equal(np.sort(published), codes[positive])


def test_published_pairs_of_e4m3fn():
    operands = operand_cases([E4M3FN], 2, "published")
    assert len(operands[0]) == 16129
    assert as_set(operands) == set(product(range(127), repeat=2))
    assert concerns(E4M3FN, operands, "published").all()


@pytest.mark.parametrize("count, cases", [(1, 16), (2, 256), (3, 4096)])
def test_all_cases(count, cases):
    operands = operand_cases([E2M1FN], count, "all")
    assert [len(codes) for codes in operands] == [cases] * count
    assert as_set(operands) == set(product(range(16), repeat=count))


def test_operands_change_by_one_bit():
    a, b = operand_cases([E4M3FN], 2, "all")
    for codes, changes in ((a, 255), (b, 65535)):
        steps = codes[1:] ^ codes[:-1]
        assert np.count_nonzero(steps) == changes
        assert set(np.bitwise_count(steps).tolist()) <= {0, 1}


@pytest.mark.parametrize(
    "pairs, cases", [("all", (65536, 65536, 256)), ("published", (16129, 15376, 64))]
)
def test_formats_share_a_bench(pairs, cases):
    formats = (E4M3FN, E5M2, E2M1FN)
    operands = operand_cases(formats, 2, pairs)
    for fmt, wanted in zip(formats, cases, strict=True):
        mine = concerns(fmt, operands, pairs)
        chosen = tuple(codes[mine] for codes in operands)
        assert len(chosen[0]) == wanted
        assert as_set(chosen) == as_set(operand_cases([fmt], 2, pairs))


def test_cases_from_an_array():
    rows = np.array([[1, 2], [255, 0]], np.uint8)
    a, b = operand_cases([E4M3FN, E2M1FN], 2, rows)
    assert a.tolist() == [1, 255]
    assert b.tolist() == [2, 0]
    assert concerns(E2M1FN, (a, b), rows).tolist() == [True, False]


@pytest.mark.parametrize(
    "rows, message",
    [
        (np.zeros((3, 3), int), r"Operands must be rows of 2 integers, not int64 \(3, 3\)"),
        (np.zeros((3, 2)), r"Operands must be rows of 2 integers, not float64 \(3, 2\)"),
        (np.array([[0, 256]]), "Operand must be from 0 to 0xff, not 256"),
        (np.array([[-1, 0]]), "Operand must be from 0 to 0xff, not -1"),
    ],
)
def test_cases_from_a_wrong_array(rows, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        operand_cases([E4M3FN], 2, rows)


def test_too_many_cases():
    message = "^Number of cases must be at most 16777216, not 4294967296$"
    with pytest.raises(ValueError, match=message):
        operand_cases([find_format("binary16")], 2, "all")
