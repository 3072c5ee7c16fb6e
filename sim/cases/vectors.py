# SPDX-License-Identifier: Apache-2.0
"""Vectors for dot products and layers: directed ones, and seeded random ones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.cases.corners import draw_codes, is_special

__all__ = [
    "LayerCases",
    "element_cases",
    "input_vectors",
    "lattice_cases",
    "layer_cases",
    "vector_cases",
]

Codes = NDArray[np.int64]

#: Vectors that are tried with each set of weights, where weights are operands.
_PER_SET = 250


def lattice_cases(fmt: Format) -> Codes:
    """Return every operand of two terms over 16 codes, of shape (2, 65536, 2).

    The codes, of either sign: zero, the smallest and the largest subnormal, one and the next value,
    one less than the largest, the largest, and the highest code, which is NaN where there is one.
    """
    one, sign = fmt.bias << fmt.mantissa_bits, fmt.sign_mask
    codes = [0, 1, fmt.mantissa_mask, one, one + 1, fmt.max_code - 1, fmt.max_code, sign - 1]
    lattice = np.array([*codes, *(code | sign for code in codes)])
    grid = np.stack(np.meshgrid(*[lattice] * 4, indexing="ij"), axis=-1).reshape(-1, 2, 2)
    return np.ascontiguousarray(grid.transpose(1, 0, 2))


def vector_cases(fmt: Format, length: int, count: int, seed: int) -> Codes:
    """Return operands of shape (2, cases, length): directed vectors, then ``count`` random ones.

    Directed: all zero of either sign, all subnormal, all the largest, massive cancellation of the
    largest products and of random ones, one NaN, and the largest beside the smallest. Half of the
    random vectors have small exponents and no NaN, as most others have one.
    """
    rng = np.random.default_rng(seed)
    largest, sign = fmt.max_code, fmt.sign_mask
    alternating = np.arange(length) % 2 * sign
    one = fmt.bias << fmt.mantissa_bits
    directed = [
        (np.zeros(length), np.full(length, one)),
        (np.full(length, sign), np.full(length, one)),
        (np.ones(length), np.full(length, one)),
        (np.full(length, fmt.mantissa_mask), np.full(length, fmt.mantissa_mask)),
        (np.full(length, largest), np.full(length, largest)),
        (np.full(length, largest) | alternating.astype(int), np.full(length, largest)),
        (np.where(np.arange(length) == length - 1, fmt.nan_code or 0, one), np.full(length, one)),
        (np.where(np.arange(length) == 0, largest, 1), np.full(length, one)),
    ]
    drawn = rng.integers(0, 1 << fmt.width, (2, count, length))
    calm = ~fmt.exponent_mask | fmt.exponent_mask >> 1
    drawn[:, : count // 2] &= calm if fmt.has_nan else -1
    half = length // 2
    if half and count:
        quarter = max(count // 8, 1)
        drawn[0, :quarter, half : 2 * half] = drawn[0, :quarter, :half] ^ sign
        drawn[1, :quarter, half : 2 * half] = drawn[1, :quarter, :half]
    first = np.array(directed, dtype=np.int64).transpose(1, 0, 2)
    return np.concatenate([first, drawn], axis=1)


def input_vectors(fmt: Format, inputs: int, count: int, seed: int) -> Codes:
    """Return input vectors: half of small values, and half of any codes, in random order."""
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, 1 << fmt.width, (count, inputs))
    calm = ~fmt.exponent_mask | fmt.exponent_mask >> 1
    drawn[rng.random(count) < 0.5] &= calm if fmt.has_nan else -1
    # A NaN or infinity in a vector makes every result NaN, so keep them rare.
    keep = rng.random(drawn.shape) < 1 / (4 * inputs)
    special = is_special(fmt, drawn)
    return np.where(special & ~keep, drawn & fmt.sign_mask | fmt.bias << fmt.mantissa_bits, drawn)


@dataclass(frozen=True, kw_only=True)
class LayerCases:
    """Vectors to drive, in sets with the same weights."""

    x: Codes  #: Of shape (sets, vectors, inputs).
    weight: Codes | None = None  #: Of shape (sets, outputs, inputs), where weights are operands.
    bias: Codes | None = None  #: Of shape (sets, outputs), likewise.


def layer_cases(
    fmt: Format, inputs: int, count: int, seed: int, outputs: int | None = None
) -> LayerCases:
    """Return directed vectors and then random ones.

    Parameters
    ----------
    fmt : Format
        Format of the codes.
    inputs : int
        Number of inputs.
    count : int
        Number of random vectors.
    seed : int
        Seed of the random ones.
    outputs : int, optional
        Number of outputs, if weights are operands: those of half of the sets are small, and those
        of the first set are the directed ones of dot products, as far as there are outputs.
    """
    x = vector_cases(fmt, inputs, count, seed)[0]
    if outputs is None:
        return LayerCases(x=x[None])
    sets = -(-len(x) // _PER_SET)
    x = np.resize(x, (sets, _PER_SET, inputs))
    rng = np.random.default_rng(seed + 1)
    weight = rng.integers(0, 1 << fmt.width, (sets, outputs, inputs))
    bias = rng.integers(0, 1 << fmt.width, (sets, outputs))
    calm = ~fmt.exponent_mask | fmt.exponent_mask >> 1
    weight[: (sets + 1) // 2] &= calm
    bias[: (sets + 1) // 2] &= calm
    directed = vector_cases(fmt, inputs, 0, seed)[1][:outputs]
    weight[0, : len(directed)] = directed
    return LayerCases(x=x, weight=weight, bias=bias)


def element_cases(fmt: Format, length: int, count: int, seed: int) -> tuple[Codes]:
    """Return single operands of shape (cases, length): directed vectors, then ``count`` random ones.

    Directed: all alike, of interesting codes; one of these beside others, at every place of the
    first and the last few; the largest of alternating signs; codes that rise and fall. Random:
    quarters of any codes, with NaN and infinity rare; of small values; of which the second half
    cancels the first but for a few; of few different codes, so that there are ties.
    """
    rng = np.random.default_rng(seed)
    sign, one = fmt.signed_sign_mask, fmt.bias << fmt.mantissa_bits
    alike = [0, sign, 1, one, fmt.max_code, fmt.max_code | sign, fmt.mantissa_mask | sign]
    special = [code for code in (fmt.nan_code, fmt.infinity_code) if code is not None]
    special += [code | sign for code in special]
    place = np.arange(length)
    ends = sorted({*place[:9].tolist(), *place[-9:].tolist()})
    rows = [np.full(length, code) for code in (*alike, *special)]
    for first in (0, sign, one, one | sign):
        for other in (0, sign, 1, fmt.max_code, *special):
            rows += [np.where(place == end, other, first) for end in ends]
    alternating = place % 2 * sign
    rows += [alternating, fmt.max_code | alternating, fmt.max_code | sign ^ alternating]
    # Infinities of both signs, and each special code beside every other.
    rows += [np.where(place % 2 == 1, x, y) for x in special for y in special]
    rising = place % (fmt.max_code + 1)
    rows += [rising, rising[::-1], rising | sign, rising[::-1] | sign]
    drawn = draw_codes(rng, fmt.width, (count, length))
    kind = np.arange(count) % 4
    calm = ~fmt.exponent_mask | fmt.exponent_mask >> 1
    drawn[kind == 1] &= calm
    drawn[is_special(fmt, drawn) & (rng.random(drawn.shape) > 1 / (4 * length))] = one
    half = length // 2
    cancels = np.flatnonzero(kind == 2)[:, None]
    drawn[cancels, half + np.arange(half)] = drawn[cancels, np.arange(half)] ^ sign
    kept = rng.random((len(cancels), length)) < 1 / length
    drawn[cancels, place] = np.where(kept, one, drawn[cancels, place])
    few = np.flatnonzero(kind == 3)[:, None]
    drawn[few, place] = drawn[few, place % min(3, length)][
        np.arange(len(few))[:, None], rng.integers(0, min(3, length), (len(few), length))
    ]
    return (np.concatenate([np.array(rows, np.int64), drawn]),)


def operand_cases(
    fmt: Format, lengths: tuple[int, ...], count: int, seed: int
) -> tuple[Codes, ...]:
    """Return several operands of shape (cases, length), each with a length of its own.

    Those of :func:`element_cases`, in another order for each operand but the first.
    """
    rng = np.random.default_rng(seed)
    drawn = [element_cases(fmt, own, count, seed + i)[0] for i, own in enumerate(lengths)]
    rows = max(map(len, drawn))
    full = [np.resize(codes, (rows, codes.shape[1])) for codes in drawn]
    return (full[0], *(codes[rng.permutation(rows)] for codes in full[1:]))
