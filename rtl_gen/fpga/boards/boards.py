# SPDX-License-Identifier: Apache-2.0
"""Boards as data: parts, clocks and pins, from the public pin lists of their makers."""

from dataclasses import dataclass, replace
from enum import StrEnum

from spikefloat.rtl_gen.errors import InputError

__all__ = ["BAUD", "BOARDS", "NETWORK_CLOCKS", "Board", "BoardPort", "PinRole", "find_board"]

#: Bits per second on the serial line.
BAUD = 115_200

#: Clock, in Hz, that the engine of each network meets on an ECP5: less than what place and route
#: has reached (`docs/data/fpga_network.csv`).
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


def _clock(name: str, site: str, comment: str) -> BoardPort:
    return BoardPort(name=name, role=PinRole.CLOCK, sites=(site,), comment=comment)


def _line(receive: tuple[str, str], transmit: tuple[str, str]) -> tuple[BoardPort, BoardPort]:
    return (
        BoardPort(
            name=receive[0],
            role=PinRole.RECEIVE,
            sites=(receive[1],),
            pull="up",
            comment="serial line, from the host to the FPGA",
        ),
        BoardPort(
            name=transmit[0],
            role=PinRole.TRANSMIT,
            sites=(transmit[1],),
            comment="serial line, from the FPGA to the host",
        ),
    )


def _ulx3s(size: str, device: str) -> Board:
    return Board(
        name=f"ulx3s-{size.lower()}",
        title=f"ULX3S with LFE5U-{size}",
        family="ecp5",
        device=device,
        package="CABGA381",
        frequency=25_000_000,
        stages=2,
        load="openFPGALoader --board ulx3s",
        ports=(
            _clock("clk_25mhz", "G2", "oscillator, 25 MHz"),
            *_line(("ftdi_txd", "M1"), ("ftdi_rxd", "L4")),
            BoardPort(
                name="led",
                role=PinRole.LIGHT,
                sites=("B2", "C2", "C1", "D2", "D1", "E2", "E1", "H3"),
                comment="eight LEDs in a row, on when high",
                shows=(
                    "multiplier",
                    "adder",
                    "comparator",
                    "mantissa",
                    "exponent",
                    "sign",
                    "receive",
                    "fault",
                ),
            ),
            BoardPort(
                name="wifi_gpio0",
                role=PinRole.HIGH,
                sites=("L2",),
                comment="to the ESP32; high, lest that one restart the board",
            ),
        ),
    )


_RECORDS = (
    _ulx3s("85F", "--85k"),
    _ulx3s("25F", "--25k"),
    Board(
        name="icebreaker",
        title="iCEBreaker",
        family="ice40",
        device="--up5k",
        package="sg48",
        frequency=12_000_000,
        stages=2,
        load="iceprog",
        ports=(
            _clock("clk", "35", "oscillator, 12 MHz"),
            *_line(("rx", "6"), ("tx", "9")),
            BoardPort(
                name="ledr_n",
                role=PinRole.LIGHT,
                sites=("11",),
                inverted=True,
                shows=("fault",),
                comment="red LED of the board, on when low",
            ),
            BoardPort(
                name="ledg_n",
                role=PinRole.LIGHT,
                sites=("37",),
                inverted=True,
                shows=("spike",),
                comment="green LED of the board, on when low",
            ),
        ),
    ),
    Board(
        name="upduino",
        title="UPduino 3",
        family="ice40",
        device="--up5k",
        package="sg48",
        frequency=12_000_000,
        stages=2,
        load="iceprog",
        has_rgb_driver=True,
        note="The jumper OSC must be closed: it brings the oscillator to pin 20.",
        ports=(
            _clock("gpio_20", "20", "oscillator, 12 MHz, if the jumper OSC is closed"),
            *_line(("serial_rxd", "15"), ("serial_txd", "14")),
            BoardPort(
                name="spi_ssn",
                role=PinRole.HIGH,
                sites=("16",),
                comment="select of the flash memory, whose pins the serial line shares",
            ),
            BoardPort(
                name="led_green",
                role=PinRole.LIGHT,
                sites=("39",),
                inverted=True,
                shows=("spike",),
                comment="green of the RGB LED, from a current source",
            ),
            BoardPort(
                name="led_blue",
                role=PinRole.LIGHT,
                sites=("40",),
                inverted=True,
                shows=("receive",),
                comment="blue of the RGB LED, from a current source",
            ),
            BoardPort(
                name="led_red",
                role=PinRole.LIGHT,
                sites=("41",),
                inverted=True,
                shows=("fault",),
                comment="red of the RGB LED, from a current source",
            ),
        ),
    ),
    Board(
        name="tangnano9k",
        title="Tang Nano 9K",
        family="gowin",
        device="GW1NR-LV9QN88PC6/I5",
        package="QN88P",
        frequency=27_000_000,
        stages=2,
        load="openFPGALoader --board tangnano9k",
        ports=(
            _clock("clk", "52", "oscillator, 27 MHz"),
            *_line(("uart_rx", "18"), ("uart_tx", "17")),
            BoardPort(
                name="led_n",
                role=PinRole.LIGHT,
                sites=("10", "11", "13", "14", "15", "16"),
                inverted=True,
                comment="six LEDs, on when low",
                shows=("multiplier", "adder", "comparator", "mantissa", "exponent", "fault"),
            ),
        ),
    ),
    Board(
        name="artya7",
        title="Arty A7-35T",
        family="xilinx",
        device="xc7a35ticsg324-1L",
        package="csg324",
        frequency=100_000_000,
        stages=8,
        load="openFPGALoader --board arty_a7_35t",
        note="The bitstream is for Vivado to make; no packer can be had from PyPI.",
        ports=(
            _clock("CLK100MHZ", "E3", "oscillator, 100 MHz"),
            *_line(("uart_txd_in", "A9"), ("uart_rxd_out", "D10")),
            BoardPort(
                name="led",
                role=PinRole.LIGHT,
                sites=("H5", "J5", "T9", "T10"),
                comment="four green LEDs, on when high",
                shows=("multiplier", "adder", "comparator", "fault"),
            ),
        ),
    ),
)

#: Every board, by name.
BOARDS = {board.name: board for board in _RECORDS}


def find_board(name: str) -> Board:
    """Return the board called ``name``; ``ulx3s`` is the one with the largest FPGA.

    Raises
    ------
    ValueError
        If there is no such board.
    """
    board = BOARDS.get("ulx3s-85f" if name == "ulx3s" else name)
    if board is None:
        raise InputError(f"Board must be one of {', '.join(BOARDS)}, not {name!r}")
    return board
