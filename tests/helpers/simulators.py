# SPDX-License-Identifier: Apache-2.0
"""What tests that run in both simulators share."""

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.cases.exhaustive import operand_cases

__all__ = ["ICARUS_SLOWLY", "some_pairs"]

#: Both simulators, where all cases take Icarus many times as long: it has its turn among the slow
#: tests.
ICARUS_SLOWLY = [pytest.param("icarus", marks=pytest.mark.slow), "verilator"]


def some_pairs(fmt: Format) -> NDArray[np.int64]:
    """Return every first operand of a format with sixteen second ones, other ones each time.

    They are for Icarus, where Verilator is given every pair; within the sixteen one bit changes at a
    time, so that few neurons are evaluated.
    """
    pairs = np.stack(operand_cases([fmt], 2, "all"), axis=1)
    place, windows = np.arange(len(pairs)), max((1 << fmt.width) // 16, 1)
    return pairs[place // 16 % windows == 7 * (place >> fmt.width) % windows]
