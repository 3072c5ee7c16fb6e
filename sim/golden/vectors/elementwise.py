# SPDX-License-Identifier: Apache-2.0
"""Golden model of gated linear units and rotary position embedding, whose results are vectors."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow
from spikefloat.sim.cases.vectors import operand_cases
from spikefloat.sim.golden.arithmetic import product
from spikefloat.sim.golden.functions import function
from spikefloat.sim.golden.rounding import INVALID, NEAREST_EVEN, Rounded, Rounder, pack
from spikefloat.sim.golden.sums import pack_sum
from spikefloat.sim.golden.values import Numbers, signalling, unpack
from spikefloat.sim.golden.vectors.operation import VectorOperation

__all__ = ["ENTRIES", "gated", "rope"]

Codes = NDArray[np.int64]
Policy = Overflow | str | None

#: Format that activations are rounded into.
_ACTIVATIONS = FORMATS["bfloat16"]


def gated(
    activation: str, fmt: Format, to: Format, overflow: Policy, a: ArrayLike, b: ArrayLike
) -> Codes:
    """Return ``activation(a) * b``: the activation rounded into bfloat16, the product once."""
    return gated_flagged(activation, fmt, to, overflow, a, b).codes


def gated_flagged(
    activation: str,
    fmt: Format,
    to: Format,
    overflow: Policy,
    a: ArrayLike,
    b: ArrayLike,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return the same with the product rounded in some way, and the flags of these products."""
    active = function(activation, fmt, _ACTIVATIONS, a).codes
    exact = product(unpack(_ACTIVATIONS, active), unpack(fmt, b))
    codes, flags = pack(to, exact, overflow, _for_elements(rounder, exact.sign.shape))
    return Rounded(codes, np.bitwise_or.reduce(flags, axis=-1))


def rope(
    fmt: Format, to: Format, overflow: Policy, a: ArrayLike, cos: ArrayLike, sin: ArrayLike
) -> Codes:
    """Return pairs of neighbours turned by angles: exact sums of two products, each rounded once."""
    return rope_flagged(fmt, to, overflow, a, cos, sin).codes


def rope_flagged(
    fmt: Format,
    to: Format,
    overflow: Policy,
    a: ArrayLike,
    cos: ArrayLike,
    sin: ArrayLike,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return the same rounded in some way, and the flags that any result of a vector raises."""
    codes = np.asarray(a)
    even, odd = unpack(fmt, codes[..., ::2]), unpack(fmt, codes[..., 1::2])
    cosine, sine = unpack(fmt, cos), unpack(fmt, sin)
    minus = replace(sine, sign=~sine.sign)
    own = _for_elements(rounder, even.sign.shape)
    results, raised = [], np.zeros(codes.shape[:-1], np.int64)
    for x, y in ((cosine, minus), (sine, cosine)):
        rounded = pack_sum(to, [product(even, x), product(odd, y)], overflow, own)
        results.append(rounded.codes)
        raised |= np.bitwise_or.reduce(rounded.flags, axis=-1)
        for factors in ((even, x), (odd, y)):
            raised |= INVALID * _loses_infinity(*factors).any(axis=-1)
    for operand in (a, cos, sin):
        raised |= INVALID * signalling(fmt, np.asarray(operand)).any(axis=-1)
    return Rounded(np.stack(results, axis=-1).reshape(codes.shape), raised)


def _loses_infinity(x: Numbers, y: Numbers) -> NDArray[np.bool_]:
    """Tell where a product is that of infinity and zero."""
    return np.asarray(x.is_infinite & y.is_zero | x.is_zero & y.is_infinite)


def _for_elements(rounder: Rounder, shape: tuple[int, ...]) -> Rounder:
    """Return a rounder for all elements of vectors, which share the random number of theirs."""
    random = np.asarray(rounder.random)
    return rounder._replace(
        random=np.broadcast_to(random[..., None] if random.ndim else random, shape)
    )


def _two(fmt: Format, length: int, count: int, seed: int) -> tuple[Codes, ...]:
    return operand_cases(fmt, (length, length), count, seed)


def _pairs(fmt: Format, length: int, count: int, seed: int) -> tuple[Codes, ...]:
    return operand_cases(fmt, (length, length // 2, length // 2), count, seed)


ENTRIES = {
    "rope": VectorOperation(function=rope, cases=_pairs, flagged=rope_flagged),
    **{
        name: VectorOperation(
            function=partial(gated, activation),
            cases=_two,
            flagged=partial(gated_flagged, activation),
        )
        for name, activation in {"glu": "sigmoid", "swiglu": "silu", "geglu": "gelu"}.items()
    },
}
