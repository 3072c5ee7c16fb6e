# SPDX-License-Identifier: Apache-2.0
"""Any neuron graph as a bench takes it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.verifying.selected import Selected
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.rounding import Flags
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.graph import Port as Word
from spikefloat.rtl_gen.rtl.ports import AXI_RESET
from spikefloat.sim.benches.dut import Cases, Check, Contract, Dut, Port, as_streams
from spikefloat.sim.benches.ways import Ways
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import WORD_BITS

__all__ = ["MAX_BITS", "bench_ways", "contract_of", "graph_check", "hardware_check", "saved_check"]

#: Most input bits of a circuit that is tried with every operand.
MAX_BITS = 16

#: Widest port whose codes are single numbers; those of others are bits.
_CODE_BITS = 62


def contract_of(hardware: Hardware, *, is_handshake: bool = False) -> Contract:
    """Return when operands of a module go in and results come out."""
    if hardware.is_stream:
        return Contract.STREAM
    if is_handshake:
        return Contract.HANDSHAKE
    return Contract.CLOCKED if hardware.is_clocked else Contract.COMBINATIONAL


def bench_ways(instance: Instance) -> Ways:
    """Return how an instance rounds, and whether it raises flags."""
    rounding = instance.circuit.rounding
    return Ways(
        mode=rounding.mode,
        random_bits=rounding.random_bits,
        has_flags=rounding.flags is not Flags.NONE,
        is_tiny_before=rounding.flags is Flags.BEFORE,
    )


def graph_check(
    graph: NeuronGraph,
    hardware: Hardware,
    expected: Callable[..., Any],
    *,
    count: int,
    seed: int,
) -> Check:
    """Return the check of a circuit: every operand, or random ones where they are too many.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    hardware : Hardware
        What it became, and is simulated.
    expected : callable
        Called with the codes of each input by name, returns those of the output, or those of
        several outputs by name.
    count : int
        Number of random operands.
    seed : int
        Of random operands.
    """
    operands = _operands(graph, count, seed)
    results = expected(**operands)
    if not isinstance(results, Mapping):
        results = {graph.outputs[0].name: results}
    return hardware_check(
        hardware,
        tuple(_port(word) for word in graph.inputs),
        tuple(_port(word) for word in graph.outputs),
        {word.name: _numbers(word, operands[word.name]) for word in graph.inputs},
        {word.name: _numbers(word, results[word.name]) for word in graph.outputs},
    )


def hardware_check(
    hardware: Hardware,
    inputs: tuple[Port, ...],
    outputs: tuple[Port, ...],
    operands: Mapping[str, NDArray[np.int64]],
    expected: Mapping[str, NDArray[np.int64]],
) -> Check:
    """Return the check of hardware that works in the way of neuron graphs.

    Parameters
    ----------
    hardware : Hardware
        What is simulated, in any style that has no handshake.
    inputs, outputs : tuple of Port
        Its ports, as in a combinational circuit.
    operands, expected : mapping of str to array of int
        Numbers at these ports, a row for each case.
    """
    driven = dict(operands)
    if hardware.is_stream:
        first, *others = outputs
        inputs, result = as_streams(inputs, first, others)
        outputs = (result, *others)
    elif hardware.has_discharge:
        inputs = (*inputs, Port("discharge", 1))
    if hardware.has_discharge:
        driven["discharge"] = (np.arange(len(driven[inputs[0].name])) == 0).astype(np.int64)
    return Check(
        dut=Dut(
            name=hardware.module,
            verilog=hardware.verilog,
            module=hardware.module,
            inputs=inputs,
            outputs=outputs,
            contract=contract_of(hardware),
            latency=hardware.latency,
            has_axi_reset=AXI_RESET in hardware.ports,
        ),
        cases=Cases(operands=driven, expected=expected),
    )


def saved_check(circuit: SavedCircuit, selected: Selected) -> Check:
    """Return the check of the circuit of a file, against its own exact simulation."""
    hardware = design_hardware(circuit)
    verilog, module = selected.source(hardware.verilog, hardware.module)
    network = Network(circuit.graph)
    return graph_check(
        circuit.graph,
        replace(hardware, verilog=verilog, module=module),
        lambda **codes: network.run(codes),
        count=selected.random_cases,
        seed=selected.seed,
    )


def _port(word: Word) -> Port:
    width = len(word.nodes)
    return Port(word.name, width) if width <= _CODE_BITS else Port(word.name, 1, width)


def _operands(graph: NeuronGraph, count: int, seed: int) -> dict[str, NDArray[Any]]:
    """Return codes for each input; those of more than 64 bits have an axis of bits."""
    if graph.input_count <= MAX_BITS:
        every = np.arange(1 << graph.input_count)
        return {
            word.name: every >> word.nodes[0] & (1 << len(word.nodes)) - 1 for word in graph.inputs
        }
    rng = np.random.default_rng(seed)

    def draw(width: int) -> NDArray[Any]:
        if width > WORD_BITS:
            return rng.integers(0, 2, (count, width))
        return rng.integers(0, (1 << width) - 1, count, np.uint64, endpoint=True)

    return {word.name: draw(len(word.nodes)) for word in graph.inputs}


def _numbers(word: Word, codes: NDArray[Any]) -> NDArray[np.int64]:
    """Return the codes of a word as its port has them."""
    width, codes = len(word.nodes), np.asarray(codes)
    if width > _CODE_BITS and codes.ndim == 1:
        codes = codes[:, None].astype(np.uint64) >> np.arange(width, dtype=np.uint64) & np.uint64(1)
    return codes.astype(np.int64)
