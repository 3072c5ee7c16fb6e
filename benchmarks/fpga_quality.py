# SPDX-License-Identifier: Apache-2.0
"""How good generated circuits are on an FPGA, beside plain designs written by hand.

Run as ``python benchmarks/fpga_quality.py [--objective O[,O]] [--design D[,D]] [--json]``. Both go
through the same synthesis, placement and routing in one run; a ratio above 1 means that ours is
better: smaller, shallower or faster. ``benchmarks/reference`` has the plain designs, which the
tests hold to be exact on all pairs, with register cuts at the places that were best of all.
"""

import argparse
import datetime
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.options import Objective
from spikefloat.rtl_gen.designs.shapes import make_block_shape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.fpga.synthesis.cache import Cache, default_cache_folder
from spikefloat.rtl_gen.fpga.synthesis.flow import Measurement, measure
from spikefloat.rtl_gen.rtl.ports import CLOCK, Port, graph_ports

REFERENCE = Path(__file__).parent / "reference"


def _only_tables(most: int, deepest: int) -> dict[str, Any]:
    """Return what is asked of a design of which tables of six inputs and their depth are measured."""
    tables = ((most, deepest),)
    return {"most_cuts": 0, "tables": tables, "cuts": {}, "spiking": None, "spiking_ff": None}


#: What is asked of our circuits, and the most register cuts that are measured. Tables and depth are
#: of six inputs, clocks in MHz on the ECP5; of the multiplier's two pairs of tables and depth, one
#: is enough. The spiking style is measured where something is asked of it. The figures of divider
#: and root were set after a first run, so that a loss is noticed.
REQUIRED: dict[str, dict[str, Any]] = {
    "multiply": {
        "most_cuts": 4,
        "tables": ((100, 8), (120, 6)),
        "cuts": {0: 85, 2: 160, 4: 220},
        "spiking": 360,
        "spiking_ff": 1070,
    },
    "add": {
        "most_cuts": 4,
        "tables": ((115, 99),),
        "cuts": {0: 60, 1: 110, 3: 150},
        "spiking": 360,
        "spiking_ff": None,
    },
    "divide": {
        "most_cuts": 4,
        "tables": ((90, 99),),
        "cuts": {0: 80, 2: 150, 4: 180},
        "spiking": None,
        "spiking_ff": None,
    },
    "square_root": {
        "most_cuts": 2,
        "tables": ((15, 99),),
        "cuts": {0: 220, 2: 300},
        "spiking": None,
        "spiking_ff": None,
    },
    "block_dot": _only_tables(2900, 18),
    "block_sum": _only_tables(2900, 18),
    "block_sum_32": _only_tables(5300, 99),
}

#: Designs on one block of MXFP8, by the name of the comparison, and their terms. Measured are only
#: tables of six inputs, and of ours only those for few tables, as a run takes minutes.
BLOCKS = {
    "block_dot": ("block_dot", 16),
    "block_sum": ("block_sum", 16),
    "block_sum_32": ("block_sum", 32),
}


def instance_of(name: str, **options: Any) -> Instance:
    """Return what is compared: a design of E4M3FN, or of one block of so many terms of MXFP8."""
    design, terms = BLOCKS.get(name, (name, None))
    if terms is not None:
        options["block"] = make_block_shape("mxfp8_e4m3", size=terms)
    return make_instance(design, **options)


def plain(design: str, cuts: int) -> tuple[str, str, tuple[Port, ...]]:
    """Return module, Verilog and ports of the design written by hand, with so many register cuts."""
    name = f"{BLOCKS[design][0]}_mxfp8_e4m3" if design in BLOCKS else f"{design}_e4m3fn"
    text = (REFERENCE / f"{name}.v").read_text(encoding="utf-8")
    cut = text.replace("parameter CUTS = 0", f"parameter CUTS = {cuts}")
    if cuts and cut == text:
        raise InputError(f"No parameter CUTS in the reference of {design}")
    graph = instance_of(design).graph
    if design in BLOCKS:
        bits = len(graph.outputs[0].nodes)
        sizes = (f"TERMS = {BLOCKS[design][1]}", f"BITS = {bits}")
        cut = cut.replace("TERMS = 16", sizes[0]).replace("BITS = 41", sizes[1])
    clocks = () if design in BLOCKS else (CLOCK,)
    return f"{name}_plain", cut, graph_ports(graph, clocks)


def ours(name: str, objective: str, style: str, cuts: int) -> tuple[str, str, tuple[Port, ...]]:
    """Return module, Verilog and ports of a generated design."""
    hardware = make_hardware(
        instance_of(name, objective=objective, style=style, stages=cuts, overflow="nan")
    )
    return hardware.module, hardware.verilog, hardware.ports


