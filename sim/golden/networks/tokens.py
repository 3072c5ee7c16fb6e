# SPDX-License-Identifier: Apache-2.0
"""Golden model of a decoder: token after token, or several at once; keys and values stay.

As in :mod:`~spikefloat.sim.golden.networks.network` the operations can be others, such as those of
neurons.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Overflow
from spikefloat.rtl_gen.networks.description import Lookup, Network, Norm, Product, Rotate
from spikefloat.sim.golden.arithmetic import convert
from spikefloat.sim.golden.integers import scale_by_power_of_two
from spikefloat.sim.golden.networks.network import Operations, golden_operations, product_results
from spikefloat.sim.golden.networks.weights import EXPONENT, exponents_of
from spikefloat.sim.golden.rounding import NEAREST_EVEN
from spikefloat.sim.golden.vectors.elementwise import rope
from spikefloat.sim.golden.vectors.softmax import softmax

__all__ = ["Decoding", "TokenOperations", "golden_token_operations"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class TokenOperations(Operations):
    """What steps of decoders are made of besides."""

    widen: Callable[[Codes], Codes]  #: A code in the format of the stream, exactly.
    #: A code of the stream times a power of two, whose exponent is a code of int8.
    scale: Callable[[Codes, Codes], Codes]
    #: Pairs of the last axis turned, with a cosine and a sine for each; saturating.
    turn: Callable[[Codes, Codes, Codes], Codes]
    #: Softmax of rows. Of the first of the axis before the last so many elements count, of each
    #: later one one more; others become +0.
    causal_softmax: Callable[[Codes, int], Codes]


def golden_token_operations(network: Network) -> TokenOperations:
    """Return the operations as they must be."""
    fmt, wide = network.code_format, network.stream_format

    def scale(codes: Codes, exponents: Codes) -> Codes:
        a, b = np.broadcast_arrays(codes, exponents)
        return scale_by_power_of_two(wide, EXPONENT, a, b, None, NEAREST_EVEN).codes

    def turn(x: Codes, cos: Codes, sin: Codes) -> Codes:
        angles = (np.broadcast_to(part, (*x.shape[:-1], x.shape[-1] // 2)) for part in (cos, sin))
        return rope(fmt, fmt, Overflow.SATURATE, x, *angles)

    def causal_softmax(x: Codes, first: int) -> Codes:
        rows, columns = x.shape[-2:]
        return softmax(fmt, fmt, None, x, counts=np.tri(rows, columns, first - 1) == 1)

    return TokenOperations(
        **vars(golden_operations(network)),
        widen=partial(convert, fmt, wide),
        scale=scale,
        turn=turn,
        causal_softmax=causal_softmax,
    )


class Decoding:
    """A decoder at work on sequences: what it made of tokens stays for those that follow.

    Parameters
    ----------
    network : Network
        The description, which takes tokens.
    weights : mapping of str to array of int
        Codes of all weights, constants and powers of two included.
    operations : TokenOperations, optional
        What steps are made of; the golden ones by default.
    count : int
        Number of sequences, which are of one length.
    """

    def __init__(
        self,
        network: Network,
        weights: Mapping[str, Codes],
        operations: TokenOperations | None = None,
        count: int = 1,
    ) -> None:
        self._network = network
        self._own = golden_token_operations(network) if operations is None else operations
        self._weights = weights
        self._tensors = {
            name: np.zeros((count, *shape), np.int64) for name, shape in network.tensors.items()
        }
        self._stream: dict[str, Codes] = {}
        products = [step for step in network.steps if isinstance(step, Product)]
        self._transposed = {step.into for step in products if step.is_transposed}
        self.position = 0  #: Tokens so far.

    @property
    def context(self) -> int:
        """Most tokens of a sequence."""
        return self._network.shape(self._network.input)[0]

    def back(self, position: int) -> None:
        """Forget the tokens from a position on."""
        self.position = min(position, self.position)

    def run(self, tokens: ArrayLike) -> dict[str, dict[str, Codes]]:
        """Go on with tokens, and return everything that is computed, step by step.

        Parameters
        ----------
        tokens : array of int
            Of shape (count, tokens).

        Returns
        -------
        dict of str to dict of str to array of int
            As that of :func:`~spikefloat.sim.golden.networks.network.run_network`, rows being these
            tokens. Scores have a column for each token so far; those of later tokens are of no use.

        Raises
        ------
        InputError
            If the shape is wrong, there is no such token, or there are too many.
        """
        numbers = np.asarray(tokens)
        target, vocabulary = self._tensors[self._network.input], self._network.vocabulary
        if numbers.ndim != 2 or len(numbers) != len(target) or not numbers.size:
            raise InputError(
                f"Tokens must have the shape ({len(target)}, tokens), not {numbers.shape}"
            )
        if ((numbers < 0) | (numbers >= vocabulary)).any():
            raise InputError(f"Tokens must be from 0 to {vocabulary - 1}, not {numbers.max()}")
        stop = self.position + numbers.shape[1]
        if stop > self.context:
            raise InputError(f"Tokens of a sequence must be at most {self.context}, not {stop}")
        window = slice(self.position, stop)
        target[:, window, 0] = numbers
        made = {step.name: self._step(step, window) for step in self._network.steps}
        self.position = stop
        return made

    def _step(self, step: object, window: slice) -> dict[str, Codes]:
        """Return what a step makes of the rows of a window, and write it where it belongs."""
        own, tensors, weights = self._own, self._tensors, self._weights
        if isinstance(step, Product):
            return self._product(step, window)
        if isinstance(step, Lookup):
            rows = tensors[step.x][:, window, 0]
            stream = own.widen(weights[step.table][rows])
            if step.table in self._network.scaled:
                stream = own.scale(stream, weights[exponents_of(step.table)][rows])
            self._stream[step.keep] = stream
            tensors[step.into][:, window] = own.narrow(stream)
            return {"stream": stream, "codes": tensors[step.into][:, window].copy()}
        assert hasattr(step, "x")
        assert hasattr(step, "into")
        x = tensors[step.x][:, window]
        if isinstance(step, Norm):
            codes = own.norm(x, np.broadcast_to(weights[step.gain], x.shape), step.epsilon)
        elif isinstance(step, Rotate):
            codes = own.turn(x, weights[step.cos][window], weights[step.sin][window])
        else:
            codes = own.causal_softmax(x[..., : window.stop], window.start + 1)
        tensors[step.into][:, window, : codes.shape[-1]] = codes
        return {"codes": codes}

    def _product(self, step: Product, window: slice) -> dict[str, Codes]:
        x, stop = self._tensors[step.x][:, window], window.stop
        if step.w in self._weights:
            total = self._own.product(x, self._weights[step.w][None])
            if step.w in self._network.scaled:
                total = self._own.scale(total, self._weights[exponents_of(step.w)][:, 0])
        elif step.w in self._transposed:  # columns are tokens
            total = self._own.product(x[..., :stop], self._tensors[step.w][..., :stop])
        else:
            total = self._own.product(x, self._tensors[step.w][:, :stop])
        added = None if step.add is None else self._stream[step.add]
        made = product_results(step, total, added, self._own)
        if step.keep is not None:
            self._stream[step.keep] = made["stream"]
        if step.into is None:
            return made
        codes, target = made["gated" if step.is_gated else "codes"], self._tensors[step.into]
        columns = slice(step.column, step.column + codes.shape[2])
        if step.is_transposed:
            target[:, columns, window] = codes.swapaxes(1, 2)
        else:
            target[:, window, columns] = codes
        return made
