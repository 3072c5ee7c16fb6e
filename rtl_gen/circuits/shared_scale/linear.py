# SPDX-License-Identifier: Apache-2.0
"""A linear layer on blocks whose weights, blocks too, are part of the circuit.

As with other :mod:`hard-wired weights <spikefloat.rtl_gen.circuits.sums.hardwired>`, each element of
the inputs becomes one fixed-point number, once for all outputs, and a weight says where that is added
and whether it or its complement. The scale of a block of weights takes no neuron: it only says what
the lowest bit of a sum stands for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat
from spikefloat.rtl_gen.circuits.shared_scale.scale import Scale, unpack_scale
from spikefloat.rtl_gen.circuits.shared_scale.sums import BlockSum, add_blocks, scaled_sum
from spikefloat.rtl_gen.circuits.sums.hardwired import (
    FixedInput,
    Weight,
    fixed_input,
    read_weight,
    shared_multiples,
    weighted_sum,
)
from spikefloat.rtl_gen.circuits.sums.terms import Term, Total
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BlockFormat, Format, Overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import magnitude_of

__all__ = ["WeightBlocks", "block_linear"]


@dataclass(frozen=True)
class WeightBlocks:
    """The weights of one output, as codes: all finite."""

    elements: tuple[tuple[int, ...], ...]  #: Of each block.
    scales: tuple[int, ...]  #: One for each block.


def block_linear(
    gates: GateLibrary,
    block: BlockFormat,
    x: Sequence[Sequence[Word]],
    x_scale: Sequence[Word],
    weights: Sequence[WeightBlocks],
    bias: Sequence[int] | None,
    to: Format,
    overflow: Overflow | None = None,
    *,
    relu: bool = False,
    wide: Format | None = None,
) -> list[Word]:
    """Return the codes of ``weights @ x + bias``, a sum over blocks for each output.

    NaN and zeros are those of :func:`.dot.block_dot`; the bias counts as one more product.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    block : BlockFormat
        Format of all blocks.
    x : sequence of sequence of Word
        Codes of the elements of each block of inputs.
    x_scale : sequence of Word
        Codes of the scale of each.
    weights : sequence of WeightBlocks
        Those of each output, in blocks of the same sizes.
    bias : sequence of int or None
        A finite code of binary32 for each output, or None to add nothing.
    to : Format
        Format of the results.
    overflow : Overflow, optional
        What a value that is too large becomes, at each rounding.
    relu : bool
        Whether a negative sum becomes +0.
    wide : Format, optional
        Format that the sum of each block is rounded into, to be added in turn; without it sums are
        exact and rounded once.

    Raises
    ------
    InputError
        If there are not as many words as weights, or a width is wrong.
    """
    sizes = tuple(map(len, x))
    for own in weights:
        given = tuple(map(len, own.elements))
        if given != sizes or len(own.scales) != len(x_scale) or len(sizes) != len(x_scale):
            raise InputError(
                f"Blocks of weights must have the sizes {sizes} of those of inputs, not {given}"
            )
    sums: list[list[BlockSum]] = [[] for _ in weights]
    for number, (codes, code) in enumerate(zip(x, x_scale, strict=True)):
        with gates.builder.scope(f"block_{number}"):
            scale = unpack_scale(gates, block.scale, code, "unpack_scale")
            inputs = [_input(gates, block, word, index) for index, word in enumerate(codes)]
            rows = [
                [_weight(block, element, own.scales[number]) for element in own.elements[number]]
                for own in weights
            ]
            multiples = shared_multiples(gates, inputs, rows)
            for output, (own, row) in enumerate(zip(weights, rows, strict=True)):
                placed = replace(scale, unit=scale.unit + _unit(block, own.scales[number]))
                with gates.builder.scope(f"output_{output}"):
                    with gates.builder.scope("accumulate"):
                        total = weighted_sum(gates, inputs, multiples, row, 0)
                    sums[output].append(_block_sum(gates, block, inputs, row, total, placed))
    results = []
    for output, parts in enumerate(sums):
        with gates.builder.scope(f"output_{output}"):
            results.append(
                add_blocks(
                    gates,
                    parts,
                    to,
                    overflow,
                    wide=wide,
                    bias=None if bias is None else bias[output],
                    relu=relu,
                )
            )
    return results


def _input(gates: GateLibrary, block: BlockFormat, code: Word, index: int) -> FixedInput:
    """Return an element of the inputs as a number."""
    if block.float_element is not None:
        return fixed_input(gates, block.float_element, code, index)
    if len(code) != block.element.width:
        raise InputError(
            f"Code must have {block.element.width} bits for {block.name}, not {len(code)}"
        )
    # Numbers in two's complement need no more; there is no negative zero to be told.
    return FixedInput(RawFloat(ZERO, ZERO, ZERO, code[-1], (), code), code)


def _weight(block: BlockFormat, element: int, scale: int) -> Weight:
    """Return an element of the weights, with the significand of its scale."""
    if block.float_element is None:
        assert not isinstance(block.element, Format)
        value = int(block.element.decode(element))
        return Weight(value, value < 0)
    weight = read_weight(block.float_element, element)
    return Weight(weight.value * _scale_parts(block, scale)[0], weight.is_negative)


def _scale_parts(block: BlockFormat, code: int) -> tuple[int, int]:
    """Return significand and exponent of a scale that is a constant."""
    fmt = block.scale
    field, mantissa = code >> fmt.mantissa_bits, code & fmt.mantissa_mask
    if fmt.has_zero and not field:
        return mantissa, 1 - fmt.bias - fmt.mantissa_bits
    return mantissa | 1 << fmt.mantissa_bits, field - fmt.bias - fmt.mantissa_bits


def _unit(block: BlockFormat, scale: int) -> int:
    """Return the exponent of the unit of products, with that of a scale."""
    fmt = block.float_element
    unit = -block.fraction_bits if fmt is None else fmt.min_exponent - fmt.mantissa_bits
    return 2 * unit + _scale_parts(block, scale)[1]


def _block_sum(
    gates: GateLibrary,
    block: BlockFormat,
    inputs: Sequence[FixedInput],
    row: Sequence[Weight],
    total: Word,
    scale: Scale,
) -> BlockSum:
    with gates.builder.scope("magnitude", total=total):
        magnitude = magnitude_of(gates, total) or (ZERO,)
        is_nonzero = gates.or_(*total, name="nonzero")
    signs: list[Bit] = [ZERO]
    terms: list[Term] = []
    if block.float_element is not None:
        signs = [
            gates.not_(entry.raw.sign) if weight.is_negative else entry.raw.sign
            for entry, weight in zip(inputs, row, strict=True)
        ]
        terms = _special_terms(gates, inputs, row, signs)
    with gates.builder.scope("sign"):
        # If products that are all negative add up to zero, each of them is -0.
        all_minus = gates.and_(*signs, name="all_minus")
        sign = gates.mux(is_nonzero, total[-1], all_minus, name="sign")
    largest = sum(abs(weight.value) for weight in row) << len(inputs[0].number) - 1
    result = Total(sign, magnitude, (is_nonzero,))
    return scaled_sum(gates, terms, result, signs, scale, 0, largest)


def _special_terms(
    gates: GateLibrary, inputs: Sequence[FixedInput], row: Sequence[Weight], signs: Sequence[Bit]
) -> list[Term]:
    """Return what is NaN or infinite of each product."""
    terms = []
    for entry, weight, sign in zip(inputs, row, signs, strict=True):
        raw = entry.raw
        is_infinite, is_nan = raw.is_infinite, raw.is_nan
        if not weight.value:
            is_infinite, is_nan = ZERO, gates.or_(is_nan, raw.is_infinite, name="nan")
        terms.append(Term(sign, ZERO, ONE, (), is_nan, is_infinite, ZERO))
    return terms
