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
from spikefloat.sim.golden.rounding import NEAREST_EVEN, pack
from spikefloat.sim.golden.sums import pack_sum
from spikefloat.sim.golden.values import unpack
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
    active = function(activation, fmt, _ACTIVATIONS, a).codes
    return pack(to, product(unpack(_ACTIVATIONS, active), unpack(fmt, b)), overflow).codes


def rope(
    fmt: Format, to: Format, overflow: Policy, a: ArrayLike, cos: ArrayLike, sin: ArrayLike
) -> Codes:
    """Return pairs of neighbours turned by angles: exact sums of two products, each rounded once."""
    codes = np.asarray(a)
    even, odd = unpack(fmt, codes[..., ::2]), unpack(fmt, codes[..., 1::2])
    cosine, sine = unpack(fmt, cos), unpack(fmt, sin)
    minus = replace(sine, sign=~sine.sign)
    results = [
        pack_sum(to, [product(even, x), product(odd, y)], overflow, NEAREST_EVEN).codes
        for x, y in ((cosine, minus), (sine, cosine))
    ]
    return np.stack(results, axis=-1).reshape(codes.shape)


def _two(fmt: Format, length: int, count: int, seed: int) -> tuple[Codes, ...]:
    return operand_cases(fmt, (length, length), count, seed)


def _pairs(fmt: Format, length: int, count: int, seed: int) -> tuple[Codes, ...]:
    return operand_cases(fmt, (length, length // 2, length // 2), count, seed)


ENTRIES = {
    "rope": VectorOperation(function=rope, cases=_pairs),
    **{
        name: VectorOperation(function=partial(gated, activation), cases=_two)
        for name, activation in {"glu": "sigmoid", "swiglu": "silu", "geglu": "gelu"}.items()
    },
}
