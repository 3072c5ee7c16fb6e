# SPDX-License-Identifier: Apache-2.0
"""Every pair of operands of 16 bits, 2^32 of them, for operations of two operands.

Each pair goes through the neuron graph of a circuit and through a reference that is quick: floats of
64 bits, which hold these sums, products and quotients well enough to be rounded once more, and codes
compared as integers. It shares with the circuits the format record only, and is itself compared with
the golden model, on directed operands and random ones, before each run. A row for each circuit is
added to the file, and until then a row for each piece of 2^24 pairs to a file beside it (``.part``).
What is there for the same circuit, by its hash, is not run again, so that a run goes on where it stopped.

    python benchmarks/every_pair.py docs/data/every_pair.csv
    python benchmarks/every_pair.py rows.csv --format bfloat16 --design add,multiply --jobs 1
"""

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from kept_rows import add_row, begin, rows_of
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.verifying.plan import Selected, make_check
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.golden.values import decode
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import all_pairs_planes, unpack_codes

FORMATS = ("binary16", "bfloat16")
WIDTH = 16
#: Operand a of one block of pairs: so many that the arrays stay in the cache.
ROWS = 2
#: Operand a of one piece of work, of which there are 256.
PIECE = 256

COLUMNS = ("operation", "format", "library", "circuit", "pairs", "wrong", "cpu_seconds", "date")

Codes = NDArray[np.int64]
Values = NDArray[np.float64]
Reference = Callable[[Format, Codes, Codes], Codes]


def rounded(fmt: Format, values: Values) -> Codes:
    """Return the codes of values, rounded to the nearest, ties to even; IEEE formats only."""
    bits = values.view(np.int64)
    # Normal results: half a unit is added, or what is just below it where the unit is even.
    shift = 52 - fmt.mantissa_bits
    codes = bits & np.int64((1 << 63) - 1)
    odd = codes >> shift
    odd &= 1
    codes += odd
    codes += (1 << shift - 1) - 1
    codes >>= shift
    codes -= 1023 - fmt.bias << fmt.mantissa_bits
    # Others: the sum with a number whose last place is that of the subnormals is rounded there.
    magnitudes = np.abs(values)
    is_small = magnitudes < 2.0 ** (1 - fmt.bias)
    magnitudes += 2.0 ** (53 - fmt.bias - fmt.mantissa_bits)
    small = magnitudes.view(np.int64)
    small &= (1 << 52) - 1
    np.copyto(codes, small, where=is_small)
    np.minimum(codes, fmt.exponent_mask, out=codes)
    codes |= bits >> 63 & fmt.sign_mask
    np.copyto(codes, fmt.nan_code, where=np.isnan(values))
    return codes


@cache
def _values(fmt: Format) -> Values:
    return decode(fmt, np.arange(1 << fmt.width))


def _rounded(operation: np.ufunc) -> Reference:
    """Return the reference of an operation whose result of 53 bits is rounded once more.

    That is harmless, as 53 is at least twice the precision and two more (Figueroa, 1995), and what is
    subnormal in the narrow format is far from it in the wide one.
    """

    def reference(fmt: Format, a: Codes, b: Codes) -> Codes:
        with np.errstate(all="ignore"):
            return rounded(fmt, operation(_values(fmt)[a], _values(fmt)[b]))

    return reference


def _compared(operation: np.ufunc) -> Reference:
    return lambda fmt, a, b: operation(_values(fmt)[a], _values(fmt)[b]).astype(np.int64)


def _unordered(fmt: Format, a: Codes, b: Codes) -> Codes:
    return (np.isnan(_values(fmt)[a]) | np.isnan(_values(fmt)[b])).astype(np.int64)


def _chosen(is_smaller: bool, is_number: bool) -> Reference:
    """Return the reference of a minimum or maximum: -0 below +0, and a NaN wins or loses."""

    def reference(fmt: Format, a: Codes, b: Codes) -> Codes:
        # Codes in the order of their values.
        order_a, order_b = (np.where(x & fmt.sign_mask, fmt.sign_mask - 1 - x, x) for x in (a, b))
        takes_a = order_a < order_b if is_smaller else order_a > order_b
        nan_a, nan_b = np.isnan(_values(fmt)[a]), np.isnan(_values(fmt)[b])
        result = np.where(takes_a, a, b)
        if is_number:
            result = np.where(nan_a, b, np.where(nan_b, a, result))
            return np.where(nan_a & nan_b, fmt.nan_code, result)
        return np.where(nan_a | nan_b, fmt.nan_code, result)

    return reference


REFERENCES: dict[str, Reference] = {
    "multiply": _rounded(np.multiply),
    "add": _rounded(np.add),
    "subtract": _rounded(np.subtract),
    "divide": _rounded(np.divide),
    "equal": _compared(np.equal),
    "less": _compared(np.less),
    "less_equal": _compared(np.less_equal),
    "greater": _compared(np.greater),
    "greater_equal": _compared(np.greater_equal),
    "unordered": _unordered,
    "minimum": _chosen(True, False),
    "maximum": _chosen(False, False),
    "minimum_number": _chosen(True, True),
    "maximum_number": _chosen(False, True),
}


