# SPDX-License-Identifier: Apache-2.0
"""The figure of ``spikefloat explore``: neurons against depth, coloured by noise margin."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.cli.figures.write import write_figure
from spikefloat.rtl_gen.designs.exploration import Point

__all__ = ["draw_circuits", "plot_circuits"]

_MARKERS = {"w1": "v", "w2": "o", "w8": "s", "free": "D", "published gates": "P"}


def plot_circuits(points: Sequence[Point], title: str, path: Path) -> tuple[Path, Path]:
    """Draw the points, the same bytes each time, and return the files.

    Raises
    ------
    ValueError
        If matplotlib is not installed, or the folder cannot be written.
    """
    return write_figure(lambda figure: draw_circuits(figure, points, title), path)


def draw_circuits(figure: Any, points: Sequence[Point], title: str) -> None:
    """Draw the points into a matplotlib figure."""
    from matplotlib.colors import LogNorm

    axes = figure.add_subplot()
    ours = [p for p in points if p.metrics is not None]
    norm = LogNorm(min(p.metrics.relative_margin for p in ours if p.metrics), 0.25)
    colours = None
    for label, marker in _MARKERS.items():
        group = [p for p in ours if _label(p) == label]
        if group:
            colours = _draw_group(axes, group, label, marker, norm)
    _draw_others(axes, points)
    _label_axes(axes)
    axes.set_title(f"{title} (labels: neurons / depth)", loc="left", fontsize=10)
    figure.legend(
        fontsize=8,
        frameon=False,
        loc="outside lower center",
        ncols=3 if figure.get_figwidth() < 7 else 6,
    )
    if colours is not None:
        bar = figure.colorbar(colours, ax=axes)
        bar.set_label("relative margin: the common weight error that no neuron notices")


def _draw_group(axes: Any, group: Sequence[Point], label: str, marker: str, norm: Any) -> Any:
    """Draw circuits of one budget and a line through the best of them; return their colours."""
    front = sorted((p.depth, p.neurons) for p in group if p.is_pareto)
    if front:
        axes.plot(*zip(*front, strict=True), color="0.8", lw=1, zorder=1)
    look: dict[str, Any] = {"marker": marker, "s": 52, "edgecolors": "black", "linewidths": 0.6}
    colours = axes.scatter(
        [p.depth for p in group],
        [p.neurons for p in group],
        c=[p.metrics.relative_margin for p in group if p.metrics],
        norm=norm,
        cmap="viridis",
        zorder=3,
        **look,
    )
    axes.scatter([], [], facecolors="0.8", label=label, **look)
    return colours


def _draw_others(axes: Any, points: Sequence[Point]) -> None:
    """Draw the code release, and write the figures beside the points that matter most."""
    for point in points:
        if point.source == "release":
            axes.scatter(
                point.depth,
                point.neurons,
                marker="*",
                s=130,
                color="tab:red",
                zorder=3,
                label="code release of the paper",
            )
    for point in points:
        if point.is_pareto or point.metrics is None or point.library == "published":
            axes.annotate(
                f"{point.neurons} / {point.depth}",
                (point.depth, point.neurons),
                textcoords="offset points",
                xytext=(6, 5),
                fontsize=7.5,
            )


def _label_axes(axes: Any) -> None:
    depths, neurons = (2, 3, 5, 10, 20, 50, 100), (30, 50, 100, 200, 500, 1000, 2000)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(depths, labels=[str(depth) for depth in depths])
    axes.set_yticks(neurons, labels=[str(count) for count in neurons])
    axes.set_xlim(1.7, 140)
    axes.minorticks_off()
    axes.set_xlabel("depth: neurons on the longest path")
    axes.set_ylabel("neurons")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.93", zorder=0)


def _label(point: Point) -> str:
    return point.budget if point.library == "native" else "published gates"
