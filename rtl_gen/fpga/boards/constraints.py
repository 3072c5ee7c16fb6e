# SPDX-License-Identifier: Apache-2.0
"""Pins and clocks of boards, as the files that place-and-route programs read."""

from collections.abc import Callable, Iterator

from spikefloat.rtl_gen.fpga.boards.board import Board, BoardPort, PinRole
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS
from spikefloat.rtl_gen.fpga.families import FAMILIES

__all__ = ["GENERIC_SDC", "constraint_files"]

#: Constraints for a core in a design of one's own.
GENERIC_SDC = """\
# SPDX-License-Identifier: Apache-2.0
# Any clocked core made by `spikefloat verilog`: --style spiking, --stages 1 and more.

# Clock: 100 MHz. Set the period, in nanoseconds, to that of your clock.
create_clock -name clk -period 10.000 [get_ports {clk}]

# Operands, results and reset need none: they come from registers of the same clock, and go to such.
"""

_LICENSE = "SPDX-License-Identifier: Apache-2.0"


def constraint_files(board: Board) -> dict[str, str]:
    """Return the text of each constraint file of a board, by name."""
    stem = _stem(board)
    return {
        stem + suffix: _text(board, *_WRITERS[suffix])
        for suffix, _ in FAMILIES[board.family].constraints
    }


def _stem(board: Board) -> str:
    """Return what the files of a board are called; sizes of one board share them."""
    return board.name.partition("-")[0]


def _text(board: Board, mark: str, writer: Callable[[Board], Iterator[str]]) -> str:
    names = {
        other.title.partition(" with ")[0]
        for other in BOARDS.values()
        if _stem(other) == _stem(board)
    }
    lines = [f"{mark} {_LICENSE}", f"{mark} {' and '.join(sorted(names))}"]
    lines += [f"{mark} {board.note}"] * bool(board.note)
    return "\n".join([*lines, *writer(board), ""])


def _groups(board: Board, mark: str, lines: Callable[[BoardPort], list[str]]) -> Iterator[str]:
    for port in board.ports:
        yield ""
        yield f"{mark} {port.comment[0].upper()}{port.comment[1:]}."
        yield from lines(port)


def _megahertz(board: Board) -> str:
    return f"{board.frequency / 1e6:g}"


def _lpf(board: Board) -> Iterator[str]:
    def lines(port: BoardPort) -> list[str]:
        pull = "UP" if port.pull == "up" else "NONE"
        drive = "" if port.is_input else " DRIVE=4"
        rows = []
        for bit, site in zip(port.bits, port.sites, strict=True):
            rows.append(f'LOCATE COMP "{bit}" SITE "{site}";')
            rows.append(f'IOBUF PORT "{bit}" IO_TYPE=LVCMOS33 PULLMODE={pull}{drive};')
        if port.role is PinRole.CLOCK:
            rows.append(f'FREQUENCY PORT "{port.name}" {_megahertz(board)} MHZ;')
        return rows

    yield from _groups(board, "#", lines)


def _pcf(board: Board) -> Iterator[str]:
    def lines(port: BoardPort) -> list[str]:
        pull = "-pullup yes " if port.pull == "up" else ""
        rows = [
            f"set_io {pull}{bit} {site}" for bit, site in zip(port.bits, port.sites, strict=True)
        ]
        if port.role is PinRole.CLOCK:
            rows.append(f"set_frequency {port.name} {_megahertz(board)}")
        return rows

    yield from _groups(board, "#", lines)


def _cst(board: Board) -> Iterator[str]:
    def lines(port: BoardPort) -> list[str]:
        # The LEDs are on a bank of 1.8 V, which is the default.
        kind = "DRIVE=8" if port.role is PinRole.LIGHT else "IO_TYPE=LVCMOS33"
        pull = "UP" if port.pull == "up" or port.role is PinRole.LIGHT else "NONE"
        rows = []
        for bit, site in zip(port.bits, port.sites, strict=True):
            rows.append(f'IO_LOC "{bit}" {site};')
            rows.append(f'IO_PORT "{bit}" {kind} PULL_MODE={pull};')
        return rows

    yield from _groups(board, "//", lines)


def _sdc(board: Board) -> Iterator[str]:
    clock = board.clock
    yield ""
    yield f"# {clock.comment[0].upper()}{clock.comment[1:]}."
    yield (
        f"create_clock -name {clock.name} -period {board.period:.3f} [get_ports {{{clock.name}}}]"
    )


def _xdc(board: Board) -> Iterator[str]:
    def lines(port: BoardPort) -> list[str]:
        pull = " PULLUP true" if port.pull == "up" else ""
        rows = [
            f"set_property -dict {{ PACKAGE_PIN {site} IOSTANDARD LVCMOS33{pull} }} "
            f"[get_ports {{ {bit} }}]"
            for bit, site in zip(port.bits, port.sites, strict=True)
        ]
        if port.role is PinRole.CLOCK:
            rows.append(
                f"create_clock -name {port.name} -period {board.period:.3f} "
                f"[get_ports {{ {port.name} }}]"
            )
        else:
            direction = "from" if port.is_input else "to"
            rows.append(
                f"set_false_path -{direction} [get_ports {{ {port.name}"
                f"{'[*]' if len(port.sites) > 1 else ''} }}]"
            )
        return rows

    yield from _groups(board, "#", lines)
    yield ""
    yield "# Voltage of the bank with the configuration pins."
    yield "set_property CFGBVS VCCO [current_design]"
    yield "set_property CONFIG_VOLTAGE 3.3 [current_design]"


#: Mark of a comment, and what writes the rest, for each suffix.
_WRITERS: dict[str, tuple[str, Callable[[Board], Iterator[str]]]] = {
    ".lpf": ("#", _lpf),
    ".pcf": ("#", _pcf),
    ".cst": ("//", _cst),
    ".sdc": ("#", _sdc),
    ".xdc": ("#", _xdc),
}
