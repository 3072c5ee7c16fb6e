# SPDX-License-Identifier: Apache-2.0
"""The figure of ``spikefloat sweep``: exact results over noise or leak.

Published figures are drawn beside ours where they exist; docs/explanation/physics.md says why they differ.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from spikefloat.rtl_gen.cli.figures.series import AXES, Row, circuit, look
from spikefloat.rtl_gen.cli.figures.write import write_figure
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.devices.physics import IDEAL

__all__ = ["draw_sweep", "plot_sweep", "swept_knob"]


class _Published(NamedTuple):
    """Exact results in percent by the value of a knob, as others report them."""

    knob: str
    panel: str
    name: str  #: Of the series.
    points: dict[float, float]
    designs: frozenset[str] = (
        frozenset()
    )  #: One of them must be in the figure; any, if there are none.
    is_clamped: bool = False  #: Whether it was measured with inputs clipped.
    has_random_waves: bool = False  #: Whether waves came in random order, with no reset between.


_GATES = frozenset(("and", "or", "xor"))

#: The first is the paper, with inputs clipped; the second its code release, run with noise on every
#: neuron.
_PUBLISHED = (
    _Published(
        "input_noise", "blocks", "paper: gates", {0.10: 100, 0.15: 99}, _GATES, is_clamped=True
    ),
    _Published(
        "input_noise",
        "blocks",
        "paper: 4-bit adder",
        {0.20: 87},
        frozenset(("ripple4",)),
        is_clamped=True,
    ),
    _Published(
        "membrane_noise",
        "multiply",
        "code release, 912 neurons",
        {0.10: 99.99, 0.15: 85.9, 0.20: 18.7},
    ),
    _Published(
        "membrane_noise",
        "add",
        "code release, 1,316 neurons",
        {0.10: 99.82, 0.15: 85.4, 0.20: 13.7},
    ),
    _Published(
        "leak",
        "blocks",
        "paper: gates, reset before each operation",
        {0.01: 100, 0.1: 100, 0.25: 100, 0.5: 100, 0.75: 100, 1.0: 100},
    ),
    *(
        _Published(
            "leak",
            "blocks",
            f"code release, {gate.upper()} without that reset",
            {1.0: share},
            frozenset((gate,)),
            has_random_waves=True,
        )
        for gate, share in (("and", 59), ("or", 76), ("xor", 51))
    ),
)


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
    swept_knob(rows)
    width = 1.2 + 5.2 * len(_panels(rows))
    return write_figure(lambda figure: draw_sweep(figure, rows), path, size=(width, 4.4))


def draw_sweep(figure: Any, rows: Sequence[Row]) -> None:
    """Draw the share of exact results over the knob that was swept into a matplotlib figure."""
    knob = swept_knob(rows)
    panels = _panels(rows)
    every = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (panel, own) in zip(every, panels.items(), strict=True):
        _sweep_panel(axes, panel, own, knob)
    every[0].set_ylabel("results equal to the golden model, %")


def _panels(rows: Sequence[Row]) -> dict[str, list[Row]]:
    panels: dict[str, list[Row]] = {}
    for row in rows:
        panels.setdefault("blocks" if row["format"] == "-" else row["design"], []).append(row)
    return panels


def _sweep_panel(axes: Any, panel: str, rows: Sequence[Row], knob: str) -> None:
    series: dict[str, list[Row]] = {}
    for row in rows:
        series.setdefault(_name(row), []).append(row)
    has_orders = len({row["order"] for row in rows}) > 1
    for name, own in series.items():
        _draw_series(axes, name, sorted(own, key=lambda row: row[knob]), knob, has_orders)
    _draw_published(axes, panel, rows, knob)
    axes.set_ylim(-2, 102)
    axes.set_xlabel(AXES.get(knob, knob.replace("_", " ")))
    axes.set_title(_title(panel, rows), loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="0.93", zorder=0)
    axes.legend(fontsize=7.5, frameon=False, loc="best")


def _draw_series(axes: Any, name: str, rows: Sequence[Row], knob: str, has_orders: bool) -> None:
    """Draw measured points with their confidence intervals, and the bound of the leak."""
    marker, colour = look(rows[0])
    axes.errorbar(
        [row[knob] for row in rows],
        [100 * row["exact_rate"] for row in rows],
        yerr=[
            [100 * (row["exact_rate"] - row["ci_low"]) for row in rows],
            [100 * (row["ci_high"] - row["exact_rate"]) for row in rows],
        ],
        marker=marker,
        color=colour,
        ms=4.5,
        lw=1.2,
        capsize=2,
        label=name,
        # Random waves prove less: drawn as such.
        **({"ls": "--", "mfc": "white"} if has_orders and rows[0]["order"] == "random" else {}),
    )
    bound = rows[0]["operand_leak_bound"] if knob == "leak" else None
    if bound is not None:
        axes.axvline(bound, color=colour, lw=0.9, ls=":", zorder=0)
        axes.annotate(
            f"{bound:.3g}",
            (bound, 97),
            rotation=90,
            fontsize=7.5,
            color=colour,
            ha="right",
            va="top",
        )


def _draw_published(axes: Any, panel: str, rows: Sequence[Row], knob: str) -> None:
    shades = iter(("black", "0.45", "0.6", "0.3"))
    for published in _PUBLISHED:
        if (published.knob, published.panel) == (knob, panel) and _is_comparable(published, rows):
            axes.plot(
                published.points.keys(),
                published.points.values(),
                ls="--" if len(published.points) > 1 else "",
                lw=0.9,
                marker="x",
                ms=7,
                mew=1.6,
                color=next(shades),
                label=published.name,
                zorder=5,
            )


def _is_comparable(published: _Published, rows: Sequence[Row]) -> bool:
    """Return whether rows were measured as a published figure was, and its design is there."""
    designs = {row["design"] for row in rows}
    return (
        (not published.designs or bool(published.designs & designs))
        and (not published.is_clamped or all(row["clamp_inputs"] for row in rows))
        and (not published.has_random_waves or any(row["order"] == "random" for row in rows))
    )


def _title(panel: str, rows: Sequence[Row]) -> str:
    if panel != "blocks":
        return f"{panel}, {rows[0]['format']}"
    words = "published gates"
    if any(row["input_noise"] for row in rows):
        words += ", inputs clipped" if rows[0]["clamp_inputs"] else ", inputs not clipped"
    return words


def _name(row: Row) -> str:
    words = row["design"] if row["format"] == "-" else circuit(row)
    order = f", {row['order']} waves" if row["style"] == "spiking" else ""
    return f"{words} ({row['neurons']} neurons){order}" if row["format"] != "-" else words + order
