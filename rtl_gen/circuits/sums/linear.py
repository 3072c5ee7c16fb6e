# SPDX-License-Identifier: Apache-2.0
"""A linear layer ``y = convert(act(W x + b))`` as a neuron graph, all products at once.

The sums are those of :mod:`spikefloat.rtl_gen.circuits.sums.dot`. For ``exact`` the bias is one
more term, and the activation acts on the exact sum; the others add the bias last, to the finished
sum, and round there too. Weights and biases are words, of spikes or constants: constant ones fold
into the neurons.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from itertools import chain
from typing import TYPE_CHECKING

from spikefloat.rtl_gen.circuits.operations.add import add
from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.operations.sign import relu
from spikefloat.rtl_gen.circuits.sums.dot import ACCUMULATIONS, dot
from spikefloat.rtl_gen.circuits.sums.hardwired import hardwired_linear
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.bits import CONSTANT
from spikefloat.rtl_gen.neurons.builder import ONE, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary

if TYPE_CHECKING:
    from spikefloat.rtl_gen.weights.parameters import LayerParameters

__all__ = ["ACTIVATIONS", "linear", "network", "node_overflow"]

#: What is done to a sum before it is converted.
ACTIVATIONS = ("none", "relu")


def linear(
    gates: GateLibrary,
    fmt: Format,
    x: Sequence[Word],
    weight: Sequence[Sequence[Word]],
    bias: Sequence[Word] | None,
    accumulate: str,
    activation: str,
    to: Format,
    overflow: Overflow | None = None,
    *,
    wide: Format | None = None,
) -> list[Word]:
    """Return the codes of the outputs of a layer.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of inputs, weights and bias.
    x : sequence of Word
        Codes of the inputs.
    weight : sequence of sequence of Word
        Codes of the weights, a row for each output.
    bias : sequence of Word or None
        Codes of the bias, or None to add nothing.
    accumulate : str
        One of :data:`~spikefloat.rtl_gen.circuits.sums.dot.ACCUMULATIONS`.
    activation : str
        One of :data:`ACTIVATIONS`.
    to : Format
        Format of the outputs.
    overflow : Overflow, optional
        What a value that is too large becomes, at each rounding; a format without NaN saturates.
    wide : Format, optional
        Format of the sums, for ``wide``.

    Raises
    ------
    ValueError
        If numbers of words do not fit each other, or an argument is unknown.
    """
    _check(x, weight, bias, accumulate, activation)
    rectifies = activation == "relu"
    words = [*chain(*weight), *(bias or ())]
    if accumulate == "exact" and all(bit.node == CONSTANT for word in words for bit in word):
        return hardwired_linear(
            gates,
            fmt,
            x,
            [[_code(word) for word in row] for row in weight],
            [_code(word) for word in bias] if bias else None,
            to,
            overflow,
            relu=rectifies,
        )
    results = []
    for index, row in enumerate(weight):
        own = bias[index] if bias else None
        with gates.builder.scope(f"output_{index}"):
            if accumulate == "exact":
                terms = [*zip(x, row, strict=True)]
                if own is not None:
                    terms.append((constant(fmt.bias << fmt.mantissa_bits, fmt.width), own))
                a, b = zip(*terms, strict=True)
                results.append(dot(gates, fmt, a, b, "exact", to, overflow, relu=rectifies))
            else:
                results.append(
                    _rounded(gates, fmt, x, row, own, accumulate, rectifies, to, overflow, wide)
                )
    return results


def network(
    gates: GateLibrary,
    fmt: Format,
    x: Sequence[Word],
    layers: Sequence[LayerParameters],
    accumulate: str,
    activations: Sequence[str],
    to: Format,
    overflow: Overflow | None = None,
    *,
    wide: Format | None = None,
) -> list[Word]:
    """Return the codes of the outputs of the last of several layers with known weights.

    Each layer gives codes of the format of the inputs, but the last one of the format ``to``; a
    format without NaN saturates. Parameters as in :func:`linear`, but for the layers.

    Raises
    ------
    ValueError
        If a layer has not as many inputs as the one before it has outputs, or an argument is
        unknown.
    """
    words = list(x)
    for index, (layer, activation) in enumerate(zip(layers, activations, strict=True)):
        is_last = index == len(layers) - 1
        weight = [[constant(code, fmt.width) for code in row] for row in layer.weight]
        bias = None if layer.bias is None else [constant(code, fmt.width) for code in layer.bias]
        # One layer needs no scope of its own; the inputs of the first have names already.
        names = {f"x_{i}": word for i, word in enumerate(words)} if index else {}
        with (
            gates.builder.scope(f"layer_{index + 1}", **names) if len(layers) > 1 else nullcontext()
        ):
            words = linear(
                gates,
                fmt,
                words,
                weight,
                bias,
                accumulate,
                activation,
                to if is_last else fmt,
                overflow if is_last else node_overflow(fmt, overflow),
                wide=wide,
            )
    return words


def node_overflow(node: Format, overflow: Overflow | None) -> Overflow | None:
    """Return the policy of sums in a format: one without NaN can only saturate."""
    return overflow if node.has_nan else Overflow.SATURATE


def _check(
    x: Sequence[Word],
    weight: Sequence[Sequence[Word]],
    bias: Sequence[Word] | None,
    accumulate: str,
    activation: str,
) -> None:
    if accumulate not in ACCUMULATIONS:
        raise InputError(
            f"Accumulation must be one of {', '.join(ACCUMULATIONS)}, not {accumulate!r}"
        )
    if activation not in ACTIVATIONS:
        raise InputError(f"Activation must be {' or '.join(ACTIVATIONS)}, not {activation!r}")
    if not weight or not x or any(len(row) != len(x) for row in weight):
        lengths = sorted({len(row) for row in weight})
        raise InputError(
            f"Rows of weights must have {len(x)} words, one for each input, not {lengths}"
        )
    if bias is not None and len(bias) != len(weight):
        raise InputError(
            f"Bias must have {len(weight)} words, one for each output, not {len(bias)}"
        )


def _code(word: Word) -> int:
    return sum(1 << index for index, bit in enumerate(word) if bit == ONE)


def _rounded(
    gates: GateLibrary,
    fmt: Format,
    x: Sequence[Word],
    row: Sequence[Word],
    bias: Word | None,
    accumulate: str,
    rectifies: bool,
    to: Format,
    overflow: Overflow | None,
    wide: Format | None,
) -> Word:
    """Return one output of the accumulations that round at every sum."""
    builder = gates.builder
    node = wide or fmt
    policy = node_overflow(node, overflow)
    total = dot(gates, fmt, x, row, accumulate, wide, policy, wide=wide)
    if bias is not None:
        with builder.scope("bias", a=total, b=bias):
            term = convert(gates, fmt, node, bias, policy) if wide else bias
            total = add(gates, node, total, term, policy)
    if rectifies:
        with builder.scope("activation", a=total):
            total = relu(gates, node, total)
    if node == to:
        return total
    with builder.scope("convert", code=total):
        return convert(gates, node, to, total, overflow)
