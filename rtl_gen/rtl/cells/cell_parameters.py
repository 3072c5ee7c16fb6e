# SPDX-License-Identifier: Apache-2.0
"""What an integrate-and-fire cell is made of, checked, with all that follows from it.

Potentials are fixed-point numbers. Inside the cell they are integers, in units of
``2 ** -fraction_bits``; weights and bias are whole potentials, threshold and leak may be fractions.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from math import isfinite
from typing import Any

from spikefloat.rtl_gen.errors import InputError, InputTypeError

__all__ = ["CellParameters", "width_of"]

#: Finest fraction that a threshold or a leak may have, in bits.
_FRACTION_LIMIT = 16

#: Without leak, nothing may bound the membrane. By default it then has room for this many of the
#: strongest steps before it saturates.
_IDEAL_STEPS = 8

Number = int | float | Fraction


@dataclass(frozen=True, init=False)
class CellParameters:
    """What an integrate-and-fire cell is made of.

    One step from the potential ``V``, with the asserted synapses ``s``, is ::

        total = truncate(leak * V) + bias + sum(weights[i] for i in s)
        fires = total >= threshold
        left  = total - threshold if fires else total    # soft reset
        left  = 0                 if fires else total    # hard reset
        V     = min(max(left, low), high)

    ``truncate`` drops what is finer than ``fraction_bits``, toward zero, so that a leak never adds
    to a potential of either sign. The comparison sees the exact sum; only what the membrane keeps
    is limited, to the range from ``low`` to ``high``. It saturates there, and never wraps.

    Parameters
    ----------
    weights : tuple of int
        Weight of each synapse, in the order of the bits of ``synapses``; not zero.
    threshold : int, float or Fraction
        Potential at which the cell fires; above 0, and a multiple of ``2 ** -fraction_bits``.
    leak : int, float or Fraction
        Share of the potential that is left after one clock, from 0 to 1, a multiple of 1/65536. An
        ideal integrator has 1; a cell with 0 is at rest before each step.
    reset : str
        ``"soft"``: a spike takes the threshold from the potential, and the residue stays.
        ``"hard"``: a spike returns the potential to zero.
    bias : int
        Potential added in each step, whatever the synapses do.
    fraction_bits : int, optional
        Bits of a potential below the point. By default, as many as the threshold has, and enough
        besides that the leak of a sum of weights is exact.
    membrane_width : int, optional
        Bits of the membrane register, sign and fraction included. By default, the least width in
        which the membrane never saturates; or, where nothing bounds the membrane because there is
        no leak, one with room for eight of the strongest steps.

    Raises
    ------
    TypeError
        If a parameter is of the wrong kind.
    ValueError
        If a parameter is outside its range, or the membrane cannot hold what one step from rest
        may leave.
    """

    weights: tuple[int, ...]
    threshold: Fraction
    leak: Fraction
    reset: str
    bias: int
    fraction_bits: int
    membrane_width: int

    def __init__(
        self,
        *,
        weights: Iterable[int],
        threshold: Number,
        leak: Number = 1,
        reset: str = "soft",
        bias: int = 0,
        fraction_bits: int | None = None,
        membrane_width: int | None = None,
    ) -> None:
        weights = tuple(weights)
        if not weights:
            raise InputError("Cell must have at least one weight, not 0")
        for index, weight in enumerate(weights):
            _check_integer(f"Weight {index}", weight)
            if weight == 0:
                raise InputError(f"Weight {index} must be nonzero, not 0")
        _check_integer("Bias", bias)
        if reset not in ("soft", "hard"):
            raise InputError(f"Reset must be 'soft' or 'hard', not {reset!r}")

        exact_leak = _exact("Leak", leak)
        if not 0 <= exact_leak <= 1:
            raise InputError(f"Leak must be from 0 to 1, not {leak}")
        leak_bits = _bits_below_point("Leak", leak, _FRACTION_LIMIT)
        exact_threshold = _exact("Threshold", threshold)
        if exact_threshold <= 0:
            raise InputError(f"Threshold must be positive, not {threshold}")
        if fraction_bits is None:
            threshold_bits = _bits_below_point("Threshold", threshold, _FRACTION_LIMIT)
            fraction_bits = threshold_bits + leak_bits
        else:
            _check_integer("Fraction bits", fraction_bits)
            if fraction_bits < 0:
                raise InputError(f"Fraction bits must be 0 or more, not {fraction_bits}")
            _bits_below_point("Threshold", threshold, fraction_bits)

        # The record is frozen, but not yet born.
        vars(self).update(
            weights=weights,
            threshold=exact_threshold,
            leak=exact_leak,
            reset=reset,
            bias=bias,
            fraction_bits=fraction_bits,
        )
        least = width_of(*self._after_one_step)
        if membrane_width is None:
            membrane_width = self.usual_membrane_width
        else:
            _check_integer("Membrane width", membrane_width)
            if membrane_width < least:
                raise InputError(f"Membrane width must be at least {least}, not {membrane_width}")
        vars(self).update(membrane_width=membrane_width)

    def as_dict(self) -> dict[str, Any]:
        """Return every parameter by its name, in types that JSON has; fractions as text."""
        return {
            field.name: str(value) if isinstance(value, Fraction) else value
            for field in fields(self)
            for value in [getattr(self, field.name)]
        }

    @property
    def usual_fraction_bits(self) -> int:
        """Bits of a potential below the point, where nothing is said of them."""
        return sum(part.denominator.bit_length() - 1 for part in (self.threshold, self.leak))

    @property
    def usual_membrane_width(self) -> int:
        """Bits of the membrane register, where nothing is said of them."""
        return max(width_of(*self._after_one_step), width_of(*self._default_range))

    @property
    def unit(self) -> int:
        """Steps of the membrane register in a potential of 1."""
        return 1 << self.fraction_bits

    @property
    def threshold_units(self) -> int:
        """Threshold in units of the membrane register."""
        return int(self.threshold * self.unit)

    @property
    def least_current(self) -> int:
        """Least that one step can add to the potential, in units."""
        return self.unit * (self.bias + sum(weight for weight in self.weights if weight < 0))

    @property
    def greatest_current(self) -> int:
        """Greatest that one step can add to the potential, in units."""
        return self.unit * (self.bias + sum(weight for weight in self.weights if weight > 0))

    @property
    def low(self) -> int:
        """Lower rail of the membrane, in units."""
        return -(1 << (self.membrane_width - 1))

    @property
    def high(self) -> int:
        """Upper rail of the membrane, in units."""
        return (1 << (self.membrane_width - 1)) - 1

    @property
    def _surplus(self) -> int:
        """Greatest gain of a step that fires."""
        return self.greatest_current - self.threshold_units if self.reset == "soft" else 0

    @property
    def _after_one_step(self) -> tuple[int, int]:
        """Least and greatest potential to expect: the threshold, and a step from rest."""
        return min(self.least_current, 0), max(self.threshold_units, self._surplus)

    @property
    def _default_range(self) -> tuple[int, int]:
        """Least and greatest potential that the default membrane must hold."""
        # With leak, the potential stops growing where one step's loss equals one step's gain.
        growth = _IDEAL_STEPS if self.leak == 1 else 1 / (1 - self.leak)
        low, high = self._after_one_step
        return int(low * growth), max(high, int(self._surplus * growth))


def width_of(low: int, high: int) -> int:
    """Return the least number of bits, sign included, for a range of numbers."""
    return 1 + max(high.bit_length(), (~low).bit_length() if low < 0 else 0)


def _check_integer(noun: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InputTypeError(f"{noun} must be an integer, not {value!r}")


def _exact(noun: str, value: object) -> Fraction:
    """Return a parameter as the fraction that it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise InputTypeError(f"{noun} must be a number, not {value!r}")
    if isinstance(value, float) and not isfinite(value):
        raise InputError(f"{noun} must be finite, not {value!r}")
    return Fraction(value)


def _bits_below_point(noun: str, value: Number, limit: int) -> int:
    """Return how many binary places a number has, which may be no more than ``limit``."""
    denominator = Fraction(value).denominator
    if (1 << limit) % denominator:
        step = f"1/{1 << limit}" if limit else "1"
        raise InputError(f"{noun} must be a multiple of {step}, not {value}")
    return denominator.bit_length() - 1
