# SPDX-License-Identifier: Apache-2.0
"""Options of simulation and boards."""

from spikefloat.rtl_gen.cli.options.option import Option
from spikefloat.rtl_gen.cli.options.readers import integer, one_of, path, real, several, words
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS
from spikefloat.rtl_gen.fpga.boards.protocol_tables import BOARD_NETWORKS
from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.sim.exchange.nir_simulators import NIR_SIMULATORS

__all__ = ["BOARD", "SIMULATION"]

_SIMULATORS = ("icarus", "verilator", "both", "auto")
_SPIKING_SIMULATORS = tuple(NIR_SIMULATORS)
_BOARDS = tuple(BOARDS)
_TARGETS = tuple(TARGETS)


SIMULATION = (
    Option(
        name="sim",
        group="simulation",
        metavar="S",
        read=one_of(_SIMULATORS),
        noun="Simulator",
        default="auto",
        help="icarus, verilator, both, or auto: Verilator, or else Icarus",
        words=_SIMULATORS,
    ),
    Option(
        name="pairs",
        group="simulation",
        metavar="P",
        read=one_of(("all", "published", "lattice")),
        default="all",
        help="all operands, or corners and --trials random ones where there are over a million; "
        "published: pairs of non-negative finite codes; lattice: for dot --length 2, every operand "
        "over 16 codes",
        words=("all", "published", "lattice"),
    ),
    Option(
        name="vectors",
        group="simulation",
        metavar="FILE",
        read=path,
        help="judge circuits against these test vectors, one case on a line: operands, result and "
        "flags, as Berkeley TestFloat prints them; without --sim their graphs",
    ),
    Option(
        name="trials",
        group="effort",
        metavar="N",
        read=integer(1, 1 << 30),
        noun="Number of trials",
        help="how many are tried at most",
    ),
    Option(
        name="every",
        group="effort",
        metavar="N",
        read=integer(1, 1 << 20),
        noun="Number for --every",
        default="1",
        help="only every N-th case of a sample, where a simulator is too slow for more",
    ),
    Option(
        name="seed",
        group="effort",
        metavar="N",
        read=integer(0, (1 << 32) - 1),
        default="0",
        help="seed of all that is random",
    ),
    Option(
        name="sample",
        group="effort",
        metavar="N",
        read=integer(1, 256),
        default="256",
        help="first operands to try, evenly spread; 256 are all",
    ),
    Option(
        name="build-dir",
        group="simulation",
        metavar="DIR",
        read=path,
        otherwise="a temporary one",
        help="folder that keeps what the simulator builds and reads",
    ),
    Option(
        name="gate-level",
        group="simulation",
        metavar="T",
        read=one_of(_TARGETS),
        noun="Target",
        help=f"check the netlist after synthesis for a target: {', '.join(_TARGETS)}",
        words=_TARGETS,
    ),
    Option(
        name="verilog",
        group="simulation",
        metavar="FILE",
        read=path,
        help="check this file in place of the generated one; its top module must have the same "
        "ports, and come to its results after as many clocks",
    ),
    Option(name="check", group="simulation", help="run what was made and compare every result"),
    Option(
        name="simulators",
        group="simulation",
        metavar="S,...",
        read=several(one_of(_SPIKING_SIMULATORS)),
        noun="Simulator",
        default="norse",
        help=f"simulators of networks for --check: {', '.join(_SPIKING_SIMULATORS)}",
        words=_SPIKING_SIMULATORS,
    ),
    Option(
        name="fst",
        group="output",
        help="write FST, which is smaller than VCD; needs vcd2fst, which comes with GTKWave",
    ),
)

BOARD = (
    Option(
        name="network",
        group="board",
        metavar="NAME",
        read=one_of(BOARD_NETWORKS),
        noun="Network",
        otherwise="none; arithmetic",
        help="digits: the transformer of `spikefloat demo attention`, in place of arithmetic; for "
        "ulx3s-85f",
        words=BOARD_NETWORKS,
    ),
    Option(
        name="divide",
        group="board",
        metavar="N",
        read=integer(1, 256),
        noun="Divider of the clock",
        otherwise="1; of a network, the smallest that it is known to be fast enough for",
        help="clocks of the board's oscillator for one of all that is behind its pins, a power of two",
    ),
    Option(
        name="bitstream",
        group="board",
        help="synthesize, place, route and pack, too; the exit status is 1 if the result is too "
        "slow for the board's clock",
    ),
    Option(
        name="verify",
        group="simulation",
        metavar="O,...",
        read=words,
        help="write nothing, but send every pair of operands of these operations, or all, through "
        "the serial line of the simulated board, then packets that go wrong",
    ),
    Option(
        name="faults",
        group="simulation",
        metavar="N",
        read=integer(0, 1_000_000),
        default="10000",
        help="how many packets go wrong in --verify",
    ),
    Option(name="port", group="board", metavar="PORT", help="serial port of a board"),
    Option(
        name="simulate",
        group="board",
        metavar="BOARD",
        help=f"simulate a board: {', '.join(_BOARDS)}",
        words=_BOARDS,
    ),
    Option(
        name="baud",
        group="board",
        metavar="N",
        read=integer(300, 20_000_000),
        default="115200",
        help="speed of the serial port",
    ),
    Option(
        name="effort",
        group="effort",
        metavar="N",
        read=integer(0, 3),
        default="1",
        help="0 (a cover only) to 3 (long search)",
    ),
    Option(
        name="seconds",
        group="effort",
        metavar="T",
        read=real(0, 1_000_000),
        otherwise="no limit",
        help="end the search after this time with the best so far, which is proved and written; "
        "the first Ctrl-C does the same",
    ),
    Option(
        name="steps",
        group="effort",
        metavar="N",
        read=integer(0, 1 << 40),
        noun="Number of steps",
        otherwise="no limit",
        help="visits to a neuron, of all walks together, after which the search ends; of more than "
        "16 input bits runs of the mapper. The same seed, walks and steps give the same circuit, "
        "which the same time does not",
    ),
    Option(
        name="walks",
        group="effort",
        metavar="N",
        read=integer(1, 1024),
        noun="Number of walks",
        default="4",
        help="walks after which all go on from the best circuit",
    ),
    Option(
        name="start",
        group="effort",
        metavar="NAME",
        otherwise="every circuit that is known",
        help="circuit to begin with: structured, mapped, table, a construction, a stored circuit by "
        "its file, or a circuit file",
    ),
    Option(
        name="timeout",
        group="effort",
        metavar="T",
        read=real(0, 1_000_000),
        otherwise="no limit",
        help="seconds after which a proof is given up; it is not decided then, and the status is 1",
    ),
    Option(
        name="hidden",
        group="network",
        metavar="N",
        read=integer(1, 256),
        noun="Number of hidden neurons",
        default="12",
        help="neurons of the hidden layer",
    ),
    Option(
        name="kept",
        group="network",
        metavar="SHARE",
        read=real(0, 1, is_open=True),
        default="0.35",
        help="share of the weights of the first layer that are not zero",
    ),
    Option(
        name="images",
        group="network",
        metavar="N",
        read=integer(1, 360),
        noun="Number of images",
        otherwise="all 360",
        help="images of the test set to run",
    ),
    Option(
        name="train",
        group="network",
        help="train anew, for half a minute, instead of taking the stored weights",
    ),
    Option(
        name="no-rtl",
        group="simulation",
        help="run the neurons in the exact simulator, which needs no other program, not as Verilog",
    ),
)
