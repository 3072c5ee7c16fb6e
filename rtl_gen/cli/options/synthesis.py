# SPDX-License-Identifier: Apache-2.0
"""Options of synthesis, and of how Verilog files are read."""

from spikefloat.rtl_gen.cli.options.option import Option
from spikefloat.rtl_gen.cli.options.readers import integer, one_of, path, real, several, words
from spikefloat.rtl_gen.fpga.families import SEEDS, TARGETS

__all__ = ["SOURCES", "SYNTHESIS"]

_LANGUAGES = ("verilog", "systemverilog")
_TARGETS = tuple(TARGETS)

SYNTHESIS = (
    Option(
        name="target",
        group="synthesis",
        metavar="T,...",
        read=words,
        default="ecp5",
        help=f"{', '.join(_TARGETS)}, or all; generic6 counts tables of six inputs, gates those of "
        "two, and both are no device",
        words=(*_TARGETS, "all"),
    ),
    Option(
        name="liberty",
        group="synthesis",
        metavar="FILE",
        read=path,
        help="map to the standard cells of this Liberty file: area, cells, worst path",
    ),
    Option(
        name="seeds",
        group="synthesis",
        metavar="N,...",
        read=several(integer(0, 1 << 30)),
        default=",".join(map(str, SEEDS)),
        help="seeds of the placer, of whose clocks the median is told",
    ),
    Option(
        name="delay",
        group="synthesis",
        metavar="NS",
        read=real(0.1, 1000),
        help="map for this delay of the longest path with as few tables as can be, instead of as "
        "fast as can be (target ecp5)",
    ),
    Option(
        name="matrix",
        group="synthesis",
        help="every style, and the spatial one with 0 to 4 register cuts",
    ),
    Option(
        name="jobs",
        group="effort",
        metavar="N",
        read=integer(1, 1024),
        otherwise="one for each core; generate: one",
        help="how many to run at once",
    ),
    Option(
        name="no-cache",
        group="effort",
        help="compute everything again, also what was computed before",
    ),
)

SOURCES = (
    Option(
        name="top",
        group="circuit",
        metavar="NAME",
        otherwise="the one that no other uses",
        help="top module of Verilog files",
    ),
    Option(
        name="language",
        group="circuit",
        metavar="L",
        read=one_of(_LANGUAGES),
        otherwise="by the suffix: .sv is SystemVerilog",
        help="verilog or systemverilog",
        words=_LANGUAGES,
    ),
    Option(
        name="include",
        short="I",
        group="circuit",
        metavar="DIR",
        read=path,
        is_repeated=True,
        help="folder of included files, besides those of the sources; may be repeated",
    ),
    Option(
        name="define",
        short="D",
        group="circuit",
        metavar="NAME[=VALUE]",
        is_repeated=True,
        help="define a macro; may be repeated",
    ),
    Option(
        name="parameter",
        short="P",
        group="circuit",
        metavar="NAME=VALUE",
        is_repeated=True,
        help="set a parameter of the module, to a Verilog constant; may be repeated",
    ),
)
