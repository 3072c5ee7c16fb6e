# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as modules of their own within a component."""

from collections.abc import Mapping

from amaranth.hdl import Instance, Module, Signal, Value

from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["add_instance"]


def add_instance(
    m: Module,
    name: str,
    graph: NeuronGraph,
    inputs: Mapping[str, Value],
    module: str | None = None,
    controls: Mapping[str, Value] | None = None,
) -> dict[str, Signal]:
    """Add a neuron graph to a module, and return its outputs by name.

    Parameters
    ----------
    m : Module
        Where it is added.
    name : str
        Name of the instance.
    graph : NeuronGraph
        The circuit.
    inputs : mapping of str to Value
        A value for each input of the graph, by name; others are of no matter.
    module : str, optional
        Name of its own module, whose text is added to that of the component; by default that of the
        graph.
    controls : mapping of str to Value, optional
        Clock and enables of a circuit that is cut.
    """
    outputs = {
        port.name: Signal(len(port.nodes), name=f"{name}_{port.name}") for port in graph.outputs
    }
    pins: dict[str, Value] = {f"i_{name}": value for name, value in (controls or {}).items()}
    pins |= {f"i_{port.name}": inputs[port.name] for port in graph.inputs}
    m.submodules[name] = Instance(
        module or graph.name, **pins, **{f"o_{port}": signal for port, signal in outputs.items()}
    )
    return outputs
