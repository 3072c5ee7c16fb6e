# SPDX-License-Identifier: Apache-2.0
"""The figures of an instance: neurons, depth, margins, and clocks of its hardware."""

from typing import Any

from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.labels import labels, size
from spikefloat.rtl_gen.designs.options import HardwareOptions, Style
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.neurons.metrics import measure, neurons_by_scope
from spikefloat.rtl_gen.neurons.residue import graph_leak_bound
from spikefloat.rtl_gen.rtl.timing.balance import balance
from spikefloat.rtl_gen.rtl.timing.pipeline import cut

__all__ = ["figures"]


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
    if instance.is_array or options.style is Style.TEMPORAL:
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
