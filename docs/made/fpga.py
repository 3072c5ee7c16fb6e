# SPDX-License-Identifier: Apache-2.0
"""Tables of what synthesis, placement and routing gave, as docs/data/measure_fpga.sh keeps it."""

import ast
import json
from typing import Any

from made.common import DESIGNS, OBJECTIVES, kept, lines, made, stats
from spikefloat.rtl_gen.cli.pages.measured import fpga_measurements
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS

#: Sites of tables that a memory of an ECP5 takes, of which two only write.
SITES = 6

DOT = "dot --length 16 --accumulate exact"


def clocks(row: dict[str, str]) -> str:
    """Return the clocks of all seeds, in MHz."""
    return ", ".join(f"{clock:.0f}" for clock in ast.literal_eval(row["fmax_seeds"]))


def title(row: dict[str, str]) -> str:
    return f"{DESIGNS[row['design']]}, {OBJECTIVES[row['objective']]}"


@made
def fpga_spiking() -> str:
    return lines(
        ["E4M3FN, budget w2", "LUT4", "flip-flops", "MHz"],
        [
            [title(row), row["lut4"], f"{int(row['ff']):,}", clocks(row)]
            for row in kept("fpga_spiking")
        ],
    )


@made
def fpga_dots() -> str:
    def row(what: str, name: str) -> list[str]:
        rows = kept(name)
        targets = dict.fromkeys(found["target"] for found in rows)
        four, *six = (next(r for r in rows if r["target"] == t) for t in targets)
        tables = f"{int(six[0]['lut6']):,} / {six[0]['lut6_depth']}" if six else ""
        count = int(four["lut4"]) + 2 * int(four["carry"])
        depth = stats(f"{DOT} --objective {four['objective']}")["depth"]
        return [what, f"{count:,}", f"{float(four['fmax_mhz']):.1f}", tables, depth]

    return lines(
        ["", "LUT4", "clock, MHz", "six inputs / in a row", "depth in neurons"],
        [
            row("as it is", "fpga_dot"),
            row("`--delay 13` (ns), which is for the mapper", "fpga_dot_delay_13"),
            row("`--objective luts`, another circuit", "fpga_dot_luts"),
        ],
        right=True,
    )


@made
def fpga_memories() -> str:
    registers = {
        (design, objective): stats(f"{design} --style spiking --objective {objective}")["registers"]
        for design in DESIGNS
        for objective in OBJECTIVES
    }
    rows = [
        [
            title(row),
            f"{int(row['ff']):,} ({registers[row['design'], row['objective']]:,})",
            row["lutram"],
            int(row["lut4"]) + SITES * int(row["lutram"]),
            clocks(row),
        ]
        for row in kept("fpga_spiking_memory")
        if int(row["lutram"])
    ]
    heading = ["E4M3FN, budget w2, `--delays memory`", "flip-flops (registers)", "DPR16X4"]
    return lines([*heading, "LUT sites", "MHz"], rows)


@made
def fpga_arrays() -> str:
    rows = []
    for count in (32, 256):
        (row,) = kept(f"fpga_array_{count}")
        weights, clocks = 8 * count * count, count * count // 8
        logic = f"{int(row['lut4']):,} + {row['carry']}"
        sizes = (f"{weights:,} bits", row["bram"], row["lutram"], logic, f"{int(row['ff']):,}")
        rows.append([f"{count} -> {count}", *sizes, f"{clocks:,}"])
    heading = ["layer", "weights", "DP16KD", "DPR16X4", "LUT4 + carry cells", "flip-flops"]
    return lines([*heading, "clocks for a vector"], rows, right=True)


#: The best that others had published when ours was searched for, by design and figure.
_BEST_KNOWN = {
    ("multiply", "tables"): "120 / 6",
    ("multiply", "clocks"): "81 / 108 / 150 / 141 / -",
    ("multiply", "spiking"): "352 / 1,070",
    ("add", "tables"): "114 with 2 cuts",
    ("block_sum", "tables"): "3107 / 24",
}
_TITLES = {
    "multiply": "multiplier",
    "add": "adder",
    "divide": "divider",
    "square_root": "root",
    "block_sum": "exact sum of 16 products of MXFP8, and NaN",
    "block_sum_32": "exact sum of 32 products of MXFP8, and NaN",
    "block_dot": "16 terms of MXFP8 with scales to binary32",
}


class _Quality:
    """What benchmarks/fpga_quality.py measured of one design."""

    def __init__(self, design: str) -> None:
        found = fpga_measurements()
        self.design = design
        self.rows = [row for row in found["rows"] if row["design"] == design]
        self.asked = {
            row["figure"]: str(row["asked"]) for row in found["verdicts"] if row["design"] == design
        }

    def row(self, who: str, cuts: int = 0, style: str = "spatial") -> dict[str, Any]:
        return next(
            row
            for row in self.rows
            if (row["who"], row["cuts"], row["style"]) == (who, cuts, style)
        )

    @property
    def cuts(self) -> list[int]:
        """Numbers of register cuts."""
        return sorted({row["cuts"] for row in self.rows if row["style"] == "spatial"})

    def tables(self, who: str) -> str:
        row = self.row(who)
        return f"{row['lut6']} / {row['lut6_depth']}"

    def clocks(self, who: str) -> str:
        return " / ".join(f"{self.row(who, cuts)['fmax_mhz']:.0f}" for cuts in self.cuts)

    def spiking(self) -> str:
        rows = [row for row in self.rows if row["style"] == "spiking"]
        row = max(rows, key=lambda row: row["fmax_mhz"])
        return f"{row['fmax_mhz']:.0f} / {row['ff']:,}"


