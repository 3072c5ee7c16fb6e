# SPDX-License-Identifier: Apache-2.0
"""Draw the spikes of one token on its way through the language model, and print what they take.

``python docs/figures/language_spikes.py`` writes ``language_spikes.svg`` beside this file: for each step
the codes that it makes of the last character of a text, as spikes; and how many spikes the neurons of each
circuit fire for it. It prints these numbers, the energy of the token on the devices whose energy per
spike is published, and a published table of such energies with what its own spikes come to.
"""

from collections.abc import Mapping
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.networks.token_neurons import neuron_token_operations
from spikefloat.rtl_gen.designs.engines.token_units import make_token_units
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.weights.language.models import read_language_model
from spikefloat.sim.devices.presets import PRESETS
from spikefloat.sim.golden.networks.network import written
from spikefloat.sim.golden.networks.tokens import Decoding
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.training.language import STORED

__all__ = ["main"]

#: The text whose last character is drawn.
_TEXT = "The neurons "

#: Spikes and nanojoules for an operation, as a table has them that multiplies spikes by the energy of a
#: synaptic operation: arXiv 2601.21279, table 10.
_PUBLISHED = {
    "FP32 adder": (1_674, 0.040),
    "FP32 multiplier": (2_045, 0.048),
    "transformer block, each token": (30_700_000, 724.0),
}
_PICOJOULES = 23.6  #: What it multiplies by.


def _rows(
    network: Network, made: Mapping[str, Mapping[str, NDArray[np.int64]]]
) -> dict[str, NDArray[np.int64]]:
    """Return the spikes of each row of the picture: all heads of a step side by side."""
    rows: dict[str, list[NDArray[np.int64]]] = {}
    for step in network.steps:
        codes, width = written(made[step.name]), network.code_format.width
        if codes is None:
            codes, width = made[step.name]["stream"], network.stream_format.width
        parts = [part for part in step.name.split("_") if not part.startswith("head")]
        name = " ".join(parts) if parts else "logits"
        name = name.replace("layer", "")
        bits = codes[0, -1][:, None] >> np.arange(width)[::-1] & 1
        rows.setdefault(name, []).append(bits.ravel())
    return {name: np.concatenate(parts) for name, parts in rows.items()}


def _draw_rows(axes: Axes, rows: Mapping[str, NDArray[np.int64]]) -> None:
    """Draw a line for each row, dark where there is a spike."""
    most = max(map(len, rows.values()))
    shades = [np.pad(0.12 + 0.88 * bits, (0, most - len(bits))) for bits in rows.values()]
    axes.imshow(shades, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="none")
    axes.set_yticks(range(len(rows)), list(rows), fontsize=7)
    axes.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    axes.grid(axis="y", which="minor", color="white", linewidth=2)
    axes.tick_params(which="minor", length=0)
    axes.set_xlabel("bit of the codes that a step makes")
    axes.set_title("Spikes of one token, from step to step")


def _draw_circuits(axes: Axes, spikes: Mapping[str, int]) -> None:
    """Draw a bar for each circuit."""
    axes.barh(range(len(spikes)), list(spikes.values()), color="C0")
    axes.set_yticks(range(len(spikes)), [name.replace("_", " ") for name in spikes], fontsize=7)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("spikes for this token")
    axes.set_title("Neurons of each circuit")


def _print(spikes: Mapping[str, int]) -> None:
    """Print the figures."""
    total = sum(spikes.values())
    print(f"spikes: {total:,}")
    for name, count in spikes.items():
        print(f"  {name}: {count:,}")
    for name, preset in PRESETS.items():
        for figure in preset.figures:
            if figure.name == "energy_per_spike":
                bounds = [f"{b * total / 1e9:.3g}" for b in (figure.low, figure.high) if b]
                words = "at least " if figure.high is None else ""
                print(f"{name}: {words}{' to '.join(dict.fromkeys(bounds))} uJ")
    print(f"at {_PICOJOULES} pJ for each spike: {total * _PICOJOULES / 1e6:.3g} uJ")
    for name, (count, nanojoules) in _PUBLISHED.items():
        own = count * _PICOJOULES / 1e3
        print(f"{name}: {count:,} spikes, published {nanojoules:g} nJ, really {own:,.1f} nJ")


def main() -> None:
    """Print the figures and write the picture."""
    model = read_language_model(STORED)
    tokens = model.tokenizer.encode(_TEXT)
    network = model.decoder.network()
    weights = encode_weights(network, model.arrays)
    counted: dict[str, int] = {}
    units = make_token_units(network)
    run = Decoding(network, weights, neuron_token_operations(network, units, counted))
    run.run([tokens[:-1]])
    counted.clear()
    made = run.run([tokens[-1:]])
    names = {graph.name: name for name, graph in units.graphs.items()}
    spikes = {names[name]: count for name, count in counted.items()}
    _print(spikes)
    plt.rcParams |= {"svg.hashsalt": "spikefloat", "font.size": 9}
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(10, 5.6), layout="constrained", width_ratios=[2.6, 1]
    )
    _draw_rows(left, _rows(network, made))
    _draw_circuits(right, spikes)
    figure.savefig(Path(__file__).with_name("language_spikes.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
