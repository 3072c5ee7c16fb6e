# SPDX-License-Identifier: Apache-2.0
"""Golden dot products, against exact fractions and against the scalar operations."""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.vectors.dot import dot
from tests.helpers.oracle import nearest_code, nearest_codes

E4M3FN, E5M2 = FORMATS["e4m3fn"], FORMATS["e5m2"]


def finite_codes(fmt: Format, shape: tuple[int, ...], seed: int) -> np.ndarray:
    codes = np.arange(1 << fmt.width)
    finite = codes[np.isfinite(golden.decode(fmt, codes))]
    return np.random.default_rng(seed).choice(finite, shape)


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "e3m2fn"])
@pytest.mark.parametrize("length", [1, 2, 5, 16, 64])
def test_exact_is_the_rounded_fraction(name: str, length: int) -> None:
    fmt = FORMATS[name]
    a, b = finite_codes(fmt, (50, length), 1), finite_codes(fmt, (50, length), 2)
    sums = [
        sum(
            (
                Fraction(golden.value(fmt, int(x))) * Fraction(golden.value(fmt, int(y)))
                for x, y in zip(row_a, row_b, strict=True)
            ),
            Fraction(),
        )
        for row_a, row_b in zip(a, b, strict=True)
    ]
    nonzero = [index for index, total in enumerate(sums) if total]  # a zero has a sign to think of
    assert len(nonzero) >= 40
    sums, a, b = [sums[index] for index in nonzero], a[nonzero], b[nonzero]
    # Sums of E5M2 products may need more bits than a float64 has; the others do not.
    expected = (
        [nearest_code(fmt, exact) for exact in sums]
        if fmt.has_infinity
        else nearest_codes(fmt, np.array([float(exact) for exact in sums]))
    )
    np.testing.assert_array_equal(dot(fmt, a, b, "exact"), expected)


def test_exact_does_not_depend_on_the_order() -> None:
    a, b = finite_codes(E4M3FN, (200, 16), 3), finite_codes(E4M3FN, (200, 16), 4)
    order = np.random.default_rng(5).permutation(16)
    np.testing.assert_array_equal(
        dot(E4M3FN, a, b, "exact"), dot(E4M3FN, a[:, order], b[:, order], "exact")
    )
    assert (dot(E4M3FN, a, b, "tree") != dot(E4M3FN, a[:, order], b[:, order], "tree")).any()


