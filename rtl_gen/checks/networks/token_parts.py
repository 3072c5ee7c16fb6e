# SPDX-License-Identifier: Apache-2.0
"""The neurons of a decoder in several processes, each of which computes some of the steps of all tokens.

A step takes what the steps before it make. So that processes need not wait for each other, they
begin with what quick operations say that it is, as these propose tokens. It is compared with what the neurons
of those steps come to, and where it is something else, the later steps are computed again. So results
are the same, whatever the number of processes.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.networks.comparison import Made
from spikefloat.rtl_gen.checks.networks.token_neurons import neuron_token_operations
from spikefloat.rtl_gen.designs.engines.token_units import make_token_units
from spikefloat.rtl_gen.networks.description import Lookup, Network, Product, Step
from spikefloat.rtl_gen.rtl.engine.token_units import TokenUnits
from spikefloat.sim.golden.networks.tokens import Decoding, step_groups

__all__ = ["NeuronDecoding"]

Codes = NDArray[Any]

#: What a part makes, and the seconds of the processor that it takes.
_Result = tuple[Made, float]


class NeuronDecoding:
    """A decoder of neurons at work on a sequence, in one process or in several.

    The steps are divided into as many parts as there are processes; the first is computed in this one.
    It is used in a ``with`` statement, which ends the others.

    Parameters
    ----------
    network : Network
        The description, which takes tokens.
    weights : mapping of str to array of int
        Codes of all weights, constants and powers of two included.
    jobs : int
        Number of processes, at least 1; fewer are used if there are not as many layers.
    units : TokenUnits, optional
        Other circuits than those of the network, to see a fault found.
    """

    def __init__(
        self,
        network: Network,
        weights: Mapping[str, Codes],
        jobs: int = 1,
        units: TokenUnits | None = None,
    ) -> None:
        groups = step_groups(network)
        self._parts = _parts(groups, jobs)
        self._needed = [_needed(groups, part) for part in self._parts]
        # Not forked: a copy of a process with threads, such as those that tell the time, may hang.
        context, given = get_context("spawn"), (network, weights, units)
        self._pools = [
            ProcessPoolExecutor(1, context, initializer=_begin, initargs=given)
            for _ in self._parts[1:]
        ]
        begun = [pool.submit(time.process_time) for pool in self._pools]  # They build meanwhile.
        start = time.process_time()
        #: The circuits; and this process's part of the decoder.
        self.units, self._own = _built(network, weights, units)
        self._build_seconds, self._begun = time.process_time() - start, begun
        #: Seconds of a processor that the steps of each part have taken.
        self.seconds = [0.0] * len(self._parts)

    def __enter__(self) -> "NeuronDecoding":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for pool in self._pools:
            pool.shutdown(cancel_futures=True)

    @property
    def jobs(self) -> int:
        """Number of processes."""
        return len(self._parts)

    @property
    def needed(self) -> frozenset[str]:
        """Names of the steps whose results other processes begin with."""
        return frozenset().union(*self._needed)

    @property
    def build_seconds(self) -> float:
        """Seconds of the processors that all processes took until their circuits were built."""
        return self._build_seconds + sum(own.result() for own in self._begun)

    @property
    def position(self) -> int:
        """Tokens so far."""
        return self._own.position

    def back(self, position: int) -> None:
        """Forget the tokens from a position on."""
        self._own.back(position)

    def run(self, tokens: Sequence[int], proposed: Made | None = None) -> Made:
        """Go on with tokens, and return everything that is computed, step by step.

        Parameters
        ----------
        tokens : sequence of int
            Their numbers.
        proposed : mapping of str to mapping of str to array of int, optional
            What the needed steps are expected to make, with which other processes begin.
        """
        first = self.position
        guesses = [_only(names, proposed or {}) for names in self._needed]
        waiting: list[Future[_Result]] = []
        if proposed is not None:
            waiting = [
                pool.submit(_run, tokens, first, part, guess)
                for pool, part, guess in zip(self._pools, self._parts[1:], guesses[1:], strict=True)
            ]
        start = time.process_time()
        made: dict[str, Mapping[str, Codes]] = dict(self._own.run([tokens], self._parts[0]))
        self.seconds[0] += time.process_time() - start
        for number, pool in enumerate(self._pools, 1):
            needed = _only(self._needed[number], made)
            if waiting:
                results, seconds = waiting[number - 1].result()
                self.seconds[number] += seconds
            if not waiting or not _is_equal(needed, guesses[number]):
                part = self._parts[number]
                results, seconds = pool.submit(_run, tokens, first, part, needed).result()
                self.seconds[number] += seconds
            made |= results
        return made


def _parts(groups: Sequence[Sequence[Step]], jobs: int) -> list[slice]:
    """Return so many parts, or fewer, of about as many groups each.

    A part begins where it needs the results of one step only, such as the stream.
    """
    count = len(groups)
    places = [at for at in range(1, count) if len(_needed(groups, slice(at, count))) == 1]
    ideal = (count * part / jobs for part in range(1, jobs))
    ends = sorted({min(places, key=lambda at: abs(at - own)) for own in ideal})
    return [slice(*pair) for pair in zip([0, *ends], [*ends, count], strict=True)]


def _needed(groups: Sequence[Sequence[Step]], part: slice) -> frozenset[str]:
    """Return the steps before a part whose results it takes."""
    own = [step for steps in groups[part] for step in steps]
    products = [step for step in own if isinstance(step, Product)]
    read = {step.x for step in own} | {step.w for step in products}
    added = {step.add for step in products if step.add is not None}
    return frozenset(
        step.name
        for steps in groups[: part.start]
        for step in steps
        if step.into in read or (isinstance(step, Product | Lookup) and step.keep in added)
    )


def _only(names: frozenset[str], made: Made) -> dict[str, Mapping[str, Codes]]:
    """Return what some steps have made."""
    return {name: own for name, own in made.items() if name in names}


def _is_equal(a: Made, b: Made) -> bool:
    """Return whether steps have made the same."""
    return a.keys() == b.keys() and all(
        a[name].keys() == b[name].keys()
        and all(np.array_equal(codes, b[name][kind]) for kind, codes in a[name].items())
        for name in a
    )


def _built(
    network: Network, weights: Mapping[str, Codes], units: TokenUnits | None
) -> tuple[TokenUnits, Decoding]:
    """Return the circuits of a network, or those that are given, and a decoder of them."""
    units = make_token_units(network) if units is None else units
    return units, Decoding(network, weights, neuron_token_operations(network, units))


#: What a process has that computes a part.
_decoding: list[Decoding] = []


def _begin(network: Network, weights: Mapping[str, Codes], units: TokenUnits | None) -> None:
    """Build the circuits of a process."""
    _decoding[:] = [_built(network, weights, units)[1]]


def _run(tokens: Sequence[int], first: int, part: slice, known: Made) -> _Result:
    """Compute a part of the steps in a process."""
    start = time.process_time()
    (decoding,) = _decoding
    decoding.back(first)
    made = decoding.run([tokens], part, known)
    return made, time.process_time() - start
