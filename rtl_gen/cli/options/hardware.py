# SPDX-License-Identifier: Apache-2.0
"""Options that say what a circuit becomes in hardware, and those of the clocked cells."""

from spikefloat.rtl_gen.cli.options.option import Option
from spikefloat.rtl_gen.cli.options.readers import integer, number, ranges, real, several, words

__all__ = ["BACKEND", "CELLS", "HARDEN", "HARDWARE"]

HARDWARE = (
    Option(
        name="style",
        group="hardware",
        metavar="S,...",
        read=words,
        default="spatial",
        help="what a neuron is: spatial, a comparison; spiking, a clocked cell; sequential, a "
        "comparison used for each digit of divide, square_root and remainders, or each element of a "
        "vector; temporal, a cell used bit by bit; or all",
        words=("spatial", "spiking", "sequential", "temporal", "all"),
    ),
    Option(
        name="stages",
        group="hardware",
        metavar="P,...",
        read=several(integer(0, 10_000)),
        default="0",
        help="register cuts through the spatial style",
    ),
    Option(
        name="residue",
        group="hardware",
        metavar="R",
        otherwise="discharge, or leak where --leak is given for a device",
        help="what the spiking style does against residue: discharge every membrane before every "
        "wave, hard reset, or leak alone",
        words=("discharge", "hard", "leak"),
    ),
    Option(
        name="leak",
        group="hardware",
        metavar="BETA,...",
        read=ranges(number(0, 1)),
        otherwise="the largest multiple of 1/256 that is exact; 1 for the design neuron",
        help="share of a membrane that is left for the next step: below 1 in the spiking style, up "
        "to 1 for the design neuron",
    ),
    Option(
        name="delays",
        group="hardware",
        metavar="D",
        default="registers",
        help="delay lines of the spiking style: registers or memory",
        words=("registers", "memory"),
    ),
    Option(
        name="stream",
        group="hardware",
        help="give operands and result as AXI4-Streams, with valid and ready, and clk and rst "
        "(active high) in any case; flags go with the result as tuser",
    ),
    Option(
        name="axi-reset",
        group="hardware",
        help="call clock and reset of streams aclk and aresetn (active low), as AXI does",
    ),
)

BACKEND = (
    Option(
        name="backend",
        group="hardware",
        metavar="B,...",
        read=words,
        default="printed",
        help="what writes the neurons of a circuit: printed, an instance for each; amaranth, as "
        "Amaranth components; or all",
        words=("printed", "amaranth", "all"),
    ),
)

_CELLS = "designs neuron, encoder and decoder"

CELLS = (
    Option(
        name="threshold",
        group=_CELLS,
        metavar="T",
        read=number(0, 1_000_000, is_open=True),
        default="1.5",
        help="firing threshold of neuron",
    ),
    Option(
        name="reset",
        group=_CELLS,
        metavar="R",
        default="soft",
        help="reset of neuron: soft (keeps the residue) or hard",
        words=("soft", "hard"),
    ),
    Option(
        name="bias",
        group=_CELLS,
        metavar="B",
        read=integer(-1_000_000, 1_000_000),
        default="0",
        help="added to the membrane of neuron in each step",
    ),
    Option(
        name="membrane-width",
        group=_CELLS,
        metavar="N",
        read=integer(1, 256),
        otherwise="enough never to saturate, if the leak permits",
        help="bits of the membrane of neuron",
    ),
    Option(
        name="fraction-bits",
        group=_CELLS,
        metavar="M",
        read=integer(0, 64),
        otherwise="as many as threshold and leak need; 10 for encoder and decoder",
        help="bits of membrane or number below the point",
    ),
    Option(
        name="integer-bits",
        group=_CELLS,
        metavar="N",
        read=integer(1, 24),
        default="10",
        help="bits of the number of encoder and decoder above the point",
    ),
)

HARDEN = (
    Option(
        name="harden",
        group="noise",
        metavar="S,...",
        read=ranges(real(0, 10, is_open=True)),
        noun="Noise to harden against",
        help="make the circuit tolerate this noise on every synapse, in spikes",
    ),
)