def test_tree_and_chain_are_made_of_scalar_operations() -> None:
    a, b = finite_codes(E4M3FN, (500, 5), 6), finite_codes(E4M3FN, (500, 5), 7)
    p = golden.multiply(E4M3FN, a, b).T

    def add(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return golden.add(E4M3FN, x, y)

    np.testing.assert_array_equal(
        dot(E4M3FN, a, b, "tree"), add(add(add(p[0], p[1]), add(p[2], p[3])), p[4])
    )
    np.testing.assert_array_equal(
        dot(E4M3FN, a, b, "chain"), add(add(add(add(p[0], p[1]), p[2]), p[3]), p[4])
    )


def test_wide_in_binary32_is_exact_for_two_terms() -> None:
    a, b = finite_codes(E4M3FN, (2000, 2), 8), finite_codes(E4M3FN, (2000, 2), 9)
    # 24 bits hold the sum of two E4M3FN products unless their exponents are far apart.
    wide = dot(E4M3FN, a, b, "wide", wide=FORMATS["binary32"])
    assert (wide == dot(E4M3FN, a, b, "exact")).mean() > 0.999


@pytest.mark.parametrize(
    "a, b, expected",
    [
        ([0x00, 0x80], [0x38, 0x38], 0x00),  # 0 + -0
        ([0x80, 0x80], [0x38, 0x38], 0x80),  # -0 + -0
        ([0x38, 0xB8], [0x38, 0x38], 0x00),  # 1 - 1
        ([0x7F, 0x38], [0x38, 0x38], 0x7F),  # NaN + 1
        ([0x7E, 0x7E], [0x38, 0x38], 0x7F),  # 448 + 448
        ([0x7E, 0xFE], [0x7E, 0x7E], 0x00),  # 448 * 448 - 448 * 448
    ],
)
def test_special_cases(a: list[int], b: list[int], expected: int) -> None:
    assert dot(E4M3FN, a, b, "exact") == expected


@pytest.mark.parametrize(
    "a, b, expected",
    [
        ([0x7C, 0x3C], [0x3C, 0x3C], 0x7C),  # inf + 1
        ([0x7C, 0xFC], [0x3C, 0x3C], 0x7E),  # inf - inf
        ([0x7C, 0x3C], [0x00, 0x3C], 0x7E),  # inf * 0
        ([0xFC, 0x3C], [0x3C, 0x3C], 0xFC),
    ],
)
def test_infinities(a: list[int], b: list[int], expected: int) -> None:
    assert dot(E5M2, a, b, "exact") == expected


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("sum",), r"^Accumulation must be one of tree, chain, wide, exact, not 'sum'$"),
        (("wide",), r"^Format of the nodes must be given for wide, and only there$"),
        (("tree", E5M2), r"^Result format of tree must be that of the operands$"),
    ],
)
def test_wrong_use(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dot(E4M3FN, [0], [0], *arguments)


#: How the documentation adds products, written out by hand, by their number.
TREES = {
    1: "p0",
    2: "p0 + p1",
    3: "(p0 + p1) + p2",
    4: "(p0 + p1) + (p2 + p3)",
    5: "((p0 + p1) + (p2 + p3)) + p4",
    6: "((p0 + p1) + (p2 + p3)) + (p4 + p5)",
    7: "((p0 + p1) + (p2 + p3)) + ((p4 + p5) + p6)",
    8: "((p0 + p1) + (p2 + p3)) + ((p4 + p5) + (p6 + p7))",
    9: "(((p0 + p1) + (p2 + p3)) + ((p4 + p5) + (p6 + p7))) + p8",
    11: "(((p0 + p1) + (p2 + p3)) + ((p4 + p5) + (p6 + p7))) + ((p8 + p9) + p10)",
}
CHAINS = {
    1: "p0",
    2: "p0 + p1",
    3: "(p0 + p1) + p2",
    5: "(((p0 + p1) + p2) + p3) + p4",
    6: "((((p0 + p1) + p2) + p3) + p4) + p5",
}


class Code:
    """A code of a format, which adds as the golden model adds two."""

    def __init__(self, fmt: Format, code: np.ndarray) -> None:
        self.fmt, self.code = fmt, code

    def __add__(self, other: "Code") -> "Code":
        return Code(self.fmt, golden.add(self.fmt, self.code, other.code))


@pytest.mark.parametrize(
    "accumulate, length, sums",
    [
        *[("tree", length, sums) for length, sums in TREES.items()],
        *[("wide", length, sums) for length, sums in TREES.items()],
        *[("chain", length, sums) for length, sums in CHAINS.items()],
    ],
)
def test_order_of_sums(accumulate: str, length: int, sums: str) -> None:
    """Sums are made as written out by hand; each other order gives other results somewhere."""
    node = FORMATS["binary16"] if accumulate == "wide" else E4M3FN
    wide = node if accumulate == "wide" else None
    a, b = (finite_codes(E4M3FN, (2000, length), 30 + seed) for seed in (1, 2))
    products = {
        f"p{index}": Code(
            node,
            golden.widening_multiply(E4M3FN, node, a[:, index], b[:, index])
            if wide
            else golden.multiply(E4M3FN, a[:, index], b[:, index]),
        )
        for index in range(length)
    }
    total = eval(sums, {}, products).code
    expected = golden.convert(node, E4M3FN, total) if wide else total
    np.testing.assert_array_equal(dot(E4M3FN, a, b, accumulate, wide=wide), expected)
    if length > 3:
        others = {"tree": "chain", "chain": "tree", "wide": "tree"}
        assert (dot(E4M3FN, a, b, others[accumulate]) != expected).any()
