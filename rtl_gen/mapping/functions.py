# SPDX-License-Identifier: Apache-2.0
"""Which functions of a few inputs one neuron can be.

A function of ``k`` inputs is its truth table as an integer: bit ``m`` is the value where input
``i`` is bit ``i`` of ``m``. A *partial* function is two such tables, of the input patterns where
it must fire and where it must not; the patterns in neither never occur or do not matter.

Up to four inputs, all threshold functions are listed. Above, an integer program is solved, after
cheap conditions that any threshold function fulfils have sorted out most functions.
"""

from functools import lru_cache
from itertools import combinations_with_replacement, permutations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.neurons.budgets import Budget

__all__ = [
    "LISTED_INPUTS",
    "Listing",
    "Weighting",
    "drop_input",
    "fit",
    "input_table",
    "listing",
    "recognise",
]

#: Up to this number of inputs, all threshold functions are listed.
LISTED_INPUTS = 4
#: Largest weight that a threshold function of up to four inputs needs.
_LISTED_WEIGHT = 3
#: Largest weight that is looked for where the budget sets no limit.
_FREE_WEIGHT = 64


class Weighting(NamedTuple):
    """Weights and threshold of a neuron; a weight of 0 marks an input that is not needed."""

    weights: tuple[int, ...]
    threshold: int


@lru_cache(maxsize=256)
def input_table(index: int, inputs: int) -> int:
    """Return the truth table of one of ``inputs`` inputs."""
    block = ((1 << (1 << index)) - 1) << (1 << index)
    period = 2 << index
    table = block
    while period < 1 << inputs:
        table |= table << period
        period *= 2
    return table


def drop_input(table: int, index: int, inputs: int) -> int | None:
    """Return the table without one input, or None if the function depends on it."""
    high = input_table(index, inputs)
    if (table & high) >> (1 << index) != table & ~high:
        return None
    size = 1 << index
    result = 0
    for position, start in enumerate(range(0, 1 << inputs, 2 * size)):
        result |= (table >> start & ((1 << size) - 1)) << (position * size)
    return result


@lru_cache(maxsize=1 << 18)
def recognise(table: int, inputs: int, budget: Budget) -> Weighting | None:
    """Return how one neuron can be a function, or None if it cannot within the budget."""
    if budget.max_fan_in is not None and inputs > budget.max_fan_in:
        return None  # a function that does not depend on an input must be given without it
    whole = (1 << (1 << inputs)) - 1
    if inputs <= LISTED_INPUTS:
        return fit(table, whole ^ table, inputs, budget)
    standard = _standard_form(table, inputs)
    if standard is None:
        return None
    weighting = _solve_standard(standard.table, inputs, budget)
    if weighting is None:
        return None
    weights = [0] * inputs
    threshold = weighting.threshold
    for place, weight in zip(standard.places, weighting.weights, strict=True):
        if place in standard.negative:
            threshold -= weight
            weight = -weight
        weights[place] = weight
    return Weighting(tuple(weights), threshold)


@lru_cache(maxsize=1 << 18)
def fit(on: int, off: int, inputs: int, budget: Budget) -> Weighting | None:
    """Return how one neuron can be a partial function, or None if it cannot within the budget.

    The weighting with the fewest synapses is returned, then with the least sum of weights where
    functions are listed.
    """
    if on & off:
        return None
    if inputs <= LISTED_INPUTS:
        listed = listing(inputs, budget)
        fits = (listed.tables & np.uint32(on) == on) & (listed.tables & np.uint32(off) == 0)
        index = int(np.argmax(fits))
        return listed.weightings[index] if fits[index] else None
    return _solve(on, off, inputs, budget)


class Listing(NamedTuple):
    """All threshold functions of some inputs, and how each may be weighed."""

    tables: NDArray[np.uint32]
    weightings: list[Weighting]  #: Fewest synapses first, then least sum of weights.


@lru_cache(maxsize=64)
def listing(inputs: int, budget: Budget) -> Listing:
    """Return all threshold functions of a few inputs within a budget."""
    limit = _LISTED_WEIGHT if budget.max_weight is None else min(budget.max_weight, _LISTED_WEIGHT)
    vectors: set[tuple[int, ...]] = set()
    for sizes in combinations_with_replacement(range(limit + 1), inputs):
        for order in set(permutations(sizes)):
            vectors.update(product(*({size, -size} for size in order)))
    found: dict[int, Weighting] = {}
    patterns = [[m >> i & 1 for i in range(inputs)] for m in range(1 << inputs)]
    for weights in sorted(vectors, key=lambda v: (_synapses(v), sum(map(abs, v)), v)):
        if budget.max_fan_in is not None and _synapses(weights) > budget.max_fan_in:
            continue
        sums = [sum(w for w, bit in zip(weights, p, strict=True) if bit) for p in patterns]
        for threshold in (*sorted(set(sums)), max(sums) + 1):
            table = sum(1 << m for m, total in enumerate(sums) if total >= threshold)
            found.setdefault(table, Weighting(weights, threshold))
    return Listing(np.array(list(found), np.uint32), list(found.values()))


def _synapses(weights: tuple[int, ...]) -> int:
    return sum(weight != 0 for weight in weights)


