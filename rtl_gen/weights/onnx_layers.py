# SPDX-License-Identifier: Apache-2.0
"""The layers of an ONNX model, as one node behind another adds to them.

What stands between two products is kept as a place, a factor and a summand for each element, and
joined with the layer before it or behind it. That is done in exact fractions, so that every weight
is rounded once, at the end.
"""

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.weights.onnx_constants import UnsupportedError
from spikefloat.rtl_gen.weights.rounding import to_floats, to_fractions

__all__ = ["Chain"]

Array = NDArray[Any]

#: Bits of the middles between two values of a format of up to 16 bits, as fractions.
_MIDDLE_BITS = 320


class Chain:
    """The layers so far, and what was done to the outputs of the last one.

    Parameters
    ----------
    shape : tuple of int
        Shape of the input, of one vector.
    batch : int, optional
        Size of the first axis that the model fixes, where one vector is computed at a time.
    """

    def __init__(self, shape: tuple[int, ...], batch: int | None = None) -> None:
        self.batch = batch
        self._names: list[str] = []
        self._weights: list[Array] = []
        self._biases: list[Array | None] = []
        self._activations: list[str] = []
        #: Which element of the input or of the last layer is at each place.
        self._index: Array = np.arange(math.prod(shape)).reshape(shape)
        #: What it is multiplied by, and what is added then, if anything.
        self._scale: Array | None = None
        self._shift: Array | None = None
        self._is_open = False  #: Whether the last layer can still take factors and summands.

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what the last node made."""
        return self._index.shape

    @property
    def length(self) -> int:
        """Number of layers."""
        return len(self._weights)

    def move(self, function: Callable[[Array], Array]) -> None:
        """Move all elements as a function moves those of an array."""
        size = self._index.size
        self._index = function(self._index)
        self._scale, self._shift = (
            None if array is None else function(array) for array in (self._scale, self._shift)
        )
        if self._index.size != size:
            raise UnsupportedError(f"must keep all {size} elements, not {self._index.size}")

    def add(self, constant: Array) -> None:
        """Add a constant, spread as ONNX does it."""
        constant = self._spread(constant)
        if self._shift is None:
            self._shift = constant  # of any type, as long as nothing else is done to it
        else:
            self._shift = _array(to_fractions(self._shift) + to_fractions(constant))

    def multiply(self, constant: Array, *, divides: bool = False) -> None:
        """Multiply by a constant, spread as ONNX does it, or divide by it."""
        factor = to_fractions(self._spread(constant))
        if divides:
            if (factor == 0).any():
                raise UnsupportedError("must not divide by zero")
            factor = _array(Fraction(1) / factor)
        self._scale = factor if self._scale is None else _array(self._scale * factor)
        if self._shift is not None:
            self._shift = _array(to_fractions(self._shift) * factor)

    def _spread(self, constant: Array) -> Array:
        """Give a constant and what it is used on the same shape."""
        try:
            shape = np.broadcast_shapes(self.shape, constant.shape)
        except ValueError:
            shape = ()
        if math.prod(shape) != self._index.size:
            raise UnsupportedError(
                f"must have a constant that fits the shape {self.shape}, not {constant.shape}"
            )
        self.move(lambda array: array.reshape(shape))
        return np.broadcast_to(constant, shape)

    def normalise(self, operands: list[Array], epsilon: float) -> None:
        """Do what a batch normalisation for inference does, along the second axis.

        The root is the one thing that is no fraction. What is compared with a middle t between two
        values is p + q / sqrt(v) with rational p, q and v. If it is not equal to t, then q * q / v
        and (t - p)**2 are two fractions that differ, so by no less than one over the product of
        their denominators. A root of more bits than all these numbers have together is on the same
        side of every middle. Behind a ReLU, roots of several channels meet in one bias, for which
        this is no proof.
        """
        channels = self.shape[1] if len(self.shape) > 1 else 0
        if any(operand.shape != (channels,) for operand in operands):
            raise UnsupportedError(
                f"must have operands of the shape ({channels},), not {operands[0].shape}"
            )
        scale, bias, mean, variance = (to_fractions(operand) for operand in operands)
        variance = variance + Fraction(epsilon)
        if (variance <= 0).any():
            raise UnsupportedError("must have a variance above zero")
        self._fold()
        bits = max(
            [
                _bits(value)
                for array in (*self._weights[-1:], *self._biases[-1:], self._scale, self._shift)
                if array is not None
                for value in to_fractions(array).flat
            ],
            default=0,
        )
        factors = np.empty(channels, object)
        for channel, (s, b, m, v) in enumerate(zip(scale, bias, mean, variance, strict=True)):
            own = sum(map(_bits, (s, b, m, v)))
            factors[channel] = s * _inverse_root(v, 4 * (bits + own) + _MIDDLE_BITS)
        axes = (1, channels, *[1] * (len(self.shape) - 2))
        self.add(-mean.reshape(axes))
        self.multiply(factors.reshape(axes))
        self.add(bias.reshape(axes))

    def product(self, name: str, weight: Array, shape: tuple[int, ...]) -> None:
        """Begin a layer.

        Parameters
        ----------
        name : str
            What the weights are called.
        weight : array
            Weights of shape (outputs, inputs).
        shape : tuple of int
            Shape of the outputs.
        """
        self._fold()
        if weight.shape[1] != self._index.size:
            raise UnsupportedError(
                f"must have {weight.shape[1]} inputs, as weights {name!r} say, not "
                f"{self._index.size}"
            )
        bias = None
        if self._shift is not None:
            bias = to_fractions(weight) @ to_fractions(self._shift.ravel())
        if self._scale is not None:
            weight = to_fractions(weight) * self._scale.ravel()
        self._names.append(self._label(name))
        self._weights.append(weight[:, np.argsort(self._index.ravel())])
        self._biases.append(bias)
        self._activations.append("none")
        self._index = np.arange(len(weight)).reshape(shape)
        self._scale = self._shift = None
        self._is_open = True

    def _label(self, name: str) -> str:
        label = re.sub(r"\W", "_", name.removesuffix(".weight").rsplit("/", 1)[-1])
        if not label or label in self._names:
            label = f"layer{self.length + 1}"
        return label

    def rectify(self) -> None:
        """Put a ReLU behind the last layer."""
        if not self.length:
            raise UnsupportedError("must follow a linear layer, not the input")
        self._fold()
        # A factor above zero may wait behind the ReLU as well as before it.
        if self._shift is not None or (self._scale is not None and (self._scale <= 0).any()):
            raise UnsupportedError("must follow a linear layer, not what is done behind a ReLU")
        self._activations[-1] = "relu"
        self._is_open = False

    def seal(self) -> None:
        """Let what is here be the result of the last layer, in the format of the circuit."""
        self._fold()
        positive = self._shift is None and (self._scale is None or (self._scale > 0).all())
        if self.length and self._activations[-1] == "relu" and positive:
            self._is_open = True  # for factors that may as well come before the ReLU
            self._fold()
        self._is_open = False
        if self._scale is not None and (self._scale != 1).any() or self._shift is not None:
            raise UnsupportedError("must follow a layer, not the input, if it has a scale")

    def _fold(self) -> None:
        """Join places, factors and summands with the last layer, if it takes them."""
        if not self.length:
            return
        order = self._index.ravel()
        weight, bias = self._weights[-1][order], self._biases[-1]
        bias = bias if bias is None else bias[order]
        if self._is_open:
            if self._scale is not None:
                scale = self._scale.ravel()
                weight = to_fractions(weight) * scale[:, np.newaxis]
                bias = bias if bias is None else to_fractions(bias) * scale
            if self._shift is not None:
                shift = self._shift.ravel()
                bias = shift if bias is None else to_fractions(bias) + to_fractions(shift)
            self._scale = self._shift = None
        self._weights[-1], self._biases[-1] = weight, bias
        self._index = np.arange(order.size).reshape(self.shape)

    def finish(self) -> tuple[dict[str, Array], tuple[str, ...]]:
        """Return weights and biases by the names of a state dict, and the activations.

        Raises
        ------
        UnsupportedError
            If something is done behind the last ReLU.
        """
        self._fold()
        if self._scale is not None or self._shift is not None:
            raise UnsupportedError("must be followed by a linear layer, not be the end")
        arrays: dict[str, Array] = {}
        for name, weight, bias in zip(self._names, self._weights, self._biases, strict=True):
            arrays[f"{name}.weight"] = to_floats(weight)
            if bias is not None:
                arrays[f"{name}.bias"] = to_floats(bias)
        return arrays, tuple(self._activations)


def _array(values: Any) -> Array:
    """Return an array of fractions; numpy makes a plain one of what has no axis."""
    return np.asarray(values, object)


def _bits(value: Any) -> int:
    bits: int = value.numerator.bit_length() + value.denominator.bit_length()
    return bits


def _inverse_root(value: Fraction, bits: int) -> Fraction:
    """Return 1 / sqrt(value): exact if it is a fraction, else with so many bits below the point."""
    radicand = value.numerator * value.denominator
    root = math.isqrt(radicand)
    if root * root == radicand:
        return Fraction(root, value.numerator)
    return Fraction(math.isqrt(radicand << 2 * bits), value.numerator << bits)
