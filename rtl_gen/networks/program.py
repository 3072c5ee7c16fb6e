# SPDX-License-Identifier: Apache-2.0
"""The program of an engine for a network: where each tensor is, and one instruction for each step.

A word of the memories of codes and of weights holds a row of a tensor; elements of the stream have a
word each. Where a row is shorter than a word, left operands of products are filled up with +0 and
right ones with -0: such a product is -0, and changes no sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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

__all__ = ["Instruction", "Program", "make_program"]

Rows = Sequence[Sequence[int]]


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """A step, with addresses in place of names. Of a product, row and column are counters.

    Its element ``[row, column]`` is written to the word ``into + row`` at the place ``column``, or
    transposed to the word ``into + column`` at the place ``row``; both counted from ``first`` in
    the direction of columns. Of a gated product, two columns make one.
    """

    is_norm: bool = False
    is_softmax: bool = False
    x: int  #: First word of the left operand, or of the vectors.
    rows: int
    w: int = 0  #: First word of the right operand, or that of the gains.
    columns: int = 1
    is_weight: bool = False  #: Whether the right operand is in the memory of weights.
    into: int = 0
    first: int = 0
    writes: bool = True
    is_transposed: bool = False
    is_gated: bool = False
    adds: bool = False
    add: int = 0  #: First word of the stream that is added.
    keeps: bool = False
    keep: int = 0  #: First word of the stream that is written.
    is_output: bool = False  #: Whether what is kept is a result of the network.


@dataclass(frozen=True, kw_only=True)
class Program:
    """Instructions, and what memories hold from the start."""

    network: Network
    instructions: tuple[Instruction, ...]
    codes: Rows  #: Words of the memory of codes.
    weights: Rows  #: Words of the memory of weights.
    stream_words: int  #: Words of the stream.
    places: Mapping[str, int]  #: First word of each tensor of codes.

    @property
    def input(self) -> int:
        """First word of the input."""
        return self.places[self.network.input]

    @property
    def tokens(self) -> int:
        """Words of the input."""
        return self.network.shape(self.network.input)[0]

    @property
    def outputs(self) -> int:
        """Number of results."""
        return self.network.shape_of_stream(self.network.output)[1]


def make_program(network: Network, weights: Mapping[str, Rows]) -> Program:
    """Return the program for a network.

    Parameters
    ----------
    network : Network
        The description.
    weights : mapping of str to sequence of rows
        Codes of all weights, constants included.

    Raises
    ------
    InputError
        If there are several rows of results, a weight has another shape, a step is none of an
        engine, or a tensor is a left operand in one place and a right one in another and shorter than
        a word.
    """
    for step in network.steps:
        if isinstance(step, Lookup | Rotate) or (isinstance(step, Softmax) and step.is_causal):
            raise InputError(
                "Steps of an engine must be products, normalisations and softmaxes of whole rows, "
                f"unlike {step.name}"
            )
        if isinstance(step, Norm) and step.offset is not None:
            raise InputError(
                f"Normalisations of an engine of rows must be RMSNorm, unlike {step.name}"
            )
        if isinstance(step, Product) and step.function is not None:
            raise InputError(
                f"Feed-forward layers of an engine of rows must be gated, unlike {step.name}"
            )
    lanes = max(network.lanes, *(columns for _, columns in network.tensors.values()))
    rows, _ = network.shape_of_stream(network.output)
    if rows != 1:
        raise InputError(f"Results of an engine must be one row, not {rows}")
    right = _right_operands(network, lanes)
    negative_zero = network.code_format.sign_mask
    codes: list[list[int]] = []
    places = {}
    for name, (count, columns) in network.tensors.items():
        places[name] = len(codes)
        filling = negative_zero if name in right else 0
        codes += [[0] * columns + [filling] * (lanes - columns) for _ in range(count)]
    _mark_tokens(network, codes, places[network.input])
    words: list[list[int]] = []
    weight_places = {}
    for name, shape in network.weights.items():
        if name not in weights or [len(row) for row in weights[name]] != [shape[1]] * shape[0]:
            raise InputError(f"Weight {name} must be given as {shape[0]} rows of {shape[1]} codes")
        weight_places[name] = len(words)
        words += [
            [int(code) for code in row] + [negative_zero] * (lanes - len(row))
            for row in weights[name]
        ]
    stream, stream_words = {}, 0
    for name, (count, columns) in network.stream.items():
        stream[name] = stream_words
        stream_words += count * columns
    return Program(
        network=network,
        instructions=tuple(
            _instruction(network, step, places, weight_places, stream) for step in network.steps
        ),
        codes=codes,
        weights=words,
        stream_words=stream_words,
        places=places,
    )


def _right_operands(network: Network, lanes: int) -> set[str]:
    """Return the tensors that are right operands of products."""
    products = [step for step in network.steps if isinstance(step, Product)]
    right = {step.w for step in products if step.w in network.tensors}
    for step in products:
        if step.x in right and network.shape(step.x)[1] < lanes:
            raise InputError(
                f"Tensor {step.x} of {step.name} must be a left operand or a right one, not both"
            )
    return right


def _mark_tokens(network: Network, codes: list[list[int]], first: int) -> None:
    """Put in the ones that say which token a row of the input is."""
    rows, columns = network.shape(network.input)
    fmt = network.code_format
    if columns > network.values:
        for row in range(rows):
            codes[first + row][network.values + row] = fmt.bias << fmt.mantissa_bits


def _instruction(
    network: Network,
    step: Step,
    places: Mapping[str, int],
    weight_places: Mapping[str, int],
    stream: Mapping[str, int],
) -> Instruction:
    """Return a step with addresses."""
    if not isinstance(step, Product):
        is_norm = isinstance(step, Norm)
        return Instruction(
            is_norm=is_norm,
            is_softmax=not is_norm,
            x=places[step.x],
            rows=network.shape(step.x)[0],
            w=weight_places[step.gain] if isinstance(step, Norm) else 0,
            is_weight=is_norm,
            into=places[step.into],
        )
    rows, columns, _ = network.product_shape(step)
    is_weight = step.w in weight_places
    return Instruction(
        x=places[step.x],
        rows=rows,
        w=(weight_places if is_weight else places)[step.w],
        columns=columns,
        is_weight=is_weight,
        into=places[step.into] if step.into is not None else 0,
        first=step.column,
        writes=step.into is not None,
        is_transposed=step.is_transposed,
        is_gated=step.is_gated,
        adds=step.add is not None,
        add=stream[step.add] if step.add is not None else 0,
        keeps=step.keep is not None,
        keep=stream[step.keep] if step.keep is not None else 0,
        is_output=step.keep == network.output,
    )
