# SPDX-License-Identifier: Apache-2.0
"""Fewer neurons without limits: a neuron goes if all its readers can do without it.

A reader may then listen to any line that does not depend on it. A linear program says whether some
weights give what it has to give, which is what it gives now, but only on those patterns on which an
output changes with it.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.circuits.small.stored import StoredCircuit
from spikefloat.rtl_gen.formats.records import find_format
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

from .separate import separate
from .shrink import start_of
from .store import DATA, all_operands, store

__all__ = ["Collapse", "collapse"]

#: Sources, weights and threshold.
_Cell = tuple[list[int], NDArray[np.int64], int]


class Collapse:
    """A network whose neurons have no limits.

    Parameters
    ----------
    graph : NeuronGraph
        Where to begin.
    operands : sequence of array
        A row of codes for each input port: the patterns that count.
    seed : int
        Seed of the order in which neurons with equally many readers are tried.
    """

    def __init__(
        self, graph: NeuronGraph, operands: tuple[NDArray[np.int64], ...], seed: int
    ) -> None:
        self._inputs = graph.input_count
        self._ports = graph
        self._random = np.random.default_rng(seed)
        ports = zip(graph.inputs, operands, strict=True)
        self._spikes = [row >> i & 1 == 1 for port, row in ports for i in range(len(port.nodes))]
        self._cells: dict[int, _Cell] = {
            self._inputs + i: (list(n.sources), np.array(n.weights), n.threshold)
            for i, n in enumerate(graph.neurons)
        }
        self._outputs = [node for port in graph.outputs for node in port.nodes]

    def __len__(self) -> int:
        return len(self._cells)

    def shrink(self, stop: Callable[[], bool] | None = None) -> bool:
        """Try to take each neuron out once, those with few readers first; tell whether one went.

        ``stop`` is asked before each of them; once it returns true none is tried any more.
        """
        went = False
        nodes = self._random.permutation(list(self._cells)).tolist()
        for node in sorted(nodes, key=lambda node: len(self._readers(node))):
            if node in self._outputs or node not in self._cells:
                continue
            if stop is not None and stop():
                break
            before = dict(self._cells)
            if all(self._free(reader, node) for reader in self._readers(node)):
                del self._cells[node]
                self._drop_unread()
                went = True
            else:
                self._cells = before
        return went

    def describe(self) -> dict[str, list[list[object]]]:
        """Return the network as plain data, in the form that is stored."""
        number = {node: node for node in range(self._inputs)}
        number |= {node: self._inputs + i for i, node in enumerate(self._cells)}
        return {
            "inputs": [[port.name, len(port.nodes)] for port in self._ports.inputs],
            "neurons": [
                [[number[source] for source in sources], weights.tolist(), threshold]
                for sources, weights, threshold in self._cells.values()
            ],
            "outputs": [
                [port.name, [number[node] for node in port.nodes]] for port in self._ports.outputs
            ],
        }

    def _readers(self, node: int) -> list[int]:
        return [other for other, cell in self._cells.items() if node in cell[0]]

    def _free(self, reader: int, node: int) -> bool:
        """Give a reader other sources than a node, if that can be done."""
        values = self._run()
        flipped = self._run(reader)
        care = np.zeros(len(values[0]), bool)
        for output in self._outputs:
            care |= values[output] != flipped[output]
        own, inner = self._cells[reader][0], self._cells[node][0]
        near = sorted({*own, *inner} - {node})
        # Neurons keep their order, so those before the reader do not depend on it.
        far = [line for line in values if line < reader and line != node]
        for sources in (near, far):
            rows = np.stack([values[line][care] for line in sources], axis=1).astype(np.uint8)
            found = separate(rows, values[reader][care])
            if found is not None:
                weights, threshold = found
                used = np.flatnonzero(weights)
                self._cells[reader] = [sources[i] for i in used], weights[used], threshold
                return True
        return False

    def _run(self, flipped: int | None = None) -> dict[int, NDArray[np.bool_]]:
        """Return the spikes of every line, those of one neuron flipped."""
        values = dict(enumerate(self._spikes))
        for node, (sources, weights, threshold) in self._cells.items():
            total = np.zeros(len(values[0]), np.int64)
            for source, weight in zip(sources, weights.tolist(), strict=True):
                total += weight * values[source]
            values[node] = (total >= threshold) != (node == flipped)
        return values

    def _drop_unread(self) -> None:
        for node in reversed(list(self._cells)):
            if node not in self._outputs and not self._readers(node):
                del self._cells[node]


def collapse(
    operation: str,
    fmt: str,
    overflow: str,
    start: str,
    seed: int,
    *,
    folder: Path = DATA,
    report: Callable[[str], None] | None = None,
) -> StoredCircuit | None:
    """Take neurons out for as long as some go, and store what is left for budget ``free``.

    Raises
    ------
    InputError
        If a name is unknown.
    """
    graph = start_of(operation, fmt, overflow, "free", start)
    work = Collapse(graph, all_operands(operation, find_format(fmt)), seed)
    while work.shrink():
        if report is not None:
            report(str(len(work)))
    return store(
        work.describe(),
        operation=operation,
        fmt=fmt,
        overflow=overflow,
        budget="free",
        origin=f"python -m search collapse {operation} --format {fmt} --overflow {overflow} "
        f"--start {start} --seed {seed}",
        folder=folder,
    )
