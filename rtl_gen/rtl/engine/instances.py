# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as parts of a module, with words for their ports."""

from collections.abc import Mapping

from amaranth.hdl import Instance, Module, Signal, Value

from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["add_circuit", "port_width"]


def add_circuit(
    m: Module, name: str, graph: NeuronGraph, inputs: Mapping[str, Value]
) -> dict[str, Signal]:
    """Put a circuit into a module, and return a signal for each of its outputs.

    Parameters
    ----------
    m : Module
        Where it is put.
    name : str
        What the part is called, and what names of its outputs begin with.
    graph : NeuronGraph
        The circuit, whose Verilog is to stand beside that of the module.
    inputs : mapping of str to Value
        What each input is, of its width.
    """
    outputs = {
        port.name: Signal(len(port.nodes), name=f"{name}_{port.name}") for port in graph.outputs
    }
    m.submodules[name] = Instance(
        graph.name,
        **{f"i_{port}": value for port, value in inputs.items()},
        **{f"o_{port}": signal for port, signal in outputs.items()},
    )
    return outputs


def port_width(graph: NeuronGraph, name: str) -> int:
    """Return the bits of a port of a circuit."""
    return next(len(p.nodes) for p in (*graph.inputs, *graph.outputs) if p.name == name)
