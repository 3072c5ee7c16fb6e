# SPDX-License-Identifier: Apache-2.0
"""Draw the depth of dot products against their length, and print it as a table.

``python docs/figures/dot_depth.py`` writes ``dot_depth.svg`` beside this file. In the spiking style
a layer of neurons takes one clock, so the depth is also the latency, and is compared with that of
the step-by-step engine.
"""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

from spikefloat.rtl_gen.circuits.sums.dot import ACCUMULATIONS
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.rtl.temporal.engine import dot_product_clocks

__all__ = ["LENGTHS", "depths", "main"]

#: Numbers of terms.
LENGTHS = tuple(2**k for k in range(1, 9))


def depths(accumulate: str) -> list[int]:
    """Return the depth in neurons for each of :data:`LENGTHS`, for E4M3FN."""
    return [
        make_instance("dot", length=length, accumulate=accumulate).graph.depth for length in LENGTHS
    ]


def main() -> None:
    """Write the picture and print the table."""
    found = {accumulate: depths(accumulate) for accumulate in ACCUMULATIONS}
    steps = [dot_product_clocks(FORMATS["e4m3fn"], length) for length in LENGTHS]
    print("| terms |", " | ".join(map(str, LENGTHS)), "|")
    print("|---" * (len(LENGTHS) + 1) + "|")
    for name, row in (*found.items(), ("step by step, clocks", steps)):
        print(f"| {name} |", " | ".join(f"{value:,}" for value in row), "|")
    for name, row in found.items():
        ratio = steps[LENGTHS.index(128)] / row[LENGTHS.index(128)]
        print(f"{name}, 128 terms: {ratio:.1f} times fewer clocks than step by step")
    plt.rcParams |= {"svg.hashsalt": "spikefloat", "font.size": 11}
    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for (name, row), marker in zip(found.items(), "so^D", strict=True):
        axes.plot(LENGTHS, row, marker=marker, label=name)
    axes.plot(LENGTHS, steps, linestyle="--", color="gray", label="step by step, clocks")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(LENGTHS, [str(length) for length in LENGTHS])
    axes.set_xlabel("terms")
    axes.set_ylabel("depth in neurons = latency in clocks, spiking")
    axes.set_title("Dot products of E4M3FN")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(Path(__file__).with_name("dot_depth.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
