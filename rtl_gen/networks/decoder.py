# SPDX-License-Identifier: Apache-2.0
"""Decoder-only language models: from few numbers to the steps of a network."""

from dataclasses import dataclass
from fractions import Fraction

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.networks.kinds import check_kinds
from spikefloat.rtl_gen.networks.layers import Layers

__all__ = ["Decoder"]


@dataclass(frozen=True, kw_only=True)
class Decoder:
    """Sizes of a decoder-only language model of the family of Llama.

    Each layer is attention with turned queries and keys, then a feed-forward layer, with a
    normalisation before both and before the head.

    Raises
    ------
    InputError
        If a number is out of range, or a kind unknown.
    """

    width: int  #: Elements of the stream.
    hidden: int  #: Elements between the two products of a gated layer.
    layers: int
    heads: int
    key_heads: int  #: Keys and values of a token; each serves as many heads.
    vocabulary: int
    context: int  #: Most tokens of a sequence.
    is_shared: bool = True  #: Whether the head has the weights of the embedding.
    epsilon: Fraction = Fraction(1, 1 << 16)  #: Of the normalisations.
    base: int = 10_000  #: Of the angles.
    norm: str = "rms_norm"  #: Kind of the normalisations: this, or ``layer_norm``.
    #: Kind of the feed-forward layers: gated by SiLU, or ``gelu`` or ``gelu_tanh`` of each element.
    feed_forward: str = "swiglu"

    def __post_init__(self) -> None:
        for noun, number in (
            ("elements of the stream", self.width),
            ("hidden elements", self.hidden),
            ("layers", self.layers),
            ("heads", self.heads),
            ("key heads", self.key_heads),
        ):
            if number < 1:
                raise InputError(f"Number of {noun} must be at least 1, not {number}")
        check_kinds(self.norm, self.feed_forward)
        for noun, number in (("vocabulary", self.vocabulary), ("context", self.context)):
            if number < 2:
                raise InputError(f"Tokens of the {noun} must be at least 2, not {number}")
        if self.width % self.heads or self.width // self.heads % 2:
            raise InputError(
                f"Number of heads must divide the {self.width} elements of the stream into pairs, "
                f"not {self.heads}"
            )
        if self.heads % self.key_heads:
            raise InputError(
                f"Number of key heads must divide the {self.heads} heads, not {self.key_heads}"
            )

    @property
    def head_size(self) -> int:
        """Elements of a query, a key or a value."""
        return self.width // self.heads

    def network(self, tokens: int | None = None) -> Network:
        """Return the steps.

        Parameters
        ----------
        tokens : int, optional
            Most tokens that will be there, where these are fewer than the context.
        """
        layers = Layers(
            self.context if tokens is None else min(tokens, self.context),
            self.width,
            self.epsilon,
            self.norm,
        )
        layers.token_embedding(self.vocabulary)
        for layer in range(self.layers):
            layers.attention(
                layer, self.heads, key_heads=self.key_heads, base=self.base, is_causal=True
            )
            layers.feed_forward(layer, self.hidden, kind=self.feed_forward)
        return layers.head(self.vocabulary, "embedding" if self.is_shared else "head")
