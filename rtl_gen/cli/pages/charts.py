# SPDX-License-Identifier: Apache-2.0
"""Charts inside a page: what matplotlib draws, in the colours and letters of the page."""

import re
from collections.abc import Callable
from html import escape
from typing import Any

from spikefloat.rtl_gen.cli.figures.write import picture
from spikefloat.rtl_gen.extras import find_extra

__all__ = ["chart"]

#: Colours that stand for one of the page, which is another one in the dark.
_COLOURS = {
    "#000000": "currentColor",
    "#ffffff": "var(--ground)",
    "#ededed": "var(--grid)",
    "#cccccc": "var(--quiet)",
    "#808080": "var(--faint)",
}


def chart(
    draw: Callable[[Any], None], *, key: str, alt: str, size: tuple[float, float] = (4.8, 3.8)
) -> str:
    """Return a chart as SVG for a page.

    Parameters
    ----------
    draw : callable
        Draws into the matplotlib figure that it is given.
    key : str
        What the names inside begin with, so that each is once in the page.
    alt : str
        What is said of it to those who do not see it.
    size : tuple of float
        Width and height in inches. What is above 5 inches is scrolled on a small screen.

    Raises
    ------
    MissingPackage
        If matplotlib is not installed.
    """
    find_extra("matplotlib", "matplotlib", "plot")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    look: Any = {
        "svg.hashsalt": "spikefloat",
        "svg.fonttype": "none",
        "font.size": 10,
        "axes.facecolor": "none",
        "legend.facecolor": "none",
    }
    with mpl.rc_context(look):
        figure = Figure(figsize=size, layout="constrained", facecolor="none")
        draw(figure)
        text = picture(figure, ".svg").decode()
    body = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    box = re.search(r'viewBox="([^"]*)"', body)
    assert box is not None
    kind = "chart" + " wide" * (size[0] > 5)
    head = (
        f'<svg class="{kind}" role="img" aria-label="{escape(alt)}" viewBox="{box[1]}" '
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    )
    body = head + body[body.index(">") + 1 :]
    body = re.sub(r'\bid="', f'id="{key}-', body)
    body = re.sub(r'(href="|url\()#', rf"\1#{key}-", body)
    for colour, ours in _COLOURS.items():
        body = body.replace(colour, ours)
    return body.strip()
