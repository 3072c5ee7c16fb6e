# SPDX-License-Identifier: Apache-2.0
"""Exact simulation of a neuron graph, bit-parallel: 64 trials to a word.

Each neuron becomes a few logic operations (:mod:`spikefloat.sim.graphs.lowering`), and each
operation acts on thousands of trials at once, on arrays that stay in the processor's cache.
"""

from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError, InputTypeError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph, Port
from spikefloat.sim.graphs.logic import Operation
from spikefloat.sim.graphs.lowering import Program, lower
from spikefloat.sim.graphs.planes import (
    WORD_BITS,
    Planes,
    pack_codes,
    unpack_bits,
    unpack_codes,
    word_count,
)

__all__ = ["Network"]

# Words of a block: enough to outweigh the cost of a call (a third of a microsecond), few enough
# that the registers of an FP8 operation stay in the second-level cache. Found by measurement. Large
# programs get shorter blocks, so that their registers do not use up the memory.
_BLOCK_WORDS = 2048
_LEAST_BLOCK_WORDS = 512
_REGISTER_WORDS = 1 << 23

_FUNCTIONS: dict[Operation, np.ufunc] = {
    Operation.NOT: np.invert,
    Operation.AND: np.bitwise_and,
    Operation.OR: np.bitwise_or,
    Operation.XOR: np.bitwise_xor,
}


class _Machine(NamedTuple):
    """A program bound to the arrays it works on."""

    calls: list[tuple[np.ufunc, tuple[NDArray[np.uint64], ...]]]
    registers: Planes


