# SPDX-License-Identifier: Apache-2.0
"""Designs on blocks as benches take them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.golden import golden_codes
from spikefloat.rtl_gen.checks.verifying.graphs import hardware_check
from spikefloat.rtl_gen.checks.verifying.selected import Selected
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.shapes import BlockShape
from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.benches.dut import Check, Port
from spikefloat.sim.cases.blocks import block_dot_cases

__all__ = ["block_check"]


def block_check(instance: Instance, selected: Selected) -> Check:
    """Return the check of a design on blocks."""
    hardware = design_hardware(instance)
    verilog, module = selected.source(hardware.verilog, hardware.module)
    operands = _operands(instance, selected.random_cases, selected.seed)
    results = golden_codes(instance, operands)
    ports = {
        name: Port(
            name,
            codes.format.width,
            codes.count,
            codes.format if isinstance(codes.format, Format) else None,
            is_signed=not isinstance(codes.format, Format),
        )
        for name, codes in instance.ports.items()
    }
    inputs = tuple(ports.pop(name) for name in instance.design.operands)
    return hardware_check(
        replace(hardware, verilog=verilog, module=module),
        inputs,
        tuple(ports.values()),
        operands,
        {"y": results},
    )


def _operands(instance: Instance, count: int, seed: int) -> dict[str, NDArray[np.int64]]:
    """Return operands as ports have them: the elements of all blocks on one axis."""
    shape = instance.shape
    assert isinstance(shape, BlockShape)
    to = instance.circuit.result_format
    cases = block_dot_cases(shape.block, shape.blocks, shape.size, to, count, seed)
    return {name: codes.reshape(len(codes), -1) for name, codes in cases.items()}
