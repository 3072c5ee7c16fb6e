# SPDX-License-Identifier: Apache-2.0
"""A function as a table: the code of its value, for every code of the operand."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.circuits.functions.function import Tabulated
from spikefloat.rtl_gen.circuits.functions.outcome import Exact, Irrational
from spikefloat.rtl_gen.circuits.functions.position import locate
from spikefloat.rtl_gen.circuits.functions.rounding import (
    INVALID_FLAG,
    Located,
    Result,
    Rounder,
)
from spikefloat.rtl_gen.formats import Format, Overflow, Rounding

__all__ = ["entries", "tabulate"]


def tabulate(function: Tabulated, fmt: Format, rounder: Rounder) -> Result:
    """Return a function's codes and flags, one row for each code of the operand.

    Parameters
    ----------
    function : Tabulated
        The function.
    fmt : Format
        Format of the operand.
    rounder : Rounder
        How results are rounded; one column for each value of its random bits.
    """
    outcomes = _outcomes(function, fmt, rounder.format, rounder.rest_bits)
    rows = [_result(outcome, fmt, code, rounder) for code, outcome in enumerate(outcomes)]
    return Result(np.stack([row.codes for row in rows]), np.stack([row.flags for row in rows]))


def entries(
    function: Tabulated,
    fmt: Format,
    to: Format,
    policy: Overflow,
    modes: Sequence[Rounding],
    random_bits: int,
    is_tiny_before: bool,
    has_flags: bool,
) -> NDArray[np.int64]:
    """Return a table for an address: the operand lowest, then random numbers or the mode.

    Parameters
    ----------
    function : Tabulated
        The function.
    fmt, to : Format
        Format of the operand and of the result.
    policy : Overflow
        What becomes of results that are too large.
    modes : sequence of Rounding
        The mode for each value of its part of the address.
    random_bits : int
        Number of random bits.
    is_tiny_before : bool
        Whether a result is tiny as it was before rounding.
    has_flags : bool
        Whether the flags stand above the code.
    """
    parts = []
    for mode in modes:
        rounder = Rounder(to, policy, mode, random_bits, is_tiny_before)
        result = tabulate(function, fmt, rounder)
        codes = result.codes | result.flags << to.width if has_flags else result.codes
        parts.append(codes.T.ravel())
    return np.concatenate(parts)


def _result(outcome: Located | None, fmt: Format, code: int, rounder: Rounder) -> Result:
    is_negative = bool(code & fmt.sign_mask)
    if outcome is not None:
        return rounder.round(outcome, is_operand_negative=is_negative)
    shape = 1 << rounder.random_bits
    # A NaN raises no flag, unless the format of the result has none.
    flags = 0 if rounder.format.has_nan else INVALID_FLAG
    return Result(np.full(shape, rounder.not_a_number(is_negative)), np.full(shape, flags))


@lru_cache(maxsize=128)
def _outcomes(
    function: Tabulated, fmt: Format, to: Format, rest_bits: int
) -> tuple[Located | None, ...]:
    """Return what a function gives for each code, None for NaN."""
    return tuple(_located(function, fmt, code, to, rest_bits) for code in range(1 << fmt.width))


def _located(
    function: Tabulated, fmt: Format, code: int, to: Format, rest_bits: int
) -> Located | None:
    outcome = function.outcome(fmt, code)
    if isinstance(outcome, Irrational):
        return locate(to, outcome, rest_bits)
    if isinstance(outcome, Exact) and outcome.value:
        return locate(to, outcome.value, rest_bits)
    return outcome
