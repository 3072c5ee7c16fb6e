# SPDX-License-Identifier: Apache-2.0
"""Ports of generated modules, from what the generator knows."""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from amaranth.hdl import Shape
from amaranth.lib import wiring

from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = [
    "AXI_CLOCK",
    "AXI_RESET",
    "CLOCK",
    "DISCHARGE",
    "RESET",
    "Port",
    "PortRole",
    "component_ports",
    "graph_ports",
    "whole_bytes",
]


def whole_bytes(width: int) -> int:
    """Return the bits of as many whole bytes as a code of some bits takes in a stream."""
    return -(-width // 8) * 8


class PortRole(enum.Enum):
    """What a port is for."""

    CLOCK = "clock"
    RESET = "reset"
    ENABLE = "enable"  #: Whether registers are loaded.
    DISCHARGE = "discharge"  #: Returns membranes to rest.
    START = "start"  #: Begins an operation of several clocks.
    OPERAND = "operand"
    RESULT = "result"
    VALID = "valid"
    READY = "ready"
    LAST = "last"  #: Marks the last transfer of a vector.
    KEEP = "keep"  #: Which bytes of a transfer count.
    USER = "user"  #: What goes beside the data of a transfer.
    STATUS = "status"  #: Tells of the module, and is no result.


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port of a module."""

    name: str
    width: int
    is_input: bool
    role: PortRole
    stream: str = ""  #: What the names of all ports of its stream begin with; empty for none.


CLOCK = Port(name="clk", width=1, is_input=True, role=PortRole.CLOCK)
RESET = Port(name="rst", width=1, is_input=True, role=PortRole.RESET)
#: The same as AXI has them; this reset is active low.
AXI_CLOCK = Port(name="aclk", width=1, is_input=True, role=PortRole.CLOCK)
AXI_RESET = Port(name="aresetn", width=1, is_input=True, role=PortRole.RESET)
DISCHARGE = Port(name="discharge", width=1, is_input=True, role=PortRole.DISCHARGE)

#: What ports of components are for, by name; all others are operands and results.
_ROLES = {
    **{role.value: role for role in PortRole if role not in (PortRole.CLOCK, PortRole.RESET)},
    **{"tvalid": PortRole.VALID, "tready": PortRole.READY},
    **{"tlast": PortRole.LAST, "tkeep": PortRole.KEEP},
    **{"membrane": PortRole.STATUS, "frame_error": PortRole.STATUS},
}


def graph_ports(graph: NeuronGraph, controls: Sequence[Port] = ()) -> tuple[Port, ...]:
    """Return the ports of a neuron graph, with others before them.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    controls : sequence of Port
        Ports that come first, such as :data:`CLOCK` and :data:`RESET`.
    """
    return (
        *controls,
        *(
            Port(name=port.name, width=len(port.nodes), is_input=is_input, role=role)
            for ports, is_input, role in (
                (graph.inputs, True, PortRole.OPERAND),
                (graph.outputs, False, PortRole.RESULT),
            )
            for port in ports
        ),
    )


def component_ports(
    members: Mapping[str, wiring.Member], *, is_clocked: bool = True
) -> tuple[Port, ...]:
    """Return the ports that a component has as Verilog: clock, reset and its members, in order.

    Parameters
    ----------
    members : mapping of str to Member
        Those of the component's signature. The fields of a stream in it have the name of the stream
        and two underscores before their own.
    is_clocked : bool
        Whether the component has registers.
    """
    return (*((CLOCK, RESET) if is_clocked else ()), *_members(wiring.SignatureMembers(members)))


def _members(members: wiring.SignatureMembers) -> Iterator[Port]:
    for path, member in members.flatten():
        if not member.is_port:
            continue
        is_input = member.flow is wiring.In
        is_operand = is_input
        if len(path) > 1:  # a stream of operands comes in, whichever way each of its fields goes
            is_operand = members[path[0]].flow is wiring.In
        default = PortRole.OPERAND if is_operand else PortRole.RESULT
        yield Port(
            name="__".join(map(str, path)),
            width=Shape.cast(member.shape).width,
            is_input=is_input,
            role=_ROLES.get(str(path[-1]), default),
            stream=str(path[0]) if len(path) > 1 else "",
        )
