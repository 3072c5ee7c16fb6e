# SPDX-License-Identifier: Apache-2.0
"""The mapper on circuits after ISCAS'85, beside a public threshold-logic mapper.

The circuits are written here from their published descriptions (M. Hansen, H. Yalcin, J. Hayes,
"Unveiling the ISCAS-85 benchmarks", IEEE Design & Test 16(3), 1999), not from the netlists:

- c6288: the 16 x 16 array multiplier, 256 ANDs and 240 adders, each of nine NOR gates. Function
  and structure are those of the netlist, up to the order of rows within the array: it has 2,334
  ANDs in the published experiments, this one 2,352.
- c432: the interrupt controller of 27 channels, three buses of 9 requests with one enable each.
  It has the same 36 inputs and 7 outputs; within a bus the highest channel wins, and the channel
  number is binary, which may differ from the netlist's code. So counts are not comparable.
- c880: an ALU of 8 bits, with an adder, logic, and parity. The netlist's 60 inputs are largely
  control lines without public names, so this is a plain ALU with fewer; not comparable either.

Published counts, for c6288 only: experiment logs and tables of N.-Z. Lee and J.-H. R. Jiang,
"Constraint solving for synthesis and verification of threshold logic circuits", IEEE TCAD 2020,
in the repository nianzelee/threABC, commit 3338f92, exp_TCAD/tbl/tbl_clp_tl_i.csv, and
exp_TCAD/collapse/log/c6288.blif_tl_i.log (commit 36f7260). The unit is the same as here, one
threshold gate, with weights not limited: cut-based mapping (A. Neutzling et al., "Threshold logic
synthesis based on cut pruning", ICCAD 2015) with fan-in up to 8, then collapsing of gates with
fan-in up to 14. An inverted input costs nothing there nor here.

No figure for c432 or c880 with a stated fan-in limit could be checked at its source.

Usage: python benchmarks/mapping_iscas.py [--effort N] [--circuits c6288,c432,c880] [--budgets w2]
"""

import argparse
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from spikefloat.rtl_gen.mapping.aig import FALSE, TRUE, Aig, Circuit, WordPort
from spikefloat.rtl_gen.mapping.mapper import Objective, map_circuit
from spikefloat.rtl_gen.neurons.budgets import BUDGETS

#: Threshold gates, levels and how they were found.
PUBLISHED = {
    "c6288": (
        (1424, 29, "Neutzling cut pruning, fan-in <= 8"),
        (1102, 29, "and collapsed by Lee and Jiang, fan-in <= 14"),
    ),
}

Word = list[int]


def _circuit(
    name: str,
    inputs: Sequence[tuple[str, int]],
    make: Callable[..., dict[str, Word]],
) -> Circuit:
    aig = Aig(sum(width for _, width in inputs))
    words, start = [], 0
    for _, width in inputs:
        words.append([aig.input(start + i) for i in range(width)])
        start += width
    outputs = make(aig, *words)
    return Circuit(
        name,
        tuple(WordPort(*port) for port in inputs),
        tuple(WordPort(port, len(bits)) for port, bits in outputs.items()),
        aig,
        tuple(bit for bits in outputs.values() for bit in bits),
    )


def _full_adder(aig: Aig, a: int, b: int, c: int) -> tuple[int, int]:
    half = aig.xor(a, b)
    return aig.xor(half, c), aig.or_(aig.and_(a, b), aig.and_(half, c))


def _nor_adder(aig: Aig, a: int, b: int, c: int) -> tuple[int, int]:
    """Return sum and carry from nine NOR gates."""

    def nor(x: int, y: int) -> int:
        return aig.or_(x, y) ^ 1

    first = nor(a, b)
    same = nor(nor(a, first), nor(b, first))
    second = nor(same, c)
    return nor(nor(same, second), nor(c, second)), nor(first, second)


def c6288() -> Circuit:
    """Return the 16 x 16 array multiplier: rows of carry-save adders, and a ripple row below."""

    def make(aig: Aig, a: Word, b: Word) -> dict[str, Word]:
        width = len(a)
        sums = [aig.and_(bit, b[0]) for bit in a]
        carries = [FALSE] * width
        product = []
        for row in range(1, width):
            product.append(sums[0])
            shifted = [*sums[1:], FALSE]
            pairs = [
                _nor_adder(aig, aig.and_(a[i], b[row]), shifted[i], carries[i])
                for i in range(width)
            ]
            sums = [pair[0] for pair in pairs]
            carries = [pair[1] for pair in pairs]
        product.append(sums[0])
        carry = FALSE
        for i in range(width):
            above = sums[i + 1] if i + 1 < width else FALSE
            bit, carry = _nor_adder(aig, above, carries[i], carry)
            product.append(bit)
        return {"p": product}

    return _circuit("c6288", [("a", 16), ("b", 16)], make)


