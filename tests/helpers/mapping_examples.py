# SPDX-License-Identifier: Apache-2.0
"""Small circuits for the tests of the mapper, and their outputs by plain arithmetic."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.mapping.aig import Aig, Circuit, WordPort
from spikefloat.rtl_gen.neurons.budgets import Budget
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from tests.helpers.graphs import all_codes, evaluate

__all__ = [
    "adder",
    "error_corrector",
    "keeps_budget",
    "multiplier",
    "outputs_of",
    "parity",
    "random_function",
]


def _circuit(name: str, widths: dict[str, int], make: Callable[..., list[int]]) -> Circuit:
    aig = Aig(sum(widths.values()))
    words, start = [], 0
    for width in widths.values():
        words.append([aig.input(start + i) for i in range(width)])
        start += width
    literals = make(aig, *words)
    return Circuit(
        name,
        tuple(WordPort(*item) for item in widths.items()),
        (WordPort("y", len(literals)),),
        aig,
        tuple(literals),
    )


def adder(width: int) -> Circuit:
    """Return ``a + b + c``, as a ripple of AND, OR and exclusive or."""

    def make(aig: Aig, a: list[int], b: list[int], c: list[int]) -> list[int]:
        carry, bits = c[0], []
        for x, y in zip(a, b, strict=True):
            half = aig.xor(x, y)
            bits.append(aig.xor(half, carry))
            carry = aig.or_(aig.and_(x, y), aig.and_(half, carry))
        return [*bits, carry]

    return _circuit("adder", {"a": width, "b": width, "c": 1}, make)


def multiplier(width: int) -> Circuit:
    """Return ``a * b``, as rows of ripple adders."""

    def make(aig: Aig, a: list[int], b: list[int]) -> list[int]:
        total = [0] * (2 * width)
        for shift, y in enumerate(b):
            carry = 0
            for i, x in enumerate(a):
                part = aig.and_(x, y)
                half = aig.xor(total[shift + i], part)
                both = aig.and_(total[shift + i], part)
                total[shift + i], carry = (
                    aig.xor(half, carry),
                    aig.or_(both, aig.and_(half, carry)),
                )
            total[shift + width] = carry
        return total

    return _circuit("multiplier", {"a": width, "b": width}, make)


def parity(width: int) -> Circuit:
    """Return the exclusive or of all bits, as a chain."""

    def make(aig: Aig, a: list[int]) -> list[int]:
        result = a[0]
        for bit in a[1:]:
            result = aig.xor(result, bit)
        return [result]

    return _circuit("parity", {"a": width}, make)


def error_corrector() -> Circuit:
    """Return 32 bits of data corrected by 8 check bits, if ``e`` is set: much exclusive or.

    Each data bit is part of three checks, no two bits of the same three.
    """
    columns = list(combinations(range(8), 3))[:32]

    def make(aig: Aig, d: list[int], k: list[int], e: list[int]) -> list[int]:
        syndrome = list(k)
        for bit, column in zip(d, columns, strict=True):
            for check in column:
                syndrome[check] = aig.xor(syndrome[check], bit)
        corrected = []
        for bit, column in zip(d, columns, strict=True):
            wrong = e[0]
            for check in range(8):
                wrong = aig.and_(wrong, syndrome[check] ^ (check not in column))
            corrected.append(aig.xor(bit, wrong))
        return corrected

    return _circuit("error_corrector", {"d": 32, "k": 8, "e": 1}, make)


def random_function(seed: int, inputs: int, outputs: int, ands: int) -> Circuit:
    """Return random ANDs of random earlier literals."""
    chance = np.random.default_rng(seed)

    def make(aig: Aig, a: list[int]) -> list[int]:
        literals = list(a)
        for _ in range(ands):
            x, y = chance.choice(len(literals), 2, replace=False)
            flips = chance.integers(0, 2, 2)
            literals.append(aig.and_(literals[x] ^ int(flips[0]), literals[y] ^ int(flips[1])))
        picks = chance.choice(len(literals), outputs)
        return [
            literals[pick] ^ int(flip)
            for pick, flip in zip(picks, chance.integers(0, 2, outputs), strict=True)
        ]

    return _circuit(f"random{seed}", {"a": inputs}, make)


def outputs_of(graph: NeuronGraph) -> tuple[dict[str, NDArray], dict[str, NDArray]]:
    """Return every input of a graph and its outputs, each neuron by its definition."""
    codes = all_codes(*(len(port.nodes) for port in graph.inputs))
    inputs = {port.name: code for port, code in zip(graph.inputs, codes, strict=True)}
    return inputs, evaluate(graph, inputs)


def keeps_budget(graph: NeuronGraph, budget: Budget) -> bool:
    """Tell whether every neuron is within a budget."""
    return all(budget.allows(neuron.weights) for neuron in graph.neurons)
