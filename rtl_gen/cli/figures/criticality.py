# SPDX-License-Identifier: Apache-2.0
"""The figure of ``spikefloat criticality``: a map of a circuit with its critical neurons."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.cli.figures.series import Row, circuit
from spikefloat.rtl_gen.cli.figures.write import write_figure

__all__ = ["plot_criticality"]


def plot_criticality(figures: Row, path: Path) -> tuple[Path, Path]:
    """Draw a map of a circuit with its critical neurons, and return the files.

    Raises
    ------
    ValueError
        If the picture cannot be written.
    """
    neurons = figures["by_neuron"]
    layers: dict[int, list[Row]] = {}
    for row in neurons:
        layers.setdefault(row["layer"], []).append(row)
    places = {
        row["node"]: (layer, index - (len(own) - 1) / 2)
        for layer, own in layers.items()
        for index, row in enumerate(own)
    }

    def draw(figure: Any) -> None:
        axes = figure.add_subplot()
        _draw_circuit(axes, figures, places)
        dots = _draw_neurons(axes, neurons, [places[row["node"]] for row in neurons])
        bar = figure.colorbar(dots, ax=axes)
        bar.set_label("operands for which the result is wrong if the neuron is inverted, %")

    return write_figure(draw, path)


def _draw_circuit(axes: Any, figures: Row, places: dict[int, tuple[int, float]]) -> None:
    """Draw the synapses and the axes."""
    from matplotlib.collections import LineCollection

    lines = [
        (places[source], places[row["node"]])
        for row in figures["by_neuron"]
        for source in row["sources"]
        if source in places
    ]
    axes.add_collection(LineCollection(lines, colors="0.88", linewidths=0.5, zorder=1))
    axes.set_xlabel("layer, from the operands to the result")
    axes.set_yticks([])
    axes.set_title(
        f"{figures['design']}, {circuit(figures)}: "
        f"{figures['neurons']} neurons, {figures['operands']:,} operand pairs",
        loc="left",
        fontsize=10,
    )
    axes.spines[["top", "right", "left"]].set_visible(False)


def _draw_neurons(axes: Any, neurons: Sequence[Row], at: Sequence[tuple[int, float]]) -> Any:
    """Draw the neurons, coloured by how critical they are; return them for the colour bar."""
    dots = axes.scatter(
        *zip(*at, strict=True),
        c=[100 * row["critical"] for row in neurons],
        cmap="viridis_r",
        vmin=0,
        vmax=100,
        s=max(14, min(110, 9000 / len(neurons))),
        edgecolors="black",
        linewidths=0.5,
        zorder=3,
    )
    hidden = [
        place
        for place, row in zip(at, neurons, strict=True)
        if not row["firing"] or not row["silent"]
    ]
    if hidden:
        axes.scatter(
            *zip(*hidden, strict=True),
            marker="x",
            color="tab:red",
            s=40,
            zorder=4,
            label="stuck at 0 or at 1, it is never noticed",
        )
        axes.legend(fontsize=8, frameon=False, loc="upper right")
    return dots
