# SPDX-License-Identifier: Apache-2.0
"""A network in floats: its results with or without the roundings of the codes, and its slopes.

Without roundings this is the float32 model that the exact one is compared with. With them it is
what weights are trained for: each rounding is done, and passed over when slopes are computed, as if
it were not there (a *straight-through* estimate). It is not exact, and need not be: the golden model
tells what the codes are.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.networks.description import (
    Lookup,
    Network,
    Norm,
    Product,
    Rotate,
    Softmax,
)
from spikefloat.sim.golden.networks.quick import round_floats
from spikefloat.sim.golden.networks.weights import row_exponents

__all__ = ["FloatNetwork"]

Floats = NDArray[Any]


class FloatNetwork:
    """A network in floats.

    Parameters
    ----------
    network : Network
        The description.
    is_rounded : bool
        Whether weights and results are rounded where those of the codes are.
    kind : type
        ``numpy.float32`` or ``numpy.float64``.
    """

    def __init__(self, network: Network, *, is_rounded: bool, kind: Any = np.float32) -> None:
        self._network = network
        self._kind = kind
        self._is_rounded = is_rounded
        self._tensors: dict[str, Floats] = {}
        self._stream: dict[str, Floats] = {}
        self._kept: dict[str, Any] = {}

    def run(self, arrays: Mapping[str, Floats], x: Floats) -> Floats:
        """Return the results, of shape (count, rows, columns).

        Parameters
        ----------
        arrays : mapping of str to array of float
            All weights that are trained.
        x : array of float
            Values of shape (count, tokens, values); numbers of tokens, if the network takes these.
        """
        network, kind = self._network, self._kind
        code = self._rounding(network.code_format)
        rows, columns = network.shape(network.input)
        values = np.asarray(x) if network.takes_tokens else code(np.asarray(x, kind))
        if columns > network.values:
            places = np.broadcast_to(np.eye(rows, dtype=kind), (len(x), rows, rows))
            values = np.concatenate([values, places], axis=2)
        self._tensors = {
            name: np.zeros((len(x), *shape), kind) for name, shape in network.tensors.items()
        }
        self._tensors[network.input] = values
        for name in network.trained:
            self._tensors[name] = self._weight(name, np.asarray(arrays[name], kind), code)
        for name in network.constants:
            self._tensors[name] = code(np.array(network.constant(name), kind))
        for step in network.steps:
            match step:
                case Product():
                    self._product(step, code)
                case Norm():
                    self._norm(step, code)
                case Lookup():
                    self._stream[step.keep] = self._tensors[step.table][self._tokens(step)]
                    self._tensors[step.into] = code(self._stream[step.keep])
                case Rotate():
                    turned = self._turned(step, self._tensors[step.x], 1)
                    self._tensors[step.into] = code(turned)
                case Softmax():
                    self._softmax(step, code)
        return self._stream[network.output]

    def slopes(self, of_result: Floats) -> dict[str, Floats]:
        """Return the slopes of something by each weight, after :meth:`run`.

        Parameters
        ----------
        of_result : array of float
            Slopes of it by the results.
        """
        network = self._network
        of_tensors = {name: np.zeros_like(array) for name, array in self._tensors.items()}
        of_stream = {name: np.zeros_like(array) for name, array in self._stream.items()}
        of_stream[network.output] += of_result
        for step in reversed(network.steps):
            match step:
                case Product():
                    self._product_slopes(step, of_tensors, of_stream)
                case Norm():
                    self._norm_slopes(step, of_tensors)
                case Lookup():
                    of_rows = of_tensors[step.into] + of_stream[step.keep]
                    np.add.at(of_tensors[step.table], self._tokens(step), of_rows)
                case Rotate():
                    of_tensors[step.x] += self._turned(step, of_tensors[step.into], -1)
                case Softmax():
                    y, of_y = self._kept[step.name], of_tensors[step.into]
                    of_tensors[step.x] += y * (of_y - (of_y * y).sum(axis=-1, keepdims=True))
        return {name: of_tensors[name] for name in network.trained}

    def _rounding(self, fmt: Format) -> Callable[[Floats], Floats]:
        if not self._is_rounded:
            return lambda values: values
        return lambda values: round_floats(fmt, values)

    def _weight(self, name: str, array: Floats, code: Callable[[Floats], Floats]) -> Floats:
        """Return a weight, rounded as its codes are."""
        if not self._is_rounded or name not in self._network.scaled:
            return code(array)
        exponents = row_exponents(self._network.code_format, array)[:, None]
        return np.ldexp(code(np.ldexp(array, -exponents)), exponents)

    def _tokens(self, step: Lookup) -> NDArray[np.int64]:
        return np.asarray(self._tensors[step.x][..., 0], np.int64)

    def _turned(self, step: Rotate, x: Floats, way: int) -> Floats:
        """Return pairs turned by their angles, or back."""
        even, odd = x[..., ::2], x[..., 1::2]
        cos, sin = self._tensors[step.cos], way * self._tensors[step.sin]
        turned = np.empty_like(x)
        turned[..., ::2], turned[..., 1::2] = even * cos - odd * sin, even * sin + odd * cos
        return turned

    def _product(self, step: Product, code: Callable[[Floats], Floats]) -> None:
        wide = self._rounding(self._network.stream_format)
        total = wide(self._tensors[step.x] @ self._tensors[step.w].swapaxes(-1, -2))
        if step.add is not None:
            total = wide(total + self._stream[step.add])
        if step.keep is not None:
            self._stream[step.keep] = total
        if step.into is None:
            return
        codes = code(total)
        if step.function is not None:
            self._kept[step.name] = codes
            codes = code(_gelu(step.function, codes)[0])
        if step.is_gated:
            gate, value = codes[..., ::2], codes[..., 1::2]
            sigmoid = 1 / (1 + np.exp(-gate))
            self._kept[step.name] = gate, value, sigmoid
            codes = code(wide(gate * sigmoid) * value)
        self._tensors[step.into][_place(step, codes)] = _transposed(step, codes)

    def _product_slopes(
        self, step: Product, of_tensors: dict[str, Floats], of_stream: dict[str, Floats]
    ) -> None:
        of_total = np.zeros((), self._kind)
        if step.into is not None:
            rows, columns, _ = self._network.product_shape(step)
            shape = (1, rows, columns // 2 if step.is_gated else columns)
            place = _place(step, np.empty(shape, self._kind))
            of_codes = _transposed(step, of_tensors[step.into][place])
            if step.is_gated:
                gate, value, sigmoid = self._kept[step.name]
                of_pairs = np.empty((*of_codes.shape[:2], columns), self._kind)
                slope = sigmoid * (1 + gate * (1 - sigmoid))
                of_pairs[..., ::2] = of_codes * value * slope
                of_pairs[..., 1::2] = of_codes * gate * sigmoid
                of_codes = of_pairs
            if step.function is not None:
                of_codes = of_codes * _gelu(step.function, self._kept[step.name])[1]
            of_total = of_codes
        if step.keep is not None:
            of_total = of_total + of_stream[step.keep]
        if step.add is not None:
            of_stream[step.add] += of_total
        of_tensors[step.x] += _fit(of_total @ self._tensors[step.w], of_tensors[step.x])
        of_w = of_total.swapaxes(-1, -2) @ self._tensors[step.x]
        of_tensors[step.w] += _fit(of_w, of_tensors[step.w])

    def _norm(self, step: Norm, code: Callable[[Floats], Floats]) -> None:
        x = self._tensors[step.x]
        scalar = self._rounding(self._network.stream_format)
        mean = self._kind(0) if step.offset is None else x.mean(axis=-1, keepdims=True)
        spread = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
        root = scalar(1 / np.sqrt(spread + self._kind(float(step.epsilon))))
        centred = x - scalar(mean)
        self._kept[step.name] = centred, root
        y = centred * root * self._tensors[step.gain]
        self._tensors[step.into] = code(
            y if step.offset is None else y + self._tensors[step.offset]
        )

    def _norm_slopes(self, step: Norm, of_tensors: dict[str, Floats]) -> None:
        x, root = self._kept[step.name]
        of_y, gain = of_tensors[step.into], self._tensors[step.gain]
        of_tensors[step.gain] += (of_y * x * root).sum(axis=(0, 1))
        of_x = of_y * gain
        along = (of_x * x).mean(axis=-1, keepdims=True)
        of_x = root * of_x - root**3 * along * x
        if step.offset is not None:
            of_tensors[step.offset] += of_y.sum(axis=(0, 1))
            of_x = of_x - of_x.mean(axis=-1, keepdims=True)
        of_tensors[step.x] += of_x

    def _softmax(self, step: Softmax, code: Callable[[Floats], Floats]) -> None:
        x = self._tensors[step.x]
        if step.is_causal:
            x = np.where(np.tri(*x.shape[-2:]) == 1, x, self._kind(-np.inf))
        powers = np.exp(x - x.max(axis=-1, keepdims=True))
        shares = powers / powers.sum(axis=-1, keepdims=True)
        self._kept[step.name] = shares
        self._tensors[step.into] = code(shares)


def _gelu(name: str, x: Floats) -> tuple[Floats, Floats]:
    """Return a function of :data:`~spikefloat.rtl_gen.networks.kinds.FUNCTIONS`, and its slope."""
    if name == "gelu":
        share = (1 + erf(x / math.sqrt(2))) / 2
        return x * share, share + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    scale = math.sqrt(2 / math.pi)
    tanh = np.tanh(scale * (x + 0.044715 * x**3))
    slope = (1 - tanh**2) * scale * (1 + 3 * 0.044715 * x * x)
    return x * (1 + tanh) / 2, (1 + tanh + x * slope) / 2


def _transposed(step: Product, codes: Floats) -> Floats:
    return codes.swapaxes(1, 2) if step.is_transposed else codes


def _place(step: Product, codes: Floats) -> tuple[slice, slice, slice]:
    """Return where in a tensor the codes of a product, not yet transposed, are."""
    own = slice(step.column, step.column + codes.shape[2])
    every = slice(None)
    return (every, own, every) if step.is_transposed else (every, every, own)


def _fit(slopes: Floats, target: Floats) -> Floats:
    """Return slopes summed over all images, for a weight."""
    return slopes if target.ndim == 3 else np.asarray(slopes.sum(axis=0))
