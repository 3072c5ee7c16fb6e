# SPDX-License-Identifier: Apache-2.0
"""Exact simulation of an operation that is done step by step: its neuron graphs in turn."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.circuits.sequential import SKIPPED
from spikefloat.rtl_gen.rtl.styles.sequential import Steps
from spikefloat.sim.graphs.network import Network

__all__ = ["run_steps"]

_Codes = NDArray[np.uint64]


def run_steps(steps: Steps, operands: Mapping[str, _Codes]) -> dict[str, _Codes]:
    """Return the results of an operation, by the names of the outputs.

    Parameters
    ----------
    steps : Steps
        The circuits.
    operands : mapping of str to array of uint64
        By the names of the inputs: codes and what rounding takes.
    """
    count = len(next(iter(operands.values())))
    first = _run(steps, "prepare", operands)
    skipped = first.pop(SKIPPED, np.zeros(count, np.uint64)).astype(np.int64)
    state = {name: np.zeros(count, np.uint64) for name in steps.state}
    # Outputs are of the narrowest type that holds them, which a later step may need more than.
    state |= {
        name.removeprefix("first_"): values.astype(np.uint64) for name, values in first.items()
    }
    step = Network(steps.step)
    for number in range(int(skipped.min()), steps.count):
        (here,) = np.nonzero(skipped <= number)
        for name, values in step.run({key: own[here] for key, own in state.items()}).items():
            state[name.removeprefix("next_")][here] = values
    return _run(steps, "finish", {**operands, **state})


def _run(steps: Steps, part: str, words: Mapping[str, _Codes]) -> dict[str, _Codes]:
    """Return the outputs of one of the circuits, which takes some of the words."""
    network = Network(getattr(steps, part))
    return network.run({port.name: words[port.name] for port in network.graph.inputs})
