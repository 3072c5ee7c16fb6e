# SPDX-License-Identifier: Apache-2.0
"""Constraints: every port has its pins, no pin is used twice, and the pins are the public ones."""

import importlib
import re
from collections.abc import Mapping

import pytest

from spikefloat.rtl_gen.formats import Overflow, find_format
from spikefloat.rtl_gen.fpga.boards.board import Board
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS, find_board
from spikefloat.rtl_gen.fpga.boards.constraints import GENERIC_SDC, constraint_files
from spikefloat.rtl_gen.fpga.boards.top import board_verilog
from tests.helpers.paths import ROOT

FOLDER = ROOT / "constraints"

#: How a file gives a pin to a port.
PIN_LINES = {
    "lpf": r'^LOCATE COMP "(?P<port>[^"]+)" SITE "(?P<pin>\w+)";$',
    "pcf": r"^set_io (?:-pullup yes )?(?P<port>\S+) (?P<pin>\w+)$",
    "cst": r'^IO_LOC "(?P<port>[^"]+)" (?P<pin>\w+);$',
    "xdc": r"^set_property -dict \{ PACKAGE_PIN (?P<pin>\w+) .*\[get_ports \{ (?P<port>\S+) \}\]$",
}

#: How a file gives a period, in nanoseconds, or a frequency, in MHz.
CLOCK_LINES = {
    "lpf": r'^FREQUENCY PORT "(?P<port>\w+)" (?P<mhz>[\d.]+) MHZ;$',
    "pcf": r"^set_frequency (?P<port>\w+) (?P<mhz>[\d.]+)$",
    "sdc": r"^create_clock -name \w+ -period (?P<ns>[\d.]+) \[get_ports \{(?P<port>\w+)\}\]$",
    "xdc": r"^create_clock -name \w+ -period (?P<ns>[\d.]+) \[get_ports \{ (?P<port>\w+) \}\]$",
}


