# SPDX-License-Identifier: Apache-2.0
"""``spikefloat report``: what was verified as a table, and circuits or all there is as a page."""

import argparse
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.checks.tables import exactness_table, replace_table
from spikefloat.rtl_gen.cli.figures.write import check_plot
from spikefloat.rtl_gen.cli.options import CIRCUIT, SHAPE
from spikefloat.rtl_gen.cli.output import note, progress, read_results
from spikefloat.rtl_gen.cli.pages.page import make_page
from spikefloat.rtl_gen.cli.selection import instances, refuse
from spikefloat.rtl_gen.cli.variants import Uses
from spikefloat.rtl_gen.designs.catalog import find_entry
from spikefloat.rtl_gen.designs.design import Design, Table
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_text, write_file
from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.fpga.synthesis.targets import find_target
from spikefloat.rtl_gen.version import installed_version

__all__ = ["run"]

_SUFFIX = ".json"

_CIRCUITS = tuple(option.name for option in (*CIRCUIT, *SHAPE))

_LEAD = (
    "Floating-point arithmetic made of nothing but integrate-and-fire neurons, as Verilog. Each "
    "figure names the command that gives its numbers, and the versions; this page needs no network."
)


def run(args: argparse.Namespace) -> int:
    """Print a table or a report, put it into a file, or write a page."""
    args.design = [name for names in args.design for name in names]
    files = [name for name in args.design if name.endswith(_SUFFIX)]
    if files and len(files) < len(args.design):
        raise InputError(
            f"Arguments must be designs, or files of results ({_SUFFIX}), not both: "
            f"{' '.join(args.design)}"
        )
    source = f"spikefloat {installed_version()}" + f"; {args.date}" * (args.date is not None)
    if args.html is not None:
        refuse(args, "into", "with --html")
    if args.design and not files:
        return _report_circuit(args, source)
    refuse(args, f"target {' '.join(_CIRCUITS)}", "without a design")
    return _report_results(args, [Path(name) for name in files], source)


def _report_results(args: argparse.Namespace, files: list[Path], source: str) -> int:
    """Report results of ``verify``, and on a page all there is."""
    rows = [row for path in files for row in read_results(path, "verify")]
    if args.html is None:
        refuse(args, "date", "without --html, for results")
        table = exactness_table(rows)
        if args.into is None:
            print(table)
        else:
            write_file(args.into, replace_table(read_text(args.into), table))
        return 0
    check_plot(args.html)
    if rows:
        exactness_table(rows)  # what is no result is said before anything is measured
    from spikefloat.rtl_gen.cli.pages.overview import overview

    with progress("Measuring") as tell:
        exhibits = overview(rows, source, tell)
    _write(args.html, make_page("Spikefloat in figures", _LEAD, exhibits))
    return 0


def _report_circuit(args: argparse.Namespace, source: str) -> int:
    """Report one circuit, as Markdown or as a page."""
    refuse(args, "into", "for a design; its report is printed")
    from spikefloat.rtl_gen.cli.pages.circuit import circuit_parts, exhibits, markdown

    targets = []
    if args.target is not None:
        targets = [find_target(one) for one in (TARGETS if "all" in args.target else args.target)]
    one = _circuit(args)
    words = " ".join([one.design.name, *_given(args)])
    with progress("Measuring") as tell:
        parts = list(circuit_parts(one, words, targets, tell))
    title = f"Report of {one.name}"
    if args.html is None:
        print(markdown(title, parts, source))
    else:
        _write(args.html, make_page(title, one.design.summary, list(exhibits(one, parts, source))))
    return 0


def _circuit(args: argparse.Namespace) -> Instance:
    """Return the one circuit that is meant."""
    uses = Uses(args)
    for name in args.design:
        find_entry(name, Design, Table)
    found = instances(args, args.design, uses)
    uses.check(_CIRCUITS)
    if len(found) != 1:
        raise InputError(f"Report must be of one circuit, not of {len(found)}; name its options")
    (one,) = found
    if not one.has_graph:
        raise InputError(f"Circuit must be one graph of neurons, which {one.name} is not")
    return one


def _given(args: argparse.Namespace) -> list[str]:
    """Return the options that say which circuit it is, as they are given again."""
    words = []
    for option in (*CIRCUIT, *SHAPE):
        if option.name in args.given:
            value: Any = getattr(args, option.key)
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            words += [f"--{option.name}", text] if option.metavar else [f"--{option.name}"]
    return words


def _write(path: Path, page: str) -> None:
    note(f"written: {write_file(path, page)}")
