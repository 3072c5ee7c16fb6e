# SPDX-License-Identifier: Apache-2.0
"""The neurons of a graph as Amaranth statements, with a submodule for each scope."""

from collections.abc import Callable, Mapping, Sequence

from amaranth.hdl import Cat, Const, Module, Mux, Value

from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph
from spikefloat.rtl_gen.rtl.text.kinds import TABLE_FAN_IN
from spikefloat.rtl_gen.rtl.text.names import NamePool, split_index

__all__ = ["fires", "place_neurons"]

#: What makes a node: it gets the module of its scope, the number and the neuron of the node, a name
#: that is unique in this module, and the values of its sources; it returns its value.
Maker = Callable[[Module, int, Neuron, str, Sequence[Value]], Value]


def place_neurons(
    m: Module, graph: NeuronGraph, inputs: Mapping[str, Value], make: Maker
) -> dict[str, Value]:
    """Add the neurons of a graph to a module, and return the outputs by name.

    Parameters
    ----------
    m : Module
        Where the neurons outside all scopes go. Each scope is a submodule of its parent.
    graph : NeuronGraph
        The circuit.
    inputs : mapping of str to Value
        Value of each input of the graph.
    make : callable
        Makes a node; see :data:`Maker`.
    """
    values = [bit for port in graph.inputs for bit in inputs[port.name]]
    paths = {graph.scopes[neuron.scope].path for neuron in graph.neurons}
    modules: dict[tuple[str, ...], Module] = {(): m}
    # A signal that leaves its module is a port of others, so its name is unique in all of them.
    pool = NamePool()
    for name in (port.name for port in (*graph.inputs, *graph.outputs)):
        pool.give(name)
    for scope in graph.scopes[1:]:
        if any(path[: len(scope.path)] == scope.path for path in paths):
            *parent, leaf = scope.path
            modules[scope.path] = modules[tuple(parent)].submodules[leaf] = Module()
            if leaf not in pool:
                pool.give(leaf)
    for node, neuron in graph.numbered_neurons():
        path = graph.scopes[neuron.scope].path
        base, index = split_index(neuron.name)
        name = base if index is None else f"{base}_{index}"
        name = pool.give(f"{path[-1]}_{name}" if name in pool and path else name)
        sources = [values[source] for source in neuron.sources]
        values.append(make(modules[path], node, neuron, name, sources))
    return {port.name: Cat(values[node] for node in port.nodes) for port in graph.outputs}


def fires(neuron: Neuron, sources: Sequence[Value]) -> Value:
    """Return whether a neuron fires; a synapse of weight zero, which adds nothing, is left out.

    The logic of a neuron that fits into a lookup table is that table, decided synapse by synapse;
    of a larger one, it is the comparison of a sum with the threshold.
    """
    synapses = [pair for pair in zip(neuron.weights, sources, strict=True) if pair[0]]
    if len(synapses) <= TABLE_FAN_IN:
        synapses.sort(key=lambda synapse: -abs(synapse[0]))
        return Value.cast(_decided(synapses, neuron.threshold))
    # Both sides of the comparison are positive.
    above, below = (
        [Mux(source, Const(abs(weight)), 0) for weight, source in synapses if weight * sign > 0]
        for sign in (1, -1)
    )
    (above if neuron.threshold < 0 else below).append(Const(abs(neuron.threshold)))
    return sum(above, Const(0)) >= sum(below, Const(0))


def _decided(synapses: Sequence[tuple[int, Value]], need: int) -> Value | bool:
    """Return whether synapses add up to what is needed."""
    weights = [weight for weight, _ in synapses]
    if need <= sum(weight for weight in weights if weight < 0):
        return True
    if need > sum(weight for weight in weights if weight > 0):
        return False
    (weight, source), *rest = synapses
    high, low = _decided(rest, need - weight), _decided(rest, need)
    if isinstance(high, bool) and isinstance(low, bool):
        return high if high == low else source if high else ~source
    if isinstance(high, bool):
        return source | low if high else ~source & low
    if isinstance(low, bool):
        return ~source | high if low else source & high
    return Mux(source, high, low)
