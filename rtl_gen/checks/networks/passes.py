# SPDX-License-Identifier: Apache-2.0
"""Operations that go over a vector more than once, done by their circuits in the exact simulator.

All rows go through a circuit together, in planes of bits.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.pass_circuits import PassCircuits
from spikefloat.sim.graphs.planes import WORD_BITS, Planes, pack_codes, unpack_codes, word_count

__all__ = ["Run", "all_set", "filled", "run_passes"]

Codes = NDArray[Any]

#: Returns the planes of the outputs of a graph for those of its inputs, of a number of trials.
Run = Callable[[NeuronGraph, Mapping[str, Planes], int], dict[str, Planes]]


def run_passes(
    run: Run,
    steps: PassCircuits,
    x: Codes,
    others: Sequence[Codes] = (),
    counts: NDArray[np.bool_] | None = None,
) -> Codes:
    """Return what the circuits of an operation give when they are used in turn, as in hardware.

    Parameters
    ----------
    run : callable
        Runs a circuit.
    steps : PassCircuits
        The circuits.
    x : array of int
        Codes of the operand that is gone over, whose last axis is a vector.
    others : sequence of array of int
        Codes of the other operands, of the same shape.
    counts : array of bool, optional
        Of the same shape: elements that do not count add +0, so that rows stay together; by default
        all count.
    """
    rows, width = x.reshape(-1, x.shape[-1]), steps.element_width
    trials, words = len(rows), word_count(len(rows))
    kept = {name: np.zeros((bits, words), np.uint64) for name, bits in steps.registers_kept.items()}

    def use(graph: NeuronGraph | None, **given: Planes) -> None:
        if graph is not None:
            known = kept | given
            made = run(graph, {port.name: known[port.name] for port in graph.inputs}, trials)
            kept.update((name.removeprefix("next_"), plane) for name, plane in made.items())

    def use_for_all(graph: NeuronGraph, **given: Planes) -> Planes:
        names = [port.name for port in graph.inputs if port.name not in given]
        spread = {name: _repeated(kept[name], rows) for name in names}
        (result,) = run(graph, given | spread, rows.size).values()
        return result

    for column in range(rows.shape[1]):
        element = pack_codes(rows[:, column], width)
        use(steps.take, element=element, first=all_set(column == 0, words))
    elements = pack_codes(rows.ravel(), width)
    if steps.scan is not None:
        elements = use_for_all(steps.scan, element=elements)
        values = unpack_codes(elements, rows.size).reshape(rows.shape)
        if counts is not None:
            values = np.where(counts.reshape(rows.shape), values, 0)
        for column in range(rows.shape[1]):
            stored = pack_codes(values[:, column], len(elements))
            use(steps.add, stored=stored, first=all_set(column == 0, words))
    use(steps.begin)
    for _ in range(steps.digits):
        use(steps.step)
    use(steps.settle)
    own = {
        name: pack_codes(codes.ravel(), width)
        for name, codes in zip(steps.others, others, strict=True)
    }
    result = use_for_all(steps.give, element=elements, **own)
    return unpack_codes(result, rows.size).reshape(x.shape).astype(np.int64)


def all_set(bit: bool, words: int) -> Planes:
    """Return the plane of a bit that is the same in all trials."""
    return np.full((1, words), np.iinfo(np.uint64).max if bit else 0, np.uint64)


def filled(codes: Codes, length: int, code: int) -> Codes:
    """Return codes with more of one code at the end of the last axis."""
    missing = length - codes.shape[-1]
    return np.pad(codes, [(0, 0)] * (codes.ndim - 1) + [(0, missing)], constant_values=code)


def _repeated(planes: Planes, rows: Codes) -> Planes:
    """Return planes of a value for each row as those of one for each element of the rows."""
    bits = np.unpackbits(planes.view(np.uint8), axis=1, bitorder="little")[:, : len(rows)]
    spread = np.zeros((len(planes), word_count(rows.size) * WORD_BITS), np.uint8)
    spread[:, : rows.size] = np.repeat(bits, rows.shape[1], axis=1)
    return np.packbits(spread, axis=1, bitorder="little").view(np.uint64)
