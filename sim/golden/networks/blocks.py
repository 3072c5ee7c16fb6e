# SPDX-License-Identifier: Apache-2.0
"""Decoders whose weights are blocks that share a scale: to measure what these formats cost.

Blocks lie along the rows of a weight. Gains and angles stay codes, as does all that is computed. Sums
of products are made in float64, as in :mod:`~spikefloat.sim.golden.networks.quick`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import FORMATS, BlockFormat
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.sim.golden.networks.quick import Quick
from spikefloat.sim.golden.networks.tokens import TokenOperations
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.rounding import encode
from spikefloat.sim.golden.values import decode
from spikefloat.sim.golden.vectors.conversion import block_dequantize, block_quantize

__all__ = ["block_token_operations", "block_weights", "in_blocks"]

#: What holds each value of any block.
_FLOATS = FORMATS["binary32"]


def in_blocks(block: BlockFormat, array: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the values nearest to those of an array that blocks along its last axis have.

    Parameters
    ----------
    block : BlockFormat
        Format of the blocks.
    array : array of float
        Finite values; the last block of a row may be short.
    """
    rows, columns = array.shape
    padded = np.pad(array, ((0, 0), (0, -columns % block.size)))
    codes = encode(_FLOATS, padded).reshape(rows, -1, block.size)
    values = block_dequantize(block, *block_quantize(block, _FLOATS, codes), _FLOATS)
    return decode(_FLOATS, values).reshape(rows, -1)[:, :columns]


def block_weights(
    network: Network, arrays: Mapping[str, NDArray[np.floating]], block: BlockFormat
) -> dict[str, NDArray[Any]]:
    """Return values of weights in blocks where rows have a power of two otherwise, and codes of others.

    Parameters
    ----------
    network : Network
        A decoder.
    arrays : mapping of str to array of float
        All weights that are trained.
    block : BlockFormat
        Format of the blocks.

    Raises
    ------
    InputError
        If a weight is missing, has another shape, or is not finite.
    """
    weights: dict[str, NDArray[Any]] = dict(encode_weights(network, arrays))
    return weights | {name: in_blocks(block, arrays[name]) for name in network.scaled}


def block_token_operations(network: Network) -> TokenOperations:
    """Return operations that take values in place of codes for weights in blocks.

    Their network must have no powers of two of rows.

    Parameters
    ----------
    network : Network
        The description, with codes of 8 bits and a stream in bfloat16.
    """
    return _Values(network).operations()


class _Values(Quick):
    """Operations on codes, but for weights, which are values."""

    def right(self, w: NDArray[Any]) -> NDArray[Any]:
        return w if w.dtype.kind == "f" else super().right(w)

    def minus(self, codes: NDArray[Any]) -> NDArray[Any]:
        return np.signbit(codes) * 1.0 if codes.dtype.kind == "f" else super().minus(codes)

    def widened(self, a: NDArray[Any]) -> NDArray[np.int64]:
        return self.stream(a) if a.dtype.kind == "f" else super().widened(a)
