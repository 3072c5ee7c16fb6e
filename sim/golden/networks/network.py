# SPDX-License-Identifier: Apache-2.0
"""Golden model of a network: every step of its description, composed of the golden operations.

The operations can be others, such as those of neurons, so that these are compared step by step.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Overflow
from spikefloat.rtl_gen.networks.description import Network, Norm, Product
from spikefloat.sim.golden.arithmetic import add, convert
from spikefloat.sim.golden.functions import function
from spikefloat.sim.golden.rounding import encode
from spikefloat.sim.golden.vectors.elementwise import gated
from spikefloat.sim.golden.vectors.matrix import matrix_product
from spikefloat.sim.golden.vectors.norms import layer_norm, rms_norm
from spikefloat.sim.golden.vectors.softmax import softmax

__all__ = [
    "Operations",
    "golden_operations",
    "input_rows",
    "normalised",
    "product_results",
    "run_network",
    "written",
]

Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Operations:
    """What steps are made of; each takes and returns codes."""

    #: Of x of shape (..., rows, inner) and w of shape (..., columns, inner): all exact dot products,
    #: each rounded into the format of the stream.
    product: Callable[[Codes, Codes], Codes]
    add: Callable[[Codes, Codes], Codes]  #: The sum of two codes of the stream.
    narrow: Callable[[Codes], Codes]  #: A code of the stream in the format of codes, saturating.
    gate: Callable[[Codes, Codes], Codes]  #: SiLU of the first, times the second; saturating.
    activate: Callable[[str, Codes], Codes]  #: A function of codes, by its name.
    #: Normalisation over the last axis, of elements and gains, with an epsilon; saturating. With
    #: offsets it is LayerNorm, without RMSNorm.
    norm: Callable[[Codes, Codes, Codes | None, Fraction], Codes]
    softmax: Callable[[Codes], Codes]  #: Over the last axis.


def golden_operations(network: Network) -> Operations:
    """Return the operations as they must be."""
    fmt, wide = network.code_format, network.stream_format
    saturate = Overflow.SATURATE

    def norm(x: Codes, gain: Codes, offset: Codes | None, epsilon: Fraction) -> Codes:
        if offset is None:
            return rms_norm(fmt, fmt, saturate, x, gain, epsilon=epsilon)
        return layer_norm(fmt, fmt, saturate, x, gain, offset, epsilon=epsilon)

    return Operations(
        product=partial(matrix_product, fmt, wide),
        add=partial(add, wide),
        narrow=lambda codes: convert(wide, fmt, codes, saturate),
        gate=partial(gated, "silu", fmt, fmt, saturate),
        activate=lambda name, codes: function(name, fmt, fmt, codes, saturate).codes,
        norm=norm,
        softmax=partial(softmax, fmt, fmt, None),
    )


def input_rows(network: Network, x: ArrayLike) -> Codes:
    """Return the tensor of the input: codes of values, and a one that says which token a row is.

    Parameters
    ----------
    network : Network
        The description.
    x : array of int
        Codes of shape (count, tokens, values).

    Raises
    ------
    InputError
        If the shape is another one.
    """
    codes = np.asarray(x, np.int64)
    rows, columns = network.shape(network.input)
    if codes.ndim != 3 or codes.shape[1:] != (rows, network.values):
        raise InputError(
            f"Input must have the shape (count, {rows}, {network.values}), not {codes.shape}"
        )
    if columns == network.values:
        return codes
    places = encode(network.code_format, np.eye(rows))
    return np.concatenate([codes, np.broadcast_to(places, (len(codes), rows, rows))], axis=2)


def run_network(
    network: Network,
    weights: Mapping[str, Codes],
    x: ArrayLike,
    operations: Operations | None = None,
) -> dict[str, dict[str, Codes]]:
    """Return everything that a network computes, step by step.

    Parameters
    ----------
    network : Network
        The description.
    weights : mapping of str to array of int
        Codes of all weights, constants included.
    x : array of int
        Codes of the input, of shape (count, tokens, values).
    operations : Operations, optional
        What steps are made of; the golden ones by default.

    Returns
    -------
    dict of str to dict of str to array of int
        For each step, by name, the codes that it makes, of shape (count, rows, columns): of a
        product ``sum``, ``stream`` (the same if nothing is added), ``codes`` unless only the stream
        is written, ``gated`` if it is, and ``active`` if it has a function; of other steps ``codes``.
        Not transposed.

    Raises
    ------
    InputError
        If the input has another shape, or is numbers of tokens, for which there is
        :class:`~spikefloat.sim.golden.networks.tokens.Decoding`.
    """
    if network.takes_tokens:
        raise InputError("Input of a network must be values, not numbers of tokens")
    own = golden_operations(network) if operations is None else operations
    tensors = {network.input: input_rows(network, x)}
    count = len(tensors[network.input])
    for name, shape in network.tensors.items():
        tensors.setdefault(name, np.zeros((count, *shape), np.int64))
    for name, codes in weights.items():
        tensors[name] = np.asarray(codes)[None]
    stream: dict[str, Codes] = {}
    made = {}
    for step in network.steps:
        if isinstance(step, Product):
            made[step.name] = _product(step, tensors, stream, own)
            continue
        if isinstance(step, Norm):
            codes = normalised(step, tensors[step.x], tensors, own)
        else:
            codes = own.softmax(tensors[step.x])
        made[step.name] = {"codes": codes}
        tensors[step.into] = codes
    return made


def product_results(
    step: Product, total: Codes, added: Codes | None, own: Operations
) -> dict[str, Codes]:
    """Return what becomes of the sums of a product, as in :func:`run_network`.

    Parameters
    ----------
    step : Product
        What is to become of them.
    total : array of int
        The sums, in codes of the stream.
    added : array of int, optional
        What is added, likewise.
    own : Operations
        What steps are made of.
    """
    result = total if added is None else own.add(added, total)
    made = {"sum": total, "stream": result}
    if step.into is None:
        return made
    codes = made["codes"] = own.narrow(result)
    if step.is_gated:
        made["gated"] = own.gate(codes[..., ::2], codes[..., 1::2])
    if step.function is not None:
        made["active"] = own.activate(step.function, codes)
    return made


def normalised(step: Norm, x: Codes, weights: Mapping[str, Codes], own: Operations) -> Codes:
    """Return what a normalisation makes of rows.

    Parameters
    ----------
    step : Norm
        Which one it is.
    x : array of int
        The rows, on the last axis.
    weights : mapping of str to array of int
        Gains and offsets are among these.
    own : Operations
        What steps are made of.
    """
    gain = np.broadcast_to(weights[step.gain], x.shape)
    offset = None if step.offset is None else np.broadcast_to(weights[step.offset], x.shape)
    return own.norm(x, gain, offset, step.epsilon)


def written(made: Mapping[str, Codes]) -> Codes | None:
    """Return the codes of a step that go into its tensor; None if only the stream is written."""
    return next((made[kind] for kind in ("gated", "active", "codes") if kind in made), None)


def _product(
    step: Product, tensors: dict[str, Codes], stream: dict[str, Codes], own: Operations
) -> dict[str, Codes]:
    """Return what a product makes, and write it where it belongs."""
    total = own.product(tensors[step.x], tensors[step.w])
    made = product_results(step, total, None if step.add is None else stream[step.add], own)
    if step.keep is not None:
        stream[step.keep] = made["stream"]
    if step.into is None:
        return made
    codes, target = written(made), tensors[step.into]
    assert codes is not None
    if step.is_transposed:
        target[:, step.column : step.column + codes.shape[2]] = codes.swapaxes(1, 2)
    else:
        target[:, :, step.column : step.column + codes.shape[2]] = codes
    return made
