# SPDX-License-Identifier: Apache-2.0
"""The program of an engine for a decoder, which goes through it once for each token.

A word of the memories holds a few codes, and a row of a tensor takes as many words as it needs. Only
tensors that are right operands of products, keys and values, have a row for each token of the context;
the others have one row, which the next token takes again. Where a row does not fill its last word,
left operands are filled up with +0 and right ones with -0: such a product is -0, and changes no sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import (
    Lookup,
    Network,
    Norm,
    Product,
    Rotate,
    Softmax,
    Step,
)

__all__ = ["TokenInstruction", "TokenProgram", "make_token_program"]

Rows = Sequence[Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class TokenInstruction:
    """A step for one token, with addresses in place of names.

    An operation is one for each column, or for each pair of a rotation. The element of a column is
    written to the word ``into + position * row_words + (first + column) // terms``; if it is transposed,
    to ``into + column * row_words + position // terms``.
    """

    is_product: bool = False
    is_lookup: bool = False
    is_rotate: bool = False
    is_norm: bool = False
    is_softmax: bool = False
    x: int = 0  #: First word of the left operand, or of the vector.
    w: int = 0  #: First word of the right operand, of gains, or of the table.
    is_weight: bool = False  #: Whether it is in the memory of weights.
    stride: int = 0  #: Words from a row of the right operand to the next.
    columns: int = 1
    each_token: bool = False  #: Whether there is a column for each token so far, in place of these.
    chunks: int = 1  #: Words of an operand.
    over_tokens: bool = False  #: Whether operands have an element for each token so far.
    is_scaled: bool = False
    exponent: int = 0  #: Place of the power of two of the first row, or of the first offset.
    adds: bool = False
    add: int = 0  #: First word of the stream that is added.
    keeps: bool = False
    keep: int = 0  #: First word of the stream that is written.
    writes: bool = True
    is_gated: bool = False
    function: int = 0  #: Which of the functions of the program, from 1; 0 for none.
    into: int = 0
    first: int = 0
    row_words: int = 0
    is_transposed: bool = False


@dataclass(frozen=True, kw_only=True)
class TokenProgram:
    """Instructions, and what memories hold from the start."""

    network: Network
    terms: int  #: Codes of a word.
    instructions: tuple[TokenInstruction, ...]
    codes: Rows  #: Words of the memory of codes.
    weights: Rows  #: Words of the memory of weights.
    exponents: Sequence[int]  #: Powers of two of rows, and offsets of normalisations, as codes.
    angles: Sequence[tuple[int, int]]  #: Cosine and sine of each pair of each token.
    stream_words: int
    logits: int  #: First word of the results in the stream.
    functions: tuple[str, ...]  #: Functions that elements go through.

    @property
    def context(self) -> int:
        """Most tokens of a sequence."""
        return self.network.shape(self.network.input)[0]

    @property
    def outputs(self) -> int:
        """Number of results for each token."""
        return self.network.shape_of_stream(self.network.output)[1]


def make_token_program(network: Network, weights: Mapping[str, Any], terms: int) -> TokenProgram:
    """Return the program for a decoder.

    Parameters
    ----------
    network : Network
        The description.
    weights : mapping of str to sequence of rows
        Codes of all weights, constants and powers of two of rows (``NAME_exponents``) included.
    terms : int
        Codes of a word, a power of two.

    Raises
    ------
    InputError
        If the network takes no tokens, its codes have more than 8 bits, or rotations are not all by
        the same angles.
    """
    if not network.takes_tokens:
        raise InputError("Input of a decoder must be numbers of tokens, not values")
    if network.code_format.width > 8:
        raise InputError(
            f"Codes of a decoder must have at most 8 bits, not those of {network.code_format.name}"
        )
    angles = {(step.cos, step.sin) for step in network.steps if isinstance(step, Rotate)}
    if len(angles) > 1:
        raise InputError(f"Angles of a decoder must be one and the same, not {sorted(angles)}")
    return _Memories(network, weights, terms).program(*angles)


class _Memories:
    """Finds a place for everything."""

    def __init__(self, network: Network, weights: Mapping[str, Any], terms: int) -> None:
        self._network, self._given, self._terms = network, weights, terms
        products = [step for step in network.steps if isinstance(step, Product)]
        self._transposed = {step.into for step in products if step.is_transposed}
        self._right = {step.w for step in products if step.w in network.tensors}
        self._functions = tuple(sorted({p.function for p in products if p.function is not None}))
        # Offsets are needed element by element beside the gains, as no other memory is.
        norms = [step for step in network.steps if isinstance(step, Norm)]
        self._offsets = [step.offset for step in norms if step.offset is not None]
        self._codes: list[list[int]] = []
        self._weights: list[list[int]] = []
        self._exponents: list[int] = []
        self._places: dict[str, int] = {}
        self._exponent_places: dict[str, int] = {}
        self._stream: dict[str, int] = {}
        self._stream_words = 0
        self._place()

    def _words(self, columns: int) -> int:
        return -(-columns // self._terms)

    def _row(self, codes: Sequence[int], filling: int) -> list[list[int]]:
        """Return the words of a row."""
        size = self._words(len(codes)) * self._terms
        filled = [int(code) for code in codes] + [filling] * (size - len(codes))
        return [filled[place : place + self._terms] for place in range(0, size, self._terms)]

    def _place(self) -> None:
        network, minus = self._network, self._network.code_format.sign_mask
        for name, (rows, columns) in network.tensors.items():
            if name == network.input:
                continue
            self._places[name] = len(self._codes)
            is_right = name in self._right
            for _ in range(rows if is_right else 1):
                self._codes += self._row([0] * columns, minus if is_right else 0)
        for name in network.trained:
            if name in self._offsets:
                continue
            self._places[name] = len(self._weights)
            for row in self._given[name]:
                self._weights += self._row(row, minus)
        for name in network.trained:
            if name in network.scaled:
                self._exponent_places[name] = len(self._exponents)
                self._exponents += [int(row[0]) for row in self._given[f"{name}_exponents"]]
        for name in self._offsets:
            self._exponent_places[name] = len(self._exponents)
            self._exponents += [int(code) for code in self._given[name][0]]
        for name, (_, columns) in network.stream.items():
            self._stream[name] = self._stream_words
            self._stream_words += columns

    def program(self, angles: tuple[str, str] | None = None) -> TokenProgram:
        """Return the program with all that was placed."""
        cos, sin = ([[0]], [[0]]) if angles is None else (self._given[name] for name in angles)
        return TokenProgram(
            network=self._network,
            terms=self._terms,
            instructions=tuple(
                TokenInstruction(**self._fields(step)) for step in self._network.steps
            ),
            codes=self._codes,
            weights=self._weights,
            exponents=self._exponents or [0],
            angles=[
                (int(c), int(s))
                for row in zip(cos, sin, strict=True)
                for c, s in zip(*row, strict=True)
            ],
            stream_words=self._stream_words,
            logits=self._stream[self._network.output],
            functions=self._functions,
        )

    def _fields(self, step: Step) -> dict[str, Any]:
        """Return the fields of an instruction."""
        network = self._network
        if isinstance(step, Product):
            return self._product(step)
        target = self._target(step.into)
        if isinstance(step, Lookup):
            columns = network.shape(step.table)[1]
            scale = self._scale(step.table)
            stride = self._words(columns)
            return (
                target
                | scale
                | {
                    "is_lookup": True,
                    "w": self._places[step.table],
                    "stride": stride,
                    "columns": columns,
                    "keeps": True,
                    "keep": self._stream[step.keep],
                }
            )
        x, columns = self._places[step.x], network.shape(step.x)[1]
        if isinstance(step, Rotate):
            return target | {"is_rotate": True, "x": x, "columns": columns // 2}
        if isinstance(step, Norm):
            gain = self._places[step.gain]
            place = 0 if step.offset is None else self._exponent_places[step.offset]
            own = {"is_norm": True, "x": x, "w": gain, "columns": columns, "exponent": place}
            return target | own
        assert isinstance(step, Softmax)
        return target | {"is_softmax": True, "x": x, "each_token": True}

    def _product(self, step: Product) -> dict[str, Any]:
        _, columns, inner = self._network.product_shape(step)
        is_weight = step.w in self._network.weights
        is_transposed = step.w in self._transposed
        return {
            **({} if step.into is None else self._target(step.into)),
            **(self._scale(step.w) if is_weight else {}),
            "is_product": True,
            "x": self._places[step.x],
            "w": self._places[step.w],
            "is_weight": is_weight,
            "stride": self._words(inner),
            "columns": columns,
            "each_token": not is_weight and not is_transposed,
            "chunks": self._words(inner),
            "over_tokens": is_transposed,
            "adds": step.add is not None,
            "add": 0 if step.add is None else self._stream[step.add],
            "keeps": step.keep is not None,
            "keep": 0 if step.keep is None else self._stream[step.keep],
            "writes": step.into is not None,
            "is_gated": step.is_gated,
            "function": 0 if step.function is None else self._functions.index(step.function) + 1,
            "first": step.column,
            "is_transposed": step.is_transposed,
        }

    def _scale(self, name: str) -> dict[str, Any]:
        is_scaled = name in self._network.scaled
        return {"is_scaled": is_scaled, "exponent": self._exponent_places.get(name, 0)}

    def _target(self, name: str) -> dict[str, Any]:
        """Return where the result is written."""
        words = self._words(self._network.shape(name)[1])
        return {
            "into": self._places[name],
            "row_words": words if name in self._right else 0,
        }
