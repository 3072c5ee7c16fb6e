# SPDX-License-Identifier: Apache-2.0
"""``spikefloat demo``: a network on real data, as neurons, in RTL simulation."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.checks.digits import run_digits
from spikefloat.rtl_gen.checks.networks.attention import run_attention
from spikefloat.rtl_gen.cli.figures.raster import draw_raster
from spikefloat.rtl_gen.cli.figures.write import check_plot
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import refuse
from spikefloat.rtl_gen.cli.simulators import build_folder, simulators
from spikefloat.rtl_gen.errors import unknown_name
from spikefloat.rtl_gen.files import write_files

__all__ = ["run"]

_Row = dict[str, Any]
_Progress = Callable[[str], None]


def run(args: argparse.Namespace) -> int:
    """Train, build, simulate and draw."""
    if args.demo not in _DEMOS:
        raise unknown_name("Demo", args.demo, tuple(_DEMOS))
    run_demo, table = _DEMOS[args.demo]
    if args.no_rtl:
        refuse(args, "sim build-dir", "with --no-rtl")
    names = ("network",) if args.no_rtl else simulators(args.sim)
    if args.demo == "digits":
        refuse(args, "train", "for digits, which is trained in any case")
        check_plot(args.output / "digits_spikes")
    else:
        refuse(args, "hidden kept", f"for {args.demo}")
    rows: list[_Row] = []
    with progress("Training") as tell, build_folder(args.build_dir) as folder:
        for name in names:
            rows.append(run_demo(args, name, folder / name if len(names) > 1 else folder, tell))
    for row in rows:
        write_files(args.output, {f"{args.demo}.json": json.dumps(row, indent=2) + "\n"})
    show(args, rows, *map(table, rows))
    return 0 if all(_is_exact(row) for row in rows) else 1


def _is_exact(row: _Row) -> bool:
    """Tell whether all that was compared is equal."""
    counts = ("logits", "intermediates", "classes")
    return all(row[f"{name}_equal"] == row[name] for name in counts if name in row)


def _run_digits(args: argparse.Namespace, name: str, folder: Path, tell: _Progress) -> _Row:
    demo = run_digits(
        name,
        hidden=args.hidden,
        kept=args.kept,
        images=args.images,
        output=args.output,
        folder=folder,
        progress=tell,
    )
    tell("Drawing")
    picture = args.output / "digits_spikes.png"
    draw_raster(picture, demo.graph, demo.spikes, demo.image, demo.logits, demo.label)
    return {**demo.figures, "picture": str(picture)}


def _run_attention(args: argparse.Namespace, name: str, folder: Path, tell: _Progress) -> _Row:
    return run_attention(
        name,
        is_trained_anew=args.train,
        images=args.images,
        output=args.output,
        folder=folder,
        progress=tell,
    )


def _digits_table(row: _Row) -> Table:
    lines = [
        ("network, all weights hard-wired", f"{row['network']}, {row['format']}"),
        ("weights that are not zero", f"{row['nonzero_weights']} of {row['weights']}"),
        ("neurons / depth", f"{row['neurons']:,} / {row['depth']}"),
        (f"images of the test set, in {row['simulator']}", row["images"]),
        (
            "logits equal to the golden model, bit for bit",
            f"{row['logits_equal']:,} of {row['logits']:,}",
        ),
        ("accuracy in float64", f"{100 * row['accuracy_float']:.2f} %"),
        ("accuracy in FP8", f"{100 * row['accuracy_fp8']:.2f} %"),
        ("loss", f"{row['loss_points']:g} points"),
        ("spikes of one inference", row["picture"]),
    ]
    return Table(
        title="Digits of scikit-learn, in neurons",
        columns=("what", "value"),
        rows=[{"what": what, "value": value} for what, value in lines],
    )


def _attention_table(row: _Row) -> Table:
    lines = [
        ("network", row["network"]),
        ("codes / residual stream", f"{row['format']} / {row['stream_format']}"),
        ("weights", f"{row['weights']:,}"),
        ("neurons of all units", f"{row['neurons']:,}"),
        (f"images of the test set, in {row['simulator']}", row["images"]),
        *(
            (
                f"{noun} equal to the golden model, bit for bit",
                f"{row[f'{noun}_equal']:,} of {row[noun]:,}",
            )
            for noun in ("logits", "classes", "intermediates")
        ),
        ("accuracy in float32", f"{100 * row['accuracy_float']:.2f} %"),
        ("accuracy in FP8", f"{100 * row['accuracy_fp8']:.2f} %"),
        ("loss", f"{row['loss_points']:g} points"),
        ("spikes for the first image", f"{row['spikes']:,}"),
    ]
    if row["clocks"] is not None:
        lines.append(("clocks for an image", f"{row['clocks']:,}"))
    return Table(
        title="Digits of scikit-learn, by attention of neurons",
        columns=("what", "value"),
        rows=[{"what": what, "value": value} for what, value in lines],
    )


#: What runs each demo with one simulator, and what shows its figures.
_DEMOS: dict[
    str,
    tuple[Callable[[argparse.Namespace, str, Path, _Progress], _Row], Callable[[_Row], Table]],
] = {
    "digits": (_run_digits, _digits_table),
    "attention": (_run_attention, _attention_table),
}
