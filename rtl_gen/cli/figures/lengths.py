# SPDX-License-Identifier: Apache-2.0
"""The figure of dot products: depth against their number of terms."""

from collections.abc import Mapping, Sequence
from typing import Any

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.rtl.temporal.engine import dot_product_clocks

__all__ = ["STEPS", "depths", "draw_depths", "step_clocks"]

#: What the step-by-step engine is called beside the ways to accumulate.
STEPS = "step by step, clocks"


def depths(accumulate: str, lengths: Sequence[int]) -> list[int]:
    """Return the depth in neurons of a dot product of E4M3FN for each number of terms."""
    return [
        make_instance("dot", length=length, accumulate=accumulate).graph.depth for length in lengths
    ]


def step_clocks(lengths: Sequence[int]) -> list[int]:
    """Return the clocks that the step-by-step engine takes for each number of terms."""
    return [dot_product_clocks(FORMATS["e4m3fn"], length) for length in lengths]


def draw_depths(figure: Any, lengths: Sequence[int], found: Mapping[str, Sequence[int]]) -> None:
    """Draw depths, and the clocks of the step-by-step engine, into a matplotlib figure.

    Parameters
    ----------
    figure : Figure
        What is drawn into.
    lengths : sequence of int
        Numbers of terms.
    found : mapping of str to sequence of int
        Depths by the way to accumulate, and clocks as :data:`STEPS`.
    """
    axes = figure.add_subplot()
    ours = {name: row for name, row in found.items() if name != STEPS}
    for (name, row), marker in zip(ours.items(), "so^D", strict=False):
        axes.plot(lengths, row, marker=marker, label=name)
    axes.plot(lengths, found[STEPS], linestyle="--", color="gray", label=STEPS)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(lengths, [str(length) for length in lengths])
    axes.set_xlabel("terms")
    axes.set_ylabel("depth in neurons = latency in clocks, spiking")
    axes.set_title("Dot products of E4M3FN")
    axes.grid(alpha=0.3)
    axes.legend()
