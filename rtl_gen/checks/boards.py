# SPDX-License-Identifier: Apache-2.0
"""What is behind the pins of a board, as a simulation of its serial line takes it."""

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.fpga.boards.core import BoardCore, core_verilog
from spikefloat.rtl_gen.fpga.boards.protocol import encode_identity
from spikefloat.rtl_gen.fpga.boards.protocol_tables import IDENTIFY, OPERATIONS, operations_of
from spikefloat.rtl_gen.fpga.boards.unit import unit_pipeline
from spikefloat.sim.board.verify import BoardUnderTest

__all__ = ["board_under_test"]

#: A serial line so fast that a simulation gets through: the fewest clocks that a receiver takes.
_CLOCKS_PER_BIT = 4

#: Bits of silence after which a simulated board gives up a packet.
_TIMEOUT_BITS = 64


def board_under_test(fmt: Format, overflow: Overflow, stages: int) -> BoardUnderTest:
    """Return what is behind the pins of a board, with a fast serial line, for simulation."""
    unit_pipeline(fmt, overflow, stages)  # a component must not fail, as Amaranth would warn
    core = BoardCore(
        fmt=fmt,
        overflow=overflow,
        clocks_per_bit=_CLOCKS_PER_BIT,
        stages=stages,
        timeout_bits=_TIMEOUT_BITS,
    )
    return BoardUnderTest(
        verilog=core_verilog(core, "board"),
        module="board",
        fmt=fmt,
        overflow=overflow,
        operations={name: OPERATIONS[name] for name in operations_of(fmt)},
        identify=IDENTIFY,
        identity=encode_identity(fmt, overflow),
        clocks_per_bit=_CLOCKS_PER_BIT,
        timeout_bits=_TIMEOUT_BITS,
    )
