# SPDX-License-Identifier: Apache-2.0
"""What all operations on vectors that take one element in each clock have: streams, and their text."""

from collections.abc import Collection, Iterable, Mapping

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.components.streams import all_of
from spikefloat.rtl_gen.rtl.ports import Port, component_ports, whole_bytes
from spikefloat.rtl_gen.rtl.styles.axi_stream import AxiStream, axi_ports, axi_verilog
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog

__all__ = ["take_together", "unit_members", "unit_verilog", "watch_length"]


def unit_members(operands: Mapping[str, int], result: int) -> dict[str, wiring.Member]:
    """Return the members of a unit: a stream for each operand, ``m_axis`` and ``frame_error``.

    Parameters
    ----------
    operands : mapping of str to int
        Bits of an element of each operand.
    result : int
        Bits of a result.
    """
    return {
        **{f"s_axis_{name}": In(AxiStream(whole_bytes(bits))) for name, bits in operands.items()},
        "m_axis": Out(AxiStream(whole_bytes(result))),
        "frame_error": Out(1),
    }


def unit_verilog(
    unit: wiring.Component,
    module: str,
    lines: Iterable[str],
    circuits: Mapping[str, NeuronGraph] | None = None,
) -> tuple[str, tuple[Port, ...]]:
    """Return the Verilog of a whole unit, and its ports.

    Parameters
    ----------
    unit : Component
        The unit.
    module : str
        Name of the top module.
    lines : iterable of str
        Lines for the comment at the top.
    circuits : mapping of str to NeuronGraph, optional
        Circuits that are instances, by what the names of their modules have after that of the top.
    """
    ports = axi_ports(component_ports(unit.signature.members))
    text = axi_verilog(unit, module, ports, lines)
    own = (
        spatial_verilog(graph, module=f"{module}_{name}")
        for name, graph in (circuits or {}).items()
    )
    return "\n".join((text, *own)), tuple(ports.values())


def take_together(
    m: Module,
    name: str,
    streams: Collection[wiring.PureInterface],
    goes: Value,
    is_last: Value,
    error: Value,
) -> Signal:
    """Take an element of several streams at once, and return a signal that is set when that is done.

    Parameters
    ----------
    m : Module
        Where this is added.
    name : str
        Name of the signal.
    streams : collection of interfaces
        The streams.
    goes : Value
        Whether the unit takes elements.
    is_last : Value
        Whether it takes the last ones of their vectors.
    error : Value
        A flag that is set if ``tlast`` of a stream says otherwise.
    """
    takes = Signal(name=name)
    m.d.comb += takes.eq(all_of([goes, *(stream.tvalid for stream in streams)]))
    for stream in streams:
        others = [other.tvalid for other in streams if other is not stream]
        m.d.comb += stream.tready.eq(all_of([goes, *others]))
        with m.If(takes & (stream.tlast != is_last)):
            m.d.sync += error.eq(1)
    return takes


def watch_length(m: Module, most: int, takes: Value, is_last: Value, error: Value) -> None:
    """Set a flag when an element is taken for which a vector has no room."""
    count = Signal(range(most + 1))
    with m.If(takes):
        m.d.sync += count.eq(count + 1)
        with m.If(count == most):
            m.d.sync += [error.eq(1), count.eq(count)]
        with m.If(is_last):
            m.d.sync += count.eq(0)
