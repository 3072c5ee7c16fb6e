# SPDX-License-Identifier: Apache-2.0
"""Golden model of a decoder: token after token, or several at once; keys and values stay.

As in :mod:`~spikefloat.sim.golden.networks.network` the operations can be others, such as those of
neurons.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Overflow
from spikefloat.rtl_gen.networks.description import (
    Lookup,
    Network,
    Norm,
    Product,
    Rotate,
    Softmax,
    Step,
)
from spikefloat.sim.golden.arithmetic import convert
from spikefloat.sim.golden.integers import scale_by_power_of_two
from spikefloat.sim.golden.networks.network import (
    Operations,
    golden_operations,
    normalised,
    product_results,
    written,
)
from spikefloat.sim.golden.networks.weights import EXPONENT, exponents_of
from spikefloat.sim.golden.rounding import NEAREST_EVEN
from spikefloat.sim.golden.vectors.elementwise import rope
from spikefloat.sim.golden.vectors.softmax import softmax

__all__ = ["Decoding", "TokenOperations", "golden_token_operations", "step_groups"]

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
        self._groups = step_groups(network)
        self.position = 0  #: Tokens so far.

    @property
    def context(self) -> int:
        """Most tokens of a sequence."""
        return self._network.shape(self._network.input)[0]

    def back(self, position: int) -> None:
        """Forget the tokens from a position on."""
        self.position = min(position, self.position)

    def run(
        self,
        tokens: ArrayLike,
        part: slice = slice(None),
        known: Mapping[str, Mapping[str, Codes]] | None = None,
    ) -> dict[str, dict[str, Codes]]:
        """Go on with tokens, and return everything that is computed, step by step.

        Parameters
        ----------
        tokens : array of int
            Of shape (count, tokens).
        part : slice
            Of the groups of steps, those that are computed; by default all.
        known : mapping of str to mapping of str to array of int, optional
            What other steps have made of these tokens, as it is returned: it is taken as it is.

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
        for step in self._network.steps:
            if known is not None and step.name in known:
                self._write(step, known[step.name], window)
        made: dict[str, dict[str, Codes]] = {}
        for steps in self._groups[part]:
            results = self._steps(steps, window)
            for step in steps:
                self._write(step, results[step.name], window)
            made |= results
        self.position = stop
        return made

    def _write(self, step: Step, results: Mapping[str, Codes], window: slice) -> None:
        """Write what a step makes of the rows of a window where it belongs."""
        if not isinstance(step, Norm | Rotate | Softmax) and step.keep is not None:
            self._stream[step.keep] = results["stream"]
        codes = written(results)
        if step.into is None or codes is None:
            return
        target = self._tensors[step.into]
        first, is_transposed = 0, False
        if isinstance(step, Product):
            first, is_transposed = step.column, step.is_transposed
        columns = slice(first, first + codes.shape[2])
        if is_transposed:
            target[:, columns, window] = codes.swapaxes(1, 2)
        else:
            target[:, window, columns] = codes

    def _steps(self, steps: Sequence[Step], window: slice) -> dict[str, dict[str, Codes]]:
        """Return what steps of one kind make of the rows of a window."""
        own, tensors, weights = self._own, self._tensors, self._weights
        if isinstance(steps[0], Product):
            return self._products([step for step in steps if isinstance(step, Product)], window)
        if isinstance(steps[0], Lookup):
            return self._lookup(steps[0], window)
        x = np.stack([tensors[step.x][:, window] for step in steps])
        match steps[0]:
            case Norm() as step:
                results = normalised(step, x, weights, own)
            case Rotate() as step:
                results = own.turn(x, weights[step.cos][window], weights[step.sin][window])
            case _:
                results = own.causal_softmax(x[..., : window.stop], window.start + 1)
        return {one.name: {"codes": codes} for one, codes in zip(steps, results, strict=True)}

    def _lookup(self, step: Lookup, window: slice) -> dict[str, dict[str, Codes]]:
        rows = self._tensors[step.x][:, window, 0]
        stream = self._own.widen(self._weights[step.table][rows])
        if step.table in self._network.scaled:
            exponents = self._weights[exponents_of(step.table)]
            stream = self._own.scale(stream, exponents[rows])
        return {step.name: {"stream": stream, "codes": self._own.narrow(stream)}}

    def _products(self, steps: Sequence[Product], window: slice) -> dict[str, dict[str, Codes]]:
        x = np.stack([self._tensors[step.x][:, window] for step in steps])
        w = np.stack([self._right(step, window.stop) for step in steps])
        total = self._own.product(x[..., : w.shape[-1]], w)
        if steps[0].w in self._network.scaled:
            exponents = [self._weights[exponents_of(step.w)][:, 0] for step in steps]
            total = self._own.scale(total, np.stack(exponents)[:, None, None])
        added = None if steps[0].add is None else self._stream[steps[0].add][None]
        results = product_results(steps[0], total, added, self._own)
        return {
            step.name: {kind: codes[place] for kind, codes in results.items()}
            for place, step in enumerate(steps)
        }

    def _right(self, step: Product, stop: int) -> Codes:
        """Return the right operand of a product: a weight, or what there is of all tokens so far."""
        if step.w in self._weights:
            return self._weights[step.w][None]
        if step.w in self._transposed:  # columns are tokens
            return self._tensors[step.w][..., :stop]
        return self._tensors[step.w][:, :stop]


def step_groups(network: Network) -> list[tuple[Step, ...]]:
    """Return the steps in groups that are computed at once, such as those of all heads of a layer.

    A step joins the first group of its kind and shape after all that it needs. Only those that make
    codes and nothing else have company.
    """
    groups: list[list[Step]] = []
    kinds: list[object] = []
    made_in: dict[str, int] = {}  # The last group that writes a tensor.
    for step in network.steps:
        needed = [step.x, *([step.w] if isinstance(step, Product) else [])]
        first = max((made_in.get(name, -1) for name in needed), default=-1) + 1
        kind = _kind(network, step)
        place = next((i for i in range(first, len(groups)) if kind and kinds[i] == kind), None)
        if place is None:
            place = len(groups)
            groups.append([])
            kinds.append(kind)
        groups[place].append(step)
        if step.into is not None:
            made_in[step.into] = max(place, made_in.get(step.into, -1))
    return [tuple(group) for group in groups]


def _kind(network: Network, step: Step) -> object:
    """Return what steps that are computed at once have in common; None if one is alone."""
    match step:
        case Product(add=None, keep=None):
            is_weight = step.w in network.weights
            shapes = network.shape(step.x), network.shape(step.w)
            kind = step.is_gated, step.function, is_weight, step.w in network.scaled
            return ("product", *kind, shapes)
        case Rotate():
            return ("rotate", step.cos, step.sin, network.shape(step.x))
        case Softmax():
            return ("softmax", network.shape(step.x))
    return None
