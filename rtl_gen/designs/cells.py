# SPDX-License-Identifier: Apache-2.0
"""The designs that are clocked cells or state machines and not circuits, as data.

Each has options of its own beside format and overflow policy. To add one, add a record here and,
in the command line, what reads its options and what checks it.
"""

from dataclasses import dataclass

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.rtl_gen.rtl.cells.decoder import Decoder
from spikefloat.rtl_gen.rtl.cells.encoder import Encoder
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog

__all__ = ["CLOCKED_DESIGNS", "CODECS", "ClockedRecord", "codec_verilog"]


@dataclass(frozen=True, kw_only=True)
class ClockedRecord:
    """A clocked design that the generator can make."""

    name: str
    summary: str  #: One line for a reader.
    formats: tuple[str, ...]  #: Names of the formats it works for, if it has any.
    options: tuple[str, ...]  #: Options of its own.
    check: str  #: How it is checked, for a reader.


_CODES = tuple(
    fmt.name for fmt in FORMATS.values() if fmt.has_zero and fmt.is_signed and fmt.width <= 8
)

_RECORDS = (
    ClockedRecord(
        name="neuron",
        summary="one clocked integrate-and-fire cell: membrane, leak, threshold, reset",
        formats=(),
        options=(
            "weights",
            "threshold",
            "leak",
            "reset",
            "bias",
            "fraction_bits",
            "membrane_width",
        ),
        check="step by step against an integer model, random spike trains",
    ),
    ClockedRecord(
        name="encoder",
        summary="fixed point to a code, through a spike train, rounded to nearest even",
        formats=_CODES,
        options=("integer_bits", "fraction_bits"),
        check="every number up to 21 bits with sign; ties and random ones above",
    ),
    ClockedRecord(
        name="decoder",
        summary="a code to fixed point, through a spike train, rounded to nearest even",
        formats=_CODES,
        options=("integer_bits", "fraction_bits"),
        check="every code",
    ),
)

#: Every clocked design, by name.
CLOCKED_DESIGNS: dict[str, ClockedRecord] = {record.name: record for record in _RECORDS}

#: The components that translate between codes and numbers, by name of the design.
CODECS: dict[str, type[Encoder] | type[Decoder]] = {"encoder": Encoder, "decoder": Decoder}


def codec_verilog(name: str, parameters: CodecParameters, module: str | None = None) -> str:
    """Return the encoder or the decoder as Verilog.

    Parameters
    ----------
    name : str
        ``"encoder"`` or ``"decoder"``.
    parameters : CodecParameters
        Format, overflow policy, and the bits of a magnitude.
    module : str, optional
        Name of the top module; by default, such as ``encoder_e4m3fn``.
    """
    p = parameters
    component = CODECS[name](p)
    overflow = f"--overflow {p.overflow.value} " if name == "encoder" else ""
    record = CLOCKED_DESIGNS[name]
    top = module or f"{name}_{p.fmt.name}"
    return component_verilog(
        component,
        top,
        header=[
            f"{top}: {record.summary}",
            "",
            f"format     {p.fmt.name}",
            *[f"overflow   {p.overflow.value}"] * (name == "encoder"),
            f"magnitude  {p.integer_bits} integer bits, {p.fraction_bits} fraction bits, and a sign",
            f"latency    {component.latency} clocks from start to valid, and to the next start",
            "",
            f"Made by: spikefloat verilog {name} --format {p.fmt.name} {overflow}"
            f"--integer-bits {p.integer_bits} --fraction-bits {p.fraction_bits}",
        ],
    )
