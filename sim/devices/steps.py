# SPDX-License-Identifier: Apache-2.0
"""How one neuron of a device is evaluated in a block of trials."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Chance",
    "Draw",
    "Membrane",
    "Record",
    "Rows",
    "Step",
    "SumTable",
    "empty_record",
    "join_records",
    "probability",
]

_erfc = np.frompyfunc(math.erfc, 1, 1)


def probability(distance: NDArray[np.floating], noise: float) -> NDArray[np.float64]:
    """Return how likely a membrane so far above its threshold fires, under Gaussian noise."""
    if not noise:
        return (distance >= 0).astype(np.float64)
    return np.asarray(0.5 * _erfc(-distance / (noise * math.sqrt(2))).astype(np.float64))


class Draw:
    """Random numbers of one block of trials."""

    def __init__(self, seed: np.random.SeedSequence) -> None:
        self._bits = np.random.SFC64(seed)
        self._generator = np.random.Generator(self._bits)

    def octets(self, count: int) -> NDArray[np.uint8]:
        """Return that many random bytes; a multiple of eight."""
        return self._bits.random_raw(count // 8).astype("<u8", copy=False).view(np.uint8)

    def uniform(self, count: int) -> NDArray[np.float64]:
        """Return uniform numbers from 0 to 1."""
        return self._generator.random(count)

    def normal(self, shape: int | tuple[int, ...]) -> NDArray[np.float32]:
        """Return standard normal numbers."""
        return self._generator.standard_normal(shape, dtype=np.float32)


class Record(NamedTuple):
    """What happened on membranes in a block of trials, one row to a node."""

    fired: NDArray[np.bool_]  #: Before spikes are lost.
    noise: NDArray[np.float64]
    potentials: NDArray[np.float64]  #: What stays on the membrane.


def empty_record(nodes: int, trials: int) -> Record:
    """Return a record to be filled."""
    shape = (nodes, trials)
    return Record(np.zeros(shape, np.bool_), np.zeros(shape), np.zeros(shape))


def join_records(records: Sequence[Record], trials: int) -> Record:
    """Return the first trials of several records as one."""
    return Record(
        *(
            np.concatenate([getattr(record, name) for record in records], axis=1)[:, :trials]
            for name in Record._fields
        )
    )


class Rows(NamedTuple):
    """Spikes of a block of trials."""

    spikes: NDArray[np.uint8]  #: 0 or 1, one row to a node.
    analog: NDArray[np.float32] | None  #: Inputs of the circuit with their noise, if there is any.
    record: Record | None = None  #: To be filled, if there is one.


class Step(Protocol):
    """The evaluation of one neuron."""

    def run(self, rows: Rows, draw: Draw) -> None:
        """Fill the row of the neuron."""


class Chance:
    """Fires with a probability that an index looks up."""

    def __init__(self, table: NDArray[np.float64]) -> None:
        scaled = np.clip(table, 0, 1) * 256
        first = np.minimum(np.floor(scaled), 255)
        self._rest = scaled - first  # 1 where it fires for certain
        self._is_certain = bool(np.isin(table, (0, 1)).all())
        octets = (table >= 1 if self._is_certain else first).astype(np.uint8)
        self._octets = octets
        # Translation of bytes is three times as fast as indexing.
        self._translation = octets.tobytes().ljust(256, b"\0") if len(octets) <= 256 else None

    def look_up(
        self, index: NDArray[np.unsignedinteger], draw: Draw, out: NDArray[np.uint8]
    ) -> None:
        """Write who fires into ``out``."""
        if self._translation is not None and index.dtype == np.uint8:
            first = np.frombuffer(index.tobytes().translate(self._translation), np.uint8)
        else:
            first = self._octets[index]
        if self._is_certain:
            out[:] = first
            return
        octets = draw.octets(len(index))
        np.less(octets, first, out=out.view(np.bool_))
        ties = np.flatnonzero(octets == first)
        out[ties] = draw.uniform(len(ties)) < self._rest[index[ties]]


class SumTable:
    """A neuron whose probability of firing depends on an integer sum of its inputs.

    Parameters
    ----------
    node : int
        Row of the neuron.
    sources : sequence of int
        Rows that it reads.
    factors : sequence of int
        What a spike of each adds to the index.
    offset : int
        Index where no source spikes.
    table : numpy.ndarray
        Probability of a spike, by index.
    """

    def __init__(
        self,
        node: int,
        sources: Sequence[int],
        factors: Sequence[int],
        offset: int,
        table: NDArray[np.float64],
    ) -> None:
        self._node = node
        # Indices are not negative, and what wraps on the way to them wraps back.
        dtype: type[np.unsignedinteger] = np.uint8 if len(table) <= 256 else np.uint16
        size = 1 << 8 * np.dtype(dtype).itemsize
        self._sources = [
            (source, factor, dtype(factor % size))
            for source, factor in zip(sources, factors, strict=True)
        ]
        self._offset = dtype(offset % size)
        self._dtype = dtype
        self._chance = Chance(table)

    def run(self, rows: Rows, draw: Draw) -> None:
        """Fill the row of the neuron."""
        index: NDArray[np.unsignedinteger] = np.full(
            rows.spikes.shape[1], self._offset, self._dtype
        )
        for source, factor, wrapped in self._sources:
            if factor == 1:
                np.add(index, rows.spikes[source], out=index)
            elif factor == -1:
                np.subtract(index, rows.spikes[source], out=index)
            else:
                np.add(index, rows.spikes[source] * wrapped, out=index)
        self._chance.look_up(index, draw, rows.spikes[self._node])


class Membrane:
    """A neuron whose membrane is summed up and compared with its threshold.

    Parameters
    ----------
    node : int
        Row of the neuron.
    sources : sequence of int
        Rows that it reads.
    weights : sequence of float
        Weight of each.
    noise : float or sequence of float
        Standard deviation of the noise on the membrane, or of each part of it, drawn one by one.
    threshold : float
        Analog threshold.
    after : numpy.ndarray
        Probability of a spike where the neuron is silent and where it fires.
    """

    def __init__(
        self,
        node: int,
        sources: Sequence[int],
        weights: Sequence[float],
        noise: float | Sequence[float],
        threshold: float,
        after: NDArray[np.float64],
    ) -> None:
        self._node = node
        self._terms = [
            (source, np.float32(weight)) for source, weight in zip(sources, weights, strict=True)
        ]
        parts = [noise] if isinstance(noise, int | float) else noise
        self._noise = [np.float32(part) for part in parts if part]
        self._threshold = np.float32(threshold)
        self._after = None if tuple(after) == (0, 1) else Chance(after)

    def run(self, rows: Rows, draw: Draw) -> None:
        """Fill the row of the neuron."""
        out = rows.spikes[self._node]
        potential = np.zeros(len(out), np.float32)
        for source, weight in self._terms:
            if rows.analog is not None and source < len(rows.analog):
                potential += weight * rows.analog[source]
            else:
                potential += weight * rows.spikes[source]
        for part in self._noise:
            potential += part * draw.normal(len(out))
        np.greater_equal(potential, self._threshold, out=out.view(np.bool_))
        if self._after is not None:
            self._after.look_up(out.copy(), draw, out)
