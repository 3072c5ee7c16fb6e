# SPDX-License-Identifier: Apache-2.0
"""Print and draw how a transformer on an engine grows with its width, its layers and its tokens.

``python docs/figures/transformer_growth.py`` writes ``transformer_growth.svg`` beside this file.
Neurons are those of the engine's circuits; clocks and spikes are those of one input, of random values
and with random weights, for each of its tokens.
"""

from pathlib import Path
from typing import NamedTuple

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np

from spikefloat.rtl_gen.checks.networks.neurons import neuron_operations
from spikefloat.rtl_gen.designs.engines.engine import make_engine
from spikefloat.rtl_gen.networks.layers import Layers
from spikefloat.sim.golden.networks.network import run_network
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.rounding import encode
from spikefloat.sim.training.transformer import initial_weights

__all__ = ["BASE", "Growth", "main", "measure"]

#: The transformer for the digits, of which one number is changed at a time.
BASE = {"width": 16, "layers": 1, "tokens": 16}
_CHANGED = {"width": (8, 16, 32), "layers": (1, 2, 4), "tokens": (8, 16, 32)}


class Growth(NamedTuple):
    """What a transformer takes."""

    neurons: int
    clocks: float  #: For each token.
    spikes: float  #: For each token.


def measure(width: int, layers: int, tokens: int) -> Growth:
    """Return what a transformer takes: two heads, twice as many hidden elements as the width."""
    made = Layers(tokens, width)
    made.embedding(4)
    for number in range(layers):
        made.attention(number, 2)
        made.feed_forward(number, 2 * width, is_last=number == layers - 1)
    made.mean()
    network = made.head(10)
    weights = encode_weights(network, initial_weights(network))
    rows = {name: codes.tolist() for name, codes in weights.items()}
    engine = make_engine(network, rows, "grown")
    x = encode(network.code_format, np.random.default_rng(1).uniform(size=(1, tokens, 4)))
    spikes: dict[str, int] = {}
    run_network(network, weights, x, neuron_operations(network, engine.units, spikes))
    return Growth(engine.units.neurons, engine.interval / tokens, sum(spikes.values()) / tokens)


def main() -> None:
    """Print the table and write the picture."""
    found = {
        (name, value): measure(**{**BASE, name: value})
        for name, values in _CHANGED.items()
        for value in values
    }
    print("| changed | neurons | clocks for a token | spikes for a token |")
    print("|---|---|---|---|")
    for (name, value), one in found.items():
        print(f"| {name} {value} | {one.neurons:,} | {one.clocks:,.0f} | {one.spikes:,.0f} |")
    plt.rcParams |= {"svg.hashsalt": "spikefloat", "font.size": 11}
    figure, every = plt.subplots(1, 3, figsize=(10, 3.6), layout="constrained")
    for axes, kind in zip(every, Growth._fields, strict=True):
        for (name, values), marker in zip(_CHANGED.items(), "so^", strict=True):
            times = [value / BASE[name] for value in values]
            axes.plot(
                times,
                [getattr(found[name, value], kind) for value in values],
                marker=marker,
                label=name,
            )
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks([0.5, 1, 2, 4], ["1/2", "1", "2", "4"])
        axes.set_xlabel("times that of the digits")
        axes.set_title(kind if kind == "neurons" else f"{kind} for a token")
        axes.grid(alpha=0.3)
    every[0].legend()
    figure.savefig(Path(__file__).with_name("transformer_growth.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