def check_reference(instance: Instance, count: int) -> None:
    """Compare a reference with the golden model, on directed operands and random ones."""
    cases = make_check(instance, Selected(random_cases=count)).cases
    a, b = (cases.operands[name].ravel().astype(np.int64)[cases.indices] for name in "ab")
    found = REFERENCES[instance.design.name](instance.circuit.format, a, b)
    wrong = int((found != cases.expected["y"]).sum())
    if wrong:
        raise ValueError(f"Reference of {instance.name} must be the golden model; {wrong} differ")


def run_piece(
    options: tuple[str, str, str], first: int, count: int = PIECE
) -> tuple[int, str, float]:
    """Return how many pairs of a piece give another code, what the first is, and seconds of CPU."""
    began = time.process_time()
    instance = _instance(*options)
    network, reference = Network(instance.graph), REFERENCES[instance.design.name]
    b = np.arange(1 << WIDTH)[np.newaxis]
    words = ROWS << WIDTH - 6
    wrong, example = 0, ""
    for start in range(first, first + count, ROWS):
        planes = all_pairs_planes(WIDTH, WIDTH, words=words, first_word=start << WIDTH - 6)
        results = network.run_planes(dict(zip("ab", planes, strict=True)))["y"]
        found = unpack_codes(results, ROWS << WIDTH).reshape(ROWS, -1)
        a = np.arange(start, start + ROWS)[:, np.newaxis]
        expected = reference(instance.circuit.format, a, b)
        differs = found != expected
        if differs.any():
            at = tuple(np.argwhere(differs)[0])
            pair = f"a={start + at[0]:#06x} b={at[1]:#06x}"
            example = example or f"{pair}: {found[at]:#06x}, not {expected[at]:#06x}"
            wrong += int(differs.sum())
    return wrong, example, time.process_time() - began


@cache
def _instance(design: str, fmt: str, library: str) -> Instance:
    return make_instance(design, format=fmt, library=library)


def run(key: tuple[str, ...], part: Path, pool: ProcessPoolExecutor) -> tuple[int, float]:
    """Return how many of all pairs give another code, and the seconds of CPU; the first is printed.

    Parameters
    ----------
    key : tuple of str
        Operation, format, library, and hash of the circuit.
    part : Path
        File with a row for each piece that was run, by this call or before.
    pool : ProcessPoolExecutor
        Runs the pieces.
    """
    done = {int(row[4]) for row in rows_of(part) if tuple(row[:4]) == key}
    firsts = [first for first in range(0, 1 << WIDTH, PIECE) if first not in done]
    said = time.monotonic()
    pieces = pool.map(run_piece, [key[:3]] * len(firsts), firsts)
    for count, (first, (wrong, example, seconds)) in enumerate(zip(firsts, pieces, strict=True)):
        if example:
            print(*key, example, file=sys.stderr)
        add_row(part, (*key, first, wrong, round(seconds, 2)))
        if time.monotonic() - said > 60:
            said = time.monotonic()
            print(*key, f"{len(done) + count + 1} of 256", file=sys.stderr, flush=True)
    rows = [row for row in rows_of(part) if tuple(row[:4]) == key]
    return sum(int(row[5]) for row in rows), sum(float(row[6]) for row in rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--format", choices=FORMATS, help="by default both, one after the other")
    parser.add_argument("--design", help="operations, with commas; by default all with a reference")
    parser.add_argument("--library", choices=("native", "published"), default="native")
    parser.add_argument("--jobs", type=int, help="processes; by default one for each core")
    args = parser.parse_args()
    names = args.design.split(",") if args.design else list(REFERENCES)
    if unknown := set(names) - set(REFERENCES):
        parser.error(f"--design must be of {', '.join(REFERENCES)}, not {', '.join(unknown)}")
    begin(args.file, COLUMNS)
    part = args.file.with_suffix(".part")
    done = {tuple(row[:4]) for row in rows_of(args.file)}
    every = 0
    with ProcessPoolExecutor(args.jobs, mp_context=get_context("spawn")) as pool:
        for fmt in [args.format] if args.format else FORMATS:
            for name in names:
                instance = _instance(name, fmt, args.library)
                key = (name, fmt, args.library, instance.graph.digest[:16])
                if key in done:
                    continue
                check_reference(instance, 100_000)
                wrong, seconds = run(key, part, pool)
                every += wrong
                print(
                    *key, f"2^32 pairs, {wrong} wrong, {seconds:.0f} s", file=sys.stderr, flush=True
                )
                add_row(args.file, (*key, 1 << 32, wrong, round(seconds), date.today().isoformat()))
    part.unlink(missing_ok=True)
    return int(every > 0)


if __name__ == "__main__":
    raise SystemExit(main())
