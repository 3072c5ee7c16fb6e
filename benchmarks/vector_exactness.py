# SPDX-License-Identifier: Apache-2.0
"""Softmax and normalisations: many vectors, bit for bit, and how far results are from float64.

Every vector goes through the neuron graph, or in the sequential style through its Verilog in
Verilator, and through the golden model. The error is that of the
golden model against numpy in float64, in units of the last place that the result's format has: for
``layer_norm`` at the largest of the terms that are added, else at the result.

    python benchmarks/vector_exactness.py softmax --length 64
    python benchmarks/vector_exactness.py layer_norm --length 8 --format e5m2 --to bfloat16
    python benchmarks/vector_exactness.py rms_norm --length 256 --style sequential

How far a run is, is told on the way; ``--start`` goes on from there.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import spikefloat as sf
from spikefloat.rtl_gen.checks.verifying.plan import Selected, make_check
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.labels import size
from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Cases, Check
from spikefloat.sim.cases.pauses import Pauses
from spikefloat.sim.golden.values import decode
from spikefloat.sim.golden.vectors.operations import VECTORS

NAMES = ("softmax", "rms_norm", "layer_norm")

#: Vectors that are simulated at once; in Verilog, elements, of which the golden model takes fewer.
PART, PART_OF_VERILOG, PART_OF_MODEL = 10_000, 6_400_000, 800_000

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def reference(name: str, epsilon: float, x: Floats, *others: Floats) -> tuple[Floats, Floats]:
    """Return what float64 gives for vectors of floats, and the magnitude of the largest term of each."""
    if name == "softmax":
        powers = np.exp(x - x.max(axis=1, keepdims=True))
        exact = powers / powers.sum(axis=1, keepdims=True)
        return exact, exact
    mean = x.mean(axis=1, keepdims=True) if name == "layer_norm" else np.zeros((len(x), 1))
    root = 1 / np.sqrt(((x - mean) ** 2).mean(axis=1, keepdims=True) + epsilon)
    exact = (x - mean) * root * others[0]
    if name == "rms_norm":
        return exact, abs(exact)
    terms = np.maximum(abs(x), abs(mean)) * root * abs(others[0])
    return exact + others[1], np.maximum(terms, abs(others[1]))


def errors(to: Format, codes: NDArray[np.int64], exact: Floats, terms: Floats) -> Floats:
    """Return errors of finite results in units of the last place; those of overflows are left out."""
    kept = np.isfinite(exact) & (abs(exact) <= float(to.max_value))
    actual, exact = decode(to, codes)[kept], exact[kept]
    _, exponent = np.frexp(np.maximum(terms[kept], abs(exact)))
    place = np.maximum(exponent - to.precision, to.min_exponent - to.mantissa_bits)
    return np.ldexp(abs(actual - exact), -place)[np.isfinite(actual)]


def wrong_in_verilog(instance: Instance, operands: Mapping[str, Codes], expected: Codes) -> int:
    """Return how many vectors have a wrong result, or come in the wrong clock, in Verilator."""
    dut = make_check(instance, Selected(random_cases=1)).dut
    check = Check(dut=dut, cases=Cases(operands=operands, expected={"y": expected}))
    with tempfile.TemporaryDirectory() as folder:
        (outcome,) = verify([check], "verilator", Path(folder), pauses=(Pauses(),))
    if outcome.report:
        print(outcome.report)
    return max(outcome.mismatches, bool(outcome.report))


def expected_codes(
    circuit: sf.DesignCircuit, operands: Mapping[str, Codes], elements: int
) -> Codes:
    """Return what the golden model gives, for so many elements at once that they fit into memory."""
    count, length = next(iter(operands.values())).shape
    size = max(elements // length, 1)
    return np.concatenate(
        [
            circuit.golden(**{name: codes[at : at + size] for name, codes in operands.items()})
            for at in range(0, count, size)
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("design", choices=NAMES)
    parser.add_argument("--length", type=int, default=8)
    parser.add_argument("--format", default="e4m3fn")
    parser.add_argument("--to", default="bfloat16")
    parser.add_argument("--count", type=int, default=100_000, help="random vectors")
    parser.add_argument(
        "--start", type=int, default=0, help="leave out vectors that a run before has judged"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--style", choices=("spatial", "sequential"), default="spatial")
    args = parser.parse_args()
    begin = time.perf_counter()
    own = {"format": args.format, "to": args.to, "length": args.length}
    circuit = sf.design(args.design, **own)
    instance = make_instance(args.design, **own, style=args.style)
    in_verilog = instance.takes_elements
    part = PART_OF_VERILOG // args.length if in_verilog else PART
    drawn = VECTORS[args.design].cases(circuit.format, args.length, args.count, args.seed)
    if not 0 <= args.start < len(drawn[0]):
        parser.error(f"Start must be from 0 to {len(drawn[0]) - 1}, not {args.start}")
    epsilon = float(getattr(instance.shape, "epsilon", None) or 0)
    wrong, off = 0, []
    for start in range(args.start, len(drawn[0]), part):
        codes = [operand[start : start + part] for operand in drawn]
        operands = dict(zip(instance.design.operands, codes, strict=True))
        expected = expected_codes(circuit, operands, PART_OF_MODEL)
        if in_verilog:
            wrong += wrong_in_verilog(instance, operands, expected)
        else:
            wrong += np.count_nonzero(circuit.simulate(**operands) != expected)
        floats = [decode(circuit.format, one) for one in codes]
        # Without infinities and NaN, which float64 treats as we do, but which have no error.
        finite = np.all([np.isfinite(one).all(axis=1) for one in floats], axis=0)
        exact, terms = reference(args.design, epsilon, *(one[finite] for one in floats))
        own = errors(instance.circuit.result_format, expected[finite], exact, terms)
        off.append(own)
        done, seconds = start + len(expected), time.perf_counter() - begin
        print(f"{done:,} vectors in, {wrong} wrong, {seconds:.0f} s", file=sys.stderr, flush=True)
    every = np.concatenate(off)
    found = size(instance)
    print(f"{instance.name}: {found['neurons']:,} neurons, depth {found['depth']}")
    count = len(drawn[0]) - args.start
    print(f"{count:,} vectors, {count * args.length:,} results, {wrong} wrong")
    print(f"error in ulp: largest {every.max():.3f}, 99.9 % below {np.quantile(every, 0.999):.3f}")
    print(f"{time.perf_counter() - begin:.0f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    raise SystemExit(main())
