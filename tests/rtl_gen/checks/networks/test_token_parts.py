# SPDX-License-Identifier: Apache-2.0
"""Steps of a decoder shared among processes: the same results, whatever these begin with."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.networks import token_parts
from spikefloat.rtl_gen.checks.networks.token_parts import NeuronDecoding
from spikefloat.rtl_gen.designs.engines.token_units import make_token_units
from spikefloat.sim.golden.networks.quick import quick_token_operations
from spikefloat.sim.golden.networks.tokens import Decoding, step_groups
from spikefloat.sim.golden.networks.weights import encode_weights
from tests.helpers.language import TINY, tiny_model

NETWORK = TINY.network()
WEIGHTS = encode_weights(NETWORK, tiny_model().arrays)


class Pool:
    """A process that is none, with what it has to itself."""

    runs = 0

    def __init__(
        self, count: int, context: object, initializer: Callable[..., None], initargs: Any
    ) -> None:
        assert count == 1
        initializer(*initargs)
        self._own = list(token_parts._decoding)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        token_parts._decoding[:] = self._own
        Pool.runs += function is token_parts._run
        future: Future[Any] = Future()
        future.set_result(function(*arguments))
        return future

    def shutdown(self, **_: object) -> None:
        token_parts._decoding.clear()


def test_results_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is right to begin with, wrong by a bit, or nothing; also behind tokens taken back."""
    monkeypatch.setattr(token_parts, "ProcessPoolExecutor", Pool)
    units, passes = make_token_units(NETWORK), [[3, 1, 4, 10], [5, 9], [2, 6, 5]]
    quick = Decoding(NETWORK, WEIGHTS, quick_token_operations(NETWORK))
    with (
        NeuronDecoding(NETWORK, WEIGHTS, 1, units) as one,
        NeuronDecoding(NETWORK, WEIGHTS, 3, units) as three,
    ):
        assert (one.jobs, three.jobs) == (1, 3)
        assert not one.needed
        for place, tokens in enumerate(passes):
            quick.back(one.position)
            made = quick.run([tokens])
            proposed = {name: dict(made[name]) for name in three.needed}
            if place == 1:
                stream = proposed[max(three.needed)]["stream"].copy()
                stream[0, -1, 0] ^= 1
                proposed[max(three.needed)]["stream"] = stream
            expected, before = one.run(tokens), Pool.runs
            found = three.run(tokens, proposed if place < 2 else None)
            # Parts that began with something wrong are computed again.
            assert Pool.runs - before == (2, 3, 2)[place]
            assert found.keys() == expected.keys()
            for name, kinds in expected.items():
                for kind, codes in kinds.items():
                    assert np.array_equal(found[name][kind], codes), (name, kind)
            for decoding in (one, three):
                decoding.back(decoding.position - 1)


def test_parts() -> None:
    """As many parts as there are jobs, of whole groups, but only where one result is enough."""
    groups = step_groups(NETWORK)
    for jobs, count in ((1, 1), (2, 2), (4, 4), (100, 7)):
        parts = token_parts._parts(groups, jobs)
        assert len(parts) == count
        assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
        assert parts[-1].stop == len(groups)
