# SPDX-License-Identifier: Apache-2.0
"""A network on a board: its simulation, and what a host sees of it against the golden model."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from spikefloat.rtl_gen.checks.networks.digits import NetworkCase
from spikefloat.rtl_gen.fpga.boards.core import core_verilog
from spikefloat.rtl_gen.fpga.boards.link import Link
from spikefloat.rtl_gen.fpga.boards.network_core import NetworkCore
from spikefloat.rtl_gen.rtl.engine.engine import Engine
from spikefloat.rtl_gen.rtl.ports import whole_bytes
from spikefloat.sim.golden.networks.network import run_network
from spikefloat.sim.golden.vectors.reductions import argmax

__all__ = ["CLOCKS_PER_BIT", "TIMEOUT_BITS", "classify", "simulated_network"]

#: A serial line so fast that a simulation gets through: the fewest clocks that a receiver takes.
CLOCKS_PER_BIT = 4

#: Bits of silence after which a simulated board gives up a packet. Its clock runs on for as long.
TIMEOUT_BITS = 512


def simulated_network(engine: Engine, network: str) -> str:
    """Return the Verilog of what is behind the pins of a board, with a fast serial line.

    Parameters
    ----------
    engine : Engine
        The engine.
    network : str
        Name of the network that the board tells.
    """
    core = NetworkCore(
        engine, network=network, clocks_per_bit=CLOCKS_PER_BIT, timeout_bits=TIMEOUT_BITS
    )
    return core_verilog(core, "board")


def classify(
    link: Link,
    case: NetworkCase,
    *,
    patience: float = 10.0,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Send inputs to a board, and compare its results with the golden model.

    Parameters
    ----------
    link : Link
        The board.
    case : NetworkCase
        The network that it has, and the inputs.
    patience : float
        Seconds after which a result is given up.
    progress : callable, optional
        Called with the number of inputs that are done.

    Returns
    -------
    dict
        Figures, by name.

    Raises
    ------
    LinkError
        If the board does not answer, or refuses the input.
    """
    network, x = case.network, case.x
    wide = network.stream_format
    logits = run_network(network, case.weights, x)[network.result_step]["stream"][:, 0]
    classes = argmax(wide, wide, None, logits)
    size, outputs = whole_bytes(wide.width) // 8, logits.shape[-1]
    index_bytes = whole_bytes(max(1, (outputs - 1).bit_length())) // 8
    found_logits, found = np.zeros_like(logits), np.zeros_like(classes)
    start = time.perf_counter()
    for number, codes in enumerate(x):
        data = bytes(codes.astype(np.uint8).ravel().tolist())
        said = link.infer(data, size * outputs + index_bytes, patience)
        for place in range(outputs):
            own = said[size * place : size * (place + 1)]
            found_logits[number, place] = int.from_bytes(own, "little")
        found[number] = int.from_bytes(said[size * outputs :], "little")
        if progress:
            progress(number + 1)
    seconds = time.perf_counter() - start
    wrong = np.flatnonzero((found_logits != logits).any(axis=1) | (found != classes))
    return {
        "images": len(x),
        "logits": logits.size,
        "logits_equal": int((found_logits == logits).sum()),
        "classes_equal": int((found == classes).sum()),
        "accuracy": float((found == case.labels).mean()),
        "classes": found.tolist(),
        "first_wrong": int(wrong[0]) if len(wrong) else None,
        "retries": link.retries,
        "seconds": seconds,
    }
