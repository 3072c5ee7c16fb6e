# SPDX-License-Identifier: Apache-2.0
"""Options that say which circuit is meant, and of what shape its operands are."""

from spikefloat.rtl_gen.cli.options.option import Option
from spikefloat.rtl_gen.cli.options.readers import integer, number, one_of, several, text, words
from spikefloat.rtl_gen.formats import (
    BLOCK_FORMATS,
    FORMATS,
    MAX_RANDOM_BITS,
    Rounding,
    ScalePolicy,
)
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, CHIPS

__all__ = ["CIRCUIT", "SHAPE"]

_OBJECTIVES = ("structure", "neurons", "depth", "luts", "fmax")
_ROUNDINGS = tuple(mode.value for mode in Rounding)
_ACCUMULATIONS = ("tree", "chain", "wide", "exact")
_NODES = ("binary16", "bfloat16", "binary32")

CIRCUIT = (
    Option(
        name="format",
        group="circuit",
        metavar="F,...",
        read=words,
        default="e4m3fn",
        help="number formats, or all that the design works for; for convert, integers such as int8, too",
        words=(*FORMATS, "all"),
    ),
    *(
        Option(
            name=f"format-{letter}",
            group="circuit",
            metavar="F",
            read=text,
            otherwise="that of a",
            help=f"format of operand {letter}, of a product or a sum whose --to is given",
            words=tuple(FORMATS),
        )
        for letter in "bc"
    ),
    Option(
        name="format-2",
        group="circuit",
        metavar="F",
        read=text,
        otherwise="no such operand",
        help="format of the codes of fpu where its operand format is 1, not 0",
        words=tuple(FORMATS),
    ),
    Option(
        name="to",
        group="circuit",
        metavar="F,...",
        read=words,
        otherwise="bfloat16 or, where that cannot be, binary32; that of the operands for sums",
        help="formats of the result, where the design lets it be selected, or all; for convert, "
        "integers such as int8 and uint16, too",
        words=(*FORMATS, "all"),
    ),
    Option(
        name="overflow",
        group="circuit",
        metavar="P,...",
        read=words,
        otherwise="nan where the format can",
        help="nan (infinity where the format has one), saturate, or all",
        words=("nan", "saturate", "saturate-finite", "all"),
    ),
    Option(
        name="library",
        group="circuit",
        metavar="L,...",
        read=words,
        default="native",
        help="native or published gates, or all",
        words=("native", "published", "all"),
    ),
    Option(
        name="budget",
        group="circuit",
        metavar="B,...",
        read=words,
        default="w2",
        help=f"limits of a native neuron: {', '.join(BUDGETS)}, or all of these; or those of a "
        f"chip: {', '.join(CHIPS)}",
        words=(*BUDGETS, *CHIPS, "all"),
    ),
    Option(
        name="objective",
        group="circuit",
        metavar="O,...",
        read=words,
        default="structure",
        help="structure: to be read; neurons, depth: the smallest or shallowest circuit known; "
        "luts, fmax: few lookup tables or a fast clock on an FPGA",
        words=_OBJECTIVES,
    ),
    Option(
        name="rounding",
        group="circuit",
        metavar="R,...",
        read=words,
        default="rne",
        help="rne, rtz, rdn, rup, rna, odd, stochastic-a, -b or -c; rne-code, of e8m0fnu; port: an "
        "operand chooses; or all but port",
        words=(*_ROUNDINGS, "port", "all"),
    ),
    Option(
        name="random-bits",
        group="circuit",
        metavar="N",
        read=integer(1, MAX_RANDOM_BITS),
        otherwise="8",
        help="random bits of a stochastic rounding, an operand",
    ),
    Option(name="flags", group="circuit", help="flags as a second result: NV DZ OF UF NX"),
    Option(
        name="tininess",
        group="circuit",
        metavar="T",
        read=one_of(("after", "before")),
        default="after",
        help="for --flags: a result is tiny after or before rounding",
        words=("after", "before"),
    ),
    Option(
        name="nan",
        group="circuit",
        metavar="N,...",
        read=words,
        otherwise="keep",
        help="NaN of operations on signs: keep (as it is but for the sign), canonical, or all",
        words=("keep", "canonical", "all"),
    ),
    Option(
        name="function",
        group="circuit",
        metavar="FILE",
        help="function of table: FILE.py:NAME, or FILE.npy or FILE.csv with an entry for each code, "
        "values or codes",
    ),
)

