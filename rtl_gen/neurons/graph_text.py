# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as files: one JSON object, with a version and a checksum.

The object has these members, in this order::

    format   "spikefloat-graph"
    version  1
    name     name of the circuit, an identifier
    inputs   [[port, width], ...]
    scopes   [[path, [[port, nodes], ...]], ...]; the first is the whole circuit, with path []
    neurons  [[sources, weights, threshold, scope, name], ...], one to a line
    outputs  [[port, nodes], ...]
    history  commands that found it, one from the result of the other; left out if there are none
    sha256   SHA-256 of the UTF-8 text of the other members, as JSON without spaces, in hexadecimal

Nodes are numbers as in :class:`~spikefloat.rtl_gen.neurons.graph.NeuronGraph`: bits of the inputs
first, then neurons, each after its sources. In the ports of a scope, -1 stands for a bit that was
simplified away. Where all neurons are outside of any scope and named ``n``, ``n_2``, ``n_3`` and so
on, scope and name are left out. The same graph gives the same bytes.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spikefloat.rtl_gen.neurons.naming import NameGiver

if TYPE_CHECKING:
    from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["FORMAT", "VERSION", "checksum", "graph_text"]

FORMAT = "spikefloat-graph"
VERSION = 1


def graph_text(graph: "NeuronGraph", history: Sequence[str] = ()) -> str:
    """Return the content of the file of a graph.

    Parameters
    ----------
    graph : NeuronGraph
        The graph.
    history : sequence of str
        Commands that found it, in their order.
    """
    names = NameGiver()
    is_plain = all(
        (neuron.scope, neuron.name) == (0, names.unique(0, "n")) for neuron in graph.neurons
    )
    neurons = [neuron[:3] if is_plain else neuron for neuron in graph.neurons]
    members = {
        "format": FORMAT,
        "version": VERSION,
        "name": graph.name,
        "inputs": [(port.name, len(port.nodes)) for port in graph.inputs],
        "scopes": graph.scopes,
        "neurons": neurons,
        "outputs": graph.outputs,
    }
    if history:
        members["history"] = list(history)
    lines = {name: _compact(value) for name, value in members.items()}
    lines["neurons"] = "[\n{}\n]".format(",\n".join(map(_compact, neurons)))
    lines["sha256"] = _compact(checksum(members))
    return "{" + ",\n".join(f'"{name}":{text}' for name, text in lines.items()) + "}\n"


def checksum(members: dict[str, Any]) -> str:
    """Return the SHA-256 of all members but itself, in their order."""
    return hashlib.sha256(_compact(members).encode()).hexdigest()


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
