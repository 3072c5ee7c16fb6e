# SPDX-License-Identifier: Apache-2.0
"""Writing figures as SVG and PNG, the same bytes each time."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import find_extra
from spikefloat.rtl_gen.files import write_files

__all__ = ["check_plot", "figure_files", "picture", "write_figure"]


def check_plot(path: Path | None) -> None:
    """Refuse a picture that could not be written, before anything is measured for it.

    Raises
    ------
    MissingPackage
        If matplotlib is not installed.
    """
    if path is not None:
        write_figure(lambda figure: None, path, is_trial=True)


def figure_files(path: Path) -> tuple[Path, Path]:
    """Return the names of both files of a figure; a suffix ``.svg`` or ``.png`` is ignored.

    Raises
    ------
    InputError
        If the path has no name, as a folder such as ``.`` has none.
    """
    if not path.name.strip("."):
        raise InputError(f"Figure must have a name, such as build/figure, not {str(path)!r}")
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
    MissingPackage
        If matplotlib is not installed.
    InputError
        If the files cannot be written.
    """
    find_extra("matplotlib", "matplotlib", "plot")
    svg, png = figure_files(path)
    if is_trial:
        return svg, png
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "spikefloat", "font.size": 9}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        files = {svg.name: picture(figure, ".svg"), png.name: picture(figure, ".png")}
    write_files(svg.parent, files)
    return svg, png


def picture(figure: Any, suffix: str, dpi: int = 150) -> bytes:
    """Return a matplotlib figure as a file, without dates and versions: the same bytes each time.

    Parameters
    ----------
    figure : Figure
        What to draw.
    suffix : str
        ``.png``, or that of another format that matplotlib knows.
    dpi : int
        Dots per inch.
    """
    file = io.BytesIO()
    metadata = {"Software": None} if suffix == ".png" else {"Date": None}
    figure.savefig(file, format=suffix.removeprefix("."), dpi=dpi, metadata=metadata)
    return file.getvalue()
