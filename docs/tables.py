# SPDX-License-Identifier: Apache-2.0
"""Tables of the documentation that commands give: ``python docs/tables.py`` writes them.

A page has a table between the lines ``<!-- table:NAME -->`` and ``<!-- end -->``; the function of
that name here makes it, from what commands print with ``--json``, or from docs/data, where
``docs/data/measure.sh`` puts what takes long. A test compares all tables. Names as arguments choose.
"""

import contextlib
import csv
import io
import json
import math
import shlex
import sys
from collections.abc import Callable, Container, Iterable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.checks.tables import latency_table, mark, replace_table
from spikefloat.rtl_gen.checks.verifying.plan import Selected
from spikefloat.rtl_gen.circuits.functions.computed import PRECISIONS
from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS
from spikefloat.rtl_gen.cli import main as spikefloat
from spikefloat.rtl_gen.designs.arrays import make_layer_array
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.latencies import latencies
from spikefloat.rtl_gen.designs.shapes import make_layer_shape
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, FORMATS
from spikefloat.rtl_gen.formats.format import NanEncoding
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.residue import (
    graph_leak_bound,
    leak_bound,
    neuron_bias,
    neuron_level,
)
from spikefloat.rtl_gen.rtl.temporal.engine import dot_product_clocks
from spikefloat.rtl_gen.rtl.timing.pipeline import cut
from spikefloat.sim.devices.operands import circuit_leak_bound
from spikefloat.sim.golden.operations import Operation, find_operation, wide_cases

__all__ = ["PAGES", "TABLES", "main"]

DOCS = Path(__file__).parent
PAGES = (DOCS.parent / "README.md", *sorted(DOCS.glob("*.md")))
TABLES: dict[str, Callable[[], str]] = {}

_SMALL = ("e4m3fn", "e5m2")

#: Circuits of budget w2, as pages call them.
OBJECTIVES = {"structure": "structure", "neurons": "fewest neurons", "depth": "least depth"}
DESIGNS = {"multiply": "multiplier", "add": "adder"}


def made(function: Callable[[], str]) -> Callable[[], str]:
    """Have a function make the table of its name."""
    TABLES[function.__name__] = function
    return function


