# SPDX-License-Identifier: Apache-2.0
"""Draw one multiplication as spikes: ``python docs/figures/spikes.py`` writes spikes.svg here.

Each dot is a neuron of the E4M3FN multiplier, placed by its layer and coloured by its part of the
circuit; it is filled if it fires. Lines are synapses that carry a spike.
"""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib import pyplot as plt
from matplotlib.collections import LineCollection

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.golden.arithmetic import describe
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import pack_codes

A, B = 0x3D, 0x2A


def positions(graph: NeuronGraph) -> dict[int, tuple[float, float]]:
    """Return where to draw each node: x is its layer, y its place among those of that layer."""
    columns: dict[int, list[int]] = {}
    for node, layer in enumerate(graph.layers):
        columns.setdefault(layer, []).append(node)
    return {
        node: (layer, row - (len(nodes) - 1) / 2)
        for layer, nodes in columns.items()
        for row, node in enumerate(nodes)
    }


def main() -> None:
    """Write the picture."""
    fmt = FORMATS["e4m3fn"]
    graph = make_instance("multiply").graph
    planes = Network(graph).node_planes(
        {"a": pack_codes(np.array([A]), 8), "b": pack_codes(np.array([B]), 8)}
    )
    fires = planes[:, 0] & 1
    result = sum(int(fires[node]) << bit for bit, node in enumerate(graph.output("y").nodes))
    place = positions(graph)
    parts = [
        graph.scopes[n.scope].path[0] if graph.scopes[n.scope].path else "top"
        for n in graph.neurons
    ]
    names = list(dict.fromkeys(part.removesuffix("_a").removesuffix("_b") for part in parts))
    colours = dict(zip(names, plt.get_cmap("tab10").colors, strict=False))

    mpl.rcParams["svg.hashsalt"] = "spikefloat"  # the same bytes each time
    figure, axes = plt.subplots(figsize=(11, 4.6))
    axes.add_collection(
        LineCollection(
            [
                (place[source], place[node])
                for node, neuron in graph.numbered_neurons()
                for source in neuron.sources
                if fires[source]
            ],
            colors="0.75",
            linewidths=0.6,
            zorder=1,
        )
    )
    for name, colour in colours.items():
        nodes = [
            node
            for node, part in enumerate(parts, start=graph.input_count)
            if part.removesuffix("_a").removesuffix("_b") == name
        ]
        axes.scatter(
            *np.array([place[node] for node in nodes]).T,
            s=26,
            edgecolors=[colour],
            facecolors=[colour if fires[node] else "white" for node in nodes],
            linewidths=1.0,
            zorder=2,
        )
        axes.scatter([], [], s=26, color=[colour], label=name.replace("_", " "))
    inputs = range(graph.input_count)
    axes.scatter(
        *np.array([place[node] for node in inputs]).T,
        s=26,
        marker="s",
        facecolors=["black" if fires[node] else "white" for node in inputs],
        edgecolors="black",
        linewidths=1.0,
        label="operand bits",
        zorder=2,
    )
    axes.set_title(
        f"{describe(fmt, A)} × {describe(fmt, B)} = {describe(fmt, result)} in E4M3FN: "
        f"{int(fires[graph.input_count :].sum())} of {len(graph.neurons)} neurons fire (filled), "
        f"in {graph.depth} layers",
        fontsize=10,
        loc="left",
    )
    axes.set_xlabel("layer")
    axes.set_yticks([])
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.legend(loc="upper right", fontsize=8, frameon=False, ncols=2)
    figure.tight_layout()
    figure.savefig(Path(__file__).with_name("spikes.svg"), metadata={"Date": None})


if __name__ == "__main__":
    main()
