# SPDX-License-Identifier: Apache-2.0
"""Clocked cells, encoders and decoders with the golden models that verify them."""

from collections.abc import Sequence

from spikefloat.rtl_gen.checks.verifying.selected import Selected
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.sim.benches.cells import CellDesign, cell_checks
from spikefloat.sim.benches.codecs import (
    EXHAUSTIVE_BITS,
    CodecDesign,
    decoder_check,
    encoder_check,
)
from spikefloat.sim.benches.dut import Check

__all__ = ["cell_design", "codec_design", "instance_checks", "is_sampled"]


def is_sampled(cell: CellInstance, simulator: str) -> bool:
    """Tell whether only a sample of the numbers is tried: Icarus would take hours for all."""
    parameters = cell.parameters
    if not isinstance(parameters, CodecParameters) or cell.design == "decoder":
        return False
    return simulator == "icarus" or parameters.width >= EXHAUSTIVE_BITS


def instance_checks(
    cells: Sequence[CellInstance], simulator: str, selected: Selected
) -> list[Check]:
    """Return the checks of cells in one simulator; all neurons get spikes at the same time."""
    neurons = iter(
        cell_checks([cell_design(one, selected) for one in cells if _is_neuron(one)], selected.seed)
    )
    return [
        next(neurons) if _is_neuron(cell) else _codec_check(cell, simulator, selected)
        for cell in cells
    ]


def _is_neuron(cell: CellInstance) -> bool:
    return isinstance(cell.parameters, CellParameters)


def cell_design(cell: CellInstance, selected: Selected) -> CellDesign:
    """Return a neuron as a bench takes it."""
    verilog, module = selected.source(cell.verilog, cell.name)
    assert isinstance(cell.parameters, CellParameters)
    parameters = cell.parameters.as_dict()
    return CellDesign(name=cell.name, verilog=verilog, module=module, parameters=parameters)


def codec_design(
    cell: CellInstance, parameters: CodecParameters, selected: Selected
) -> CodecDesign:
    """Return an encoder or a decoder as a bench takes it."""
    verilog, module = selected.source(cell.verilog, cell.name)
    return CodecDesign(
        verilog=verilog,
        module=module,
        latency=cell.latency,
        fmt=parameters.fmt,
        integer_bits=parameters.integer_bits,
        fraction_bits=parameters.fraction_bits,
    )


def _codec_check(cell: CellInstance, simulator: str, selected: Selected) -> Check:
    parameters = cell.parameters
    assert isinstance(parameters, CodecParameters)
    design = codec_design(cell, parameters, selected)
    if cell.design == "decoder":
        return decoder_check(design)
    return encoder_check(
        design,
        parameters.overflow,
        sample=selected.random_cases if is_sampled(cell, simulator) else None,
        seed=selected.seed,
    )