_SIZE = integer(1, 1 << 22)

SHAPE = (
    Option(
        name="length",
        group="vectors and layers",
        metavar="N,...",
        read=several(integer(1, 1024)),
        default="16",
        help="elements of a vector, of dot and vector_sum and others",
    ),
    Option(
        name="epsilon",
        group="vectors and layers",
        metavar="E",
        read=number(2**-32, 1),
        default="1e-5",
        help="what rms_norm and layer_norm add before a reciprocal root, rounded to bfloat16",
    ),
    Option(
        name="accumulate",
        group="vectors and layers",
        metavar="A,...",
        read=words,
        default="exact",
        help=f"how dot and linear add, and block_dot exact or wide: {', '.join(_ACCUMULATIONS)}",
        words=_ACCUMULATIONS,
    ),
    Option(
        name="node-format",
        group="vectors and layers",
        metavar="F",
        default="binary32",
        help=f"format of the nodes of --accumulate wide: {', '.join(_NODES)}",
        words=_NODES,
    ),
    Option(
        name="weights",
        group="vectors and layers",
        metavar="W",
        help="weights of linear: a file .npy, .npz, .onnx, .safetensors, .pt or .pth (else they "
        "are operands); of the "
        "design neuron: W,W,..., one for each synapse (else 1,1)",
    ),
    Option(
        name="until",
        group="vectors and layers",
        metavar="NAME",
        otherwise="at its output",
        help="node, or tensor that a node makes, before which an .onnx network ends",
    ),
    Option(
        name="inputs",
        group="vectors and layers",
        metavar="N",
        read=_SIZE,
        default="4",
        noun="Number of inputs",
        help="inputs of linear, where weights are operands",
    ),
    Option(
        name="outputs",
        group="vectors and layers",
        metavar="N",
        read=_SIZE,
        default="2",
        noun="Number of outputs",
        help="outputs of linear, where weights are operands",
    ),
    Option(
        name="activation",
        group="vectors and layers",
        metavar="A,...",
        read=text,
        otherwise="none, and relu between layers",
        help="none or relu behind each layer of linear",
        words=("none", "relu"),
    ),
    Option(
        name="shape",
        group="vectors and layers",
        metavar="S",
        read=one_of(("unrolled", "array")),
        default="unrolled",
        help="unrolled: all products of linear at once; array: some in each clock, with weights in "
        "memory and streams at both ends",
        words=("unrolled", "array"),
    ),
    Option(
        name="lanes",
        group="vectors and layers",
        metavar="PxQ",
        default="1x1",
        help="for --shape array: P outputs at once, Q inputs in each clock",
    ),
    Option(
        name="levels",
        group="vectors and layers",
        metavar="L",
        read=integer(1, 1000),
        default="6",
        help="for --shape array: most levels of lookup tables between registers",
    ),
    Option(
        name="block",
        group="vectors and layers",
        metavar="B,...",
        read=words,
        default="mxfp8_e4m3",
        help=f"formats of blocks that share a scale, also for linear: {', '.join(BLOCK_FORMATS)}, or all",
        words=(*BLOCK_FORMATS, "all"),
    ),
    Option(
        name="blocks",
        group="vectors and layers",
        metavar="N,...",
        read=several(integer(1, 1024)),
        default="1",
        help="blocks in each operand of a design on blocks",
    ),
    Option(
        name="block-size",
        group="vectors and layers",
        metavar="N",
        read=integer(1, 1024),
        otherwise="that of the format",
        help="elements in each block, which must divide those of the format",
    ),
    Option(
        name="scale-policy",
        group="vectors and layers",
        metavar="P,...",
        read=words,
        default="floor",
        help="power of two that block_quantize takes for the largest magnitude: floor, as MX says; "
        "ceil, so that nothing is clamped; nearest-even, of it rounded; or all",
        words=(*ScalePolicy, "all"),
    ),
)
