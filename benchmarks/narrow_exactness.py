# SPDX-License-Identifier: Apache-2.0
"""Every operation on formats of up to 8 bits, in every rounding mode, with flags, on all operands.

Every code, pair and triple of codes goes through the neuron graph of a circuit and through the golden
model; with it comes each random number of two bits in the stochastic modes, a single one if there are
three operands. Of an operation on integers of more than 20 bits, on four operands or by operation
codes, these are directed operands and a million random ones. A row for each circuit is added to the
file; rows that are there are not run again, so that a run goes on where it stopped.

    python benchmarks/narrow_exactness.py docs/data/rounding_narrow.csv
    python benchmarks/narrow_exactness.py rows.csv --format e4m3fn --design fma,faa
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from wide_exactness import instances, operations, run, run_missing

from spikefloat.rtl_gen.checks.verifying.plan import Selected
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.sim.golden.operations import expected_rounded, find_operation
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.golden.values import decode, signalling
from spikefloat.sim.graphs.network import Network

NARROW = tuple(fmt.name for fmt in FORMATS.values() if fmt.width <= 8)
RANDOM_BITS = 2
#: Triples whose results are compared at once.
BLOCK = 1 << 18

Codes = NDArray[np.int64]


def first_pairs(design: Design, fmt: Format) -> tuple[Codes, Codes]:
    """Return which of all pairs of operands a and b stand for the others, and for which pairs each does.

    Pairs with the same exact product, or sum, give the same results with any c: these values are
    floats of 64 bits without an error. Pairs with an infinity or a NaN, and those whose value is zero,
    are told apart by their operands.
    """
    codes = np.arange(1 << fmt.width)
    values = decode(fmt, codes)
    a, b = values[:, np.newaxis], values[np.newaxis]
    with np.errstate(invalid="ignore"):
        totals = a + b if design.name == "faa" else a * b
    # Finite values by size, zeros by sign, infinities by sign, and two kinds of NaN.
    kinds = np.where(np.isnan(values), 4 + signalling(fmt, codes), np.where(values == 0, 2, 0))
    kinds = 2 * np.where(np.isinf(values), 3, kinds) + np.signbit(values)
    special = 16 * kinds[:, np.newaxis] + kinds[np.newaxis] + 1
    is_usual = np.isfinite(totals) & (totals != 0)
    keys = np.stack([np.where(is_usual, totals, 0), np.where(is_usual, 0, special)], -1)
    _, first, inverse = np.unique(
        keys.reshape(-1, 2), axis=0, return_index=True, return_inverse=True
    )
    return first, inverse.ravel()


def run_triples(instance: Instance, check: int = 1 << 16) -> tuple[str, int, int]:
    """Return which cases were tried, how many, and how many gave other codes or flags.

    The golden model is asked for one pair of each exact product or sum, with every c; whether that
    was enough, for some triples of all kinds.
    """
    circuit, design = instance.circuit, instance.design
    fmt, ways = circuit.format, circuit.rounding
    size = 1 << fmt.width
    first, inverse = first_pairs(design, fmt)
    rng = np.random.default_rng(19)
    drawn = rng.integers(0, 1 << ways.random_bits, (len(first), size))

    def golden(a: Codes, b: Codes, c: Codes, random: Codes) -> Codes:
        rounder = Rounder(ways.mode, random if ways.random_bits else 0, ways.random_bits)
        codes, flags = expected_rounded(
            design.name, fmt, [a, b, c], circuit.overflow, None, rounder
        )
        return codes + (flags << 16)

    every_c = np.tile(np.arange(size), len(first))
    pairs = np.repeat(first, size)
    right = golden(pairs // size, pairs % size, every_c, drawn.ravel()).reshape(-1, size)
    some = rng.integers(0, size**3, check)
    pair, c = some // size, some % size
    again = golden(pair // size, pair % size, c, drawn[inverse[pair], c])
    if not np.array_equal(again, right[inverse[pair], c]):
        raise ValueError(f"Pairs that stand for others in {instance.name} do not")

    network, wrong = Network(instance.graph), 0
    for start in range(0, size**3, BLOCK):
        triples = np.arange(start, min(start + BLOCK, size**3))
        pair, c = triples // size, triples % size
        words = {"a": pair // size, "b": pair % size, "c": c}
        if ways.random_bits:
            words["random"] = drawn[inverse[pair], c]
        results = network.run({name: codes.astype(np.uint64) for name, codes in words.items()})
        found = results["y"].astype(np.int64) + (results["flags"].astype(np.int64) << 16)
        wrong += int((found != right[inverse[pair], c]).sum())
    return "all", size**3, wrong


def run_all(instance: Instance) -> tuple[str, int, int]:
    """Return which cases were tried, how many, and how many gave other codes or flags."""
    fmt = instance.circuit.format
    if find_operation(instance.design.name).widths(fmt) == (fmt.width,) * 3:
        return run_triples(instance)
    return run(instance, Selected(random_cases=1_000_000))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--format", default=",".join(NARROW), help="by default all up to 8 bits")
    parser.add_argument("--design", help="by default all operations")
    args = parser.parse_args()
    names = args.design.split(",") if args.design else None
    wanted = (
        instance
        for fmt in args.format.split(",")
        for design in operations(fmt, names)
        for instance in instances(design, fmt, FORMATS, RANDOM_BITS)
    )
    return int(run_missing(args.file, wanted, run_all) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
