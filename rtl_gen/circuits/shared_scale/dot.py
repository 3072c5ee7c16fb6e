# SPDX-License-Identifier: Apache-2.0
"""The dot product of blocks as a neuron graph: the exact sum over all blocks, rounded once.

The products of the elements of a block make a fixed-point number, as in any exact dot product. The
scales are no part of it. For one block, the sum of their exponents only says where that number
stands when it is rounded, so a scale of 8 bits costs one adder. The numbers of several blocks are
moved to their places in one number that is wide enough for every scale, and added there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.fixed_point import round_moved
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands, place
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.circuits.parts.unpack import pack
from spikefloat.rtl_gen.circuits.shared_scale.scale import (
    Scale,
    height_of,
    multiply_scales,
    unpack_scale,
)
from spikefloat.rtl_gen.circuits.sums.exact import product_term, product_width, special_values
from spikefloat.rtl_gen.circuits.sums.terms import Term, Total, sum_terms
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BlockFormat, Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import magnitude_of, xor_word

__all__ = ["block_dot"]


@dataclass(frozen=True)
class _BlockSum:
    """The exact dot product of two blocks: ``magnitude * 2**(scale.exponent + unit)``."""

    terms: Sequence[Term]  #: The products, where elements are floats.
    sign: Bit  #: That of a zero too.
    magnitude: Word
    is_nonzero: Bit
    scale: Scale  #: Its significand is part of the magnitude.
    unit: int
    largest: int  #: No magnitude is above it.


def block_dot(
    gates: GateLibrary,
    block: BlockFormat,
    a: Sequence[Sequence[Word]],
    b: Sequence[Sequence[Word]],
    a_scale: Sequence[Word],
    b_scale: Sequence[Word],
    to: Format,
    overflow: Overflow | None = None,
    *,
    has_carry_chains: bool = False,
) -> Word:
    """Return the code of the sum over all blocks of scale times scale times sum of products.

    NaN if a scale or an element is NaN, if infinity meets zero, or infinities of both signs meet. A
    sum that is exactly zero is +0, unless every product is -0.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    block : BlockFormat
        Format of all blocks.
    a, b : sequence of sequence of Word
        Codes of the elements of each block, as many of each.
    a_scale, b_scale : sequence of Word
        Codes of the scale of each block.
    to : Format
        Format of the result.
    overflow : Overflow, optional
        What a value that is too large becomes.
    has_carry_chains : bool
        Whether sums are to take few lookup tables; see
        :func:`~spikefloat.rtl_gen.circuits.sums.exact.exact_sum`.

    Raises
    ------
    InputError
        If there are no blocks or elements, or not as many of each, or a width is wrong.
    """
    counts = {len(words) for words in (a, b, a_scale, b_scale)}
    if len(counts) != 1 or 0 in counts:
        raise InputError(
            f"Blocks and scales must be as many, and at least one, not {sorted(counts)}"
        )
    policy = resolve_overflow(to, overflow)
    sums = []
    for number, (x, y, *scales) in enumerate(zip(a, b, a_scale, b_scale, strict=True)):
        with gates.builder.scope(f"block_{number}"):
            sums.append(_block_sum(gates, block, x, y, scales, has_carry_chains))
    terms = [term for one in sums for term in one.terms]
    if len(sums) == 1:
        total = Total(sums[0].sign, sums[0].magnitude, (sums[0].is_nonzero,))
        rounded = _round_one(gates, sums[0], to)
    else:
        total, unit = _sum_blocks(gates, sums, has_carry_chains)
        with gates.builder.scope("round", magnitude=total.magnitude):
            rounded = round_moved(
                gates,
                to,
                total.magnitude,
                unit,
                is_zero=gates.not_(total.is_below[-1]),
                control=NEAREST_EVEN,
                sign=total.is_negative,
                name="sum",
            )
    with gates.builder.scope("special_values"):
        is_nan, is_infinite, sign = ZERO, ZERO, total.is_negative
        if terms:
            _, is_infinite, is_nan, sign = special_values(gates, terms, total, NEAREST_EVEN)
        is_nan = gates.or_(is_nan, *(one.scale.is_nan for one in sums), name="any_nan")
    return pack(
        gates,
        to,
        policy,
        sign=sign,
        magnitude=rounded,
        is_nan=is_nan,
        is_infinite=is_infinite,
    )


def _block_sum(
    gates: GateLibrary,
    block: BlockFormat,
    a: Sequence[Word],
    b: Sequence[Word],
    scales: Sequence[Word],
    has_carry_chains: bool,
) -> _BlockSum:
    if not a or len(a) != len(b):
        raise InputError(f"Elements must be as many, and at least one, not {len(a)} and {len(b)}")
    x, y = (
        unpack_scale(gates, block.scale, code, f"unpack_{name}_scale")
        for name, code in zip("ab", scales, strict=True)
    )
    scale = multiply_scales(gates, x, y)
    terms: list[Term] = []
    fmt = block.float_element
    if fmt is None:
        total, unit = _integer_sum(gates, block, a, b), -2 * block.fraction_bits
        assert not isinstance(block.element, Format)
        largest = block.element.lowest**2
    else:
        width, unit = product_width(fmt), 2 * (fmt.min_exponent - fmt.mantissa_bits)
        for number, (x_code, y_code) in enumerate(zip(a, b, strict=True)):
            with gates.builder.scope(f"term_{number}", a=x_code, b=y_code):
                first = terms[0].sign if terms else None
                terms.append(product_term(gates, fmt, x_code, y_code, width, first))
        largest = int((fmt.max_value / fmt.min_value) ** 2)
        total = sum_terms(gates, terms, largest, has_carry_chains)
    largest *= len(a)
    sign, magnitude, is_nonzero = total.is_negative, total.magnitude, total.is_below[-1]
    if len(scale.significand) > 1:
        with gates.builder.scope("scaled", magnitude=magnitude, scale=scale.significand):
            magnitude = multiply_significands(gates, magnitude, scale.significand)
            # A scale that is zero makes a zero of every product, and each keeps its sign.
            all_minus = gates.and_(*(term.sign for term in terms), name="all_minus")
            sign = gates.mux(scale.is_zero, all_minus, sign, name="sign")
            is_nonzero = gates.and_(is_nonzero, gates.not_(scale.is_zero), name="nonzero")
            largest <<= len(scale.significand)
    return _BlockSum(terms, sign, magnitude, is_nonzero, scale, unit + scale.unit, largest)


def _integer_sum(
    gates: GateLibrary, block: BlockFormat, a: Sequence[Word], b: Sequence[Word]
) -> Total:
    """Add the products of numbers in two's complement, all their bits in the same columns.

    The sign bit of a factor counts negative. For a product of bits that does, its complement is
    added, and a constant for what that is too large by.
    """
    bits = block.element.width
    for word in (*a, *b):
        if len(word) != bits:
            raise InputError(f"Code must have {bits} bits for {block.name}, not {len(word)}")
    columns = Columns(2 * (bits - 1) + len(a).bit_length() + 1)
    for number, (x, y) in enumerate(zip(a, b, strict=True)):
        with gates.builder.scope(f"term_{number}", a=x, b=y):
            for row, of_y in enumerate(y):
                for column, of_x in enumerate(x):
                    both = gates.and_(of_x, of_y, name=f"partial_{row}[{column}]")
                    if (row == bits - 1) == (column == bits - 1):
                        columns.add((both,), row + column)
                    else:
                        columns.add((gates.not_(both),), row + column)
                        columns.add_constant(-1 << row + column)
    with gates.builder.scope("accumulate"):
        total = columns.total(gates)
    with gates.builder.scope("magnitude", total=total):
        sign = total[-1]
        size = magnitude_of(gates, total)
        is_nonzero = gates.or_(*total, name="nonzero")
    return Total(sign, size, (is_nonzero,))


def _round_one(gates: GateLibrary, one: _BlockSum, to: Format) -> Word:
    """Return exponent and mantissa of the sum of one block, whose place the scales decide."""
    scale, builder = one.scale, gates.builder
    offset = len(one.magnitude) - 1 + one.unit
    with builder.scope("height", exponent=scale.exponent):
        height, is_below, lowest = height_of(
            gates, to, (scale.exponent,), offset, scale.lowest, scale.highest
        )
    with builder.scope("round", magnitude=one.magnitude):
        return finish(
            gates,
            to,
            one.magnitude,
            height,
            is_below,
            lowest=lowest,
            max_zeros=None,
            zeros=(gates.not_(one.is_nonzero),),
            control=NEAREST_EVEN,
            sign=one.sign,
            name="sum",
        )


def _sum_blocks(
    gates: GateLibrary, sums: Sequence[_BlockSum], has_carry_chains: bool
) -> tuple[Total, int]:
    """Return the exact sum of all blocks, and the exponent of its lowest bit."""
    first = sums[0]
    lowest, highest = first.scale.lowest, first.scale.highest
    width = len(first.magnitude) + highest - lowest
    terms = []
    for number, one in enumerate(sums):
        with gates.builder.scope(f"place_{number}", magnitude=one.magnitude):
            differs = gates.xor(one.sign, first.sign, name="differs") if number else ZERO
            same = gates.not_(differs) if number else ONE
            flipped = xor_word(gates, one.magnitude, same, "flipped")
            # Amounts of ``place`` begin at 2.
            below = (same,) * (2 - lowest)
            bits = place(gates, below + flipped, one.scale.exponent, same, width)
            terms.append(Term(one.sign, differs, same, bits, ZERO, ZERO, ZERO))
    largest = first.largest << highest - lowest
    return sum_terms(gates, terms, largest, has_carry_chains), first.unit + lowest
