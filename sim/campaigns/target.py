# SPDX-License-Identifier: Apache-2.0
"""What a campaign runs: a circuit, and what it has to compute."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.graph import NeuronGraph, Port
from spikefloat.sim.benches.ways import Ways
from spikefloat.sim.golden import operations as reference
from spikefloat.sim.golden.entry import Operation
from spikefloat.sim.golden.values import decode, unpack
from spikefloat.sim.graphs.network import Network

__all__ = [
    "INTEGER_OPERATIONS",
    "FloatReference",
    "FunctionReference",
    "GraphReference",
    "IntegerReference",
    "Reference",
    "RoundedReference",
    "Target",
    "fan_out",
    "graph_target",
]

Codes = NDArray[np.int64]

#: Widest port whose codes, and the number of them, are 64-bit integers.
_PORT_BITS = 62

#: Operations on whole numbers, for gates and adders, by name.
INTEGER_OPERATIONS: dict[str, Callable[[Codes, Codes], Codes]] = {
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
    "sum": np.add,
}


@dataclass(frozen=True, kw_only=True)
class IntegerReference:
    """A function of two or more whole numbers."""

    operation: str  #: Name among :data:`INTEGER_OPERATIONS`.

    def expected(self, operands: Sequence[Codes]) -> Codes:
        """Return the right results."""
        return reduce(INTEGER_OPERATIONS[self.operation], operands)

    def errors(self, actual: Codes, expected: Codes) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return steps and relative error of each result."""
        steps = np.abs(actual - expected)
        return steps, steps / np.maximum(expected, 1)


@dataclass(frozen=True, kw_only=True)
class FloatReference:
    """An operation of the golden model."""

    operation: str | Operation
    fmt: Format
    overflow: Overflow
    to: Format | None = None

    def expected(self, operands: Sequence[Codes]) -> Codes:
        """Return the right results."""
        return reference.expected(self.operation, self.fmt, operands, self.overflow, self.to)

    def errors(self, actual: Codes, expected: Codes) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return steps and relative error of each result, NaN where either is not finite.

        A step is the way from one code to the next larger value; -0 and +0 are the same. The
        relative error is that to the right result, or to the smallest subnormal if that is zero.
        """
        if reference.find_operation(self.operation).bits:
            steps = np.abs(actual - expected).astype(np.float64)
            return steps, steps
        fmt = self.to or self.fmt
        numbers = [unpack(fmt, codes) for codes in (actual, expected)]
        ranks = [
            np.where(number.sign, -1, 1) * (codes & (1 << fmt.width - 1) - 1)
            for number, codes in zip(numbers, (actual, expected), strict=True)
        ]
        values = [decode(fmt, codes) for codes in (actual, expected)]
        comparable = numbers[0].is_finite & numbers[1].is_finite
        with np.errstate(invalid="ignore"):
            difference = np.abs(values[0] - values[1])
        scale = np.maximum(np.abs(values[1]), 2.0 ** (1 - fmt.bias - fmt.mantissa_bits))
        return (
            np.where(comparable, np.abs(ranks[0] - ranks[1]), np.nan),
            np.where(comparable, difference / scale, np.nan),
        )


@dataclass(frozen=True, kw_only=True)
class RoundedReference(FloatReference):
    """An operation of the golden model that rounds in another way, or raises flags.

    Modes and random numbers are operands behind the others, flags bits above the result.
    """

    ways: Ways

    def expected(self, operands: Sequence[Codes]) -> Codes:
        """Return the right results, with the flags above them."""
        count = reference.find_operation(self.operation).operand_count
        extras = dict(zip(self.ways.widths, operands[count:], strict=True))
        results = self.ways.results(
            extras,
            operands[:count],
            lambda some, rounder: reference.expected_rounded(
                self.operation, self.fmt, some, self.overflow, self.to, rounder
            ),
        )
        return results["y"] | results.get("flags", np.int64(0)) << self._width

    def errors(self, actual: Codes, expected: Codes) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return steps and relative error of each result, whatever the flags."""
        mask = (1 << self._width) - 1
        return super().errors(actual & mask, expected & mask)

    @property
    def _width(self) -> int:
        return reference.find_operation(self.operation).result_width(self.fmt, self.to)


