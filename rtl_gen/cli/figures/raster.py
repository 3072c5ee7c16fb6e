# SPDX-License-Identifier: Apache-2.0
"""A picture of one inference: which neurons fire, layer by layer of the circuit."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.cli.figures.write import picture
from spikefloat.rtl_gen.extras import find_extra
from spikefloat.rtl_gen.files import write_file
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["draw_raster"]

_SILENT, _FIRED = "#e4e4ea", ("#1f5fa8", "#c2410c")


def draw_raster(
    path: Path,
    graph: NeuronGraph,
    fires: NDArray[np.bool_],
    image: NDArray[np.float64],
    logits: Sequence[float],
    label: int,
) -> None:
    """Draw the spikes of one inference.

    Parameters
    ----------
    path : Path
        File to write: .png or .svg.
    graph : NeuronGraph
        The circuit.
    fires : array of bool
        Whether each neuron fires, in the order of the graph.
    image : array of float
        What the network sees, of shape (8, 8).
    logits : sequence of float
        What it answers.
    label : int
        What the image shows.

    Raises
    ------
    MissingPackage
        If matplotlib is not installed.
    """
    find_extra("matplotlib", "matplotlib", "plot")
    from matplotlib.figure import Figure

    depth = np.array(graph.layers[graph.input_count :])
    counts = np.bincount(depth, minlength=graph.depth + 1)
    order = np.argsort(depth, kind="stable")
    rank = np.empty(len(depth))
    rank[order] = np.arange(len(depth)) - np.repeat(np.cumsum(counts) - counts, counts)
    rank -= counts[depth] / 2
    is_second = np.array(
        [graph.scopes[neuron.scope].path[:1] == ("layer_2",) for neuron in graph.neurons]
    )

    figure = Figure(figsize=(11, 5.2), layout="constrained")
    axes = figure.subplot_mosaic([["image", "raster"], ["logits", "raster"]], width_ratios=[1, 5])
    axes["image"].imshow(image, cmap="gray_r", vmin=0, vmax=1)
    axes["image"].set_title(f"input: a {label}", fontsize=10)
    axes["image"].set_axis_off()
    result = int(np.argmax(logits))
    axes["logits"].barh(
        range(10),
        logits,
        color=[_FIRED[1] if digit == result else "#9aa0a6" for digit in range(10)],
    )
    axes["logits"].set_yticks(range(10))
    axes["logits"].invert_yaxis()
    axes["logits"].set_title(f"logits: a {result}", fontsize=10)
    raster = axes["raster"]
    layers = np.arange(len(counts))
    raster.fill_between(layers, -counts / 2, counts / 2, step="mid", color=_SILENT, linewidth=0)
    for mask, colour, name in (
        (~is_second, _FIRED[0], "first layer"),
        (is_second, _FIRED[1], "second layer"),
    ):
        selected = fires & mask
        raster.scatter(
            depth[selected],
            rank[selected],
            s=0.6,
            color=colour,
            linewidths=0,
            rasterized=True,
            label=f"{name}: {int(selected.sum()):,} spikes",
        )
    raster.set_xlim(0, graph.depth + 1)
    raster.set_yscale("symlog", linthresh=40)
    raster.set_yticks([])
    raster.set_yticks([], minor=True)
    raster.set_xlabel("depth in neurons from the input")
    raster.set_ylabel("neurons of that depth (grey: silent)")
    raster.set_title(f"{int(fires.sum()):,} of {len(fires):,} neurons fire", fontsize=10)
    raster.legend(loc="upper right", frameon=False, markerscale=8, fontsize=9)
    write_file(path, picture(figure, path.suffix, dpi=130))
