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
from spikefloat.rtl_gen.cli.figures.lengths import STEPS, depths, draw_depths, step_clocks

__all__ = ["LENGTHS", "main"]

#: Numbers of terms.
LENGTHS = tuple(2**k for k in range(1, 9))


def main() -> None:
    """Write the picture and print the table."""
    found = {accumulate: depths(accumulate, LENGTHS) for accumulate in ACCUMULATIONS}
    steps = step_clocks(LENGTHS)
    print("| terms |", " | ".join(map(str, LENGTHS)), "|")
    print("|---" * (len(LENGTHS) + 1) + "|")
    for name, row in (*found.items(), (STEPS, steps)):
        print(f"| {name} |", " | ".join(f"{value:,}" for value in row), "|")
    for name, row in found.items():
        ratio = steps[LENGTHS.index(128)] / row[LENGTHS.index(128)]
        print(f"{name}, 128 terms: {ratio:.1f} times fewer clocks than step by step")
    plt.rcParams |= {"svg.hashsalt": "spikefloat", "font.size": 11}
    figure = plt.figure(figsize=(7, 4.5), layout="constrained")
    draw_depths(figure, LENGTHS, {**found, STEPS: steps})
    figure.savefig(Path(__file__).with_name("dot_depth.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
