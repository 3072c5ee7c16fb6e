# SPDX-License-Identifier: Apache-2.0
"""Options of what is printed and written."""

from spikefloat.rtl_gen.cli.options.option import Option
from spikefloat.rtl_gen.cli.options.readers import date, integer, path

__all__ = ["OUTPUT"]

OUTPUT = (
    Option(
        name="output",
        short="o",
        group="output",
        metavar="DIR",
        read=path,
        default=".",
        help="folder to write into; made if missing",
    ),
    Option(
        name="name",
        group="output",
        metavar="NAME",
        otherwise="that of the design and its options",
        help="name of the module and its file; modules inside begin with it",
    ),
    Option(
        name="plot",
        group="output",
        metavar="FILE",
        read=path,
        help="also draw FILE.svg and FILE.png (needs matplotlib)",
    ),
    Option(
        name="into",
        group="output",
        metavar="FILE",
        read=path,
        help="put the table into this file, between its marks",
    ),
    Option(
        name="html",
        group="output",
        metavar="FILE",
        read=path,
        is_alone=True,
        help="write a page with figures, one file that needs no network (needs matplotlib)",
    ),
    Option(
        name="date",
        group="output",
        metavar="DATE",
        read=date,
        otherwise="none, so that pages are the same each time",
        help="date of the measurements, such as 2026-11-29, for the page",
    ),
    Option(
        name="rows",
        group="output",
        metavar="N",
        read=integer(1, 1_000_000),
        default="10",
        help="rows of the table",
    ),
    Option(name="json", group="output", help="print JSON (docs/reference/json.md)"),
    Option(name="csv", group="output", help="print comma-separated values"),
    Option(name="wide", group="output", help="print every column, however wide the table"),
    Option(name="quiet", short="q", group="output", help="print results and errors only"),
    Option(name="verbose", short="v", group="output", help="say each step"),
)