@dataclass(frozen=True, kw_only=True)
class FunctionReference:
    """A function of the codes of the inputs.

    It is called with them by position, in the order of the ports, and returns the codes of the
    output, or those of several outputs by name.
    """

    function: Callable[..., Any]
    outputs: tuple[Port, ...]

    def expected(self, operands: Sequence[Codes]) -> Codes:
        """Return the right results, side by side where there are several outputs.

        Raises
        ------
        ValueError
            If the function does not return an integer for each operand and output.
        """
        results = self.function(*operands)
        if len(self.outputs) == 1 and not isinstance(results, Mapping):
            results = {self.outputs[0].name: results}
        joined, shift = np.zeros(operands[0].shape, np.int64), 0
        for port in self.outputs:
            codes = np.asarray(results.get(port.name))
            if codes.dtype.kind not in "biu" or codes.shape != operands[0].shape:
                raise InputError(
                    f"Reference must return integers of shape {operands[0].shape} for output "
                    f"{port.name!r}, not {codes.dtype} of shape {codes.shape}"
                )
            joined |= codes.astype(np.int64) << shift
            shift += len(port.nodes)
        return joined

    def errors(self, actual: Codes, expected: Codes) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return NaN: codes of an unknown meaning are right or wrong, not near or far."""
        return _incomparable(actual)


@dataclass(frozen=True, kw_only=True)
class GraphReference:
    """What a circuit itself gives where nothing is noisy or faulty."""

    graph: NeuronGraph

    def __repr__(self) -> str:
        return f"GraphReference(digest={self.graph.digest!r})"

    def expected(self, operands: Sequence[Codes]) -> Codes:
        """Return the right results."""
        names = (port.name for port in self.graph.inputs)
        (codes,) = Network(self.graph).run(dict(zip(names, operands, strict=True))).values()
        return codes.astype(np.int64)

    def errors(self, actual: Codes, expected: Codes) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return NaN: codes of an unknown meaning are right or wrong, not near or far."""
        return _incomparable(actual)


def _incomparable(codes: Codes) -> tuple[NDArray[Any], NDArray[Any]]:
    return np.full(codes.shape, np.nan), np.full(codes.shape, np.nan)


Reference = FloatReference | IntegerReference | FunctionReference | GraphReference


@dataclass(frozen=True, kw_only=True)
class Target:
    """A circuit with inputs a, b, ... and what its first output must be.

    The label says what the circuit is to a reader, by column of a table.
    """

    label: dict[str, Any]
    graph: NeuronGraph
    reference: Reference

    @cached_property
    def fan_out(self) -> NDArray[np.int64]:
        """Number of synapses that each node drives."""
        return fan_out(self.graph)

    @cached_property
    def possible_synapses(self) -> int:
        """Number of pairs of a neuron and a node of any layer before its own."""
        layers = np.array(self.graph.layers)
        in_layer = np.bincount(layers)
        before = np.concatenate(([0], np.cumsum(in_layer)[:-1]))
        return int(before[layers[self.graph.input_count :]].sum())


def fan_out(graph: NeuronGraph) -> NDArray[np.int64]:
    """Return the number of synapses that each node drives."""
    counts = np.zeros(graph.node_count, np.int64)
    for neuron in graph.neurons:
        np.add.at(counts, list(neuron.sources), 1)
    return counts


def graph_target(graph: NeuronGraph, reference: Callable[..., Any] | None = None) -> Target:
    """Return any circuit as a target, with a function or itself, noiseless, as the reference.

    Codes are 64-bit integers here: wide inputs are split into ports of up to 62 bits, and the
    outputs, the first one lowest, make up one.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    reference : callable, optional
        Called with the codes of each input, in their order; see :class:`FunctionReference`.

    Raises
    ------
    ValueError
        If there is no input, the outputs have more than 62 bits, or an input that a function would
        take has.
    """
    outputs = tuple(node for port in graph.outputs for node in port.nodes)
    if not graph.inputs:
        raise InputError(f"Circuit {graph.name} must have an input")
    if len(outputs) > _PORT_BITS:
        raise InputError(
            f"Outputs of {graph.name} must have at most {_PORT_BITS} bits in all, "
            f"not {len(outputs)}"
        )
    name = graph.outputs[0].name if len(graph.outputs) == 1 else "results"
    inputs = tuple(part for port in graph.inputs for part in _narrow(port))
    if reference is not None and len(inputs) != len(graph.inputs):
        wide = max(graph.inputs, key=lambda port: len(port.nodes))
        raise InputError(
            f"Input {wide.name!r} of a circuit with a function as reference must have at most "
            f"{_PORT_BITS} bits, not {len(wide.nodes)}"
        )
    narrow = replace(graph, inputs=inputs, outputs=(Port(name, outputs),))
    return Target(
        label={
            "design": graph.name,
            "format": "-",
            "library": "-",
            "budget": "-",
            "objective": "-",
        },
        graph=narrow,
        reference=GraphReference(graph=narrow)
        if reference is None
        else FunctionReference(function=reference, outputs=graph.outputs),
    )


def _narrow(port: Port) -> Iterator[Port]:
    """Yield a port, or if it is wide the parts of it, least significant first."""
    if len(port.nodes) <= _PORT_BITS:
        yield port
        return
    for start in range(0, len(port.nodes), _PORT_BITS):
        nodes = port.nodes[start : start + _PORT_BITS]
        yield Port(f"{port.name}_{start}_to_{start + len(nodes) - 1}", nodes)