@cache
def run(command: str) -> list[dict[str, Any]]:
    """Return the results of a command of spikefloat."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        status = spikefloat([*shlex.split(command), "--json"])
    if status:
        raise RuntimeError(f"{command} ended with status {status}")
    results: list[dict[str, Any]] = json.loads(printed.getvalue())["results"]
    return results


@cache
def kept(name: str) -> list[dict[str, str]]:
    """Return the results in a file of docs/data."""
    with (DOCS / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(heading: Sequence[str], rows: Iterable[Sequence[object]], *, right: bool = False) -> str:
    """Return a table; all columns but the first can be aligned on the right."""
    rule = "|---|" + ("---:|" if right else "---|") * (len(heading) - 1)
    first, *others = (f"| {' | '.join(map(str, row))} |" for row in (heading, *rows))
    return "\n".join([first, rule, *others])


def stats(options: str) -> dict[str, Any]:
    return run(f"stats {options}")[0]


def size(options: str) -> str:
    """Return neurons and depth as all pages write them."""
    row = stats(options)
    return f"{row['neurons']:,} / {row['depth']:,}"


@made
def exact() -> str:
    """What `spikefloat verify` tries of one circuit, by kinds of operations and formats."""

    def kind(operation: Operation) -> str:
        if any(operation.operand_widths):
            return "Integers among the operands, or an operation code"
        return ("One operand", "Two operands", "Three operands")[operation.operand_count - 1]

    groups: dict[str, list[Design]] = {}
    for name, design in entries(Design).items():
        if design.kind is Kind.OPERATION:
            groups.setdefault(kind(find_operation(name)), []).append(design)
    columns = {"up to 8 bits": range(9), "16 bits": (16,), "19 to 64 bits": range(17, 65)}

    def cell(designs: list[Design], widths: Container[int]) -> str:
        counts: dict[bool, list[int]] = {}
        for design in designs:
            operation = find_operation(design.name)
            for fmt in (FORMATS[name] for name in design.formats):
                if fmt.width not in widths:
                    continue
                if operation.is_exhaustive(fmt):
                    counts.setdefault(True, []).append(1 << sum(operation.widths(fmt)))
                else:
                    rows = wide_cases(design.name, fmt, Selected().random_cases)
                    counts.setdefault(False, []).append(len(rows))
        every = f"all, up to {max(counts[True]):,}" if True in counts else ""
        some = counts.get(False, ())
        directed = f"{min(some):,} to {max(some):,} \\*" if some else ""
        return "; ".join(filter(None, (every, directed)))

    return lines(
        ["operands", "operations", *columns],
        [
            [title, len(designs), *(cell(designs, widths) for widths in columns.values())]
            for title, designs in groups.items()
        ],
    )


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
def two_libraries() -> str:
    kinds = ("published", "native")
    names = ("minimum", "maximum", "less", "equal", "unordered")

    def sizes(options: str) -> list[str]:
        return [size(f"{options} --library {library}") for library in kinds]

    signs = [
        ", ".join(
            f"{stats(f'{name} --library {library}')['neurons']}"
            for name in ("negate", "absolute", "relu")
        )
        for library in kinds
    ]
    return lines(
        ["", *kinds],
        [
            ["`fma`, a * b + c rounded once", *sizes("fma")],
            [
                "`widening_multiply`, exact, to bfloat16",
                *sizes("widening_multiply --to bfloat16"),
            ],
            ["`convert` to binary16", *sizes("convert --to binary16")],
            *([f"`{name}`", *sizes(name)] for name in names),
            ["`negate`, `absolute`, `relu`: neurons", *signs],
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
def budgets() -> str:
    bounds = {"neurons": "fewest neurons / its depth", "depth": "least depth / its neurons"}
    rows = []
    for objective, title in bounds.items():
        for design, name in DESIGNS.items():
            cells = []
            for budget in BUDGETS:
                row = stats(f"{design} --budget {budget} --objective {objective}")
                other = "depth" if objective == "neurons" else "neurons"
                cells.append(f"**{row[objective]}** / {row[other]}")
            rows.append([f"{name}, {title}", *cells])
    limits = [["limits of a neuron", *(_limits(budget) for budget in BUDGETS)]]
    return lines(["", *BUDGETS], [*limits, *rows])


def _limits(name: str) -> str:
    budget = BUDGETS[name]
    if budget.max_weight is None:
        return "none"
    return f"weight {budget.max_weight}, fan-in {budget.max_fan_in}"


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
def quotients() -> str:
    budgets = tuple(BUDGETS)[1:]
    rows = [
        [
            f"{design}, {fmt}",
            *(size(f"{design} --format {fmt} --budget {b} --objective neurons") for b in budgets),
        ]
        for design in ("divide", "square_root", "reciprocal", "reciprocal_root")
        for fmt in ("e4m3fn", "e5m2")
    ]
    return lines(["fewest neurons / its depth", *budgets], rows)


@made
def functions() -> str:
    rows = [
        [
            name,
            *(
                stats(f"{name} --format {fmt} --objective {objective}")["neurons"]
                for fmt in ("e4m3fn", "e5m2")
                for objective in ("structure", "neurons")
            ),
        ]
        for name in (*FUNCTIONS, "reciprocal", "reciprocal_root", "square_root")
    ]
    columns = [f"{fmt}, {what}" for fmt in ("e4m3fn", "e5m2") for what in ("structured", "fewest")]
    return lines(["function", *columns], rows, right=True)


@made
def wide_functions() -> str:
    formats = ("bfloat16", "binary16")
    digits = ("reciprocal", "square_root", "reciprocal_root")
    return lines(
        ["", *formats],
        [
            [f"`{name}`", *(size(f"{name} --format {fmt}") for fmt in formats)]
            for name in (*PRECISIONS, *digits)
        ],
    )


@made
def operations() -> str:
    rows = []
    for name, design in entries(Design).items():
        if design.kind is Kind.OPERATION:
            cells = [
                size(f"{name} --format {fmt}").replace(",", "") if fmt in design.formats else "-"
                for fmt in ("e4m3fn", "e5m2")
            ]
            rows.append([name, design.summary.replace("|a|", "abs(a)"), *cells])
    return lines(["design", "result", "e4m3fn: neurons / depth", "e5m2: neurons / depth"], rows)


@made
def vectors() -> str:
    rows = []
    for name, design in entries(Design).items():
        if design.vector is not None:
            rows.append(
                [
                    f"`{name}`",
                    *(size(f"{name} --format {fmt} --length 8") for fmt in _SMALL),
                    "-" if design.gives_vector else size(f"{name} --length 64"),
                ]
            )
    columns = ["neurons / depth", "8 of e4m3fn", "8 of e5m2", "64 of e4m3fn"]
    return lines(columns, rows)


@made
def running_vectors() -> str:
    rows = []
    for name, design in entries(Design).items():
        if design.has_running:
            own = [stats(f"{name} --length 64 --style sequential --format {fmt}") for fmt in _SMALL]
            cells = [f"{row['neurons']:,} / {row['depth']} / {row['registers']}" for row in own]
            rows.append([f"`{name}`", *cells])
    return lines(["neurons / depth / registers, up to 64 elements", *_SMALL], rows)


@made
def block_dots() -> str:
    rows = []
    for name, block in BLOCK_FORMATS.items():
        sizes = (size(f"block_dot --block {name} --to {to}") for to in ("binary32", "bfloat16"))
        rows.append([f"`{name}`", block.size, *sizes])
    return lines(["one block, neurons / depth", "terms", "to binary32", "to bfloat16"], rows)


@made
def block_conversions() -> str:
    rows = []
    for name in BLOCK_FORMATS:
        there = (
            f"block_quantize --block {name} --format {fmt}" for fmt in ("binary32", "bfloat16")
        )
        back = f"block_dequantize --block {name} --to bfloat16"
        rows.append([f"`{name}`", *map(size, there), size(back)])
    columns = ["one block, neurons / depth", "from binary32", "from bfloat16", "back to bfloat16"]
    return lines(columns, rows)


@made
def latency() -> str:
    return latency_table([row for fmt in ("e4m3fn", "e5m2") for row in latencies(fmt)])


@made
def neuron_bounds() -> str:
    neurons = {
        "AND": ((1, 1), 2),
        "OR": ((1, 1), 1),
        "NOT": ((-1,), 0),
        "NOR": ((-1, -1), 0),
        "XOR, its second neuron": ((1, 1, -2), 1),
        "carry of a full adder": ((1, 1, 1), 2),
        "sum of a full adder": ((1, 1, 1, -2), 1),
    }
    rows = []
    for title, (weights, threshold) in neurons.items():
        bias = neuron_bias(threshold)
        texts = [str(weight).replace("-", "−") for weight in weights]
        bounds = [leak_bound(weights, threshold, reset) for reset in ("soft", "hard")]
        rows.append(
            [
                title,
                ", ".join([*texts, *[f"bias {bias}"] * (bias > 0)]),
                float(neuron_level(threshold)),
                *("any leak below 1" if bound == 1 else bound for bound in bounds),
            ]
        )
    return lines(["neuron", "weights", "level", "soft reset", "hard reset"], rows)


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
def formats() -> str:
    kinds = {NanEncoding.NONE: "no", NanEncoding.IEEE: "IEEE"}
    rows = []
    for fmt in FORMATS.values():
        nan = kinds.get(fmt.nan) or f"0x{fmt.nan_code:X}"
        rows.append(
            [
                fmt.name,
                f"{int(fmt.is_signed)}, {fmt.exponent_bits}, {fmt.mantissa_bits}",
                fmt.bias,
                number(fmt.max_value),
                number(fmt.min_value),
                "S.1111.111" if fmt.nan is NanEncoding.ALL_ONES and fmt.is_signed else nan,
                "yes" if fmt.has_infinity else "no",
            ]
        )
    heading = ["name", "sign, exponent, mantissa bits", "bias", "largest", "smallest"]
    return lines([*heading, "NaN", "infinity"], rows)


def number(value: Fraction) -> str:
    """Return a power of two as one if it is small or large."""
    mantissa, exponent = math.frexp(value)
    if mantissa == 0.5 and not 1 <= value < 1000:
        return f"2^{exponent - 1}"
    return f"{float(value):g}" if value < 10**6 else f"{float(value):.2e}".replace("+", "")


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
def residue_bounds() -> str:
    rows = []
    for design, name in DESIGNS.items():
        for objective, title in OBJECTIVES.items():
            graph = make_instance(design, objective=objective).graph
            rows.append(
                [
                    f"{name}, {title}",
                    *(
                        f"{graph_leak_bound(graph, reset).bound} "
                        f"({Fraction(circuit_leak_bound(graph, reset)).limit_denominator(1000)})"
                        for reset in ("soft", "hard")
                    ),
                ]
            )
    return lines(["E4M3FN, budget w2", "soft reset", "hard reset"], rows)


@made
def gate_noise() -> str:
    designs = ("and", "or", "xor", "ripple4")
    parts = ("clipped", "inputs")
    rates = {
        (part, row["design"], float(row["input_noise"])): float(row["exact_rate"])
        for part in parts
        for row in kept(part)
    }
    sigmas = sorted({sigma for _, _, sigma in rates})
    names = ["AND", "OR", "XOR", "4-bit adder"]
    return lines(
        ["sigma", *(f"{name}, {how}" for how in ("clipped", "as is") for name in names)],
        [
            [f"{sigma:.2f}", *(percent(rates[part, d, sigma]) for part in parts for d in designs)]
            for sigma in sigmas
        ],
    )


@made
def unit_noise() -> str:
    knobs = {"synapses": "synapse_noise", "membranes": "membrane_noise"}
    rates = {
        (*kind(row), knob, float(row[knob])): float(row["exact_rate"])
        for part, knob in knobs.items()
        for row in kept(part)
    }
    sizes = {kind(row): (row["neurons"], row["synapses"]) for row in kept("synapses")}
    sigmas = sorted({key[-1] for key in rates})
    heading = [f"{knob.split('_')[0]} {sigma:.2f}" for knob in knobs.values() for sigma in sigmas]
    return lines(
        ["design", "neurons", "synapses", *heading],
        [
            [
                name(key),
                *sizes[key],
                *(percent(rates[*key, knob, s]) for knob in knobs.values() for s in sigmas),
            ]
            for key in units()
        ],
    )


@made
def leaks() -> str:
    designs = {"and": "AND", "or": "OR", "xor": "XOR", "multiply": "multiply", "add": "add"}
    orders = ("random", "provoking")
    rows = {(row["design"], row["order"], float(row["leak"])): row for row in kept("leak")}

    def cell(row: dict[str, str]) -> str:
        return "100" if row["exact"] == row["trials"] else percent(float(row["exact_rate"]))

    bounds = [
        Fraction(rows[design, "random", 0.0]["operand_leak_bound"]).limit_denominator(1000)
        for design in designs
    ]
    return lines(
        ["leak", *(f"{title}, {order}" for title in designs.values() for order in orders)],
        [
            *(
                [f"{leak:.2f}", *(cell(rows[d, order, leak]) for d in designs for order in orders)]
                for leak in sorted({leak for _, _, leak in rows})
            ),
            ["bound", *(text for bound in bounds for text in (str(bound), ""))],
        ],
    )


@made
def tolerances() -> str:
    parts = ("tolerance", "membrane_tolerance")
    rows = {
        (part, *kind(row)): row for part in parts for row in kept(part) if not row["hardened_for"]
    }

    def cells(row: dict[str, str]) -> list[str]:
        rates = [f"{100 * float(row[key]):.3f}" for key in ("exact_rate", "predicted_rate")]
        return [f"{float(row['largest']):.3f}", " / ".join(rates)]

    return lines(
        [
            "design",
            "synapse noise",
            "measured / predicted",
            "membrane noise",
            "measured / predicted",
        ],
        [
            [name(key), *(text for part in parts for text in cells(rows[part, *key]))]
            for key in units()
        ],
    )


@made
def stuck() -> str:
    rows = {kind(row): row for row in kept("faults")}
    keys = ("neurons", "stuck_at_0_detected", "stuck_at_1_detected")
    return lines(
        ["design", "neurons", "stuck at 0 detected", "stuck at 1 detected"],
        [[name(key), *(rows[key][k] for k in keys)] for key in units() if key in rows],
    )


def percent(rate: float) -> str:
    return f"{100 * rate:.2f}"


def kind(row: dict[str, str]) -> tuple[str, str]:
    """Return design, and budget or library, of a circuit of the pages about devices."""
    return row["design"], row["budget"] if row["library"] == "native" else row["library"]


def name(key: tuple[str, str]) -> str:
    design, gates = key
    return f"{design}, {'published gates' if gates == 'published' else gates}"


def units() -> list[tuple[str, str]]:
    return [(design, gates) for design in DESIGNS for gates in ("published", *BUDGETS)]


def main(names: Sequence[str]) -> None:
    """Write every table, or some, into its page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for name, make in TABLES.items():
            if mark(name) in text and name in (names or TABLES):
                text = replace_table(text, make(), name)
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
