# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as clocked hardware: every neuron a cell, one layer per clock.

A new set of operands, a wave, can enter in every clock; its result comes out as many clocks later
as the circuit is deep. Delay lines bring spikes that skip layers in step with the others.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.cells.membrane import Membrane, membrane_parameters
from spikefloat.rtl_gen.rtl.styles.membrane import membrane_module, resting_module
from spikefloat.rtl_gen.rtl.text.delay_memory import memory_module
from spikefloat.rtl_gen.rtl.text.items import Assign, ModuleClass
from spikefloat.rtl_gen.rtl.text.kinds import kind_name
from spikefloat.rtl_gen.rtl.text.netlist import build_modules
from spikefloat.rtl_gen.rtl.text.nets import Net, NetBit, Role
from spikefloat.rtl_gen.rtl.text.printer import file_header, kinds_of, module_lines
from spikefloat.rtl_gen.rtl.timing.balance import balance

__all__ = ["delay_module", "spiking_registers", "spiking_verilog"]

_CONTROLS = ("clk", "rst")

_REST = (
    "Between them are delay lines and wires. Every neuron takes one clock. Operands may change in "
    "every clock; their result comes out {latency} clocks later. So latency is {latency} and the "
    "initiation interval 1. A word called sum_d3 is the word sum, 3 clocks later. rst returns all "
    "neurons to rest; held for {latency} clocks, it also empties the delay lines."
)

_DISCHARGE = " A wave that comes with discharge finds all membranes at rest, layer by layer."


def spiking_verilog(
    graph: NeuronGraph,
    *,
    membrane: Membrane | None = None,
    module: str | None = None,
    header: Sequence[str] = (),
    has_memory: bool = False,
) -> str:
    """Return a neuron graph as one self-contained Verilog-2001 file of clocked cells.

    The top module has the inputs ``clk`` and ``rst``; if membranes are kept, ``discharge``, which
    comes with a wave and returns every membrane to rest before this wave gets there; then the
    inputs and the outputs of the graph, in order. Results come
    :attr:`~spikefloat.rtl_gen.rtl.timing.balance.BalancedGraph.latency` clocks after their
    operands.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    membrane : Membrane, optional
        What a neuron keeps from one wave to the next. None if every wave finds it at rest: then it
        needs no membrane, and is a truth table and one register.
    module : str, optional
        Name of the top module; the name of the graph if None.
    header : sequence of str
        Lines for the comment at the top of the file: what it is and how it was made.
    has_memory : bool
        Whether delay lines are put into memories where that is worth it.

    Returns
    -------
    str
        The text of the file.

    Raises
    ------
    ValueError
        If the name of the module or of a port cannot be used in Verilog, or is that of a control.
    """
    top = graph.name if module is None else module
    balanced = balance(graph, has_discharge=membrane is not None, has_memory=has_memory)
    modules = build_modules(
        balanced.graph, top, lines=balanced.lines, controls=_CONTROLS, in_memory=balanced.in_memory
    )
    if balanced.latency == 0:
        _gather_controls(modules[0])
    names = {kind: f"{top}_{kind_name(*kind)}" for kind in kinds_of(modules)}
    of_number = {entry.number: entry for entry in modules}
    line = f"{top}_delay"
    residue = "every wave finds the membranes at rest" if membrane is None else str(membrane)
    parts = [
        "\n".join(
            file_header(
                graph,
                top,
                (
                    *header,
                    f"membranes: {residue}",
                    f"delay lines: {balanced.delays} registers of one bit"
                    + (f", {balanced.memory_bits} bits of memory" if has_memory else ""),
                ),
                _REST.format(latency=balanced.latency) + (_DISCHARGE if membrane else ""),
            )
        )
    ]
    for entry in modules:
        parts.append(
            "\n".join(module_lines(entry, of_number, names, controls=_CONTROLS, line=line))
        )
    if balanced.lines.keys() - balanced.in_memory:
        parts.append(delay_module(line))
    if balanced.in_memory:
        parts.append(memory_module(f"{line}_memory"))
    for (weights, threshold), name in names.items():
        if membrane is None:
            parts.append(resting_module(name, weights, threshold))
        else:
            parts.append(membrane_module(name, weights, threshold, membrane))
    parts.append("`default_nettype wire\n")
    return "\n".join(parts)


def _gather_controls(top: ModuleClass) -> None:
    """Say in the top module that without a neuron its controls have nothing to do."""
    net = Net("unused_controls", Role.INNER, len(_CONTROLS) - 1)
    item = Assign(net.bits, tuple(NetBit(name, None) for name in _CONTROLS))
    top.body = top.body._replace(nets=(*top.body.nets, net), items=(*top.body.items, item))


def spiking_registers(
    graph: NeuronGraph, membrane: Membrane | None = None, *, has_memory: bool = False
) -> int:
    """Return the number of one-bit registers: of delay lines, spikes and membranes."""
    balanced = balance(graph, has_discharge=membrane is not None, has_memory=has_memory)
    registers = balanced.neurons + balanced.delays
    if membrane is not None:
        registers += sum(
            membrane_parameters(neuron.weights, neuron.threshold, membrane).membrane_width
            for neuron in graph.neurons
            if neuron.sources
        )
    return registers


def delay_module(name: str) -> str:
    """Return the Verilog of a delay line.

    It has no reset, so that synthesis can use shift registers where the target has them.
    """
    return f"""\
// A delay line: y is what x was LENGTH clocks ago.
module {name} #(
    parameter LENGTH = 1,
    parameter WIDTH = 1
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] x,
    output wire [WIDTH-1:0] y
);
    // The latest in the low bits.
    reg [WIDTH*LENGTH-1:0] spikes;
    assign y = spikes[WIDTH*LENGTH-1 -: WIDTH];
    generate
        if (LENGTH == 1) begin : one
            always @(posedge clk) spikes <= x;
        end else begin : several
            always @(posedge clk) spikes <= {{spikes[WIDTH*(LENGTH-1)-1:0], x}};
        end
    endgenerate
endmodule
"""