class Network:
    """A neuron graph, ready to be run on many trials.

    Making a network is quick where an equal graph was lowered before. One network may be used by
    several threads, which then wait for each other.

    Parameters
    ----------
    graph : NeuronGraph
        What to simulate.
    """

    def __init__(self, graph: NeuronGraph) -> None:
        self._graph = graph
        self._machines: dict[tuple[bool, int], _Machine] = {}
        self._lock = Lock()

    @property
    def graph(self) -> NeuronGraph:
        """The simulated graph."""
        return self._graph

    @property
    def operations(self) -> int:
        """Number of logic operations that the outputs take."""
        return len(lower(self._graph).steps)

    def run(self, inputs: Mapping[str, ArrayLike]) -> dict[str, NDArray[np.unsignedinteger[Any]]]:
        """Return the codes at the outputs for codes at the inputs.

        Parameters
        ----------
        inputs : mapping of str to array_like of int
            Codes for each input port, all of the same shape. A port of more than 64 bits has one
            more axis, with the codes that make it up, the one in the least significant bits first:
            single bits, or any number that divides the port evenly.

        Returns
        -------
        dict of str to numpy.ndarray
            Codes of each output port, in the smallest unsigned type; for a port of more than 64
            bits there is one more axis, with its bits.

        Raises
        ------
        TypeError
            If the codes of an input are not integers.
        ValueError
            If the inputs are not those of the graph, their shapes differ, or a code is too large.
        """
        planes, shape = self.pack(inputs)
        trials = int(np.prod(shape))
        outputs: dict[str, NDArray[np.unsignedinteger[Any]]] = {}
        for name, rows in self.run_planes(planes).items():
            if len(rows) > WORD_BITS:
                outputs[name] = unpack_bits(rows, trials).reshape(*shape, len(rows))
            else:
                outputs[name] = unpack_codes(rows, trials).reshape(shape)
        return outputs

    def run_planes(self, inputs: Mapping[str, Planes]) -> dict[str, Planes]:
        """Return the planes of the outputs for planes of the inputs.

        Raises
        ------
        ValueError
            If the inputs are not those of the graph, or a shape is wrong.
        """
        words = self._check_planes(inputs)
        graph = self._graph
        rows = np.empty((sum(len(port.nodes) for port in graph.outputs), words), np.uint64)
        with self._lock:
            for start, stop, registers, bits in self._sweep(inputs, words, every_node=False):
                rows[:, start:stop] = registers[bits]
        ends = np.cumsum([len(port.nodes) for port in graph.outputs])[:-1]
        return {
            port.name: part for port, part in zip(graph.outputs, np.split(rows, ends), strict=True)
        }

    def node_planes(self, inputs: Mapping[str, Planes]) -> Planes:
        """Return the planes of all nodes, inputs first, for planes of the inputs.

        Raises
        ------
        ValueError
            If the inputs are not those of the graph, or a shape is wrong.
        """
        words = self._check_planes(inputs)
        rows = np.empty((self._graph.node_count, words), np.uint64)
        with self._lock:
            for start, stop, registers, nodes in self._sweep(inputs, words, every_node=True):
                np.take(registers, nodes, axis=0, out=rows[:, start:stop], mode="clip")
        return rows

    def spikes(self, inputs: Mapping[str, ArrayLike]) -> NDArray[np.int64]:
        """Return in how many trials each neuron fires, for codes as in :meth:`run`.

        Raises
        ------
        TypeError
            If the codes of an input are not integers.
        ValueError
            If the inputs are not those of the graph, their shapes differ, or a code is too large.
        """
        planes, shape = self.pack(inputs)
        return self.spikes_planes(planes, int(np.prod(shape)))

    def spikes_planes(
        self, inputs: Mapping[str, Planes], trials: int | None = None
    ) -> NDArray[np.int64]:
        """Return in how many of the first trials each neuron fires, for planes of the inputs.

        Parameters
        ----------
        inputs : mapping of str to numpy.ndarray
            Planes of each input port.
        trials : int, optional
            How many trials count; all that the words hold by default.

        Raises
        ------
        ValueError
            If the inputs are not those of the graph, a shape is wrong, or there are fewer trials.
        """
        words = self._check_planes(inputs)
        if trials is None:
            trials = words * WORD_BITS
        if not 0 <= trials <= words * WORD_BITS:
            raise InputError(f"Trials must be between 0 and {words * WORD_BITS}, not {trials}")
        counted = word_count(trials)
        last = np.uint64((1 << trials % WORD_BITS) - 1)
        used = {name: planes[:, :counted] for name, planes in inputs.items()}
        spikes = np.zeros(len(self._graph.neurons), np.int64)
        with self._lock:
            for _, stop, registers, nodes in self._sweep(used, counted, every_node=True):
                if stop == counted and last:
                    registers[:, -1] &= last
                counts = np.bitwise_count(registers).sum(axis=1, dtype=np.uint32)
                spikes += counts[nodes[self._graph.input_count :]]
        return spikes

    def pack(self, inputs: Mapping[str, ArrayLike]) -> tuple[dict[str, Planes], tuple[int, ...]]:
        """Return the planes of codes as in :meth:`run`, and the shape of the codes.

        Raises
        ------
        TypeError
            If the codes of an input are not integers.
        ValueError
            If the inputs are not those of the graph, their shapes differ, or a code is too large.
        """
        self._check_names(inputs)
        planes: dict[str, Planes] = {}
        shape: tuple[int, ...] | None = None
        for port in self._graph.inputs:
            codes = np.asarray(inputs[port.name])
            own = codes.shape[:-1] if len(port.nodes) > WORD_BITS else codes.shape
            if shape is None:
                shape = own
            if own != shape:
                raise InputError(f"Input {port.name!r} must have codes of shape {shape}, not {own}")
            planes[port.name] = _pack_port(port, codes)
        return planes, shape or ()

    def _check_names(self, inputs: Mapping[str, object]) -> None:
        names = [port.name for port in self._graph.inputs]
        if set(inputs) != set(names):
            raise InputError(
                f"Inputs of {self._graph.name} must be {', '.join(names) or 'none'}, "
                f"not {', '.join(inputs) or 'none'}"
            )

    def _check_planes(self, inputs: Mapping[str, Planes]) -> int:
        """Return the number of words, or raise."""
        self._check_names(inputs)
        words: int | None = None
        for port in self._graph.inputs:
            planes = inputs[port.name]
            if planes.dtype != np.uint64:
                raise InputTypeError(
                    f"Planes of input {port.name!r} must be uint64, not {planes.dtype}"
                )
            if words is None and planes.ndim == 2:
                words = planes.shape[1]
            if planes.shape != (len(port.nodes), words):
                raise InputError(
                    f"Planes of input {port.name!r} must have shape "
                    f"({len(port.nodes)}, {'words' if words is None else words}), "
                    f"not {planes.shape}"
                )
        return 1 if words is None else words

    def _sweep(
        self, inputs: Mapping[str, Planes], words: int, *, every_node: bool
    ) -> Iterator[tuple[int, int, Planes, NDArray[np.intp]]]:
        """Yield (start, stop, registers, register of each wanted node) for each block of words."""
        program = lower(self._graph, every_node)
        block = _BLOCK_WORDS
        while block > _LEAST_BLOCK_WORDS and block * program.registers > _REGISTER_WORDS:
            block //= 2
        required = np.array(program.outputs, np.intp)
        for start in range(0, words, block):
            stop = min(start + block, words)
            machine = self._machine(program, every_node, stop - start)
            registers = machine.registers[:, : stop - start]
            first = 0
            for port in self._graph.inputs:
                registers[first : first + len(port.nodes)] = inputs[port.name][:, start:stop]
                first += len(port.nodes)
            for function, operands in machine.calls:
                function(*operands)
            yield start, stop, registers, required

    def _machine(self, program: Program, every_node: bool, words: int) -> _Machine:
        """Return the program bound to arrays of at least as many words."""
        size = 1 << max(0, words - 1).bit_length()
        machine = self._machines.get((every_node, size))
        if machine is None:
            registers = np.zeros((program.registers, size), np.uint64)
            rows = list(registers)
            calls = [
                (
                    _FUNCTIONS[step.operation],
                    # Of a list: there may be hundreds of thousands, for few trials each.
                    tuple([rows[r] for r in (*step.operands, step.destination)]),
                )
                for step in program.steps
            ]
            machine = self._machines[every_node, size] = _Machine(calls, registers)
        return machine


def _pack_port(port: Port, codes: NDArray[Any]) -> Planes:
    width, what = len(port.nodes), f"Input {port.name!r}"
    if width <= WORD_BITS:
        return pack_codes(codes.ravel(), width, what=what)
    lanes = codes.shape[-1] if codes.ndim else 0
    if not lanes or width % lanes or width // lanes > WORD_BITS:
        raise InputError(
            f"{what} must have bits, or codes of equal width, that make up {width} bits along its "
            f"last axis, not {lanes}"
        )
    return pack_codes(codes.reshape(-1, lanes), width // lanes, what=what)
