# SPDX-License-Identifier: Apache-2.0
"""Tables of designs and formats: what there is, how large it is, and how it is checked."""

import math
from collections.abc import Container
from fractions import Fraction

from made.checks import known_circuits
from made.common import lines, made, size, stats
from spikefloat.rtl_gen.checks.verifying.plan import Selected
from spikefloat.rtl_gen.circuits.functions.computed import PRECISIONS
from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, FORMATS
from spikefloat.rtl_gen.formats.format import NanEncoding
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.sim.golden.operations import Operation, find_operation, wide_cases

_SMALL = ("e4m3fn", "e5m2")


@made
def exact() -> str:
    """What `spikefloat verify` tries of one circuit, by kinds of operations and formats.

    Circuits that are known to be right for all operands otherwise are counted.
    """
    known = known_circuits()

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
        proved = 0
        for design in designs:
            operation = find_operation(design.name)
            for fmt in (FORMATS[name] for name in design.formats):
                if fmt.width not in widths:
                    continue
                if operation.is_exhaustive(fmt):
                    counts.setdefault(True, []).append(1 << sum(operation.widths(fmt)))
                elif (design.name, fmt.name) in known:
                    proved += 1
                else:
                    rows = wide_cases(design.name, fmt, Selected().random_cases)
                    counts.setdefault(False, []).append(len(rows))
        every = f"all, up to {max(counts[True]):,}" if True in counts else ""
        some = counts.get(False, ())
        directed = f"{min(some):,} to {max(some):,} \\*" if some else ""
        of_all = proved + len(some)
        whole = f"all, of {proved} circuits in {of_all} \\*\\*" if proved else ""
        return "; ".join(filter(None, (every, whole, directed)))

    return lines(
        ["operands", "operations", *columns],
        [
            [title, len(designs), *(cell(designs, widths) for widths in columns.values())]
            for title, designs in groups.items()
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
def quotients() -> str:
    budgets = tuple(BUDGETS)[1:]
    # The page has products and sums of E4M3FN elsewhere.
    cases = [("multiply", "e5m2"), ("add", "e5m2")]
    cases += [
        (design, fmt)
        for design in ("divide", "square_root", "reciprocal", "reciprocal_root")
        for fmt in ("e4m3fn", "e5m2")
    ]
    rows = [
        [
            f"{design}, {fmt}",
            *(size(f"{design} --format {fmt} --budget {b} --objective neurons") for b in budgets),
        ]
        for design, fmt in cases
    ]
    return lines(["fewest neurons / its depth", *budgets], rows)


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
