# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as combinational hardware: one lookup table for each neuron, and wires.

The text is printed straight from the graph. So it is the same to the byte whatever the versions of
the tools, and a circuit of 100,000 neurons takes seconds.
"""

from collections.abc import Sequence

from amaranth.hdl import Instance, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.text.items import Addition
from spikefloat.rtl_gen.rtl.text.kinds import kind_module, kind_name
from spikefloat.rtl_gen.rtl.text.netlist import build_modules
from spikefloat.rtl_gen.rtl.text.printer import file_header, kinds_of, module_lines

__all__ = ["SpatialModule", "spatial_verilog"]


def spatial_verilog(
    graph: NeuronGraph, *, module: str | None = None, header: Sequence[str] = ()
) -> str:
    """Return a neuron graph as one self-contained Verilog-2001 file.

    The top module has the inputs and then the outputs of the graph as ports, in order. Each scope
    is a module of its own, and so is each kind of neuron; every module name begins with that of the
    top module, so that several such files can be used together. A scope made by
    :func:`~spikefloat.rtl_gen.neurons.carry_chain.carry_chain` is written as an addition.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    module : str, optional
        Name of the top module; the name of the graph if None.
    header : sequence of str
        Lines for the comment at the top of the file: what it is and how it was made.

    Returns
    -------
    str
        The text of the file.

    Raises
    ------
    ValueError
        If the name of the module or of a port cannot be used in Verilog.
    """
    top = graph.name if module is None else module
    modules = build_modules(graph, top, has_additions=True)
    names = {kind: f"{top}_{kind_name(*kind)}" for kind in kinds_of(modules)}
    rest = "Everything else is wires."
    if any(isinstance(item, Addition) for entry in modules for item in entry.body.items):
        rest = f"Neurons of a scope that adds are written as that addition. {rest}"
    parts = ["\n".join(file_header(graph, top, header, rest))]
    of_number = {entry.number: entry for entry in modules}
    for entry in modules:
        parts.append("\n".join(module_lines(entry, of_number, names)))
    for (weights, threshold), name in names.items():
        parts.append(kind_module(name, weights, threshold))
    parts.append("`default_nettype wire\n")
    return "\n".join(parts)


class SpatialModule(wiring.Component):
    """A neuron graph as combinational hardware, inside an Amaranth design.

    The outputs follow the inputs within the same cycle. The Verilog of the graph is handed to the
    platform; without a platform, whoever uses the design must add :attr:`verilog` to it.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    module : str, optional
        Name of the Verilog module; the name of the graph if None.
    header : sequence of str
        Lines for the comment at the top of the Verilog.

    Members
    -------
    ... : ``In(width)``
        One for each input of the graph, with its name and width.
    ... : ``Out(width)``
        One for each output of the graph.

    Raises
    ------
    ValueError
        If the name of the module or of a port cannot be used in Verilog.
    """

    def __init__(
        self, graph: NeuronGraph, *, module: str | None = None, header: Sequence[str] = ()
    ) -> None:
        self._graph = graph
        self._module = graph.name if module is None else module
        self._verilog = spatial_verilog(graph, module=module, header=header)
        super().__init__(
            {
                **{port.name: In(len(port.nodes)) for port in graph.inputs},
                **{port.name: Out(len(port.nodes)) for port in graph.outputs},
            }
        )

    @property
    def graph(self) -> NeuronGraph:
        """The circuit."""
        return self._graph

    @property
    def module(self) -> str:
        """Name of the Verilog module."""
        return self._module

    @property
    def verilog(self) -> str:
        """Text of the Verilog file."""
        return self._verilog

    def elaborate(self, platform: object) -> Module:
        """Return an instance of the Verilog module."""
        m = Module()
        m.submodules.neurons = Instance(
            self._module,
            **{f"i_{port.name}": getattr(self, port.name) for port in self._graph.inputs},
            **{f"o_{port.name}": getattr(self, port.name) for port in self._graph.outputs},
        )
        add_file = getattr(platform, "add_file", None)
        if add_file is not None:
            add_file(f"{self._module}.v", self._verilog)
        return m
