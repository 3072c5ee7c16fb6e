# SPDX-License-Identifier: Apache-2.0
"""Boards as data: parts, clocks and pins, from the public pin lists of their makers."""

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.boards.board import Board, BoardPort, PinRole

__all__ = ["BOARDS", "find_board"]


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
