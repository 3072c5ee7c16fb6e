# SPDX-License-Identifier: Apache-2.0
"""``spikefloat demo``: a network on real data, as neurons, in RTL simulation."""

import argparse
import json
from typing import Any

from spikefloat.rtl_gen.checks.digits import run_digits
from spikefloat.rtl_gen.cli.figures.raster import draw_raster
from spikefloat.rtl_gen.cli.figures.write import check_plot
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import refuse
from spikefloat.rtl_gen.cli.simulators import build_folder, simulators
from spikefloat.rtl_gen.errors import unknown_name
from spikefloat.rtl_gen.files import write_files

__all__ = ["run"]

_DEMOS = ("digits",)


def run(args: argparse.Namespace) -> int:
    """Train, build, simulate and draw."""
    if args.demo not in _DEMOS:
        raise unknown_name("Demo", args.demo, _DEMOS)
    if args.no_rtl:
        refuse(args, "sim build-dir", "with --no-rtl")
    names = ("network",) if args.no_rtl else simulators(args.sim)
    check_plot(args.output / "digits_spikes")
    rows: list[dict[str, Any]] = []
    with progress("Training") as tell, build_folder(args.build_dir) as folder:
        for name in names:
            demo = run_digits(
                name,
                hidden=args.hidden,
                kept=args.kept,
                images=args.images,
                output=args.output,
                folder=folder / name if len(names) > 1 else folder,
                progress=tell,
            )
            tell("Drawing")
            picture = args.output / "digits_spikes.png"
            draw_raster(picture, demo.graph, demo.spikes, demo.image, demo.logits, demo.label)
            rows.append({**demo.figures, "picture": str(picture)})
    for row in rows:
        write_files(args.output, {"digits.json": json.dumps(row, indent=2) + "\n"})
    show(args, rows, *map(_table, rows))
    return 0 if all(row["logits_equal"] == row["logits"] for row in rows) else 1


def _table(row: dict[str, Any]) -> Table:
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
