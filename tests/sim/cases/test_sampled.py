# SPDX-License-Identifier: Apache-2.0
"""Operands where not all can be tried."""

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.cases.corners import corner_codes
from spikefloat.sim.cases.sampled import is_exhaustive, sampled_operands


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("name", ["e4m3fn", "bfloat16", "binary32"])
def test_corners_come_first_and_the_random_ones_are_repeatable(name: str, count: int) -> None:
    fmt = FORMATS[name]
    rows = sampled_operands(fmt, count, 1000)
    assert rows.shape[1] == count
    assert len(rows) >= 1000 + len(corner_codes(fmt)) if count < 3 else len(rows) > 20_000
    assert rows.min() >= 0
    assert rows.max() < 2**fmt.width
    np.testing.assert_array_equal(rows, sampled_operands(fmt, count, 1000))
    assert (rows[-1000:] != sampled_operands(fmt, count, 1000, seed=2)[-1000:]).any()
    # Every operand meets the largest finite code and zero.
    for column in rows.T:
        assert {0, fmt.max_code} <= set(column.tolist())


def test_what_is_exhaustive() -> None:
    assert is_exhaustive(FORMATS["e4m3fn"], 2)
    assert is_exhaustive(FORMATS["binary16"], 1)
    assert is_exhaustive(FORMATS["e3m2fn"], 3)
    assert not is_exhaustive(FORMATS["e4m3fn"], 3)
    assert not is_exhaustive(FORMATS["bfloat16"], 2)


def test_wrong_number_of_operands() -> None:
    with pytest.raises(ValueError, match=r"^Number of operands must be 1, 2 or 3, not 4$"):
        sampled_operands(FORMATS["e4m3fn"], 4, 10)
