# SPDX-License-Identifier: Apache-2.0
"""Codes of the weights of a network."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import INTEGERS, Format, Overflow
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.sim.golden.rounding import encode

__all__ = ["EXPONENT", "encode_weights", "exponents_of", "row_exponents"]

Codes = NDArray[np.int64]

#: Powers of two of rows.
EXPONENT = INTEGERS["int8"]


def exponents_of(name: str) -> str:
    """Return the name that the powers of two of a weight's rows have among the weights."""
    return f"{name}_exponents"


def row_exponents(fmt: Format, array: NDArray[np.floating]) -> Codes:
    """Return the power of two of each row: the least with which no element is too large for a format.

    Parameters
    ----------
    fmt : Format
        The format.
    array : array of float
        Of shape (rows, columns).

    Returns
    -------
    array of int
        From -128 to 127; 0 for a row of zeros.
    """
    share, exponent = np.frexp(abs(array).max(axis=1).astype(np.float64) / float(fmt.max_value))
    least = exponent - (share == 0.5)
    return np.asarray(np.clip(least, EXPONENT.lowest, EXPONENT.highest), np.int64)


def encode_weights(
    network: Network, arrays: Mapping[str, NDArray[np.floating]]
) -> dict[str, Codes]:
    """Return the codes of all weights, those of constants included; too large ones saturate.

    Parameters
    ----------
    network : Network
        What the weights are of.
    arrays : mapping of str to array of float
        All weights that are trained.

    Raises
    ------
    InputError
        If a weight is missing, has another shape, or is not finite.
    """
    codes = {}
    for name, shape in network.trained.items():
        if name not in arrays:
            raise InputError(f"Weights must have an array {name!r}; it is missing")
        array = np.asarray(arrays[name])
        if array.shape != shape:
            raise InputError(f"Shape of weight {name} must be {shape}, not {array.shape}")
        if not np.isfinite(array).all():
            raise InputError(f"Weight {name} must be finite, not NaN or infinite")
        if name in network.scaled:
            exponents = row_exponents(network.code_format, array)
            array = np.ldexp(array.astype(np.float64), -exponents[:, None])
            codes[exponents_of(name)] = exponents[:, None] & (1 << EXPONENT.width) - 1
        codes[name] = encode(network.code_format, array, Overflow.SATURATE)
    for name in network.constants:
        codes[name] = encode(network.code_format, np.array(network.constant(name)))
    return codes
