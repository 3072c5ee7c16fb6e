# SPDX-License-Identifier: Apache-2.0
"""Tables of circuits: the smallest and least deep ones, sums, and how they are cut and timed."""

import json
import subprocess
import sys

from made.common import DESIGNS, DOCS, OBJECTIVES, lines, made, run, size, stats
from spikefloat.rtl_gen.checks.tables import latency_table
from spikefloat.rtl_gen.designs.arrays import make_layer_array
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.latencies import latencies
from spikefloat.rtl_gen.designs.shapes import make_layer_shape
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, CHIPS, Budget
from spikefloat.rtl_gen.rtl.temporal.engine import dot_product_clocks
from spikefloat.rtl_gen.rtl.timing.pipeline import cut


@made
def smallest() -> str:
    def row(title: str, options: str, bold: str = "") -> list[str]:
        cells = []
        for design in DESIGNS:
            neurons, depth = size(f"{design} {options}").split(" / ")
            marks = [f"**{n}**" if bold == key else n for key, n in (("n", neurons), ("d", depth))]
            cells.append(" / ".join(marks))
        return [title, *cells]

    release = [
        next(r for r in run(f"explore {design}") if r["source"] == "release") for design in DESIGNS
    ]
    return lines(
        ["E4M3FN, neurons / depth", *DESIGNS.values()],
        [
            [
                "the paper's own code (arXiv 2512.07724)",
                *(f"{row['neurons']:,} / {row['depth']}" for row in release),
            ],
            row(
                "`--library published`: the paper's gates, neuron for neuron", "--library published"
            ),
            row("native gates (the default): weights up to 2, fan-in up to 4", ""),
            row("`--objective neurons`, same limits", "--objective neurons", "n"),
            row("`--objective depth`, same limits", "--objective depth", "d"),
            row("`--budget free --objective neurons`", "--budget free --objective neurons", "n"),
        ],
    )


@made
def budgets() -> str:
    bounds = {"neurons": "fewest neurons / its depth", "depth": "least depth / its neurons"}
    rows = []
    for objective, title in bounds.items():
        for design, name in DESIGNS.items():
            cells = [_best(design, budget, objective) for budget in BUDGETS]
            rows.append([f"{name}, {title}", *cells])
    limits = [["limits of a neuron", *map(_limits, BUDGETS.values())]]
    return lines(["", *BUDGETS], [*limits, *rows])


@made
def chips() -> str:
    rows = []
    for chip in CHIPS.values():
        bests = [
            f"{_best(design, chip.name, 'neurons')}; {_best(design, chip.name, 'depth')}"
            for design in DESIGNS
        ]
        rows.append([f"`{chip.name}`", _limits(chip), *bests, chip.source])
    return lines(["budget", "limits of a neuron", *DESIGNS.values(), "source"], rows)


def _best(design: str, budget: str, objective: str) -> str:
    row = stats(f"{design} --budget {budget} --objective {objective}")
    other = "depth" if objective == "neurons" else "neurons"
    return f"**{row[objective]}** / {row[other]}"


def _limits(budget: Budget) -> str:
    limits = {"weight": budget.max_weight, "fan-in": budget.max_fan_in}
    told = [f"{name} {limit:,}" for name, limit in limits.items() if limit is not None]
    return ", ".join(told) or "none"


@made
def fewest() -> str:
    policies = ("nan", "saturate")
    formats = [
        name
        for name in entries(Design)["multiply"].formats
        if any((DOCS.parent / "rtl_gen/circuits/data").glob(f"multiply_{name}_nan_w2_*x*.json"))
    ]
    return lines(
        ["format", *(f"{design}, {policy}" for design in DESIGNS for policy in policies)],
        [
            [
                fmt,
                *(
                    stats(f"{design} --format {fmt} --overflow {policy} --objective neurons")[
                        "neurons"
                    ]
                    for design in DESIGNS
                    for policy in policies
                ),
            ]
            for fmt in formats
        ],
    )


