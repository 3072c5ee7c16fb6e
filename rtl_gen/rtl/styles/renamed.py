# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as hardware whose ports have any names: those of a module that it replaces."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from spikefloat.rtl_gen.neurons.graph import NeuronGraph, Port
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.text.names import KEYWORDS, NamePool

__all__ = ["OuterPort", "renamed_verilog", "verilog_name"]

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SIMPLE = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)


class OuterPort(NamedTuple):
    """A port as it is to be called outside."""

    name: str
    is_input: bool
    bits: tuple[int, ...]  #: Number of the input or output bit of the graph of each bit.


def verilog_name(name: str) -> str:
    """Return a name as Verilog: escaped, with a blank at its end, if it must be."""
    return name if _SIMPLE.fullmatch(name) and name not in KEYWORDS else f"\\{name} "


def renamed_verilog(
    graph: NeuronGraph, module: str, ports: Sequence[OuterPort], *, header: Sequence[str] = ()
) -> str:
    """Return a neuron graph as one Verilog file whose top module has ports of any names.

    Where a name cannot be that of a port of the graph, or ports are split or joined, the top module
    has nothing but an instance of the neurons in it.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    module : str
        Name of the top module.
    ports : sequence of OuterPort
        Its ports, in order.
    header : sequence of str
        Lines for the comment at the top of the file.

    Returns
    -------
    str
        The text of the file.
    """
    pool = NamePool()
    inner = replace(
        graph,
        inputs=tuple(port._replace(name=pool.give(port.name)) for port in graph.inputs),
        outputs=tuple(port._replace(name=pool.give(port.name)) for port in graph.outputs),
    )
    is_plain = _IDENTIFIER.fullmatch(module) and module not in KEYWORDS
    if is_plain and sorted(ports, key=lambda port: not port.is_input) == _own_ports(inner):
        return spatial_verilog(inner, module=module, header=header)
    core = re.sub(r"\W", "_", f"{module}_core", flags=re.ASCII)
    core = core if _IDENTIFIER.fullmatch(core) else f"n{core}"
    text = spatial_verilog(inner, module=core, header=header)
    return "\n".join([text, *_wrapper(inner, core, module, ports)]) + "\n"


def _own_ports(graph: NeuronGraph) -> list[OuterPort]:
    return [
        OuterPort(port.name, is_input, bits)
        for is_input, side in ((True, graph.inputs), (False, graph.outputs))
        for port, bits in zip(side, _numbered(side), strict=True)
    ]


def _numbered(ports: Sequence[Port]) -> list[tuple[int, ...]]:
    """Return the numbers of the bits of each port, counted through all of them."""
    starts = [0]
    for port in ports:
        starts.append(starts[-1] + len(port.nodes))
    return [tuple(range(*pair)) for pair in zip(starts, starts[1:], strict=False)]


def _wrapper(graph: NeuronGraph, core: str, module: str, ports: Sequence[OuterPort]) -> list[str]:
    lines = [
        "// The neurons, with the ports of the source as they are called there.",
        f"module {verilog_name(module)} (",
    ]
    outside: dict[tuple[bool, int], str] = {}
    for port in ports:
        name, width = verilog_name(port.name), len(port.bits)
        for index, bit in enumerate(port.bits):
            outside[port.is_input, bit] = f"{name}[{index}]" if width > 1 else name.rstrip()
        size = f"[{width - 1}:0] " if width > 1 else ""
        comma = "" if port is ports[-1] else ","
        lines.append(f"    {'input ' if port.is_input else 'output'} wire {size}{name}{comma}")
    names = NamePool()
    for port in ports:
        names.give(port.name)
    lines += [");", f"    {core} {names.give('core')} ("]
    pins = []
    for is_input, side in ((True, graph.inputs), (False, graph.outputs)):
        for own, bits in zip(side, _numbered(side), strict=True):
            joined = ", ".join(f"{outside[is_input, bit]} " for bit in reversed(bits))
            pins.append(f"        .{own.name}({{{joined}}})")
    return [*lines, ",\n".join(pins), "    );", "endmodule"]
