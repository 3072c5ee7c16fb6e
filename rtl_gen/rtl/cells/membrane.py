# SPDX-License-Identifier: Apache-2.0
"""What neurons of a graph keep from one wave to the next, as parameters of cells."""

from dataclasses import dataclass
from fractions import Fraction

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.residue import RESETS, neuron_bias, neuron_level
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters

__all__ = ["Membrane", "membrane_parameters"]

#: Finest leak, in bits.
_LEAK_BITS = 16


@dataclass(frozen=True, kw_only=True)
class Membrane:
    """What neurons keep from one wave to the next.

    Parameters
    ----------
    leak : Fraction
        Share of a potential that is left after one wave, a multiple of 1/65536 from 0 to 1; with 1,
        nothing is forgotten.
    reset : str
        ``"soft"``: a spike takes the level at which the neuron fires from the potential.
        ``"hard"``: a spike returns the potential to zero.

    Raises
    ------
    ValueError
        If a parameter is outside its range.
    """

    leak: Fraction
    reset: str = "soft"

    def __post_init__(self) -> None:
        if not 0 <= self.leak <= 1:
            raise InputError(f"Leak must be from 0 to 1, not {self.leak}")
        if (1 << _LEAK_BITS) % Fraction(self.leak).denominator:
            raise InputError(f"Leak must be a multiple of 1/{1 << _LEAK_BITS}, not {self.leak}")
        if self.reset not in RESETS:
            raise InputError(f"Reset must be {' or '.join(RESETS)}, not {self.reset!r}")

    @property
    def fraction_bits(self) -> int:
        """Bits of a potential below the point: as many as the leak has, and one for the level."""
        return Fraction(self.leak).denominator.bit_length()

    def __str__(self) -> str:
        return f"leak {self.leak}, {self.reset} reset"


def membrane_parameters(
    weights: tuple[int, ...], threshold: int, membrane: Membrane
) -> CellParameters:
    """Return level, bias and widths of a neuron with a membrane."""
    return CellParameters(
        weights=weights,
        threshold=neuron_level(threshold),
        leak=membrane.leak,
        reset=membrane.reset,
        bias=neuron_bias(threshold),
        fraction_bits=membrane.fraction_bits,
    )
