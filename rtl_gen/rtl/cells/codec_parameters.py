# SPDX-License-Identifier: Apache-2.0
"""What encoder and decoder are made of, checked, with all that follows from it."""

from dataclasses import dataclass

from spikefloat.rtl_gen.errors import InputError, InputTypeError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.rtl.cells.collector import check_codec_format

__all__ = ["BITS_LIMIT", "CodecParameters"]

#: Most integer bits, and most fraction bits, of a fixed-point number.
BITS_LIMIT = 24


@dataclass(frozen=True, kw_only=True)
class CodecParameters:
    """A float format and a fixed-point number: magnitude and sign.

    Parameters
    ----------
    fmt : Format
        Format of the codes: at most eight bits, with a zero and a sign.
    overflow : Overflow
        What the encoder makes of a number beyond the largest finite value.
    integer_bits : int
        Bits of the magnitude above the point, from 1 to 24.
    fraction_bits : int
        Bits of the magnitude below the point, from 0 to 24.

    Raises
    ------
    TypeError
        If a number of bits is not an integer.
    ValueError
        If a parameter is outside its range.
    """

    fmt: Format
    overflow: Overflow
    integer_bits: int = 10
    fraction_bits: int = 10

    def __post_init__(self) -> None:
        check_codec_format(self.fmt)
        _check("Integer bits", self.integer_bits, 1)
        _check("Fraction bits", self.fraction_bits, 0)

    @property
    def width(self) -> int:
        """Number of bits of a magnitude."""
        return self.integer_bits + self.fraction_bits

    @property
    def finest(self) -> int:
        """Exponent of the smallest positive value of the format: its last place."""
        return self.fmt.min_exponent - self.fmt.mantissa_bits

    @property
    def first_place(self) -> int:
        """Place of the first digit of a magnitude, above the smallest normal value."""
        return self.integer_bits - 1 - self.fmt.min_exponent

    @property
    def encoder_steps(self) -> int:
        """Spikes of a train: one for each bit of the magnitude, and then those of the significand.

        A format finer than the magnitude needs zeros after its last bit, to fill the significand.
        """
        below = min(-self.finest, self.fraction_bits + self.fmt.mantissa_bits)
        return self.integer_bits + max(self.fraction_bits, below)

    @property
    def decoder_rounds(self) -> bool:
        """Whether the format has values that are finer than the magnitude."""
        return -self.finest > self.fraction_bits

    @property
    def decoder_steps(self) -> int:
        """Spikes of a train: one for each bit of the magnitude, and one to round, if need be."""
        return self.width + self.decoder_rounds

    @property
    def encoder_latency(self) -> int:
        """Clocks of the encoder from ``start`` to ``valid``, and to the next ``start``."""
        return self.encoder_steps + 1

    @property
    def decoder_latency(self) -> int:
        """Clocks of the decoder from ``start`` to ``valid``, and to the next ``start``."""
        return self.decoder_steps + 1


def _check(noun: str, bits: int, least: int) -> None:
    if isinstance(bits, bool) or not isinstance(bits, int):
        raise InputTypeError(f"{noun} must be an integer, not {bits!r}")
    if not least <= bits <= BITS_LIMIT:
        raise InputError(f"{noun} must be from {least} to {BITS_LIMIT}, not {bits}")
