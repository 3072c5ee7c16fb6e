# SPDX-License-Identifier: Apache-2.0
"""The operations of a decoder by tables and in float64: quick, and the same as far as is known.

Sums of products of 8-bit floats, of two numbers of the stream, and products of three significands are
exact in float64 before they are rounded. Powers of e, roots and quotients are not: where one of them
lies nearer to a tie than float64 can tell, a result may differ. So these operations propose tokens
and measure perplexity; what is right, the golden model says.
"""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.networks.description import Network, Product
from spikefloat.sim.golden.networks.tokens import TokenOperations, golden_token_operations
from spikefloat.sim.golden.networks.weights import EXPONENT
from spikefloat.sim.golden.values import decode

__all__ = ["Quick", "quick_token_operations", "round_floats"]

Codes = NDArray[np.int64]
Floats = NDArray[Any]


def round_floats(fmt: Format, values: Floats) -> Floats:
    """Return the nearest values of a format, ties to even; too large ones become the largest.

    Parameters
    ----------
    fmt : Format
        A format whose values all are floats of the array's type.
    values : array of float
        Finite values.
    """
    _, exponent = np.frexp(values)
    place = np.maximum(exponent - 1, fmt.min_exponent) - fmt.mantissa_bits
    largest = float(fmt.max_value)
    rounded = np.ldexp(np.rint(np.ldexp(values, -place)), place)
    return np.asarray(np.clip(rounded, -largest, largest), values.dtype)


def quick_token_operations(network: Network) -> TokenOperations:
    """Return the operations.

    Parameters
    ----------
    network : Network
        The description, with codes of 8 bits and a stream in bfloat16.

    Raises
    ------
    InputError
        If it has other formats.
    """
    return Quick(network).operations()


class Quick:
    """Tables of all codes, and what is made with them.

    Parameters
    ----------
    network : Network
        The description.

    Raises
    ------
    InputError
        If its formats are others than those of :func:`quick_token_operations`.
    """

    def __init__(self, network: Network) -> None:
        if network.code_format.width > 8 or network.stream_format.name != "bfloat16":
            raise InputError(
                "Formats must be one of up to 8 bits and bfloat16, not "
                f"{network.code_format.name} and {network.stream_format.name}"
            )
        fmt, wide = network.code_format, network.stream_format
        golden = golden_token_operations(network)
        every, stream = np.arange(1 << fmt.width), np.arange(1 << wide.width)
        self.values = decode(fmt, every)
        self.wide = decode(wide, stream)
        self.narrow = golden.narrow(stream)
        self.widen = golden.widen(every)
        self.gate = golden.gate(*np.meshgrid(every, every, indexing="ij"))
        self.functions = {
            step.function: golden.activate(step.function, every)
            for step in network.steps
            if isinstance(step, Product) and step.function is not None
        }
        self._fmt, self._stream_format = fmt, wide

    def operations(self) -> TokenOperations:
        """Return all operations."""
        return TokenOperations(
            product=self.product,
            add=lambda a, b: self.stream(self.wide[a] + self.wide[b]),
            narrow=lambda a: self.narrow[a],
            gate=lambda a, b: self.gate[a, b],
            activate=lambda name, a: self.functions[name][a],
            norm=self.norm,
            softmax=lambda x: self.causal_softmax(x, x.shape[-1]),
            widen=self.widened,
            scale=self.scale,
            turn=self.turn,
            causal_softmax=self.causal_softmax,
        )

    def right(self, w: Codes) -> Floats:
        """Return the values of right operands."""
        return np.asarray(self.values[w])

    def minus(self, codes: Codes) -> Floats:
        """Return 1 for codes with a sign, 0 for others."""
        return (codes >> self._fmt.width - 1).astype(float)

    def widened(self, a: Codes) -> Codes:
        """Return codes in the format of the stream."""
        return np.asarray(self.widen[a])

    def stream(self, values: Floats) -> Codes:
        """Return the codes of the stream nearest to values."""
        rounded = round_floats(self._stream_format, values).astype(np.float32)
        return (rounded.view(np.uint32) >> 16).astype(np.int64)

    def codes(self, values: Floats) -> Codes:
        """Return the codes nearest to values, which a number of the stream is first exactly."""
        return self.narrow[self.stream(round_floats(self._fmt, values))]

    def product(self, x: Codes, w: Codes) -> Codes:
        """Return all dot products of rows."""
        total = self.values[x] @ self.right(w).swapaxes(-1, -2)
        result = self.stream(total)
        if (total == 0).any():
            # A sum of zeros is -0 if every product is -0, which a product of matrices does not say.
            minus_x, minus_w = self.minus(x), self.minus(w).swapaxes(-1, -2)
            negative = minus_x @ (1 - minus_w) + (1 - minus_x) @ minus_w
            all_minus = (total == 0) & (negative == x.shape[-1])
            result = np.where(total == 0, all_minus * self._stream_format.sign_mask, result)
        return result

    def scale(self, codes: Codes, exponents: Codes) -> Codes:
        """Return codes of the stream times powers of two."""
        return self.stream(np.ldexp(self.wide[codes], EXPONENT.decode(exponents)))

    def norm(self, x: Codes, gain: Codes, offset: Codes | None, epsilon: Fraction) -> Codes:
        """Return normalised rows."""
        values, wide = self.values[x], self._stream_format
        mean = np.zeros(()) if offset is None else values.mean(axis=-1, keepdims=True)
        spread = ((values - mean) ** 2).mean(axis=-1, keepdims=True)
        root = round_floats(wide, 1 / np.sqrt(spread + float(epsilon)))
        if offset is None:
            return self.codes(values * root * self.values[gain])
        difference = values - round_floats(wide, mean)
        return self.codes(difference * root * self.values[gain] + self.values[offset])

    def turn(self, x: Codes, cos: Codes, sin: Codes) -> Codes:
        """Return turned pairs."""
        even, odd = self.values[x[..., ::2]], self.values[x[..., 1::2]]
        cosine, sine = self.values[cos], self.values[sin]
        parts = [even * cosine - odd * sine, even * sine + odd * cosine]
        return self.codes(np.stack(parts, axis=-1).reshape(x.shape))

    def causal_softmax(self, x: Codes, first: int) -> Codes:
        """Return shares of rows."""
        values = np.where(np.tri(x.shape[-2], x.shape[-1], first - 1) == 1, self.values[x], -np.inf)
        powers = np.exp(values - values.max(axis=-1, keepdims=True))
        powers = round_floats(self._stream_format, powers)
        return self.codes(powers / powers.sum(axis=-1, keepdims=True))