@made
def fpga_quality() -> str:
    rows = []
    for design, title in _TITLES.items():
        quality = _Quality(design)
        asked = quality.asked
        rows.append(
            [
                f"{title}, tables of six inputs / levels (`luts`)",
                asked["LUT6 / depth"],
                quality.tables("luts"),
                quality.tables("plain"),
                _BEST_KNOWN.get((design, "tables"), ""),
            ]
        )
        if quality.row("plain")["fmax_mhz"] is None:
            continue
        clocks = [asked.get(f"ECP5 MHz at {cuts} cuts", "-") for cuts in quality.cuts]
        cuts = " / ".join(map(str, quality.cuts))
        rows.append(
            [
                f"{title}, MHz at {cuts} register cuts (`fmax`)",
                " / ".join(clocks),
                quality.clocks("fmax"),
                quality.clocks("plain"),
                _BEST_KNOWN.get((design, "clocks"), ""),
            ]
        )
        if "spiking, MHz" in asked:
            flip_flops = asked.get("spiking, flip-flops", "-")
            rows.append(
                [
                    f"{title}, spiking style: MHz / flip-flops",
                    f"{asked['spiking, MHz']} / {flip_flops}",
                    quality.spiking(),
                    "",
                    _BEST_KNOWN.get((design, "spiking"), ""),
                ]
            )
    heading = ["E4M3FN, exact, overflow to NaN (operations)", "asked for", "ours"]
    return lines([*heading, "plain design", "best known"], rows)


@made
def fpga_structures() -> str:
    rows = []
    for design in DESIGNS:
        quality = _Quality(design)
        for who, what in (("plain", "plain"), ("structure", "`--objective structure`")):
            spiking = "-"
            if who != "plain":
                spiking = f"{quality.row(who, style='spiking')['fmax_mhz']:.0f}"
            rows.append(
                [
                    f"{DESIGNS[design]}, {what}",
                    quality.tables(who),
                    quality.clocks(who),
                    spiking,
                ]
            )
    heading = ["E4M3FN", "tables of six inputs / depth", "ECP5 MHz at 0 / 1 / 2 / 3 / 4 cuts"]
    return lines([*heading, "spiking"], rows)


#: FPGAs of boards, and the cells of each that the table counts.
_FPGAS = {
    "ulx3s-25f": ("`ulx3s-85f` (or `ulx3s`), `ulx3s-25f`", "ECP5", ("TRELLIS_COMB",)),
    "icebreaker": ("`icebreaker`", "iCE40 UP5K", ("ICESTORM_LC",)),
    "upduino": ("`upduino` (3)", "iCE40 UP5K", ("ICESTORM_LC",)),
    "tangnano9k": ("`tangnano9k`", "Gowin GW1NR-9", ("LUT4", "ALU")),
    "artya7": ("`artya7` (35T)", "Artix-7", ()),
}


@made
def fpga_boards() -> str:
    found = {row["board"]: row for row in kept("fpga_boards")}
    rows = []
    for name, (title, device, kinds) in _FPGAS.items():
        board = BOARDS[name]
        reached, cells, load = "-", "-", "Vivado"
        if name in found:
            made = json.loads(found[name]["bitstream"])
            reached = f"{made['fmax_mhz']:.3g} MHz"
            cells = str(sum(made["used"][kind] for kind in kinds))
            load = f"`{board.load}`"
        clock = f"{board.frequency / 1e6:g} MHz"
        rows.append([title, device, clock, board.stages, reached, cells, load])
    heading = ["board", "FPGA", "clock", "cuts", "reached", "logic cells", "load with"]
    return lines(heading, rows)


@made
def fpga_network() -> str:
    (row,) = kept("fpga_network")
    made = json.loads(row["bitstream"])
    return lines(
        ["the digits transformer on a `ulx3s-85f`, seed 1", ""],
        [
            ["clock of the engine; reached", f"{made['clock_mhz']} MHz; {made['fmax_mhz']} MHz"],
            [
                "logic cells",
                f"{made['used']['TRELLIS_COMB']:,} of {made['available']['TRELLIS_COMB']:,}",
            ],
            [
                "flip-flops",
                f"{made['used']['TRELLIS_FF']:,} of {made['available']['TRELLIS_FF']:,}",
            ],
            ["block RAMs", f"{made['used']['DP16KD']:,} of {made['available']['DP16KD']:,}"],
            ["clocks of the engine for an image", f"{int(row['clocks']):,}"],
            ["images per second, of the engine", f"{int(row['inputs_per_second']):,}"],
            ["bytes of the bitstream", f"{made['bytes']:,}"],
        ],
    )
