# SPDX-License-Identifier: Apache-2.0
"""The top module of a board: its pins around the core that all boards share."""

from typing import Any

from amaranth.hdl import Cat, ClockDomain, Const, Instance, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.fpga.boards.board import BAUD, Board, PinRole
from spikefloat.rtl_gen.fpga.boards.core import BoardCore
from spikefloat.rtl_gen.fpga.boards.line_core import LineCore
from spikefloat.rtl_gen.fpga.boards.network_core import NetworkCore
from spikefloat.rtl_gen.fpga.boards.unit import unit_pipeline
from spikefloat.rtl_gen.rtl.engine.engine import Engine, engine_verilog
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog

__all__ = ["BoardTop", "NetworkTop", "board_verilog", "network_verilog"]

#: Lights shine for a sixteenth of a second at least.
_LIGHTS_PER_SECOND = 16


class _Top(wiring.Component):
    """A core at the pins of a board.

    There is no reset: registers have their first values from the bitstream. If the clock is divided,
    it is the last bit of a counter at the oscillator; nothing else is at the oscillator, so no signal
    goes from one clock to the other.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        super().__init__(
            {port.name: (In if port.is_input else Out)(len(port.sites)) for port in board.ports}
        )

    @property
    def board(self) -> Board:
        """The board."""
        return self._board

    def make_core(self, **line: Any) -> LineCore:
        """Return what is behind the pins; ``line`` are the parameters of the line and the lights."""
        raise NotImplementedError

    def elaborate(self, platform: object) -> Module:
        """Return the core, connected to the pins."""
        m = Module()
        board = self._board
        shown = [name for port in board.ports for name in port.shows]
        m.submodules.core = core = self.make_core(
            clocks_per_bit=board.clocks_per_bit,
            light_clocks=int(board.clock_frequency) // _LIGHTS_PER_SECOND,
            lights=shown,
        )
        m.domains.sync = domain = ClockDomain(reset_less=True)
        lights = {name: core.lights[index] for index, name in enumerate(shown)}
        driven: dict[int, Value] = {}
        for port in board.ports:
            pin = getattr(self, port.name)
            if port.role is PinRole.CLOCK:
                m.d.comb += domain.clk.eq(self._divided(m, pin))
            elif port.role is PinRole.RECEIVE:
                m.d.comb += core.rx.eq(pin)
            elif port.role is PinRole.TRANSMIT:
                m.d.comb += pin.eq(core.tx)
            elif port.role is PinRole.HIGH:
                m.d.comb += pin.eq(1)
            elif board.has_rgb_driver:
                # The pins of the three current sources follow each other.
                driven[int(port.sites[0])] = pin, lights[port.shows[0]]
            else:
                light = Cat(lights[name] for name in port.shows)
                m.d.comb += pin.eq(~light if port.inverted else light)
        if driven:
            self._add_rgb_driver(m, [driven[site] for site in sorted(driven)])
        return m

    def _divided(self, m: Module, pin: Signal) -> Value:
        """Return the clock of the core."""
        if self._board.divider == 1:
            return pin
        m.domains.oscillator = oscillator = ClockDomain(reset_less=True)
        counter = Signal((self._board.divider - 1).bit_length())
        m.d.comb += oscillator.clk.eq(pin)
        m.d.oscillator += counter.eq(counter + 1)
        return counter[-1]

    def _add_rgb_driver(self, m: Module, lights: list[tuple[Signal, Value]]) -> None:
        m.submodules.rgb = Instance(
            "SB_RGBA_DRV",
            p_CURRENT_MODE="0b1",  # half current: 4 mA for each light
            p_RGB0_CURRENT="0b000001",
            p_RGB1_CURRENT="0b000001",
            p_RGB2_CURRENT="0b000001",
            i_CURREN=Const(1),
            i_RGBLEDEN=Const(1),
            **{f"i_RGB{index}PWM": light for index, (_, light) in enumerate(lights)},
            **{f"o_RGB{index}": pin for index, (pin, _) in enumerate(lights)},
        )


class BoardTop(_Top):
    """Arithmetic at the pins of a board.

    Parameters
    ----------
    board : Board
        The board.
    fmt : Format
        Format of operands and results.
    overflow : Overflow
        What a result beyond the largest finite value becomes.
    stages : int, optional
        Register cuts through the arithmetic; by default as many as the board's clock needs.
    module : str
        Name of the module, with which that of the arithmetic begins.

    Members
    -------
    ... : ``In`` or ``Out``
        One for each port of the board, as wide as it has pins.

    Raises
    ------
    ValueError
        If the format has no board, or there are more stages than the arithmetic can use.
    """

    def __init__(
        self,
        board: Board,
        *,
        fmt: Format,
        overflow: Overflow,
        stages: int | None = None,
        module: str = "top",
    ) -> None:
        self._format = fmt
        self._overflow = overflow
        self._stages = board.stages if stages is None else stages
        self._module = f"{module}_unit_{fmt.name}"
        self._pipeline = unit_pipeline(fmt, overflow, self._stages)
        super().__init__(board)

    @property
    def latency(self) -> int:
        """Clocks from operands to result in the arithmetic."""
        return self._pipeline.latency

    @property
    def verilog(self) -> str:
        """Text of the Verilog file of the arithmetic."""
        return pipeline_verilog(self._pipeline, module=self._module)

    def make_core(self, **line: Any) -> LineCore:
        """Return the serial line and the arithmetic."""
        return BoardCore(
            fmt=self._format,
            overflow=self._overflow,
            stages=self._stages,
            module=self._module,
            **line,
        )


class NetworkTop(_Top):
    """A network at the pins of a board.

    Parameters
    ----------
    board : Board
        The board.
    engine : Engine
        The engine of the network.
    network : str
        Name of the network.

    Members
    -------
    ... : ``In`` or ``Out``
        One for each port of the board, as wide as it has pins.
    """

    def __init__(self, board: Board, engine: Engine, network: str) -> None:
        self._engine, self._network = engine, network
        super().__init__(board)

    def make_core(self, **line: Any) -> LineCore:
        """Return the serial line and the engine."""
        return NetworkCore(self._engine, network=self._network, **line)


def board_verilog(
    board: Board,
    *,
    fmt: Format,
    overflow: Overflow,
    stages: int | None = None,
    module: str = "top",
) -> str:
    """Return the top module of a board as one self-contained Verilog file.

    Parameters and errors are those of :class:`BoardTop`.
    """
    # A component that cannot be made must not be begun: Amaranth would warn that it is not used.
    stages = board.stages if stages is None else stages
    unit_pipeline(fmt, overflow, stages)
    component = BoardTop(board, fmt=fmt, overflow=overflow, stages=stages, module=module)
    text = component_verilog(
        component,
        module,
        header=(
            f"{module}: {board.title}",
            f"{fmt.name}, overflow to {overflow.value}, latency of the "
            f"arithmetic {component.latency} clocks of {_clock_words(board)}",
            _line_words(board),
        ),
    )
    return f"{text}\n{component.verilog}"


def network_verilog(board: Board, engine: Engine, network: str, module: str = "top") -> str:
    """Return the top module of a board with a network as one self-contained Verilog file.

    Parameters
    ----------
    board : Board
        The board.
    engine : Engine
        The engine of the network, whose modules are named after it.
    network : str
        Name of the network.
    module : str
        Name of the top module.
    """
    text = component_verilog(
        NetworkTop(board, engine, network),
        module,
        header=(
            f"{module}: {board.title}",
            f"network {network}, a result {engine.interval - 1} clocks of "
            f"{_clock_words(board)} after the first transfer of its input",
            _line_words(board),
        ),
    )
    return f"{text}\n{engine_verilog(engine)}"


def _clock_words(board: Board) -> str:
    clock = f"{board.clock_frequency / 1e6:g} MHz"
    if board.divider == 1:
        return clock
    return f"{clock} ({board.frequency / 1e6:g} MHz of the oscillator, divided by {board.divider})"


def _line_words(board: Board) -> str:
    return (
        f"serial line: {BAUD} baud, {board.clocks_per_bit} clocks per bit, 8 data bits, no "
        "parity, 1 stop bit"
    )
