# SPDX-License-Identifier: Apache-2.0
"""What single nodes of an ONNX model do to a chain of layers."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.weights.onnx_constants import UnsupportedError, is_float
from spikefloat.rtl_gen.weights.onnx_layers import Chain
from spikefloat.rtl_gen.weights.rounding import to_fractions

__all__ = ["begin_chain", "is_power_of_two", "take_arithmetic", "take_product"]

Array = NDArray[Any]


def is_power_of_two(value: Fraction) -> bool:
    """Tell whether a number is a power of two."""
    return value > 0 and value.numerator * value.denominator == 1 << (
        (value.numerator * value.denominator).bit_length() - 1
    )


def begin_chain(axes: list[int | None] | None, inner: int | None, is_column: bool) -> Chain:
    """Return a chain whose input is one vector.

    Parameters
    ----------
    axes : list of int or None, or None
        What the model says about the input.
    inner : int or None
        Number of inputs of the first product.
    is_column : bool
        Whether weights stand before the input there, so that a batch is the last axis.
    """
    sizes: list[int | None] = [None, None] if axes is None else list(axes)
    batch = None
    if len(sizes) > 1:
        place = len(sizes) - 1 if is_column else 0
        known = math.prod(size for size in sizes if size)
        if sizes[place] is None or known != inner and None in sizes or inner not in (None, known):
            batch = sizes[place]
            sizes[place] = 1
    free = [place for place, size in enumerate(sizes) if size is None]
    if free:
        known = math.prod(size for size in sizes if size)
        for place in free:
            sizes[place] = 1
        sizes[free[-1]] = max((inner or 1) // known, 1)
    return Chain(tuple(size or 1 for size in sizes), batch)


def take_arithmetic(chain: Chain, kind: str, constant: Array, is_first: bool) -> None:
    """Take a sum, difference, product or quotient of the chain and a constant."""
    if not is_float(constant):
        raise UnsupportedError(f"must have a constant of floats, not {constant.dtype}")
    if kind == "Div" and not is_first:
        raise UnsupportedError("must divide by a constant, not by the chain")
    if kind in ("Mul", "Div"):
        chain.multiply(constant, divides=kind == "Div")
        return
    if kind == "Sub" and is_first:
        constant = np.asarray(-to_fractions(constant), object)
    elif kind == "Sub":
        chain.multiply(np.array(-1.0))
    chain.add(constant)


def take_product(
    chain: Chain,
    node: Any,
    attributes: dict[str, Any],
    operands: Sequence[Array | None],
    is_first: bool,
) -> None:
    """Take a product of the chain and a matrix: a row times it, or it times a column."""
    place = int(is_first)
    weight, name = operands[place], node.input[place]
    if weight is None:
        raise UnsupportedError("must have a matrix of weights as its other operand")
    if weight.ndim != 2:
        raise UnsupportedError(
            f"must have weights of two axes, not {name!r} of the shape {weight.shape}"
        )
    if not is_float(weight):
        raise UnsupportedError(f"must have weights of floats, not {name!r} of {weight.dtype}")
    if attributes.get("transA" if is_first else "transB"):
        chain.move(np.transpose)
    if attributes.get("transB" if is_first else "transA"):
        weight = weight.T
    shape = chain.shape
    axis = len(shape) - 1 if is_first or len(shape) == 1 else len(shape) - 2
    if not shape or shape[axis] != math.prod(shape):
        raise UnsupportedError(
            f"must multiply a {'row' if is_first else 'column'}, not the shape {shape}"
        )
    weight = weight.T if is_first else weight
    chain.product(name, weight, (*shape[:axis], len(weight), *shape[axis + 1 :]))
    if attributes.get("alpha", 1) != 1:
        chain.multiply(np.array(attributes["alpha"]))
    if len(operands) > 2 and (bias := operands[2]) is not None:
        if attributes.get("beta", 1) != 1:
            bias = np.asarray(to_fractions(bias) * Fraction(attributes["beta"]), object)
        chain.add(bias)
