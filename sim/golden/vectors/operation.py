# SPDX-License-Identifier: Apache-2.0
"""What an entry of the golden model of vectors is: an operation, and how it is tried."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.golden.rounding import Rounded

__all__ = ["VectorOperation"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class VectorOperation:
    """An operation on vectors of codes."""

    #: Called with the format of the operands, that of the result, the overflow policy, and an array
    #: of codes for each operand, whose last axis is the elements. Returns those of the result, whose
    #: last axis is its elements if it is a vector.
    function: Callable[..., Codes]
    #: Directed operands, then random ones, an array of rows for each operand: called with their
    #: format, the length, the number of random rows and their seed.
    cases: Callable[[Format, int, int, int], tuple[Codes, ...]]
    #: Called in the same way, with ``rounder``, which says how the last rounding is done: codes, and
    #: the flags of each vector. None if that is to nearest even only.
    flagged: Callable[..., Rounded] | None = None