def compare(name: str, objectives: Sequence[str], cache: Cache) -> list[dict[str, Any]]:
    """Return a row of figures for the plain design and for ours, for every kind of hardware."""
    asked = REQUIRED[name]
    kinds = [("spatial", cuts) for cuts in range(asked["most_cuts"] + 1)]
    if asked["spiking"] is not None:
        kinds.append(("spiking", 0))
    whos = ("plain", *(own for own in objectives if name not in BLOCKS or own == "luts"))
    jobs = [
        (who, style, cuts)
        for style, cuts in kinds
        for who in whos
        if (who, style) != ("plain", "spiking")
    ]
    rows = []
    for who, style, cuts in track(
        jobs,
        f"Measuring {name}",
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ):
        module, verilog, ports = (
            plain(name, cuts) if who == "plain" else ours(name, who, style, cuts)
        )
        tables: Measurement = measure(
            verilog, module, TARGETS["generic6"], ports=ports, cache=cache
        )
        device: Measurement | None = None
        if name not in BLOCKS:
            device = measure(verilog, module, TARGETS["ecp5"], ports=ports, cache=cache)
        rows.append(
            {
                "design": name,
                "who": who,
                "style": style,
                "cuts": cuts,
                "lut6": tables.lut6,
                "lut6_depth": tables.lut6_depth,
                "lut4": device and device.lut4,
                "carry": device and device.carry,
                "ff": (device or tables).ff,
                "fmax_mhz": device and device.fmax_mhz,
                "fmax_seeds": device.fmax_seeds if device else (),
                "tools": (device or tables).tools,
            }
        )
    base = {row["cuts"]: row for row in rows if row["who"] == "plain"}
    for row in rows:
        peer = base[row["cuts"]] if row["style"] == "spatial" else base[asked["most_cuts"]]
        row["lut6_ratio"] = round(peer["lut6"] / row["lut6"], 3)
        row["depth_ratio"] = round(peer["lut6_depth"] / row["lut6_depth"], 3)
        row["fmax_ratio"] = row["fmax_mhz"] and round(row["fmax_mhz"] / peer["fmax_mhz"], 3)
    return rows


def verdicts(name: str, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what is asked of a design, and the best that was measured."""
    asked = REQUIRED[name]
    mine = [row for row in rows if row["who"] != "plain"]
    found = []
    tables = [
        (row["lut6"], row["lut6_depth"])
        for row in mine
        if row["style"] == "spatial" and row["cuts"] == 0
    ]
    is_met = any(
        size <= most and depth <= deepest
        for size, depth in tables
        for most, deepest in asked["tables"]
    )
    found.append(
        {
            "design": name,
            "figure": "LUT6 / depth",
            "met": is_met,
            "asked": " or ".join(
                f"{most} / {deepest}" if deepest < 99 else f"{most}"
                for most, deepest in asked["tables"]
            ),
            "measured": ", ".join(f"{size} / {depth}" for size, depth in dict.fromkeys(tables)),
        }
    )
    for cuts, least in asked["cuts"].items():
        best = max(
            row["fmax_mhz"] for row in mine if row["style"] == "spatial" and row["cuts"] == cuts
        )
        found.append(
            {
                "design": name,
                "figure": f"ECP5 MHz at {cuts} cuts",
                "asked": least,
                "measured": round(best, 1),
                "met": best >= least,
            }
        )
    if asked["spiking"] is None:
        return found
    fastest = max(
        (row for row in mine if row["style"] == "spiking"), key=lambda row: row["fmax_mhz"]
    )
    most = asked["spiking_ff"]
    found.append(
        {
            "design": name,
            "figure": "spiking, MHz",
            "asked": asked["spiking"],
            "measured": round(fastest["fmax_mhz"], 1),
            "met": fastest["fmax_mhz"] >= asked["spiking"],
        }
    )
    if most is not None:
        found.append(
            {
                "design": name,
                "figure": "spiking, flip-flops",
                "asked": f"< {most:,}",
                "measured": fastest["ff"],
                "met": fastest["ff"] < most,
            }
        )
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, and return 1 if something that is asked for is not met."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--design",
        metavar="D[,D]",
        default=",".join(REQUIRED),
        help=f"{', '.join(REQUIRED)} (default: all)",
    )
    ours_by_default = ",".join(name for name in Objective if name not in ("neurons", "depth"))
    parser.add_argument(
        "--objective",
        metavar="O[,O]",
        default=ours_by_default,
        help=f"objectives to measure (default: {ours_by_default})",
    )
    parser.add_argument("--no-cache", action="store_true", help="compute everything again")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    args = parser.parse_args(argv)
    names = args.design.split(",")
    for name in names:
        if name not in REQUIRED:
            parser.error(f"Design must be one of {', '.join(REQUIRED)}, not {name!r}")
    cache = Cache(None if args.no_cache else default_cache_folder())
    rows = {name: compare(name, args.objective.split(","), cache) for name in names}
    wanted = [verdict for name in names for verdict in verdicts(name, rows[name])]
    if args.json:
        date = datetime.date.today().isoformat()
        found = {"date": date, "rows": sum(rows.values(), []), "verdicts": wanted}
        print(json.dumps(found, indent=2))
    else:
        _print(sum(rows.values(), []), wanted)
    return 0 if all(verdict["met"] for verdict in wanted) else 1


def _print(rows: Sequence[dict[str, Any]], wanted: Sequence[dict[str, Any]]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 120)
    columns = (
        "design",
        "who",
        "style",
        "cuts",
        "lut6",
        "lut6_depth",
        "lut4",
        "carry",
        "ff",
        "fmax_mhz",
        "lut6_ratio",
        "depth_ratio",
        "fmax_ratio",
    )
    table = Table(
        title="Plain and ours (spiking: beside plain with most cuts)", title_justify="left"
    )
    for column in columns:
        table.add_column(
            column.replace("_", " "), justify="left" if column in columns[:3] else "right"
        )
    for row in rows:
        table.add_row(*("-" if row[column] is None else str(row[column]) for column in columns))
    console.print(table)
    summary = Table(title="What is asked for", title_justify="left")
    for column in ("design", "figure", "asked", "measured", "met"):
        summary.add_column(column)
    for verdict in wanted:
        summary.add_row(
            *(str(verdict[column]) for column in ("design", "figure", "asked", "measured")),
            "yes" if verdict["met"] else "no",
        )
    console.print(summary)
    tools = {f"{name} {version}" for row in rows for name, version in row["tools"].items()}
    print(f"seeds 1, 2, 3; {', '.join(sorted(tools))}")


if __name__ == "__main__":
    sys.exit(main())
