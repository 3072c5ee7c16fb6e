# SPDX-License-Identifier: Apache-2.0
"""The streams that a circuit has at its ends."""

from collections.abc import Mapping

from amaranth.hdl import ShapeLike
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph, Port
from spikefloat.rtl_gen.rtl.components.circuits import port_shape
from spikefloat.rtl_gen.rtl.ports import whole_bytes

__all__ = ["stream_members"]


def stream_members(
    graph: NeuronGraph,
    *,
    has_whole_bytes: bool = False,
    shapes: Mapping[str, ShapeLike] | None = None,
) -> dict[str, wiring.Member]:
    """Return a stream for each input of a graph, and one for all outputs, by its first one's name.

    Of several outputs, the payload is a structure. In whole bytes it is the first one; the others,
    side by side, are called ``user`` and go beside it.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    has_whole_bytes : bool
        Whether payloads are widened to whole bytes, which have no shape of their own.
    shapes : mapping of str to ShapeLike, optional
        Shapes of payloads, such as ``{"a": Float(fmt)}``; others are plain bits.

    Raises
    ------
    InputError
        If the graph has no output, a name is no identifier, or a shape does not fit.
    """
    if not graph.outputs:
        raise InputError("Outputs of a stream must be at least 1, not 0")
    if has_whole_bytes and shapes:
        raise InputError("Shapes must be given for payloads without padding, not for whole bytes")

    def shape(port: Port) -> ShapeLike:
        return whole_bytes(len(port.nodes)) if has_whole_bytes else port_shape(port, shapes)

    members = {port.name: In(stream.Signature(shape(port))) for port in graph.inputs}
    first, *others = graph.outputs
    result: wiring.Signature = stream.Signature(shape(first))
    if others and has_whole_bytes:
        user = sum(len(port.nodes) for port in others)
        result = wiring.Signature({**result.members, "user": Out(user)})
    elif others:
        result = stream.Signature(
            data.StructLayout({port.name: shape(port) for port in graph.outputs})
        )
    return members | {first.name: Out(result)}
