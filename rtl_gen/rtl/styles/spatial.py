# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as combinational hardware: one lookup table for each neuron, and wires.

The text is printed straight from the graph. So it is the same to the byte whatever the versions of
the tools, and a circuit of 100,000 neurons takes seconds.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.text.items import Addition
from spikefloat.rtl_gen.rtl.text.kinds import kind_module, kind_name
from spikefloat.rtl_gen.rtl.text.netlist import build_modules
from spikefloat.rtl_gen.rtl.text.printer import file_header, kinds_of, module_lines

__all__ = ["spatial_verilog"]


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
