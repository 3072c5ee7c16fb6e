# SPDX-License-Identifier: Apache-2.0
"""What identifies an instance in a table, how large it is, and its other figures."""

from typing import Any

from spikefloat.rtl_gen.designs.arrays import array_neurons
from spikefloat.rtl_gen.designs.build import build_sequential
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import HardwareOptions, Style
from spikefloat.rtl_gen.designs.rounding import Flags
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.designs.shapes import (
    BlockLayerShape,
    BlockShape,
    ElementsShape,
    LayerShape,
    VectorShape,
)
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.neurons.metrics import measure, neurons_by_scope
from spikefloat.rtl_gen.neurons.residue import graph_leak_bound
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL
from spikefloat.rtl_gen.rtl.timing.balance import balance
from spikefloat.rtl_gen.rtl.timing.pipeline import cut

__all__ = ["figures", "labels", "labels_of_file", "size"]

#: What does not apply is None, so that all rows have the same keys.
_KEYS = (
    "design",
    "format",
    "format_b",
    "format_c",
    "format_2",
    "to",
    "overflow",
    "library",
    "budget",
    "objective",
    "rounding",
    "random_bits",
    "flags",
    "nan",
    "function",
    "length",
    "epsilon",
    "accumulate",
    "node_format",
    "layers",
    "activation",
    "weights",
    "lanes",
    "block",
    "blocks",
    "block_size",
    "scale_policy",
    "style",
    "stages",
    "stream",
    "axi_reset",
    "residue",
    "leak",
    "delays",
    "backend",
)


def labels(instance: Instance | CellInstance | SavedCircuit) -> dict[str, Any]:
    """Return what tells an instance from all others, for a row of a table; as JSON has it."""
    match instance:
        case CellInstance():
            own = _cell_labels(instance)
        case SavedCircuit():
            own = {"design": instance.path, **_hardware_labels(instance)}
        case _:
            own = _circuit_labels(instance) | _shape_labels(instance) | _hardware_labels(instance)
    return {**dict.fromkeys(_KEYS), **own}


def labels_of_file(name: str) -> dict[str, Any]:
    """Return the labels of what is not a design of ours: the file that it comes from, and no more."""
    return {**dict.fromkeys(_KEYS), "design": name}


def _cell_labels(cell: CellInstance) -> dict[str, Any]:
    own = {"design": cell.design}
    p = cell.parameters
    if isinstance(p, CodecParameters):
        own["format"] = p.fmt.name
        if cell.design == "encoder":
            own["overflow"] = p.overflow.value
    return own


def _circuit_labels(instance: Instance) -> dict[str, Any]:
    circuit = instance.circuit
    own: dict[str, Any] = {
        "design": instance.design.name,
        "format": circuit.format.name if instance.design.has_format else None,
        "format_2": circuit.second.name if circuit.second else None,
        "to": circuit.to.name if circuit.to else None,
        "overflow": circuit.overflow.value,
        "function": instance.design.function.source if instance.design.function else None,
    }
    for letter, other in zip("bc", circuit.others, strict=False):
        own[f"format_{letter}"] = other.name
    if instance.hardware.style is Style.TEMPORAL:  # It is not made of gates.
        return own
    rounding = circuit.rounding
    if instance.design.takes_rounding:
        own["rounding"] = rounding.mode_name
        own["random_bits"] = rounding.random_bits or None
    if instance.design.takes_flags:
        own["flags"] = None if rounding.flags is Flags.NONE else rounding.flags.value
    own["nan"] = circuit.nan.value if instance.design.keeps_nan else None
    own["library"] = circuit.library.value
    if circuit.library is Library.NATIVE:
        own |= {"budget": circuit.budget.name, "objective": circuit.objective.value}
    return own


