# SPDX-License-Identifier: Apache-2.0
"""Golden dot products, against exact fractions and against the scalar operations."""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.dot import dot
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
