# SPDX-License-Identifier: Apache-2.0
"""The figure of ``spikefloat tolerance``: neurons and synapses over the noise they tolerate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.cli.figures.series import AXES, Row, circuit, look
from spikefloat.rtl_gen.cli.figures.write import write_figure

__all__ = ["plot_tolerance"]

#: Values of a knob that cannot be told apart in a picture.
_SAME_NOISE = 0.004


def plot_tolerance(rows: Sequence[Row], path: Path) -> tuple[Path, Path]:
    """Draw neurons and synapses over the noise that circuits tolerate, and return the files.

    Circuits that no other beats in both are joined by a line.

    Raises
    ------
    ValueError
        If the picture cannot be written.
    """
    designs = list(dict.fromkeys(row["design"] for row in rows))

    def draw(figure: Any) -> None:
        grid = figure.subplots(2, len(designs), sharex=True, sharey="row", squeeze=False)
        for column, design in enumerate(designs):
            own = [row for row in rows if row["design"] == design]
            for axes, what in zip(grid[:, column], ("neurons", "synapses"), strict=True):
                _tolerance_panel(axes, own, what)
            grid[0, column].set_title(
                f"{design}: {100 * rows[0]['asked_rate']:g} % exact", loc="left", fontsize=10
            )
            knob = rows[0]["knob"]
            grid[1, column].set_xlabel("largest " + AXES.get(knob, knob.replace("_", " ")))
        handles = {
            label: handle
            for axes in grid.flat
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        figure.legend(
            handles.values(),
            handles.keys(),
            fontsize=8,
            frameon=False,
            loc="outside lower center",
            ncols=6,
        )

    return write_figure(draw, path, size=(1.2 + 4.6 * len(designs), 6.6))


def _tolerance_panel(axes: Any, rows: Sequence[Row], what: str) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    # Noise that differs by less than this cannot be told apart; then the smaller one is better.
    front = [
        row
        for row in rows
        if not any(
            other["largest"] > row["largest"] - _SAME_NOISE
            and other[what] < row[what]
            or other["largest"] > row["largest"] + _SAME_NOISE
            and other[what] == row[what]
            for other in rows
        )
    ]
    front.sort(key=lambda row: (row["largest"], row[what]))
    axes.plot(
        [row["largest"] for row in front],
        [row[what] for row in front],
        color="0.8",
        lw=1.2,
        zorder=1,
    )
    for row in rows:
        marker, colour = look(row)
        hardened = bool(row.get("hardened_for"))
        label = circuit(row) + (", hardened" if hardened else "")
        axes.scatter(
            row["largest"],
            row[what],
            marker=marker,
            s=46,
            zorder=3,
            label=label,
            facecolors="white" if hardened else colour,
            edgecolors=colour,
            linewidths=1.2,
        )
        axes.annotate(
            f"{row[what]:,}",
            (row["largest"], row[what]),
            fontsize=7,
            textcoords="offset points",
            xytext=(5, 4),
        )
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel(what)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.93", zorder=0)