def c432() -> Circuit:
    """Return the interrupt controller: which bus is served, and which of its channels."""

    def make(aig: Aig, a: Word, b: Word, c: Word, enable: Word) -> dict[str, Word]:
        def any_of(bits: Word) -> int:
            result = FALSE
            for bit in bits:
                result = aig.or_(result, bit)
            return result

        requests = [
            [aig.and_(bit, on) for bit, on in zip(bus, enable, strict=True)] for bus in (a, b, c)
        ]
        wanted = [any_of(bits) for bits in requests]
        served, free = [], TRUE
        for want in wanted:
            served.append(aig.and_(want, free))
            free = aig.and_(free, want ^ 1)
        lines = [
            any_of([aig.and_(bits[i], on) for bits, on in zip(requests, served, strict=True)])
            for i in range(9)
        ]
        channel, blocked = [FALSE] * 4, FALSE
        for i in reversed(range(9)):
            grant = aig.and_(lines[i], blocked ^ 1)
            blocked = aig.or_(blocked, lines[i])
            for bit in range(4):
                if (i + 1) >> bit & 1:
                    channel[bit] = aig.or_(channel[bit], grant)
        return {"served": served, "channel": channel}

    return _circuit("c432", [("a", 9), ("b", 9), ("c", 9), ("enable", 9)], make)


def c880() -> Circuit:
    """Return an ALU: sum, difference, AND, OR, exclusive or, select, parity and flags."""

    def make(
        aig: Aig, a: Word, b: Word, c: Word, mask: Word, op: Word, carry_in: Word
    ) -> dict[str, Word]:
        def mux(select: int, one: int, zero: int) -> int:
            return aig.or_(aig.and_(select, one), aig.and_(select ^ 1, zero))

        def parity(bits: Word) -> int:
            result = FALSE
            for bit in bits:
                result = aig.xor(result, bit)
            return result

        second = [mux(op[3], aig.and_(y, m), x) for x, y, m in zip(b, c, mask, strict=True)]
        carry, total = carry_in[0], []
        for x, y in zip(a, second, strict=True):
            bit, carry = _full_adder(aig, x, aig.xor(y, op[0]), carry)
            total.append(bit)
        logic = [mux(op[0], aig.and_(x, y), aig.or_(x, y)) for x, y in zip(a, second, strict=True)]
        differ = [aig.xor(x, y) for x, y in zip(a, second, strict=True)]
        result = [
            mux(op[2], mux(op[1], d, g), t) for t, g, d in zip(total, logic, differ, strict=True)
        ]
        zero = TRUE
        for bit in result:
            zero = aig.and_(zero, bit ^ 1)
        return {
            "y": result,
            "carry": [carry],
            "zero": [zero],
            "parity": [parity(result), parity(a), parity(b), parity(c)],
        }

    return _circuit(
        "c880", [("a", 8), ("b", 8), ("c", 8), ("mask", 8), ("op", 4), ("carry_in", 1)], make
    )


CIRCUITS = {"c6288": c6288, "c432": c432, "c880": c880}


def main() -> None:
    """Map the circuits and print the counts side by side."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--effort", type=int, default=1)
    parser.add_argument("--circuits", default="c432,c880,c6288")
    parser.add_argument("--budgets", default="w2,w8")
    arguments = parser.parse_args()
    table = Table("circuit", "threshold gates", "levels", "ANDs of the source", "how", "proof", "s")
    console = Console(width=150)
    for name in arguments.circuits.split(","):
        circuit = CIRCUITS[name]()
        for gates, levels, how in PUBLISHED.get(name, ()):
            table.add_row(name, f"{gates:,}", str(levels), "", how, "", "")
        for budget in arguments.budgets.split(","):
            with Console(stderr=True).status("") as status:
                mapping = map_circuit(
                    circuit,
                    BUDGETS[budget],
                    Objective.NEURONS,
                    effort=arguments.effort,
                    progress=lambda text, name=name: status.update(f"{name}: {text}"),
                )
            table.add_row(
                name,
                f"{len(mapping.graph.neurons):,}",
                str(mapping.graph.depth),
                f"{mapping.gates:,}",
                f"spikefloat map, budget {BUDGETS[budget]}",
                mapping.proof.method,
                f"{mapping.seconds:.1f}",
            )
    console.print(table)


if __name__ == "__main__":
    main()
