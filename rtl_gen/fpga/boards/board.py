# SPDX-License-Identifier: Apache-2.0
"""What a board is: its FPGA, its pins and its clock."""

from dataclasses import dataclass, replace
from enum import StrEnum

from spikefloat.rtl_gen.errors import InputError

__all__ = ["BAUD", "NETWORK_CLOCKS", "Board", "BoardPort", "PinRole"]

#: Bits per second on the serial line.
BAUD = 115_200

#: Clock, in Hz, that the engine of each network is to have at most: less than the 17.1 MHz that
#: nextpnr estimates for an ECP5 after placement.
NETWORK_CLOCKS = {"digits": 15_000_000}

#: How far the speed of a serial line may be from :data:`BAUD`, of 4 % that a receiver takes.
_BAUD_TOLERANCE = 0.02


class PinRole(StrEnum):
    """What a port of a board is for."""

    CLOCK = "clock"
    RECEIVE = "receive"  #: Serial line, from the host.
    TRANSMIT = "transmit"  #: Serial line, to the host.
    LIGHT = "light"
    HIGH = "high"  #: Is kept high.


@dataclass(frozen=True, kw_only=True)
class BoardPort:
    """A port of the top module, and the pins of its bits."""

    name: str  #: As the maker of the board calls it.
    role: PinRole
    sites: tuple[str, ...]  #: Pin of each bit, the lowest first.
    comment: str  #: What it is, for the reader of the constraints.
    shows: tuple[str, ...] = ()  #: For each bit of a light, which of the core's lights it is.
    inverted: bool = False  #: Whether a light shines when low.
    pull: str = ""  #: ``up`` for a pull-up.

    @property
    def bits(self) -> tuple[str, ...]:
        """What the bits are called in constraints."""
        if len(self.sites) == 1:
            return (self.name,)
        return tuple(f"{self.name}[{index}]" for index in range(len(self.sites)))

    @property
    def is_input(self) -> bool:
        """Whether the board drives it."""
        return self.role in (PinRole.CLOCK, PinRole.RECEIVE)


@dataclass(frozen=True, kw_only=True)
class Board:
    """A board with an FPGA and a serial line."""

    name: str
    title: str  #: What it is called in full.
    family: str  #: Name in :data:`~spikefloat.rtl_gen.fpga.families.FAMILIES`.
    device: str  #: As the place-and-route program calls it; its first argument for some.
    package: str
    frequency: int  #: Of its oscillator, in Hz.
    stages: int  #: Register cuts through the arithmetic that this clock needs.
    ports: tuple[BoardPort, ...]
    load: str  #: The command that loads a bitstream into it.
    note: str = ""  #: What its user must know.
    #: Whether the lights are the current sources of an iCE40 UltraPlus.
    has_rgb_driver: bool = False
    divider: int = 1  #: Clocks of the oscillator for one of all that is behind the pins.

    @property
    def clock(self) -> BoardPort:
        """The port of the oscillator."""
        return next(port for port in self.ports if port.role is PinRole.CLOCK)

    @property
    def period(self) -> float:
        """Of the oscillator, in nanoseconds."""
        return 1e9 / self.frequency

    @property
    def clock_frequency(self) -> float:
        """Of the clock of all that is behind the pins, in Hz."""
        return self.frequency / self.divider

    @property
    def clocks_per_bit(self) -> int:
        """Of a serial line at :data:`BAUD`."""
        return round(self.clock_frequency / BAUD)

    def divided(self, divider: int) -> "Board":
        """Return the board with a slower clock behind its pins.

        Parameters
        ----------
        divider : int
            Clocks of the oscillator for one of that clock; a power of two.

        Raises
        ------
        ValueError
            If it is not a power of two, or so large that no bit of the serial line is of the right
            length.
        """
        able = [1 << power for power in range(9) if self._is_in_time(1 << power)]
        if divider not in able:
            raise InputError(
                f"Divider of the clock of {self.name} must be one of {', '.join(map(str, able))}, "
                f"not {divider}"
            )
        return replace(self, divider=divider)

    def _is_in_time(self, divider: int) -> bool:
        """Return whether a serial line has about the right speed with a divided clock."""
        clocks = self.frequency / divider / BAUD
        return clocks >= 4 and abs(round(clocks) / clocks - 1) <= _BAUD_TOLERANCE

    def for_network(self, name: str) -> "Board":
        """Return the board with the fastest clock that a network is known to meet.

        That is the smallest divider with which it is at most that of :data:`NETWORK_CLOCKS`.
        """
        divider = 1
        while self.frequency > NETWORK_CLOCKS[name] * divider:
            divider *= 2
        return self.divided(divider)
