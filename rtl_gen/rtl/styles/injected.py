# SPDX-License-Identifier: Apache-2.0
"""A circuit of clocked cells whose membranes and spikes can be reached from outside, for benches.

The cells are those of the spiking style, with one more input: noise on the membrane. Besides, the
spike of each neuron can be held at 0 or at 1, as a fault would, and is shown.
"""

from dataclasses import dataclass

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.cells.membrane import Membrane
from spikefloat.rtl_gen.rtl.styles.membrane import noisy_membrane_module
from spikefloat.rtl_gen.rtl.styles.spiking import delay_module
from spikefloat.rtl_gen.rtl.text.kinds import kind_name
from spikefloat.rtl_gen.rtl.timing.balance import BalancedGraph, balance

__all__ = ["InjectedCircuit", "injected_circuit"]


@dataclass(frozen=True, kw_only=True)
class InjectedCircuit:
    """The Verilog of a circuit with holes, and when what goes in and comes out.

    The top module has the inputs ``clk``, ``rst``, ``discharge``, those of the circuit, ``noise``
    (one lane of ``noise_width`` bits for each neuron, the first lowest), ``stuck_at_0`` and
    ``stuck_at_1`` (one bit for each neuron); and the outputs of the circuit and ``spikes``, one
    bit for each neuron, as it fires, whether it is stuck or not.
    """

    module: str
    verilog: str
    noise_width: int
    fraction_bits: int  #: Noise is in units of two to the minus this.
    latency: int  #: Clocks from operands to result.
    #: Layer of each neuron: it takes its step for a wave, and so the noise, that many clocks after
    #: the operands, less one, and shows the spike after as many.
    layers: tuple[int, ...]


def injected_circuit(
    graph: NeuronGraph,
    membrane: Membrane,
    *,
    fraction_bits: int,
    noise_width: int,
    module: str | None = None,
) -> InjectedCircuit:
    """Return a circuit for benches that inject noise and faults.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit; every neuron must have synapses.
    membrane : Membrane
        Leak and reset.
    fraction_bits : int
        Bits of a potential, and of noise, below the point.
    noise_width : int
        Bits of the noise on one membrane, sign included.
    module : str, optional
        Name of the top module; by default that of the graph and ``_injected``.

    Raises
    ------
    ValueError
        If a neuron has no synapses, or the membrane is one that noise could take anywhere.
    """
    for node, neuron in graph.numbered_neurons():
        if not neuron.sources:
            raise InputError(f"Neuron {node} must have synapses, not be a constant")
    top = module or f"{graph.name}_injected"
    balanced = balance(graph, has_discharge=True)
    kinds = {
        (n.weights, n.threshold): f"{top}_{kind_name(n.weights, n.threshold)}"
        for n in graph.neurons
    }
    parts = [_top(graph, balanced, top, kinds, noise_width), delay_module(f"{top}_delay")]
    parts += [
        noisy_membrane_module(
            name, weights, threshold, membrane, fraction_bits=fraction_bits, noise_width=noise_width
        )
        for (weights, threshold), name in kinds.items()
    ]
    return InjectedCircuit(
        module=top,
        verilog="\n".join(parts),
        noise_width=noise_width,
        fraction_bits=fraction_bits,
        latency=balanced.latency,
        layers=_layers(balanced),
    )


def _layers(balanced: BalancedGraph) -> tuple[int, ...]:
    at = [0] * balanced.graph.input_count
    for node, neuron in balanced.graph.numbered_neurons():
        arrival = {at[source] for source in neuron.sources}
        if len(arrival) != 1:
            raise ArithmeticError(f"Spikes at node {node} must arrive together, not at {arrival}")
        at.append(arrival.pop() + balanced.lines.get(node, 1))
    return tuple(at[node] for node, _ in _cells(balanced))


def _cells(balanced: BalancedGraph) -> list[tuple[int, int]]:
    """Return node and number of each neuron; delays stand among them, in the same order."""
    nodes = [node for node, _ in balanced.graph.numbered_neurons() if node not in balanced.lines]
    return [(node, number) for number, node in enumerate(nodes)]


def _top(
    graph: NeuronGraph,
    balanced: BalancedGraph,
    top: str,
    kinds: dict[tuple[tuple[int, ...], int], str],
    noise_width: int,
) -> str:
    flat = balanced.graph
    count = len(graph.neurons)
    number = dict(_cells(balanced))
    ports = ["input wire clk", "input wire rst", "input wire discharge"]
    ports += [f"input wire [{len(port.nodes) - 1}:0] {port.name}" for port in graph.inputs]
    ports += [
        f"input wire [{count * noise_width - 1}:0] noise",
        f"input wire [{count - 1}:0] stuck_at_0",
        f"input wire [{count - 1}:0] stuck_at_1",
    ]
    ports += [f"output wire [{len(port.nodes) - 1}:0] {port.name}" for port in graph.outputs]
    ports.append(f"output wire [{count - 1}:0] spikes")
    lines = [
        f"// {graph.name}, for benches: membranes take noise, and neurons can be stuck.",
        f"module {top} (",
        *(f"    {port}," for port in ports[:-1]),
        f"    {ports[-1]}",
        ");",
        "    wire node_0 = discharge;",
    ]
    for port in flat.inputs[1:]:
        lines += [
            f"    wire node_{node} = {port.name}[{bit}];" for bit, node in enumerate(port.nodes)
        ]
    for node, neuron in flat.numbered_neurons():
        if node in balanced.lines:
            lines += [
                f"    wire node_{node};",
                f"    {top}_delay #(.LENGTH({balanced.lines[node]})) delay_{node} (.clk(clk), "
                f".x(node_{neuron.sources[0]}), .y(node_{node}));",
            ]
            continue
        index = number[node]
        *sources, discharge = neuron.sources
        pins = ", ".join(f"node_{source}" for source in reversed(sources))
        lane = f"noise[{(index + 1) * noise_width - 1}:{index * noise_width}]"
        lines += [
            f"    {kinds[neuron.weights[:-1], neuron.threshold]} cell_{index} (",
            f"        .clk(clk), .rst(rst), .discharge(node_{discharge}), .x({{{pins}}}),",
            f"        .noise({lane}), .spike(spikes[{index}]));",
            f"    wire node_{node} = stuck_at_1[{index}] | spikes[{index}] & ~stuck_at_0[{index}];",
        ]
    for port in flat.outputs:
        bits = ", ".join(f"node_{node}" for node in reversed(port.nodes))
        lines.append(f"    assign {port.name} = {{{bits}}};")
    return "\n".join([*lines, "endmodule", ""])
