# SPDX-License-Identifier: Apache-2.0
"""Codes of what a function gives, rounded in any way, with the flags."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.circuits.functions.outcome import (
    Exact,
    Infinite,
    Invalid,
)
from spikefloat.rtl_gen.circuits.functions.position import Position
from spikefloat.rtl_gen.formats import Format, Overflow, Rounding

__all__ = ["INVALID_FLAG", "Located", "Result", "Rounder"]

#: A zero, infinity or nothing, or the place of another number.
Located = Exact | Infinite | Invalid | Position

#: Flags, as in RISC-V's fflags.
_INEXACT, _UNDERFLOW, _OVERFLOW, _DIVIDE_BY_ZERO, INVALID_FLAG = 1, 2, 4, 8, 16

#: The mode that rounds a positive number away from zero, and that which does so with a negative.
_TOWARD = (Rounding.UP, Rounding.DOWN)


@dataclass(frozen=True)
class Result:
    """Codes, one for each random number, and their flags."""

    codes: NDArray[np.int64]
    flags: NDArray[np.int64]


@dataclass(frozen=True)
class Rounder:
    """How outcomes become codes of a format.

    Parameters
    ----------
    format : Format
        Format of the results; it has a zero.
    policy : Overflow
        What becomes of results that are too large.
    mode : Rounding
        Which way to round.
    random_bits : int
        Number of random bits of a stochastic mode, else 0.
    is_tiny_before : bool
        Whether a result is tiny as it was before rounding.
    """

    format: Format
    policy: Overflow
    mode: Rounding = Rounding.NEAREST_EVEN
    random_bits: int = 0
    is_tiny_before: bool = False

    def round(self, outcome: Located, *, is_operand_negative: bool = False) -> Result:
        """Return the codes of an outcome, for each value of the random bits.

        Parameters
        ----------
        outcome : Exact, Infinite, Invalid or Position
            What a function gives; a number that is not zero by its place, with :attr:`rest_bits`.
        is_operand_negative : bool
            Sign bit of the operand: a NaN that the format lacks becomes a zero of the opposite sign.
        """
        match outcome:
            case Invalid():
                return self._same(self.not_a_number(is_operand_negative), INVALID_FLAG)
            case Infinite():
                return self._infinity(outcome, is_operand_negative)
            case Exact():
                has_sign = outcome.is_negative_zero and self.format.has_negative_zero
                return self._same(self.format.sign_mask if has_sign else 0, 0)
        return self._number(outcome, is_operand_negative)

    def not_a_number(self, is_operand_negative: bool) -> int:
        """Return the code of NaN, or of what stands for it."""
        if self.format.nan_code is not None:
            return self.format.nan_code
        return 0 if is_operand_negative else self.format.sign_mask

    @property
    def rest_bits(self) -> int:
        """Places below the last one: those of the random number, and three more."""
        return self.random_bits + 3

    def _same(self, code: int, flags: int) -> Result:
        """Return a code that no random number changes."""
        shape = 1 << self.random_bits
        return Result(np.full(shape, code), np.full(shape, flags))

    def _infinity(self, outcome: Infinite, is_operand_negative: bool) -> Result:
        fmt = self.format
        if outcome.is_negative and not fmt.is_signed:
            return self._same(self.not_a_number(is_operand_negative), INVALID_FLAG)
        sign = fmt.sign_mask if outcome.is_negative else 0
        is_kept = fmt.infinity_code is not None and self.policy is not Overflow.SATURATE_FINITE
        flags = 0 if is_kept else _OVERFLOW | _INEXACT
        if outcome.is_pole:
            flags = _DIVIDE_BY_ZERO
        if is_kept:
            return self._same(sign | (fmt.max_code + 1), flags)
        if self.policy.saturates:
            return self._same(sign | fmt.max_code, flags)
        return self._same(self.not_a_number(is_operand_negative), flags)

    def _number(self, place: Position, is_operand_negative: bool) -> Result:
        fmt = self.format
        if place.is_negative and not fmt.is_signed:
            return self._same(self.not_a_number(is_operand_negative), INVALID_FLAG)
        magnitude = place.below + self._goes_away(place)
        is_too_large = magnitude > fmt.max_code
        is_tiny = np.full(magnitude.shape, place.is_below_normal)
        further = place.one_place_further
        if not self.is_tiny_before and further is not None:
            is_tiny &= ~self._goes_away(further)
        magnitude = np.where(is_too_large, self._beyond(place.is_negative), magnitude)
        is_nan = is_too_large & (magnitude < 0)
        sign = np.full(magnitude.shape, fmt.sign_mask if place.is_negative else 0)
        if not fmt.has_negative_zero:
            sign = np.where(magnitude == 0, 0, sign)
        codes = np.where(is_nan, self.not_a_number(is_operand_negative), sign | magnitude)
        inexact = is_too_large | place.is_inexact
        flags = _INEXACT * inexact + _OVERFLOW * is_too_large
        return Result(codes, flags + _UNDERFLOW * (is_tiny & place.is_inexact))

    def _beyond(self, is_negative: bool) -> int:
        """Return the magnitude of a result that is too large, or -1 for NaN."""
        toward_zero = (Rounding.TOWARD_ZERO, Rounding.ODD, _TOWARD[not is_negative])
        if self.policy.saturates or self.mode in toward_zero:
            return self.format.max_code
        return -1 if self.format.infinity_code is None else self.format.infinity_code

    def _goes_away(self, place: Position) -> NDArray[np.bool_]:
        """Return whether a number is rounded away from zero, for each random number."""
        random, bits = np.arange(1 << self.random_bits), self.random_bits
        half = 1 << place.rest_bits - 1
        rest, is_odd = place.rest, bool(place.below & 1)
        is_half = rest == half and not place.is_cut
        away = False
        match self.mode:
            case Rounding.NEAREST_EVEN | Rounding.NEAREST_EVEN_CODE:
                away = rest >= half and (not is_half or is_odd)
            case Rounding.NEAREST_AWAY:
                away = rest >= half
            case Rounding.DOWN | Rounding.UP:
                away = place.is_inexact and self.mode is _TOWARD[place.is_negative]
            case Rounding.ODD:
                away = place.is_inexact and not is_odd
            case Rounding.STOCHASTIC_A:
                return (rest >> place.rest_bits - bits) + random >= 1 << bits
            case Rounding.STOCHASTIC_B:
                twice = rest >> place.rest_bits - bits - 1
                return twice + 2 * random + 1 >= 2 << bits
            case Rounding.STOCHASTIC_C:
                cut = place.rest_bits - bits
                share, left, middle = rest >> cut, rest & ((1 << cut) - 1), 1 << cut - 1
                is_middle = left == middle and not place.is_cut
                share += left >= middle and (not is_middle or bool(share & 1))
                return share + random >= 1 << bits
        return np.full(random.shape, away)
