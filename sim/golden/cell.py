# SPDX-License-Identifier: Apache-2.0
"""What an integrate-and-fire cell should do, step by step, in exact fractions.

The hardware computes with integers, shifts and selections. This model does not resemble it: it
adds potentials as fractions, and rounds by looking for the grid. It shares no code with the
generator, and is given every parameter outright.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

__all__ = ["CellModel"]


@dataclass(kw_only=True)
class CellModel:
    """One integrate-and-fire neuron, and the state it is in.

    Parameters
    ----------
    weights : sequence of int
        Weight of each synapse.
    threshold : Fraction
        Potential at which the neuron fires.
    leak : Fraction
        Share of the potential that is left after one step, from 0 to 1.
    reset : str
        ``"soft"`` to subtract the threshold after a spike, ``"hard"`` to return to zero.
    bias : int
        Potential added in each step.
    fraction_bits : int
        Potentials are multiples of ``2 ** -fraction_bits``; what leak leaves is rounded to the
        next of them that is not further from zero.
    membrane_width : int
        Bits of a potential, sign and fraction included. Outside that range it saturates.
    """

    weights: Sequence[int]
    threshold: Fraction
    leak: Fraction
    reset: str
    bias: int
    fraction_bits: int
    membrane_width: int
    potential: Fraction = field(default=Fraction(0), init=False)  #: After the last step.
    spike: bool = field(default=False, init=False)  #: Whether the last step fired.

    @property
    def membrane(self) -> int:
        """The potential in units of ``2 ** -fraction_bits``, as the register holds it."""
        units = self.potential * 2**self.fraction_bits
        if units.denominator != 1:
            raise ArithmeticError(f"Potential must be on the grid, not {self.potential}")
        return int(units)

    def rest(self) -> None:
        """Return to the state after reset."""
        self.potential = Fraction(0)
        self.spike = False

    def clock(self, spikes: Sequence[int], *, enable: bool = True, discharge: bool = False) -> bool:
        """Pass one clock, and return whether the neuron spikes in the next.

        Parameters
        ----------
        spikes : sequence of int
            Zero or one for each synapse.
        enable : bool
            Whether to take a step; if not, the neuron keeps its state.
        discharge : bool
            Whether to return to rest first.
        """
        if discharge:
            self.potential = Fraction(0)
        if enable:
            self._step(spikes)
        return self.spike

    def _step(self, spikes: Sequence[int]) -> None:
        unit = Fraction(1, 2**self.fraction_bits)
        remaining = self.leak * abs(self.potential)
        remaining -= remaining % unit
        if self.potential < 0:
            remaining = -remaining
        current = sum(weight for weight, spike in zip(self.weights, spikes, strict=True) if spike)
        potential = remaining + self.bias + current
        self.spike = potential >= self.threshold
        if self.spike:
            potential = potential - self.threshold if self.reset == "soft" else Fraction(0)
        limit = unit * 2 ** (self.membrane_width - 1)
        self.potential = max(-limit, min(potential, limit - unit))
