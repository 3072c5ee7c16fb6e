# SPDX-License-Identifier: Apache-2.0
"""Linear layers as they must be: ``y = convert(act(W x + b))``, in exact integers.

The sum is one of :mod:`spikefloat.sim.golden.vectors.dot`, over products in the order of the inputs. Where
the bias enters, and what is rounded, depends on the accumulation:

- ``exact``: the bias is one more term of the exact sum. The activation acts on the exact sum, and
  the only rounding is the one to the output format.
- ``tree``, ``chain``: the bias is added last, to the finished sum, and that sum is rounded like all
  others. The activation acts on the result, which is then converted to the output format.
- ``wide``: the same, with all sums in the wide format; the bias is converted to it first.

ReLU gives +0 for whatever is negative: numbers, -0, negative infinity and, with ``exact``, a sum
too large for the output format. NaN stays NaN, whatever the activation: any NaN among inputs,
weights and bias makes a NaN of every sum it is part of. The overflow policy holds for each
rounding; a format without NaN, where a sum is in one, saturates in any case.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.rounding import pack
from spikefloat.sim.golden.sums import rectified
from spikefloat.sim.golden.values import Numbers, check_arithmetic, check_codes
from spikefloat.sim.golden.vectors.dot import ACCUMULATIONS, dot, exact_sum

__all__ = ["ACTIVATIONS", "layer", "network"]

Codes = NDArray[np.int64]

#: What is done to a sum before it is converted.
ACTIVATIONS = ("none", "relu")

#: Products that are computed at once, so that a large batch does not use up the memory.
_CHUNK = 1 << 20


def layer(
    fmt: Format,
    x: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    *,
    accumulate: str = "exact",
    activation: str = "none",
    to: Format | None = None,
    wide: Format | None = None,
    overflow: Overflow | str | None = None,
) -> Codes:
    """Return the codes of ``convert(act(weight @ x + bias))`` for each of a batch of inputs.

    Parameters
    ----------
    fmt : Format
        Format of inputs, weights and bias.
    x : array_like of int
        Codes of the inputs, of shape ``(..., inputs)``.
    weight : array_like of int
        Codes of the weights, of shape ``(outputs, inputs)``.
    bias : array_like of int, optional
        Codes of the bias, of shape ``(outputs,)``; without it nothing is added.
    accumulate : str
        One of :data:`~spikefloat.sim.golden.vectors.dot.ACCUMULATIONS`.
    activation : str
        One of :data:`ACTIVATIONS`.
    to : Format, optional
        Format of the result; by default that of the inputs.
    wide : Format, optional
        Format of the sums, for ``wide`` and only there.
    overflow : Overflow or str, optional
        What becomes of a value that is too large, at each rounding; by default that of the format
        it is rounded to.

    Returns
    -------
    array of int64
        Codes of shape ``(..., outputs)``, in the format ``to``.

    Raises
    ------
    TypeError
        If codes are not integers.
    ValueError
        If shapes do not fit each other, a code does not fit the format, an option is unknown, or
        the output format cannot say NaN where a sum can be NaN.
    """
    check_arithmetic(fmt)
    to = to or fmt
    check_arithmetic(to)
    if fmt.has_nan and not to.has_nan:
        raise InputError(f"Result format must have a NaN, as {fmt.name} has, not {to.name!r}")
    if accumulate not in ACCUMULATIONS:
        raise InputError(
            f"Accumulation must be one of {', '.join(ACCUMULATIONS)}, not {accumulate!r}"
        )
    if activation not in ACTIVATIONS:
        raise InputError(f"Activation must be {' or '.join(ACTIVATIONS)}, not {activation!r}")
    if (accumulate == "wide") != (wide is not None):
        raise InputError("Format of the nodes must be given for wide, and only there")
    codes, weights = check_codes(fmt, x), check_codes(fmt, weight)
    biases = None if bias is None else check_codes(fmt, bias)
    _check_shapes(codes, weights, biases)
    resolve_overflow(to, overflow)

    rows = codes.reshape(-1, codes.shape[-1])
    result = np.empty((len(rows), len(weights)), np.int64)
    step = max(1, _CHUNK // weights.size)
    for start in range(0, len(rows), step):
        part = rows[start : start + step, None, :]
        if accumulate == "exact":
            sums = _exact(fmt, part, weights, biases)
            sums = rectified(sums) if activation == "relu" else sums
            result[start : start + step] = pack(to, sums, overflow).codes
        else:
            result[start : start + step] = _rounded(
                fmt, wide, part, weights, biases, accumulate, activation, to, overflow
            )
    return result.reshape(*codes.shape[:-1], len(weights))


def network(
    fmt: Format,
    x: ArrayLike,
    layers: Sequence[tuple[ArrayLike, ArrayLike | None, str]],
    *,
    accumulate: str = "exact",
    to: Format | None = None,
    wide: Format | None = None,
    overflow: Overflow | str | None = None,
) -> list[Codes]:
    """Return the codes behind each of several layers, which take their inputs from each other.

    Parameters are those of :func:`layer`, but for ``layers``: weights, bias and activation of each.
    All but the last give codes in the format of the inputs.
    """
    results: list[Codes] = []
    for index, (weight, bias, activation) in enumerate(layers):
        is_last = index == len(layers) - 1
        results.append(
            layer(
                fmt,
                results[-1] if results else x,
                weight,
                bias,
                accumulate=accumulate,
                activation=activation,
                to=to if is_last else fmt,
                wide=wide,
                overflow=overflow if is_last else _node_policy(fmt, overflow),
            )
        )
    return results


def _check_shapes(x: Codes, weight: Codes, bias: Codes | None) -> None:
    if weight.ndim != 2 or not weight.size:
        raise InputError(f"Weights must have the shape (outputs, inputs), not {weight.shape}")
    if x.ndim < 1 or x.shape[-1] != weight.shape[1]:
        raise InputError(f"Inputs must have the shape (..., {weight.shape[1]}), not {x.shape}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise InputError(f"Bias must have the shape ({len(weight)},), not {bias.shape}")


def _exact(fmt: Format, x: Codes, weight: Codes, bias: Codes | None) -> Numbers:
    """Return the exact sums, with the bias times one as the last product."""
    shape = (len(x), *weight.shape)
    a, b = np.broadcast_to(x, shape), np.broadcast_to(weight, shape)
    if bias is not None:
        one = fmt.bias << fmt.mantissa_bits
        a = np.concatenate([a, np.full((*shape[:2], 1), one)], axis=-1)
        b = np.concatenate([b, np.broadcast_to(bias[:, None], (*shape[:2], 1))], axis=-1)
    return exact_sum(fmt, a, b)


def _rounded(
    fmt: Format,
    wide: Format | None,
    x: Codes,
    weight: Codes,
    bias: Codes | None,
    accumulate: str,
    activation: str,
    to: Format,
    overflow: Overflow | str | None,
) -> Codes:
    """Return the codes for the accumulations that round at every sum."""
    node = wide or fmt
    policy = _node_policy(node, overflow)
    sums = dot(fmt, x, weight, accumulate, wide, policy, wide=wide)
    if bias is not None:
        terms = golden.convert(fmt, node, bias, policy) if wide else bias
        sums = golden.add(node, sums, np.broadcast_to(terms, sums.shape), policy)
    if activation == "relu":
        sums = golden.relu(node, sums)
    return sums if node == to else golden.convert(node, to, sums, overflow)


def _node_policy(node: Format, overflow: Overflow | str | None) -> Overflow | str | None:
    """Return the policy of the sums: a format without NaN can only saturate."""
    return overflow if node.has_nan else Overflow.SATURATE
