# SPDX-License-Identifier: Apache-2.0
"""The clocked cells and state machines of the catalogue as Verilog."""

from dataclasses import dataclass

from spikefloat.rtl_gen.designs.catalog import CATALOGUE
from spikefloat.rtl_gen.designs.names import cell_name
from spikefloat.rtl_gen.rtl.cells.cell import NeuronCell, cell_verilog
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.rtl.cells.codec import Codec
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.rtl_gen.rtl.cells.decoder import Decoder
from spikefloat.rtl_gen.rtl.cells.encoder import Encoder
from spikefloat.rtl_gen.rtl.ports import Port, component_ports
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog

__all__ = ["CODECS", "CellInstance", "codec_verilog"]


#: The components that translate between codes and numbers, by name of the design.
CODECS: dict[str, type[Codec]] = {"encoder": Encoder, "decoder": Decoder}


@dataclass(frozen=True, kw_only=True)
class CellInstance:
    """One clocked design with its parameters."""

    design: str  #: Name of the design.
    parameters: CellParameters | CodecParameters
    module: str | None = None  #: Name of the top module, if it is not the usual one.

    @property
    def name(self) -> str:
        """Name of the Verilog module and its file: ``neuron_t3``, ``encoder_e4m3fn``."""
        return self.module or cell_name(self.design, self.parameters)

    @property
    def verilog(self) -> str:
        """Text of a self-contained file."""
        if isinstance(self.parameters, CellParameters):
            return cell_verilog(self.parameters, self.name)[1]
        return codec_verilog(self.design, self.parameters, self.name)

    @property
    def ports(self) -> tuple[Port, ...]:
        """Ports of the top module."""
        if isinstance(self.parameters, CellParameters):
            return component_ports(NeuronCell.members(self.parameters))
        return component_ports(CODECS[self.design].members(self.parameters))

    @property
    def latency(self) -> int:
        """Clocks from operands to result."""
        if isinstance(self.parameters, CellParameters):
            return 1
        is_encoder = self.design == "encoder"
        return self.parameters.encoder_latency if is_encoder else self.parameters.decoder_latency


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
    top = module or cell_name(name, p)
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
            "SPDX-License-Identifier: Apache-2.0",
            f"Made by: spikefloat verilog {name} --format {p.fmt.name} {overflow}"
            f"--integer-bits {p.integer_bits} --fraction-bits {p.fraction_bits}",
        ],
    )