class _Standard(NamedTuple):
    """A function whose inputs all raise it, the most powerful one first."""

    table: int
    places: tuple[int, ...]  #: Which input of the original each one is.
    negative: frozenset[int]  #: Inputs of the original that lower it.


def _standard_form(table: int, inputs: int) -> _Standard | None:
    """Return the standard form of a function, or None if it is no threshold function.

    Up to eight inputs every function that passes is a threshold function; above, not all are.
    """
    negative = set()
    for index in range(inputs):
        high = input_table(index, inputs)
        one, zero = (table & high) >> (1 << index), table & ~high
        if one & ~zero and zero & ~one:
            return None
        if zero & ~one:
            negative.add(index)
            table = one | zero << (1 << index)
    # In a threshold function, the more patterns with an input fire, the larger its weight.
    power = [(table & input_table(index, inputs)).bit_count() for index in range(inputs)]
    places = tuple(sorted(range(inputs), key=lambda i: (-power[i], i)))
    spread = 0
    for m in range(1 << inputs):
        original = 0
        for position, place in enumerate(places):
            original |= (m >> position & 1) << place
        spread |= (table >> original & 1) << m
    for index in range(inputs - 1):
        # With either of two neighbours alone, the more powerful one must do at least as much.
        first, second = input_table(index, inputs), input_table(index + 1, inputs)
        only_first = (spread & first & ~second) >> (1 << index)
        only_second = (spread & second & ~first) >> (2 << index)
        if only_second & ~only_first:
            return None
    return _Standard(spread, places, frozenset(negative))


@lru_cache(maxsize=1 << 16)
def _solve_standard(table: int, inputs: int, budget: Budget) -> Weighting | None:
    whole = (1 << (1 << inputs)) - 1
    return _solve(table, whole ^ table, inputs, budget)


def _solve(on: int, off: int, inputs: int, budget: Budget) -> Weighting | None:
    """Find weights by an integer program: least sum of weights, with a prize on few synapses."""
    from scipy import optimize  # not above: it takes long to load, and is seldom needed

    if on == 0 or off == 0:
        return Weighting((0,) * inputs, 1 if on == 0 else 0)
    if _pairs_balance(on, off, inputs):
        return None
    rows, signs = [], []
    for table, sign in ((on, 1), (off, -1)):
        while table:
            low = table & -table
            m = low.bit_length() - 1
            rows.append([m >> i & 1 for i in range(inputs)])
            signs.append(sign)
            table ^= low
    bits = np.array(rows, float)
    direction = np.array(signs, float)
    limit = _FREE_WEIGHT if budget.max_weight is None else budget.max_weight
    # Unknowns: positive parts, negative parts, threshold minus one half.
    matrix = np.hstack([bits, -bits, -np.ones((len(rows), 1))]) * direction[:, None]
    bound = limit * inputs + 1
    lower = np.array([0.0] * (2 * inputs) + [-bound])
    upper = np.array([float(limit)] * (2 * inputs) + [bound])
    # Without integrality first: most functions fail already there, and that is fast.
    cost = np.array([1.0] * (2 * inputs) + [0.0])
    constraints = optimize.LinearConstraint(matrix, 0.5, np.inf)
    relaxed = optimize.milp(cost, constraints=constraints, bounds=optimize.Bounds(lower, upper))
    if not relaxed.success:
        return None
    shift = optimize.LinearConstraint(matrix, np.where(direction > 0, 0.0, 1.0), np.inf)
    result = optimize.milp(
        cost,
        constraints=shift,
        bounds=optimize.Bounds(lower, upper),
        integrality=np.ones(len(cost)),
        options={"node_limit": 1000},
    )  # not a time limit: same call, same result
    if not result.success:
        return None
    values = [round(value) for value in result.x]
    weights = tuple(values[i] - values[inputs + i] for i in range(inputs))
    weighting = Weighting(weights, values[-1])
    if budget.max_fan_in is not None and _synapses(weights) > budget.max_fan_in:
        return None
    return weighting if _agrees(weighting, rows, signs) else None


def _pairs_balance(on: int, off: int, inputs: int) -> bool:
    """Tell whether two patterns that must fire hold the same spikes as two that must not.

    Then the sums of the two pairs are equal whatever the weights, so no neuron can do it.
    """
    sides = []
    for table in (on, off):
        cells = np.flatnonzero(
            np.unpackbits(
                np.frombuffer(table.to_bytes((1 << inputs) // 8, "little"), np.uint8),
                bitorder="little",
            )
        )
        pairs = np.zeros(1 << 2 * inputs, bool)
        # The spikes of both: twice those that are in both, once those that are in one.
        pairs[(cells[:, None] & cells) << inputs | (cells[:, None] | cells)] = True
        sides.append(pairs)
    return bool((sides[0] & sides[1]).any())


def _agrees(weighting: Weighting, rows: list[list[int]], signs: list[int]) -> bool:
    """Tell whether a rounded solution is one."""
    for row, sign in zip(rows, signs, strict=True):
        total = sum(w for w, bit in zip(weighting.weights, row, strict=True) if bit)
        if (total >= weighting.threshold) != (sign > 0):
            return False
    return True
