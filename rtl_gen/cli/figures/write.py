# SPDX-License-Identifier: Apache-2.0
"""Writing figures as SVG and PNG, the same bytes each time."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.errors import InputError

__all__ = ["add_plot_option", "check_plot", "figure_files", "write_figure"]


def add_plot_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--plot``."""
    parser.add_argument(
        "--plot",
        metavar="FILE",
        type=Path,
        help="also draw FILE.svg and FILE.png (needs matplotlib)",
    )


def check_plot(path: Path | None) -> None:
    """Refuse a picture that could not be written, before anything is measured for it.

    Raises
    ------
    ValueError
        If matplotlib is not installed.
    """
    if path is not None:
        write_figure(lambda figure: None, path, is_trial=True)


def figure_files(path: Path) -> tuple[Path, Path]:
    """Return the names of both files of a figure; a suffix ``.svg`` or ``.png`` is no matter."""
    if path.suffix in (".svg", ".png"):
        path = path.with_suffix("")
    return path.with_name(f"{path.name}.svg"), path.with_name(f"{path.name}.png")


def write_figure(
    draw: Callable[[Any], None],
    path: Path,
    *,
    size: tuple[float, float] = (8.4, 5.2),
    is_trial: bool = False,
) -> tuple[Path, Path]:
    """Draw a figure into an SVG and a PNG file, and return their names.

    Parameters
    ----------
    draw : callable
        Draws into the matplotlib figure that it is given.
    path : Path
        Name of the files, without suffix. Folders are made if they are missing.
    size : tuple of float
        Width and height in inches.
    is_trial : bool
        Whether to stop short of drawing.

    Raises
    ------
    ValueError
        If matplotlib is not installed, or the folder cannot be written.
    """
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError(
            "Package matplotlib must be installed to draw a figure "
            "(pip install 'spikefloat[plot]'), not missing"
        ) from None
    svg, png = figure_files(path)
    if is_trial:
        return svg, png
    with mpl.rc_context({"svg.hashsalt": "spikefloat", "font.size": 9}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(svg, metadata={"Date": None})
            figure.savefig(png, dpi=150, metadata={"Software": None})
        except OSError:
            raise InputError(f"Output folder must be writable, not '{path.parent}'") from None
    return svg, png
