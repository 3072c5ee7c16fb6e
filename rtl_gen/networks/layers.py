# SPDX-License-Identifier: Apache-2.0
"""Layers, written down one after the other, as the steps of a network."""

from fractions import Fraction

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import (
    Angles,
    Lookup,
    Network,
    Norm,
    Product,
    Rotate,
    Shape,
    Softmax,
    Step,
)
from spikefloat.rtl_gen.networks.kinds import check_kinds

__all__ = ["Layers", "digits_transformer"]


class Layers:
    """Writes the steps of a network, layer by layer.

    Between layers there is a residual stream, and the same in codes, which products take.

    Parameters
    ----------
    tokens : int
        Number of tokens.
    width : int
        Elements of the stream for each token.
    epsilon : Fraction
        Of the normalisations.
    norm : str
        Kind of the normalisations, one of :data:`~spikefloat.rtl_gen.networks.kinds.NORMS`.

    Raises
    ------
    InputError
        If a number is below 1, or there is no such normalisation.
    """

    def __init__(
        self,
        tokens: int,
        width: int,
        epsilon: Fraction = Fraction(1, 1 << 16),
        norm: str = "rms_norm",
    ) -> None:
        check_kinds(norm=norm)
        self._has_offsets = norm == "layer_norm"
        self._tokens = _positive("tokens", tokens)
        self._width = _positive("elements of the stream", width)
        self._epsilon = epsilon
        self._tensors: dict[str, Shape] = {}
        self._stream: dict[str, Shape] = {}
        self._weights: dict[str, Shape] = {}
        self._constants: dict[str, Fraction | Angles] = {}
        self._scaled: set[str] = set()
        self._is_scaled = False  #: Whether rows of weights have powers of two of their own.
        self._steps: list[Step] = []
        self._values = 0
        self._codes = ""  #: Tensor of codes that the next layer takes.
        self._residual = ""  #: Tensor of the stream that the next layer adds to.

    def embedding(self, values: int) -> None:
        """Map values of each token, and which token it is, to the stream.

        Beside its values a token has a one in the column of its place, so that the weights of this
        column are its position embedding, in the same exact sum.
        """
        columns = _positive("values of a token", values) + self._tokens
        self._values = values
        self._tensors["input"] = (self._tokens, columns)
        self._weights["embedding"] = (self._width, columns)
        self._add_product("embedding", "input", "embedding", codes="x0", keep="x0")

    def token_embedding(self, vocabulary: int) -> None:
        """Map the number of each token to the stream: a row of a table.

        After it, rows of all weights but gains have powers of two of their own.
        """
        shape = self._tokens, self._width
        self._values = 1
        self._tensors["input"] = (self._tokens, 1)
        self._is_scaled = True
        self._add_weight("embedding", (_positive("tokens of a vocabulary", vocabulary), shape[1]))
        self._tensors["x0_codes"] = self._stream["x0"] = shape
        self._codes, self._residual = "x0_codes", "x0"
        self._steps.append(
            Lookup(name="embedding", x="input", table="embedding", into="x0_codes", keep="x0")
        )

    def norm(self, name: str) -> str:
        """Normalise the codes, and return the name of the result."""
        shape = self._tensors[self._codes]
        self._weights[name] = (1, shape[1])
        into, offset = f"{name}_result", f"{name}_offset" if self._has_offsets else None
        self._tensors[into] = shape
        if offset is not None:
            self._weights[offset] = (1, shape[1])
        self._steps.append(
            Norm(
                name=name,
                x=self._codes,
                gain=name,
                into=into,
                epsilon=self._epsilon,
                offset=offset,
            )
        )
        return into

    def attention(
        self,
        layer: int,
        heads: int,
        *,
        key_heads: int | None = None,
        base: int | None = None,
        is_causal: bool = False,
    ) -> None:
        """Add the results of attention to the stream.

        What scores are divided by is in the weights of the queries.

        Parameters
        ----------
        layer : int
            Number of the layer, for names.
        heads : int
            Number of queries of each token.
        key_heads : int, optional
            Number of keys and values, each of which as many queries share; by default as many.
        base : int, optional
            If given, queries and keys are turned by angles with this base.
        is_causal : bool
            Whether a token only sees itself and those before it.

        Raises
        ------
        InputError
            If the stream cannot be divided by the number of heads, or these by that of keys.
        """
        if heads < 1 or self._width % heads:
            raise InputError(
                f"Number of heads must divide the {self._width} elements of a stream, not {heads}"
            )
        groups = heads if key_heads is None else key_heads
        if groups < 1 or heads % groups:
            raise InputError(f"Number of key heads must divide the {heads} heads, not {groups}")
        size, tokens = self._width // heads, self._tokens
        x = self.norm(f"layer{layer}_attention_norm")
        mixed = f"layer{layer}_mixed"
        self._tensors[mixed] = (tokens, self._width)
        for head in range(heads):
            prefix, group = f"layer{layer}_head{head}", f"layer{layer}_head{head * groups // heads}"
            query = self._projected(f"{prefix}_query", x, size, base)
            key, value = f"{group}_key", f"{group}_value"
            if key not in self._weights:
                self._projected(key, x, size, base)
                self._projected(value, x, size, is_transposed=True)
            scores, shares = f"{prefix}_scores", f"{prefix}_shares"
            self._tensors[scores] = self._tensors[shares] = (tokens, tokens)
            keys = f"{key}_codes" if base is None else f"{key}_turned"
            self._add_product(scores, query, keys, codes=scores)
            self._steps.append(Softmax(name=shares, x=scores, into=shares, is_causal=is_causal))
            self._add_product(
                f"{prefix}_mixed", shares, f"{value}_codes", codes=mixed, column=head * size
            )
        self._add_weight(f"layer{layer}_output", (self._width, self._width))
        name = f"x{2 * layer + 1}"
        self._add_product(f"layer{layer}_output", mixed, f"layer{layer}_output", name, keep=name)

    def _projected(
        self, name: str, x: str, size: int, base: int | None = None, *, is_transposed: bool = False
    ) -> str:
        """Add a product with a weight of its own, turned if there is a base; return the result."""
        codes, shape = f"{name}_codes", (self._tokens, size)
        self._add_weight(name, (size, self._width))
        self._tensors[codes] = (size, self._tokens) if is_transposed else shape
        self._add_product(name, x, name, codes=codes, is_transposed=is_transposed)
        if base is None:
            return codes
        angles = {part: f"{part}_of_angles" for part in ("cos", "sin")}
        for part, weight in angles.items():
            self._weights[weight] = (self._tokens, size // 2)
            self._constants[weight] = Angles(base=base, is_sine=part == "sin")
        turned = f"{name}_turned"
        self._tensors[turned] = shape
        self._steps.append(Rotate(name=turned, x=codes, **angles, into=turned))
        return turned

    def _add_weight(self, name: str, shape: Shape) -> None:
        self._weights[name] = shape
        if self._is_scaled:
            self._scaled.add(name)

    def feed_forward(
        self, layer: int, hidden: int, *, kind: str = "swiglu", is_last: bool = False
    ) -> None:
        """Add the results of a feed-forward layer, of one of the kinds that there are, to the stream.

        If it is gated, the rows of its first weight are gate 0, value 0, gate 1, value 1 and so on.
        Behind the last layer, codes are written transposed, for :meth:`mean`.
        """
        _positive("hidden elements", hidden)
        check_kinds(feed_forward=kind)
        is_gated = kind == "swiglu"
        x = self.norm(f"layer{layer}_feed_norm")
        up, made, down = (
            f"layer{layer}_{part}" for part in ("up", "gated" if is_gated else "active", "down")
        )
        self._add_weight(up, ((2 if is_gated else 1) * hidden, self._width))
        self._add_weight(down, (self._width, hidden))
        self._tensors[made] = (self._tokens, hidden)
        function = None if is_gated else kind
        self._add_product(up, x, up, codes=made, is_gated=is_gated, function=function)
        name = f"x{2 * layer + 2}"
        self._add_product(down, made, down, name, keep=name, is_transposed=is_last)

    def mean(self) -> None:
        """Make one row of the mean of all tokens, whose codes were written transposed."""
        self._weights["mean"] = (1, self._tokens)
        self._constants["mean"] = Fraction(1, self._tokens)
        self._residual = ""
        self._add_product("mean", self._codes, "mean", codes="pooled", is_transposed=True)
        self._codes = "pooled"

    def head(self, outputs: int, weight: str = "head") -> Network:
        """Map the normalised codes to the results, and return the network.

        Its weight may be one that there is, such as the table of the tokens.
        """
        x = self.norm("head_norm")
        if weight not in self._weights:
            self._add_weight(weight, (_positive("outputs", outputs), self._width))
        shape = self._tensors[x][0], outputs
        self._stream["logits"] = shape
        self._steps.append(Product(name="head", x=x, w=weight, into=None, keep="logits"))
        return Network(
            tensors=self._tensors,
            stream=self._stream,
            weights=self._weights,
            constants=self._constants,
            scaled=frozenset(self._scaled),
            steps=tuple(self._steps),
            input="input",
            values=self._values,
            output="logits",
        )

    def _add_product(
        self,
        name: str,
        x: str,
        w: str,
        codes: str,
        *,
        column: int = 0,
        keep: str | None = None,
        is_transposed: bool = False,
        is_gated: bool = False,
        function: str | None = None,
    ) -> None:
        """Add a product; one that is kept adds to the stream, if there is one, and goes on with it."""
        rows = self._tensors[x][0]
        columns = self._weights[w][0] if w in self._weights else self._tensors[w][0]
        into = f"{codes}_codes" if keep else codes
        if into not in self._tensors:
            self._tensors[into] = (columns, rows) if is_transposed else (rows, columns)
        self._steps.append(
            Product(
                name=name,
                x=x,
                w=w,
                into=into,
                column=column,
                is_transposed=is_transposed,
                add=(self._residual or None) if keep else None,
                keep=keep,
                is_gated=is_gated,
                function=function,
            )
        )
        if keep:
            self._stream[keep] = (rows, columns)
            self._codes, self._residual = into, keep


def digits_transformer(
    tokens: int = 16, values: int = 4, width: int = 16, heads: int = 2, hidden: int = 32
) -> Network:
    """Return the transformer for the digits of scikit-learn: patches of pixels are its tokens.

    Raises
    ------
    InputError
        If a number is out of range.
    """
    layers = Layers(tokens, width)
    layers.embedding(values)
    layers.attention(0, heads)
    layers.feed_forward(0, hidden, is_last=True)
    layers.mean()
    return layers.head(10)


def _positive(noun: str, number: int) -> int:
    if number < 1:
        raise InputError(f"Number of {noun} must be at least 1, not {number}")
    return number
