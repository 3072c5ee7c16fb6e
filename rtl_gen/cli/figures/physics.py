# SPDX-License-Identifier: Apache-2.0
"""Pictures of what the commands about devices measured.

Published figures are drawn beside ours where they exist; docs/physics.md says why they differ.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.cli.figures.write import write_figure
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.devices.physics import IDEAL

__all__ = ["plot_criticality", "plot_sweep", "plot_tolerance", "swept_knob"]

Row = dict[str, Any]

#: Marker and colour of a series, by library or budget.
_LOOKS = {
    "published": ("P", "tab:red"),
    "w1": ("v", "tab:blue"),
    "w2": ("o", "tab:green"),
    "w8": ("s", "tab:purple"),
    "free": ("D", "tab:orange"),
}
_BLOCK_LOOKS = {
    "and": ("v", "tab:blue"),
    "or": ("^", "tab:green"),
    "xor": ("o", "tab:purple"),
    "full_adder": ("s", "tab:cyan"),
    "ripple4": ("D", "tab:orange"),
}

#: What each knob is called under its axis.
_AXES = {
    "synapse_noise": "noise on every synapse, sigma in spikes",
    "membrane_noise": "noise on every membrane, sigma in weights of 1",
    "input_noise": "noise on the inputs of the circuit, sigma in spikes",
    "leak": "leak beta: share of the potential left for the next wave",
}

#: What others report: knob, design, name of the series, and exact results in percent. The first is
#: the paper, with inputs clipped; the second its code release, run with noise on every neuron.
_PUBLISHED: list[tuple[str, str, str, dict[float, float]]] = [
    ("input_noise", "blocks", "paper: gates", {0.10: 100, 0.15: 99}),
    ("input_noise", "blocks", "paper: 4-bit adder", {0.20: 87}),
    (
        "membrane_noise",
        "multiply",
        "code release, 912 neurons",
        {0.10: 99.99, 0.15: 85.9, 0.20: 18.7},
    ),
    ("membrane_noise", "add", "code release, 1,316 neurons", {0.10: 99.82, 0.15: 85.4, 0.20: 13.7}),
    (
        "leak",
        "blocks",
        "paper: gates, reset before each operation",
        {0.01: 100, 0.1: 100, 0.25: 100, 0.5: 100, 0.75: 100, 1.0: 100},
    ),
    ("leak", "blocks", "code release, AND without that reset", {1.0: 59}),
    ("leak", "blocks", "code release, OR without that reset", {1.0: 76}),
    ("leak", "blocks", "code release, XOR without that reset", {1.0: 51}),
]


#: Values of a knob that cannot be told apart in a picture.
_SAME_NOISE = 0.004


def swept_knob(rows: Iterable[Row]) -> str:
    """Return the one knob that has several values.

    Raises
    ------
    ValueError
        If there is none, or more than one.
    """
    rows = list(rows)
    several = [name for name in IDEAL.as_dict() if len({row[name] for row in rows}) > 1]
    if len(several) != 1:
        raise InputError(
            "Knobs with several values must be one for a picture, not "
            f"{', '.join(several) or 'none'}"
        )
    return several[0]


def plot_sweep(rows: Sequence[Row], path: Path) -> tuple[Path, Path]:
    """Draw the share of exact results over the knob that was swept, and return the files.

    Raises
    ------
    ValueError
        If no knob or several were swept, or the picture cannot be written.
    """
    knob = swept_knob(rows)
    panels: dict[str, list[Row]] = {}
    for row in rows:
        panels.setdefault("blocks" if row["format"] == "-" else row["design"], []).append(row)

    def draw(figure: Any) -> None:
        every = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (panel, own) in zip(every, panels.items(), strict=True):
            _sweep_panel(axes, panel, own, knob)
        every[0].set_ylabel("results equal to the golden model, %")

    return write_figure(draw, path, size=(1.2 + 5.2 * len(panels), 4.4))


def _sweep_panel(axes: Any, panel: str, rows: Sequence[Row], knob: str) -> None:
    series: dict[str, list[Row]] = {}
    for row in rows:
        series.setdefault(_name(row), []).append(row)
    has_orders = len({row["order"] for row in rows}) > 1
    for name, own in series.items():
        own = sorted(own, key=lambda row: row[knob])
        marker, colour = _look(own[0])
        centre = [100 * row["exact_rate"] for row in own]
        spread = [
            [100 * (row["exact_rate"] - row["ci_low"]) for row in own],
            [100 * (row["ci_high"] - row["exact_rate"]) for row in own],
        ]
        axes.errorbar(
            [row[knob] for row in own],
            centre,
            yerr=spread,
            marker=marker,
            color=colour,
            ms=4.5,
            lw=1.2,
            capsize=2,
            label=name,
            # Random waves prove less: drawn as such.
            **({"ls": "--", "mfc": "white"} if has_orders and own[0]["order"] == "random" else {}),
        )
        if knob == "leak" and own[0]["leak_bound"] is not None:
            axes.axvline(own[0]["leak_bound"], color=colour, lw=0.9, ls=":", zorder=0)
            axes.annotate(
                f"{own[0]['leak_bound']:.3g}",
                (own[0]["leak_bound"], 97),
                rotation=90,
                fontsize=7.5,
                color=colour,
                ha="right",
                va="top",
            )
    shades = iter(("black", "0.45", "0.6", "0.3"))
    for where, design, name, points in _PUBLISHED:
        if (where, design) == (knob, panel) and _is_comparable(name, rows):
            axes.plot(
                points.keys(),
                points.values(),
                ls="--" if len(points) > 1 else "",
                lw=0.9,
                marker="x",
                ms=7,
                mew=1.6,
                color=next(shades),
                label=name,
                zorder=5,
            )
    axes.set_ylim(-2, 102)
    axes.set_xlabel(_AXES.get(knob, knob.replace("_", " ")))
    axes.set_title(_title(panel, rows), loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.93", zorder=0)
    axes.legend(fontsize=7.5, frameon=False, loc="best")


def _is_comparable(name: str, rows: Sequence[Row]) -> bool:
    """Return whether rows were measured as a published figure was, and its design is there."""
    designs = {row["design"] for row in rows}
    if name.startswith("paper") and "reset" not in name:
        return all(row["clamp_inputs"] for row in rows) and (
            "ripple4" in designs if "adder" in name else bool(designs & {"and", "or", "xor"})
        )
    if "without that reset" in name:
        return name.split(",")[1].split()[0].lower() in designs and any(
            row["order"] == "random" for row in rows
        )
    return True


def _title(panel: str, rows: Sequence[Row]) -> str:
    if panel != "blocks":
        return f"{panel}, {rows[0]['format']}"
    words = "published gates"
    if any(row["input_noise"] for row in rows):
        words += ", inputs clipped" if rows[0]["clamp_inputs"] else ", inputs not clipped"
    return words


def _name(row: Row) -> str:
    words = row["design"] if row["format"] == "-" else _circuit(row)
    order = f", {row['order']} waves" if row["style"] == "spiking" else ""
    return f"{words} ({row['neurons']} neurons){order}" if row["format"] != "-" else words + order


def _circuit(row: Row) -> str:
    return "published gates" if row["library"] == "published" else row["budget"]


def _look(row: Row) -> tuple[str, str]:
    if row["format"] == "-":
        return _BLOCK_LOOKS.get(row["design"], ("o", "tab:gray"))
    return _LOOKS.get(
        "published" if row["library"] == "published" else row["budget"], ("o", "tab:gray")
    )


def plot_tolerance(rows: Sequence[Row], path: Path) -> tuple[Path, Path]:
    """Draw neurons and synapses over the noise that circuits stand, and return the files.

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
            grid[1, column].set_xlabel("largest " + _AXES.get(knob, knob.replace("_", " ")))
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
        marker, colour = _look(row)
        hardened = bool(row.get("hardened_for"))
        label = _circuit(row) + (", hardened" if hardened else "")
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
        from matplotlib.collections import LineCollection

        axes = figure.add_subplot()
        axes.add_collection(
            LineCollection(
                [
                    (places[source], places[row["node"]])
                    for row in neurons
                    for source in row["sources"]
                    if source in places
                ],
                colors="0.88",
                linewidths=0.5,
                zorder=1,
            )
        )
        at = [places[row["node"]] for row in neurons]
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
        axes.set_xlabel("layer, from the operands to the result")
        axes.set_yticks([])
        axes.set_title(
            f"{figures['design']}, {_circuit(figures)}: "
            f"{figures['neurons']} neurons, {figures['operands']:,} operand pairs",
            loc="left",
            fontsize=10,
        )
        axes.spines[["top", "right", "left"]].set_visible(False)
        bar = figure.colorbar(dots, ax=axes)
        bar.set_label("operands for which the result is wrong if the neuron is inverted, %")

    return write_figure(draw, path)
