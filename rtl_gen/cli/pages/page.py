# SPDX-License-Identifier: Apache-2.0
"""A page of figures as one HTML file, with its style and script inside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

__all__ = ["Exhibit", "html_table", "make_page"]

_DATA = files("spikefloat.rtl_gen.cli.pages") / "data"


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One figure of a page: a picture or a table, and where it comes from."""

    key: str  #: Its anchor, which also begins the names of what is inside.
    title: str
    text: str  #: What it shows, in a paragraph.
    picture: str  #: HTML of the picture or of the table.
    command: str  #: What gives the same figures.
    source: str  #: Versions and date.
    table: str = ""  #: HTML of the table of what the picture shows, if it is a picture.


def html_table(
    heading: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    caption: str,
    classes: Sequence[Sequence[str]] | None = None,
) -> str:
    """Return a table as HTML; the first cell of each row names the row.

    Parameters
    ----------
    heading : sequence of str
        What is above the columns.
    rows : iterable of sequence
        The cells of each row; they are escaped.
    caption : str
        What the table is, for those who hear it.
    classes : sequence of sequence of str, optional
        The class of each cell but the first of each row.
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heading)
    lines = []
    for place, (first, *cells) in enumerate(rows):
        kinds = classes[place] if classes else [""] * len(cells)
        marked = "".join(
            f'<td class="{escape(kind)}">{escape(str(cell))}</td>'
            if kind
            else f"<td>{escape(str(cell))}</td>"
            for cell, kind in zip(cells, kinds, strict=True)
        )
        lines.append(f'<tr><th scope="row">{escape(str(first))}</th>{marked}</tr>')
    body = "\n".join(lines)
    return (
        f"<table><caption>{escape(caption)}</caption>\n<thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table>"
    )


def make_page(title: str, lead: str, exhibits: Sequence[Exhibit]) -> str:
    """Return a page as HTML: its figures below each other, with a list of them before.

    Parameters
    ----------
    title : str
        Its heading.
    lead : str
        What it is, in a paragraph.
    exhibits : sequence of Exhibit
        The figures, in order.
    """
    contents = "".join(f'<li><a href="#{one.key}">{escape(one.title)}</a></li>' for one in exhibits)
    style = (_DATA / "page.css").read_text(encoding="utf-8")
    script = (_DATA / "page.js").read_text(encoding="utf-8")
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>{escape(title)}</h1>
<p>{escape(lead)}</p>
<nav aria-label="Figures"><ul>{contents}</ul></nav>
</header>
<main>
{"".join(map(_section, exhibits))}</main>
<script>
{script}</script>
</body>
</html>
"""


def _section(one: Exhibit) -> str:
    more = ""
    if one.table:
        label = escape(f"{one.title}: the figures as a table")
        more = (
            f"<details><summary>The figures as a table</summary>\n"
            f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">\n'
            f"{one.table}\n</div></details>\n"
        )
    return f"""<section id="{one.key}" aria-labelledby="{one.key}-title">
<h2 id="{one.key}-title">{escape(one.title)}</h2>
<p>{escape(one.text)}</p>
<div class="scroll" tabindex="0" role="region" aria-label="{escape(one.title)}: the figure">
{one.picture}
</div>
{more}<p class="source"><code>{escape(one.command)}</code> {escape(one.source)}</p>
</section>
"""