def _shape_labels(instance: Instance) -> dict[str, Any]:
    shape = instance.shape
    if shape is None:
        return {}
    if isinstance(shape, BlockShape):
        row: dict[str, Any] = {
            "block": shape.block.name,
            "blocks": shape.blocks,
            "block_size": shape.size,
            "scale_policy": shape.policy.value if shape.policy else None,
        }
        if instance.design.adds_blocks:
            row["accumulate"] = shape.accumulate
            row["node_format"] = shape.wide.name if shape.wide else None
        if isinstance(shape, BlockLayerShape):
            row["layers"] = f"{shape.elements}x{shape.outputs}"
            row |= {"activation": shape.activation, "weights": shape.source or None}
            row["lanes"] = _lanes(shape)
        return row
    if isinstance(shape, ElementsShape):
        epsilon = None if shape.epsilon is None else str(shape.epsilon)
        return {"length": shape.length, "epsilon": epsilon}
    own: dict[str, Any] = {
        "accumulate": shape.accumulate,
        "node_format": shape.wide.name if shape.wide else None,
    }
    match shape:
        case VectorShape():
            own["length"] = shape.length
        case LayerShape():
            own["layers"] = "x".join(map(str, shape.sizes))
            own["activation"] = ",".join(shape.activations)
            own["weights"] = shape.source or None
            own["lanes"] = _lanes(shape)
    return own


def _lanes(shape: LayerShape | BlockLayerShape) -> str | None:
    return "{}x{}".format(*shape.lanes) if shape.lanes else None


def _hardware_labels(instance: Instance | SavedCircuit) -> dict[str, Any]:
    hardware = instance.hardware
    own: dict[str, Any] = {
        "style": hardware.style.value,
        "stages": hardware.stages,
        "stream": hardware.is_stream or instance.has_own_streams,
        "axi_reset": hardware.has_axi_reset,
    }
    if not hardware.style.has_handshake:
        own["backend"] = hardware.backend.value
    if hardware.style is Style.SPIKING:
        own |= {
            "residue": hardware.residue.value,
            "leak": None if hardware.leak is None else str(hardware.leak),
            "delays": hardware.delays.value,
        }
    return own


def size(instance: Instance | CellInstance | SavedCircuit) -> dict[str, int | None]:
    """Return the number of neurons of an instance and, for a circuit, its depth."""
    if isinstance(instance, CellInstance):
        return {"neurons": 1, "depth": None}
    if isinstance(instance, Instance) and instance.hardware.style is Style.TEMPORAL:
        return {"neurons": TEMPORAL[instance.design.name].neurons, "depth": None}
    if isinstance(instance, Instance) and instance.hardware.style is Style.SEQUENTIAL:
        graphs = build_sequential(instance.design, instance.circuit, instance.shape).graphs
        return {
            "neurons": sum(len(graph.neurons) for graph in graphs),
            "depth": max(graph.depth for graph in graphs),
        }
    if isinstance(instance, Instance) and instance.is_array:
        return {"depth": None, **array_neurons(instance)}
    return {"neurons": len(instance.graph.neurons), "depth": instance.graph.depth}


def figures(instance: Instance | CellInstance | SavedCircuit) -> dict[str, Any]:
    """Return what identifies an instance, and all its figures.

    Raises
    ------
    InputError
        If the hardware is not supported.
    """
    if isinstance(instance, CellInstance):
        clocks = {"latency": instance.latency}
        return labels(instance) | size(instance) | clocks | {"scopes": {instance.name: 1}}
    options = instance.hardware
    own: dict[str, Any] = {}
    if options != HardwareOptions() or instance.is_array:
        hardware = make_hardware(instance)
        own = {
            "latency": hardware.latency,
            "initiation_interval": hardware.initiation_interval,
            "registers": hardware.registers,
        }
    if instance.is_array or options.style.has_handshake:
        count = size(instance)
        return labels(instance) | count | own | {"scopes": {instance.name: count["neurons"]}}
    graph = instance.graph
    if options.style is Style.SPIKING:
        own |= {
            "delay_registers": balance(graph).delays,
            "leak_bound": str(graph_leak_bound(graph).bound),
            "leak_bound_hard": str(graph_leak_bound(graph, "hard").bound),
        }
    elif options.stages:
        own["lut_levels"] = cut(graph, options.stages).worst
    return labels(instance) | measure(graph).as_dict() | own | {"scopes": neurons_by_scope(graph)}
