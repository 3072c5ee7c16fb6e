# SPDX-License-Identifier: Apache-2.0
"""What encoder and decoder share: their parameters, and the clocks they take."""

from abc import abstractmethod

from amaranth.lib import wiring

from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters

__all__ = ["Codec"]


class Codec(wiring.Component):
    """A component between codes of a float format and fixed-point numbers, digit by digit.

    Parameters
    ----------
    parameters : :class:`CodecParameters`
        Format, overflow policy, and the bits of the magnitude.
    """

    def __init__(self, parameters: CodecParameters) -> None:
        self._parameters = parameters
        super().__init__(self.members(parameters))

    @staticmethod
    @abstractmethod
    def members(parameters: CodecParameters) -> dict[str, wiring.Member]:
        """Return the ports of a component with these parameters, by name."""

    @property
    def parameters(self) -> CodecParameters:
        """Format, overflow policy, and the bits of the magnitude."""
        return self._parameters

    @property
    @abstractmethod
    def latency(self) -> int:
        """Clocks from ``start`` to ``valid``."""

    @property
    def interval(self) -> int:
        """Least number of clocks from one ``start`` to the next."""
        return self.latency
