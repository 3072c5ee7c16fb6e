# SPDX-License-Identifier: Apache-2.0
"""Designs of the catalogue as benches take them, with their golden model."""

from spikefloat.rtl_gen.checks.golden import golden_operation
from spikefloat.rtl_gen.checks.verifying.arrays import array_bench, array_vectors
from spikefloat.rtl_gen.checks.verifying.graphs import bench_ways, contract_of
from spikefloat.rtl_gen.checks.verifying.ports import port_check
from spikefloat.rtl_gen.checks.verifying.selected import Selected
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import Style
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.arrays import array_check
from spikefloat.sim.benches.dut import Check, Contract
from spikefloat.sim.benches.scalars import ScalarDesign
from spikefloat.sim.benches.sums import DotDesign, LayerDesign, dot_check, layer_check
from spikefloat.sim.cases.vectors import lattice_cases, layer_cases, vector_cases

__all__ = ["dot_design", "layer_design", "scalar_design", "vector_check"]


def _contract(instance: Instance, hardware: Hardware) -> Contract:
    return contract_of(hardware, is_handshake=instance.hardware.style.has_handshake)


def scalar_design(instance: Instance, selected: Selected | None = None) -> ScalarDesign:
    """Return an operation on one to three codes as a bench takes it."""
    options = instance.circuit
    hardware = design_hardware(instance)
    verilog, module = (selected or Selected()).source(hardware.verilog, hardware.module)
    return ScalarDesign(
        name=module,
        verilog=verilog,
        module=module,
        operation=golden_operation(instance),
        fmt=options.format,
        to=options.to,
        others=options.others,
        overflow=options.overflow,
        contract=_contract(instance, hardware),
        latency=hardware.latency,
        ends_early=hardware.ends_early,
        discharge="first" if hardware.has_discharge else None,
        ways=bench_ways(instance),
        has_axi_reset=instance.hardware.has_axi_reset,
    )


def vector_check(instance: Instance, selected: Selected) -> Check:
    """Return the check of a design on vectors, layers or blocks.

    Raises
    ------
    InputError
        If there is no bench for the hardware of a layer.
    """
    options = instance.circuit
    count, seed = selected.random_cases, selected.seed
    if instance.is_array and not instance.design.roles:
        array = array_bench(instance, selected)
        return array_check(array, array_vectors(array, count, seed))
    if instance.design.roles:
        return port_check(instance, selected)
    if instance.design.is_layer:
        layer = instance.layer
        outputs = None if layer.layers else layer.outputs
        cases = layer_cases(options.format, layer.inputs, count, seed, outputs)
        return layer_check(_combinational_layer(instance, selected), cases)
    design = dot_design(instance, selected)
    if selected.pairs == "lattice":
        return dot_check(design, lattice_cases(options.format), seed)
    vectors = vector_cases(options.format, instance.vector.length, count, seed)
    return dot_check(design, vectors, seed)


def dot_design(instance: Instance, selected: Selected) -> DotDesign:
    """Return a dot product as a bench takes it."""
    options, shape = instance.circuit, instance.vector
    hardware = design_hardware(instance)
    verilog, module = selected.source(hardware.verilog, hardware.module)
    return DotDesign(
        verilog=verilog,
        module=module,
        fmt=options.format,
        to=options.result_format,
        length=shape.length,
        accumulate=shape.accumulate,
        overflow=options.overflow,
        wide=shape.wide,
        contract=_contract(instance, hardware),
        latency=hardware.latency,
        has_discharge=hardware.has_discharge,
        ways=bench_ways(instance),
        has_axi_reset=instance.hardware.has_axi_reset,
    )


def _combinational_layer(instance: Instance, selected: Selected) -> LayerDesign:
    wanted = instance.hardware  # refused before it is made, which takes seconds
    if wanted.style is not Style.SPATIAL or wanted.stages or wanted.is_stream:
        raise InputError(
            f"Layer must be combinational to be verified, not {instance.name!r}; "
            "leave out --style, --stages and --stream"
        )
    hardware = design_hardware(instance)
    verilog, module = selected.source(hardware.verilog, hardware.module)
    return layer_design(instance, module, verilog)


def layer_design(instance: Instance, module: str, verilog: str) -> LayerDesign:
    """Return linear layers as a bench takes them."""
    options, layer = instance.circuit, instance.layer
    return LayerDesign(
        verilog=verilog,
        module=module,
        fmt=options.format,
        to=options.result_format,
        accumulate=layer.accumulate,
        activations=layer.activations,
        overflow=options.overflow,
        wide=layer.wide,
        layers=tuple((one.weight_codes, one.bias_codes) for one in layer.layers) or None,
    )
