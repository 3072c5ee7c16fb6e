# SPDX-License-Identifier: Apache-2.0
"""Commands that make circuits, and that check them."""

from spikefloat.rtl_gen.cli.commands.command import Argument, Command
from spikefloat.rtl_gen.cli.commands.sets import (
    DESIGN,
    DEVICE,
    EVERY_INSTANCE,
    NOISE,
    OPTIONAL_FOLDER,
    TABLE,
    circuit_with,
    trials,
    with_changes,
)
from spikefloat.rtl_gen.cli.options import CIRCUIT, OPTIONS, SHAPE, pick
from spikefloat.rtl_gen.cli.options.readers import path, text, words

__all__ = ["MAKING"]

MAKING = (
    Command(
        name="verilog",
        group="make",
        summary="write designs as self-contained Verilog files",
        arguments=(DESIGN,),
        options=(*EVERY_INSTANCE, *pick("backend harden output name"), *TABLE),
        examples=("multiply,add --format e4m3fn,e5m2 -o build",),
    ),
    Command(
        name="map",
        group="make",
        summary="map any combinational Verilog module to neurons, proved equal",
        arguments=(Argument("FILE", "Verilog sources", is_list=True, read=path),),
        options=(
            *pick("top language include define parameter"),
            *with_changes(
                "budget",
                help="limits of a neuron: w1, w2, w8, free; of a chip: loihi, spinnaker; or such as "
                "w3f5: weights up to 3, fan-in up to 5",
            ),
            *with_changes(
                "objective",
                default="neurons",
                words=("neurons", "depth", "product"),
                help="what is to be small: neurons, depth or product",
            ),
            *pick("effort seconds seed output name"),
            *TABLE,
        ),
        examples=("adder.v --budget w2 --objective neurons -o build",),
    ),
    Command(
        name="minimize",
        group="make",
        summary="search for the smallest or shallowest circuit of a design or of any Verilog",
        arguments=(
            Argument(
                "DESIGN|FILE.v|FILE.json",
                "a design: see `spikefloat list`; Verilog sources, which together are one design; or "
                "a circuit file",
                is_list=True,
                read=text,
            ),
        ),
        options=(
            *circuit_with(objective="neurons"),
            *pick("top language include define parameter"),
            *pick("start steps walks"),
            *with_changes(
                "seconds",
                otherwise="600, or no limit with --steps",
                help="end the search after this time with the best so far; so does Ctrl-C",
            ),
            *pick("seed jobs"),
            *with_changes(
                "output",
                metavar="FILE",
                default=None,
                otherwise="named after the circuit",
                help="the circuit file; if it is there the search goes on from it",
            ),
            *TABLE,
        ),
        examples=(
            "multiply --format e5m2 --budget w2 --seconds 600 -o product.json",
            "my_logic.v --budget w8 --steps 100000 --seed 7 -o my_logic.json",
        ),
    ),
    Command(
        name="harden",
        group="make",
        summary="find the cheapest circuit that tolerates a given noise",
        arguments=(DESIGN,),
        options=(
            *circuit_with(budget="all", objective="neurons"),
            *NOISE,
            *pick("exact-rate cost max-synapses seed"),
            *OPTIONAL_FOLDER,
            *pick("name"),
            *TABLE,
        ),
        examples=("multiply --synapse-noise 0.2 -o build",),
    ),
    Command(
        name="export",
        group="make",
        summary="write designs as NIR networks for other simulators",
        arguments=(DESIGN,),
        options=(*CIRCUIT, *SHAPE, *pick("check simulators output name"), *TABLE),
        examples=(
            "multiply,xor --objective neurons --check -o build",
            "multiply --objective neurons --check --simulators norse,snntorch,nest -o build",
        ),
    ),
    Command(
        name="package",
        group="make",
        summary="write designs as cores for FuseSoC and (untested) for Vivado",
        arguments=(DESIGN,),
        options=(*EVERY_INSTANCE, *pick("backend output name"), *TABLE),
        examples=("multiply --stages 2 -o cores",),
    ),
    Command(
        name="board",
        group="make",
        summary="write what a board needs, up to its bitstream, or check it in simulation",
        arguments=(
            Argument("BOARD,...", f"{', '.join(OPTIONS['simulate'].words)}, or all", read=words),
        ),
        options=(
            *pick("format overflow"),
            *with_changes("stages", default=None, otherwise="what the clock of the board needs"),
            *pick("network divide bitstream verify faults sample sim"),
            *with_changes("seed", default="1"),
            *pick("output name"),
            *TABLE,
        ),
        examples=(
            "icebreaker --bitstream -o build",
            "icebreaker --verify multiply,add",
            "ulx3s --network digits --bitstream -o build",
        ),
    ),
    Command(
        name="verify",
        group="check",
        summary="simulate designs and compare every result with the golden model",
        arguments=(DESIGN,),
        options=(
            *EVERY_INSTANCE,
            *pick("backend sim pairs"),
            *trials(10_000_000, 100_000, "random cases where not all can be tried", 0),
            *pick("every"),
            *with_changes("seed", default="1", help="seed of random cases, spikes and pauses"),
            *pick("vectors store build-dir gate-level verilog"),
            *with_changes(
                "waves",
                group="simulation",
                metavar="FILE|DIR",
                read=path,
                otherwise="none",
                help="write the waveforms of the first wrong case: to a .vcd or .fst file, or into "
                "a folder",
            ),
            *with_changes("top", group="simulation", help="top module of --verilog"),
            *TABLE,
        ),
        examples=("multiply --sim both --pairs all", "multiply --verilog mine.v --top product"),
    ),
    Command(
        name="prove",
        group="check",
        summary="prove the Verilog of operations right for all operands, pipelines too",
        arguments=(DESIGN,),
        options=(*EVERY_INSTANCE, *pick("backend timeout no-cache"), *TABLE),
        examples=(
            "multiply,add --format e4m3fn,binary16",
            "multiply --format binary32 --stages 0,2 --timeout 900",
        ),
    ),
    Command(
        name="vectors",
        group="check",
        summary="write test vectors of an operation, in the form of Berkeley TestFloat",
        arguments=(Argument("DESIGN", "an operation: see `spikefloat list`"),),
        options=(
            *with_changes("format", metavar="F", read=text, help="format of the operands"),
            *with_changes("to", metavar="F", read=text, help="format of the result"),
            *with_changes("format-b", metavar="F", read=text),
            *with_changes("format-c", metavar="F", read=text),
            *with_changes(
                "overflow", metavar="P", read=text, help="nan, saturate or saturate-finite"
            ),
            *with_changes(
                "rounding", metavar="R", read=text, help="rne, rtz, rdn, rup, rna or odd"
            ),
            *pick("tininess"),
            *trials(10_000_000, 10_000, "random cases where there are over a million", 0),
            *with_changes("seed", default="1"),
            *with_changes(
                "output", metavar="FILE", default=None, otherwise="printed", help="the file"
            ),
        ),
        examples=("divide --format binary16 --rounding rup -o divide.txt",),
    ),
    Command(
        name="inject",
        group="check",
        summary="repeat a campaign, or stick every neuron, in the Verilog of designs",
        arguments=(DESIGN,),
        options=(
            *CIRCUIT,
            *NOISE,
            *DEVICE,
            *pick("stuck sim seed build-dir"),
            *trials(1 << 20, 16384, "operations to run in hardware with noise"),
            *TABLE,
        ),
        examples=(
            "multiply --objective neurons --synapse-noise 0.1",
            "multiply --objective neurons --stuck --sim icarus",
        ),
    ),
    Command(
        name="report",
        group="check",
        summary="tell all about a circuit, or of results of verify, also as a page",
        arguments=(
            Argument(
                "DESIGN|FILE.json",
                "a design; or what `spikefloat verify --json` printed, in one or several files",
                is_list=True,
                read=words,
            ),
        ),
        options=(
            *CIRCUIT,
            *SHAPE,
            *with_changes("target", default=None, otherwise="nothing is synthesized"),
            *pick("into html date"),
        ),
        examples=(
            "multiply --objective neurons --target ecp5 > multiply.md",
            "multiply --html build/multiply.html",
            "results.json --into README.md",
            "--html build/report.html",
        ),
    ),
)
