# SPDX-License-Identifier: Apache-2.0
"""The clocked cells and state machines of the catalogue as Verilog."""

from spikefloat.rtl_gen.designs.catalog import CATALOGUE
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.rtl_gen.rtl.cells.decoder import Decoder
from spikefloat.rtl_gen.rtl.cells.encoder import Encoder
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog

__all__ = ["CODECS", "codec_verilog"]


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
    record = CATALOGUE[name]
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
