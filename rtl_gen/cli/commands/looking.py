# SPDX-License-Identifier: Apache-2.0
"""Commands that measure circuits, and that look at them."""

from spikefloat.rtl_gen.cli.commands.command import Argument, Command
from spikefloat.rtl_gen.cli.commands.sets import (
    DESIGN,
    DEVICE,
    EVERY_INSTANCE,
    TABLE,
    trials,
    with_changes,
)
from spikefloat.rtl_gen.cli.options import CIRCUIT, PHYSICS, pick
from spikefloat.rtl_gen.cli.options.readers import integer, one_of, several, text, words
from spikefloat.rtl_gen.formats import BLOCK_FORMATS

__all__ = ["LOOKING"]

#: Formats of codes whose exact sums fit into 64 bits, so that the golden model is quick; and blocks.
_MODEL_FORMATS = ("e4m3fn", "e4m3", "e3m4", *BLOCK_FORMATS)

LOOKING = (
    Command(
        name="stats",
        group="measure",
        summary="count neurons, depth and synapses of designs",
        arguments=(DESIGN,),
        options=(*EVERY_INSTANCE, *pick("energy list-devices seed"), *TABLE),
        examples=("multiply --library published --json", "multiply --energy afefet,loihi"),
    ),
    Command(
        name="latency",
        group="measure",
        summary="tell how long operations take in each style of hardware, in clocks",
        options=(
            *pick("format"),
            *with_changes("stages", default="1,2,3,4", read=several(integer(1, 10_000))),
            *with_changes("length", help="terms of the dot product"),
            *pick("check into"),
            *TABLE,
        ),
        examples=("--format e4m3fn,e5m2 --check",),
    ),
    Command(
        name="explore",
        group="measure",
        summary="compare every known circuit for designs: neurons, depth, margin",
        arguments=(DESIGN,),
        options=(*pick("format overflow plot"), *TABLE),
        examples=("multiply --plot build/multiply",),
    ),
    Command(
        name="synth",
        group="measure",
        summary="synthesize designs or any Verilog, place and route it: size and clock",
        arguments=(
            Argument(
                "DESIGN,...|FILE.v",
                "designs, or all: see `spikefloat list`; and Verilog files of your own, which "
                "together are one design",
                is_list=True,
                read=words,
            ),
        ),
        options=(
            *EVERY_INSTANCE,
            *pick("backend target liberty seeds delay matrix jobs no-cache"),
            *pick("top language include define parameter"),
            *TABLE,
        ),
        examples=("multiply --stages 2 --target ecp5,generic6", "multiply mine.v --top product"),
    ),
    Command(
        name="sweep",
        group="measure",
        summary="measure how often designs are right on devices that are not ideal",
        arguments=(DESIGN,),
        options=(
            *CIRCUIT,
            *pick("device list-devices"),
            *PHYSICS,
            *DEVICE,
            *pick("order precision"),
            *trials(1 << 30, 1 << 20, "trials at which to stop in any case"),
            *pick("seed workers scheduler store plot"),
            *TABLE,
        ),
        examples=(
            "multiply,add --budget w1,w2 --synapse-noise 0.05,0.1 --store noise.db",
            "multiply --budget w1,w2 --device pcm-weights,reram-weights",
        ),
    ),
    Command(
        name="tolerance",
        group="measure",
        summary="find the largest noise at which 99.9 % of the results are exact",
        arguments=(DESIGN,),
        options=(
            *CIRCUIT,
            *pick("device list-devices"),
            *with_changes("knob"),
            *with_changes("harden", help="also each circuit hardened for these values of the knob"),
            *DEVICE,
            *pick("order exact-rate resolution"),
            *trials(1 << 30, 1 << 18, "trials of each step"),
            *pick("seed plot"),
            *TABLE,
        ),
        examples=("multiply,add --budget w1,w2 --objective neurons",),
    ),
    Command(
        name="criticality",
        group="measure",
        summary="say whose mistakes reach the output, and how many stuck neurons show",
        arguments=(DESIGN,),
        options=(*CIRCUIT, *pick("rows seed plot"), *TABLE),
        examples=("multiply --library published --rows 5",),
    ),
    Command(
        name="list",
        group="look",
        summary="list the designs, their formats and how each is checked",
        arguments=(Argument("DESIGN,...", "only these", is_needed=False, read=words),),
        options=TABLE,
        examples=("", "multiply --json"),
    ),
    Command(
        name="waves",
        group="look",
        summary="simulate a short scene and write its waveforms for GTKWave",
        arguments=(DESIGN,),
        options=(*EVERY_INSTANCE, *pick("backend sim fst output"), *TABLE),
        examples=("multiply -o waves",),
    ),
    Command(
        name="env",
        group="look",
        summary="print what a shell must run for other programs to find Verilator",
        examples=("> env.sh && . ./env.sh",),
    ),
    Command(
        name="host",
        group="look",
        summary="talk to a board over its serial line, real or simulated",
        arguments=(
            Argument("ACTION", "identify, compute, sweep or classify"),
            Argument(
                "ARGUMENT",
                "for compute an operation and two operands, codes such as 0x38 or numbers such as "
                "1.5; for sweep operations with commas between, or all",
                is_list=True,
                is_needed=False,
            ),
        ),
        options=(
            *pick("port baud simulate"),
            *with_changes("network", help="network of the simulated board: digits"),
            *with_changes("images", help="images of the test set to classify"),
            *with_changes(
                "format", metavar="F", read=text, help="number format of the simulated board"
            ),
            *with_changes("overflow", metavar="P", read=text, help="its overflow: nan or saturate"),
            *pick("sim sample"),
            *TABLE,
        ),
        examples=(
            "--port /dev/ttyUSB0 compute multiply 0x38 0x40",
            "--simulate icebreaker compute multiply 1.5 -2",
            "--simulate icebreaker sweep multiply --sample 16",
            "--port /dev/ttyUSB0 classify --images 100",
        ),
    ),
    Command(
        name="demo",
        group="look",
        summary="run a network on the digits of scikit-learn as Verilog, trained here",
        arguments=(Argument("DEMO", "digits (a perceptron) or attention (a transformer)"),),
        options=(*pick("hidden kept train images sim no-rtl build-dir output"), *TABLE),
        examples=("digits -o digits", "attention --no-rtl -o attention"),
    ),
    Command(
        name="generate",
        group="look",
        summary="go on with a text by a language model whose every step neurons compute",
        options=(
            *pick("checkpoint tokenizer layers prompt tokens"),
            *with_changes("check", help="compare all that is computed with the golden model"),
            *with_changes(
                "sim",
                default=None,
                otherwise="none; the exact simulator of the neurons",
                help="write the engine of the model as Verilog, and go on with it in a simulator; all "
                "is compared with the golden model",
            ),
            *pick("jobs build-dir output"),
            *TABLE,
        ),
        examples=(
            '--prompt "The neurons " --tokens 64 --check',
            '--prompt "The neurons " --tokens 32 --sim verilator -o build',
            '--checkpoint stories.bin --tokenizer tok512.bin --prompt "Once upon a time"',
        ),
    ),
    Command(
        name="perplexity",
        group="measure",
        summary="measure how well a language model foretells a text, in floats and in codes",
        options=(
            *pick("checkpoint tokenizer text"),
            *with_changes(
                "format",
                default="e4m3fn",
                read=several(one_of(_MODEL_FORMATS)),
                words=_MODEL_FORMATS,
                help="formats of codes: e4m3fn, e4m3, e3m4; or of the weights in blocks, beside codes "
                f"of e4m3fn: {', '.join(BLOCK_FORMATS)}",
            ),
            *TABLE,
        ),
        examples=("--format e4m3fn,mxfp8_e4m3,mxfp4", "--text README.md"),
    ),
    Command(
        name="completion",
        group="look",
        summary="print what completes these commands in a shell",
        arguments=(Argument("SHELL", "bash, zsh or fish"),),
        examples=("bash > ~/.local/share/bash-completion/completions/spikefloat",),
    ),
)