def pins_of(files: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return all ports with their pins, as the files say."""
    found = []
    for name, text in files.items():
        pattern = PIN_LINES.get(name.rpartition(".")[2])
        if pattern:
            found += [
                (match["port"], match["pin"]) for match in re.finditer(pattern, text, re.MULTILINE)
            ]
    return found


def ports_of(verilog: str) -> list[str]:
    """Return the bits of all ports of the module ``top``."""
    header = verilog[verilog.index("module top (") :]
    header = header[: header.index(");")]
    found = []
    for top, name in re.findall(
        r"^ +(?:input|output) (?:wire|reg) +(?:\[(\d+):0\] )?(\w+)", header, re.MULTILINE
    ):
        found += [f"{name}[{bit}]" for bit in range(int(top) + 1)] if top else [name]
    return found


def check_pins(ports: list[str], pins: list[tuple[str, str]]) -> list[str]:
    """Return what is wrong: ports without pins, pins without ports, pins used twice."""
    constrained = [port for port, _ in pins]
    wrong = [f"{port} has no pin" for port in ports if port not in constrained]
    wrong += [f"{port} is no port" for port in constrained if port not in ports]
    for what, column in (("port", 0), ("pin", 1)):
        names = [pair[column] for pair in pins]
        wrong += [
            f"{what} {name} is used twice" for name in sorted(set(names)) if names.count(name) > 1
        ]
    return wrong


@pytest.fixture(scope="module")
def tops() -> dict[str, str]:
    fmt = find_format("e4m3fn")
    return {
        name: board_verilog(board, fmt=fmt, overflow=Overflow.NAN) for name, board in BOARDS.items()
    }


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_every_port(board: Board, tops: dict[str, str]) -> None:
    ports = ports_of(tops[board.name])
    assert len(ports) >= 5
    assert check_pins(ports, pins_of(constraint_files(board))) == []


def test_check_pins_fails(tops: dict[str, str]) -> None:
    board = BOARDS["icebreaker"]
    ports = ports_of(tops["icebreaker"])
    (text,) = constraint_files(board).values()

    def wrong(text: str) -> list[str]:
        return check_pins(ports, pins_of({"x.pcf": text}))

    assert wrong(text) == []
    assert wrong(text.replace("set_io tx 9\n", "")) == ["tx has no pin"]
    assert wrong(text.replace("set_io tx 9", "set_io tx 6")) == ["pin 6 is used twice"]
    assert wrong(text + "set_io spare 10\n") == ["spare is no port"]
    assert wrong(text + "set_io tx 10\n") == ["port tx is used twice"]


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_clock(board: Board) -> None:
    clocks = []
    for name, text in constraint_files(board).items():
        pattern = CLOCK_LINES.get(name.rpartition(".")[2])
        for match in re.finditer(pattern, text, re.MULTILINE) if pattern else ():
            found = match.groupdict()
            megahertz = float(found["mhz"]) if "mhz" in found else 1000 / float(found["ns"])
            clocks.append((found["port"], round(megahertz, 3)))
    assert clocks == [(board.clock.name, board.frequency / 1e6)]
    # The bit time is right to a fortieth of a bit over a whole byte.
    assert abs(board.clocks_per_bit * 115_200 / board.frequency - 1) < 0.0025


def test_files() -> None:
    """The folder has what the boards say, and every group of pins is commented."""
    files = {"generic.sdc": GENERIC_SDC}
    for board in BOARDS.values():
        files |= constraint_files(board)
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == files
    assert len(files) == 7
    assert "create_clock -name clk -period 10.000 [get_ports {clk}]\n" in files["generic.sdc"]
    for name, text in files.items():
        mark = "//" if name.endswith(".cst") else "#"
        assert text.startswith(f"{mark} SPDX-License-Identifier: Apache-2.0\n")
        groups = text.strip().split("\n\n")[1:]
        assert groups
        assert all(group.startswith(f"{mark} ") for group in groups)


#: Where amaranth-boards describes the same board: module, class, and for ours port its resource.
INDEPENDENT = {
    "ulx3s-85f": (
        "ulx3s",
        "ULX3S_85F_Platform",
        {
            "clk_25mhz": "clk25",
            "ftdi_txd": "uart.rx",
            "ftdi_rxd": "uart.tx",
            "led": "led",
            "wifi_gpio0": "esp32.gpio0",
        },
    ),
    "ulx3s-25f": (
        "ulx3s",
        "ULX3S_25F_Platform",
        {
            "clk_25mhz": "clk25",
            "ftdi_txd": "uart.rx",
            "ftdi_rxd": "uart.tx",
            "led": "led",
            "wifi_gpio0": "esp32.gpio0",
        },
    ),
    "icebreaker": (
        "icebreaker",
        "ICEBreakerPlatform",
        {"clk": "clk12", "rx": "uart.rx", "tx": "uart.tx", "ledr_n": "led_r", "ledg_n": "led_g"},
    ),
    # It has no serial line there; the pins are those of the flash memory.
    "upduino": (
        "upduino_v3",
        "UpduinoV3Platform",
        {
            "gpio_20": "clk12",
            "serial_txd": "spi_flash_1x.copi",
            "serial_rxd": "spi_flash_1x.clk",
            "spi_ssn": "spi_flash_1x.cs",
            "led_red": "rgb_led.r",
            "led_green": "rgb_led.g",
            "led_blue": "rgb_led.b",
        },
    ),
    "tangnano9k": (
        "tang_nano_9k",
        "TangNano9kPlatform",
        {"clk": "clk27", "uart_rx": "uart.rx", "uart_tx": "uart.tx", "led_n": "led"},
    ),
    "artya7": (
        "arty_a7",
        "ArtyA7_35Platform",
        {"CLK100MHZ": "clk100", "uart_txd_in": "uart.rx", "uart_rxd_out": "uart.tx", "led": "led"},
    ),
}


def sites_elsewhere(platform, resource: str) -> list[str]:
    """Return the pins that amaranth-boards gives to a resource, or to part of one."""
    name, _, part = resource.partition(".")
    found = []
    for entry in sorted(
        (entry for entry in platform.resources if entry.name == name),
        key=lambda entry: entry.number,
    ):
        pins = entry.ios[0]
        if part:
            (pins,) = (io.ios[0] for io in entry.ios if io.name == part)
        found += pins.names
    return found


@pytest.mark.parametrize("name", BOARDS)
def test_pins_of_others(name: str) -> None:
    """The pins are those that amaranth-boards has, which others wrote and use."""
    module, platform_name, resources = INDEPENDENT[name]
    platform = getattr(importlib.import_module(f"amaranth_boards.{module}"), platform_name)
    board = BOARDS[name]
    assert {port.name: list(port.sites) for port in board.ports} == {
        port: sites_elsewhere(platform, resource) for port, resource in resources.items()
    }
    clock = next(entry for entry in platform.resources if entry.name == resources[board.clock.name])
    assert clock.clock.frequency == board.frequency


def test_find_board() -> None:
    assert find_board("ulx3s") is BOARDS["ulx3s-85f"]
    message = f"Board must be one of {', '.join(BOARDS)}, not 'de10'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        find_board("de10")
