# SPDX-License-Identifier: Apache-2.0
"""All that a network computes against what it must be, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.networks.description import Network

__all__ = ["Comparison", "Made", "compare"]

#: Codes of each step by name, and of each kind, as those of
#: :func:`~spikefloat.sim.golden.networks.network.run_network`.
Made = Mapping[str, Mapping[str, NDArray[np.int64]]]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How many codes were compared, and how many were equal."""

    logits: int
    logits_equal: int
    intermediates: int
    intermediates_equal: int
    first_wrong: str | None  #: Step and kind of the first that differs.


def compare(network: Network, expected: Made, actual: Made) -> Comparison:
    """Compare all that a network made with what it must be, step by step.

    Parameters
    ----------
    network : Network
        The description.
    expected, actual : mapping
        Results as those of :func:`~spikefloat.sim.golden.networks.network.run_network`; each step of
        the first must be in the second, with codes of the same shape.
    """
    counts = {"logits": [0, 0], "intermediates": [0, 0]}
    first_wrong = None
    for step in network.steps:
        is_output = step.name == network.result_step
        for kind, codes in expected[step.name].items():
            equal = actual[step.name][kind] == codes
            count = counts["logits" if is_output and kind == "stream" else "intermediates"]
            count[0] += codes.size
            count[1] += int(equal.sum())
            if first_wrong is None and not equal.all():
                first_wrong = f"{step.name}: {kind}"
    return Comparison(
        logits=counts["logits"][0],
        logits_equal=counts["logits"][1],
        intermediates=counts["intermediates"][0],
        intermediates_equal=counts["intermediates"][1],
        first_wrong=first_wrong,
    )
