# SPDX-License-Identifier: Apache-2.0
"""What a campaign runs: a circuit, and what it has to compute."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.golden import operations as reference
from spikefloat.sim.golden.values import decode, unpack

__all__ = ["INTEGER_OPERATIONS", "FloatReference", "IntegerReference", "Reference", "Target"]

Codes = NDArray[np.int64]

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

    def errors(self, found: Codes, right: Codes) -> tuple[NDArray, NDArray]:
        """Return steps and relative error of each result."""
        steps = np.abs(found - right)
        return steps, steps / np.maximum(right, 1)


@dataclass(frozen=True, kw_only=True)
class FloatReference:
    """An operation of the golden model."""

    operation: str
    fmt: Format
    overflow: Overflow
    to: Format | None = None

    def expected(self, operands: Sequence[Codes]) -> Codes:
        """Return the right results."""
        return reference.expected(self.operation, self.fmt, operands, self.overflow, self.to)

    def errors(self, found: Codes, right: Codes) -> tuple[NDArray, NDArray]:
        """Return steps and relative error of each result, NaN where either is not finite.

        A step is the way from one code to the next larger value; -0 and +0 are the same. The
        relative error is that to the right result, or to the smallest subnormal if that is zero.
        """
        if reference.find_operation(self.operation).is_predicate:
            steps = np.abs(found - right).astype(np.float64)
            return steps, steps
        fmt = self.to or self.fmt
        numbers = [unpack(fmt, codes) for codes in (found, right)]
        ranks = [
            np.where(number.sign, -1, 1) * (codes & (1 << fmt.width - 1) - 1)
            for number, codes in zip(numbers, (found, right), strict=True)
        ]
        values = [decode(fmt, codes) for codes in (found, right)]
        comparable = numbers[0].is_finite & numbers[1].is_finite
        with np.errstate(invalid="ignore"):
            difference = np.abs(values[0] - values[1])
        scale = np.maximum(np.abs(values[1]), 2.0 ** (1 - fmt.bias - fmt.mantissa_bits))
        return (
            np.where(comparable, np.abs(ranks[0] - ranks[1]), np.nan),
            np.where(comparable, difference / scale, np.nan),
        )


Reference = FloatReference | IntegerReference


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
        counts = np.zeros(self.graph.node_count, np.int64)
        for neuron in self.graph.neurons:
            np.add.at(counts, list(neuron.sources), 1)
        return counts

    @cached_property
    def possible_synapses(self) -> int:
        """Number of pairs of a neuron and a node of any layer before its own."""
        layers = np.array(self.graph.layers)
        in_layer = np.bincount(layers)
        before = np.concatenate(([0], np.cumsum(in_layer)[:-1]))
        return int(before[layers[self.graph.input_count :]].sum())
