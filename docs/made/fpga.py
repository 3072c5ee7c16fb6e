# SPDX-License-Identifier: Apache-2.0
"""Tables of what synthesis, placement and routing gave, as docs/data/measure_fpga.sh keeps it."""

import ast

from made.common import DESIGNS, OBJECTIVES, kept, lines, made, stats

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
    def row(what: str, name: str, delay: str = "") -> list[str]:
        rows = [found for found in kept(name) if found["delay_ns"] == delay]
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
            row("`--delay 13` (ns), which is for the mapper", "fpga_dot_delay", "13.0"),
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