@made
def dots() -> str:
    lengths = (2, 4, 16)
    return lines(
        ["E4M3FN, native, neurons / depth", *map(str, lengths)],
        [
            [f"`{way}`", *(size(f"dot --length {n} --accumulate {way}") for n in lengths)]
            for way in ("tree", "chain", "exact")
        ],
    )


@made
def dot_depths() -> str:
    lengths = tuple(2**k for k in range(1, 9))
    titles = {"tree": "tree", "chain": "chain", "wide": "wide (binary32)", "exact": "exact"}
    rows = [
        [title, *(f"{stats(f'dot --length {n} --accumulate {way}')['depth']:,}" for n in lengths)]
        for way, title in titles.items()
    ]
    steps = [f"{dot_product_clocks(FORMATS['e4m3fn'], n):,}" for n in lengths]
    return lines(["terms", *map(str, lengths)], [*rows, ["step by step, clocks", *steps]])


@made
def codec_clocks() -> str:
    sizes = (("e4m3fn", 10), ("e5m2", 10), ("e5m2", 16))
    return lines(
        ["format, N + M", "encoder", "decoder"],
        [
            [
                f"{fmt.upper()}, {bits} + {bits}",
                *(
                    stats(f"{cell} --format {fmt} --integer-bits {bits} --fraction-bits {bits}")[
                        "latency"
                    ]
                    for cell in ("encoder", "decoder")
                ),
            ]
            for fmt, bits in sizes
        ],
    )


@made
def latency() -> str:
    return latency_table([row for fmt in ("e4m3fn", "e5m2") for row in latencies(fmt)])


@made
def lanes() -> str:
    layers = []
    for count in (32, 256):
        shape = make_layer_shape(inputs=count, outputs=count, lanes=(2, 4))
        layers.append(make_layer_array(make_instance("linear", layer=shape), "layer").graphs)
    parts = {
        "`multiply`, each of P": "multiply",
        "`accumulate`, each of P": "accumulate",
        "`finish`, one": "finish",
    }
    return lines(
        ["neurons (E4M3FN, with bias)", "32 -> 32", "256 -> 256"],
        [
            [title, *(f"{len(getattr(layer, part).neurons):,}" for layer in layers)]
            for title, part in parts.items()
        ],
        right=True,
    )


@made
def cuts() -> str:
    heading = ["cuts", *(f"{d}: {what}" for d in DESIGNS for what in ("levels", "registers"))]
    rows = []
    for count in range(5):
        cells = [count]
        for design in DESIGNS:
            pipeline = cut(make_instance(design).graph, count)
            cells += [max(pipeline.levels), pipeline.registers]
        rows.append(cells)
    return lines(heading, rows)


@made
def waves() -> str:
    rows = []
    for design, title in DESIGNS.items():
        for objective, what in OBJECTIVES.items():
            row = stats(f"{design} --style spiking --objective {objective}")
            keys = ("neurons", "latency", "delay_registers", "registers")
            rows.append([f"{title}, {what}", *(f"{row[key]:,}" for key in keys)])
    heading = ["E4M3FN, budget w2", "neurons", "latency", "delay registers", "registers"]
    return lines(heading, rows)


@made
def hard_wired() -> str:
    command = [sys.executable, str(DOCS.parent / "benchmarks" / "layer_size.py"), "--json"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sizes = map(json.loads, printed.splitlines())
    return lines(
        [
            "E4M3FN, exact, ReLU, neurons / depth",
            "weights as operands",
            "hard-wired",
            "times smaller",
        ],
        [
            [
                f"{row['inputs']} -> {row['outputs']}",
                f"{row['neurons_ports']:,} / {row['depth_ports']}",
                f"{row['neurons_hardwired']:,} / {row['depth_hardwired']}",
                f"{row['ratio']:.1f}",
            ]
            for row in sizes
        ],
        right=True,
    )
