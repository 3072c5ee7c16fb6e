# SPDX-License-Identifier: Apache-2.0
"""Draw the attention of the digits transformer as spikes, and print what an image takes.

``python docs/figures/attention_spikes.py`` writes ``attention_spikes.svg`` beside this file: for each
head what share each token takes of each other, and the spikes that are these shares. All is computed by
the neurons of the engine, for the first image of the test set. It prints the number of spikes of all
neurons, and the energy of these on the devices whose energy per spike is published.
"""

from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.networks.digits import digits_case
from spikefloat.rtl_gen.checks.networks.neurons import neuron_operations
from spikefloat.rtl_gen.designs.engines.units import make_units
from spikefloat.rtl_gen.networks.description import Softmax
from spikefloat.sim.devices.presets import PRESETS
from spikefloat.sim.golden.networks.network import run_network
from spikefloat.sim.golden.values import decode

__all__ = ["main"]

_FEMTOJOULES_PER_MICROJOULE = 1e9


def _energies(spikes: int) -> dict[str, tuple[float | None, float | None]]:
    """Return the least and the greatest energy of spikes, in microjoules, by device."""
    return {
        name: tuple(
            None if bound is None else bound * spikes / _FEMTOJOULES_PER_MICROJOULE
            for bound in (figure.low, figure.high)
        )
        for name, preset in PRESETS.items()
        for figure in preset.figures
        if figure.name == "energy_per_spike"
    }


def _bits(codes: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Return the spikes of rows of codes, the top bit of each first."""
    bits = codes[..., None] >> np.arange(width)[::-1] & 1
    return bits.reshape(len(codes), -1)


def main() -> None:
    """Print the figures and write the picture."""
    case = digits_case(1)
    network, spikes = case.network, dict[str, int]()
    units = make_units(network, "digits")
    operations = neuron_operations(network, units, spikes)
    made = run_network(network, case.weights, case.x, operations)
    total = sum(spikes.values())
    print(f"spikes: {total:,}")
    for name, (low, high) in _energies(total).items():
        bounds = dict.fromkeys(f"{bound:.3g}" for bound in (low, high) if bound is not None)
        words = "at least " if high is None else "at most " if low is None else ""
        print(f"{name}: {words}{' to '.join(bounds)} uJ")
    heads = [step for step in network.steps if isinstance(step, Softmax)]
    plt.rcParams |= {"svg.hashsalt": "spikefloat", "font.size": 10}
    figure, every = plt.subplots(
        len(heads), 2, figsize=(10, 5.2), layout="constrained", width_ratios=[1, 3.2]
    )
    for number, (step, (shares, raster)) in enumerate(zip(heads, every, strict=True), 1):
        codes = made[step.name]["codes"][0]
        shares.imshow(decode(network.code_format, codes), cmap="Blues", vmin=0)
        shares.set_title(f"head {number}: shares")
        shares.set_ylabel("token")
        width = network.code_format.width
        raster.imshow(
            _bits(codes, width), cmap="Greys", vmin=0, vmax=1, aspect="auto", interpolation="none"
        )
        raster.set_title("their spikes: eight bits for each token that is looked at")
        for axes in (shares, raster):
            axes.set_yticks(range(0, len(codes), 5))
        raster.set_xticks(np.arange(len(codes)) * width - 0.5, range(len(codes)))
        raster.grid(axis="x", alpha=0.4)
    for axes in every[-1]:
        axes.set_xlabel("token that is looked at")
    figure.savefig(Path(__file__).with_name("attention_spikes.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
