# SPDX-License-Identifier: Apache-2.0
"""The dot product of blocks as a neuron graph.

The products of the elements of a block make a fixed-point number, as in any exact dot product.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.shared_scale.scale import multiply_scales, unpack_scale
from spikefloat.rtl_gen.circuits.shared_scale.sums import BlockSum, add_blocks, scaled_sum
from spikefloat.rtl_gen.circuits.sums.exact import product_term, product_width
from spikefloat.rtl_gen.circuits.sums.terms import Term, Total, sum_terms
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BlockFormat, Format, Overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import magnitude_of

__all__ = ["block_dot", "block_sum", "check_elements", "integer_sum", "product_range"]


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
    wide: Format | None = None,
    has_counters: bool = False,
    control: RoundingControl = NEAREST_EVEN,
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
        What a value that is too large becomes, at each rounding.
    wide : Format, optional
        Format that the exact sum of each block is rounded into, to be added in turn; without it the
        sum over all blocks is exact.
    has_counters : bool
        Whether sums are to take few lookup tables: six bits of a column are counted together.
    control : RoundingControl
        How the exact sum is rounded; to nearest even with ``wide``.

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
    sums = []
    for number, (x, y, *scales) in enumerate(zip(a, b, a_scale, b_scale, strict=True)):
        with gates.builder.scope(f"block_{number}"):
            sums.append(block_sum(gates, block, x, y, scales, has_counters=has_counters))
    return add_blocks(gates, sums, to, overflow, wide=wide, control=control)


def check_elements(a: Sequence[Word], b: Sequence[Word]) -> None:
    """Refuse no elements, and not as many of each.

    Raises
    ------
    InputError
        If it is so.
    """
    if not a or len(a) != len(b):
        raise InputError(f"Elements must be as many, and at least one, not {len(a)} and {len(b)}")


def product_range(block: BlockFormat) -> tuple[int, int]:
    """Return what products of two elements are multiples of, as a power of two, and how many at most."""
    fmt = block.float_element
    if fmt is None:
        assert not isinstance(block.element, Format)
        return -2 * block.fraction_bits, block.element.lowest**2
    largest = int((fmt.max_value / fmt.min_value) ** 2)
    return 2 * (fmt.min_exponent - fmt.mantissa_bits), largest


def block_sum(
    gates: GateLibrary,
    block: BlockFormat,
    a: Sequence[Word],
    b: Sequence[Word],
    scales: Sequence[Word],
    *,
    has_counters: bool = False,
) -> BlockSum:
    """Return the exact sum of the products of one block, or of a part of it.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    block : BlockFormat
        Format of both blocks.
    a, b : sequence of Word
        Codes of the elements, as many of each.
    scales : sequence of Word
        Code of the scale of each.
    has_counters : bool
        As in :func:`block_dot`.

    Raises
    ------
    InputError
        If there are no elements, or not as many of each, or a width is wrong.
    """
    check_elements(a, b)
    x, y = (
        unpack_scale(gates, block.scale, code, f"unpack_{name}_scale")
        for name, code in zip("ab", scales, strict=True)
    )
    scale = multiply_scales(gates, x, y)
    terms: list[Term] = []
    fmt = block.float_element
    unit, largest = product_range(block)
    if fmt is None:
        whole = integer_sum(gates, block, a, b)
        with gates.builder.scope("magnitude", total=whole):
            size = magnitude_of(gates, whole)
            total = Total(whole[-1], size, (gates.or_(*whole, name="nonzero"),))
        terms = [_integer_term(gates, *pair) for pair in zip(a, b, strict=True)]
    else:
        width = product_width(fmt)
        for number, (x_code, y_code) in enumerate(zip(a, b, strict=True)):
            with gates.builder.scope(f"term_{number}", a=x_code, b=y_code):
                first = terms[0].sign if terms else None
                terms.append(product_term(gates, fmt, x_code, y_code, width, first))
        total = sum_terms(gates, terms, largest, False, has_counters=has_counters)
    largest *= len(a)
    signs = [term.sign for term in terms]
    return scaled_sum(gates, terms, total, signs, scale, unit, largest)


def _integer_term(gates: GateLibrary, x: Word, y: Word) -> Term:
    """Return what is to be known of a product beside its value: whether it is below zero."""
    sign = gates.and_(gates.xor(x[-1], y[-1]), gates.or_(*x), gates.or_(*y), name="minus")
    return Term(sign, ZERO, ZERO, (), ZERO, ZERO, ZERO)


def integer_sum(
    gates: GateLibrary, block: BlockFormat, a: Sequence[Word], b: Sequence[Word]
) -> Word:
    """Return the sum of products of numbers in two's complement, all their bits in the same columns.

    The sign bit of a factor counts negative. For a product of bits that does, its complement is
    added, and a constant for what that is too large by.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    block : BlockFormat
        Format whose elements are integers.
    a, b : sequence of Word
        Codes of the elements, as many of each.

    Raises
    ------
    InputError
        If a width is wrong.
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
        return columns.total(gates)
