# SPDX-License-Identifier: Apache-2.0
"""The exact sum of the products of a block as an integer, in front of scales and any rounding.

A negative product is complemented, bit by bit, in a word of the width of all products. Two's
complement asks for one more, and for what the sign counts: so each sign is added in the lowest
column, and its complement in the column above the products, where a constant makes up for it. No
sign waits for another one.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.circuits.shared_scale.dot import check_elements, integer_sum, product_range
from spikefloat.rtl_gen.circuits.sums.exact import product_term, product_width
from spikefloat.rtl_gen.formats import BlockFormat
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.carry_select import add_selecting
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.graph import PART
from spikefloat.rtl_gen.neurons.words import gate_word

__all__ = ["block_sum_of_products", "sum_bits"]


def sum_bits(block: BlockFormat, size: int) -> int:
    """Return the bits of any sum of so many products of elements, in two's complement.

    Parameters
    ----------
    block : BlockFormat
        Format of the elements.
    size : int
        Number of products.
    """
    _, largest = product_range(block)
    return (size * largest).bit_length() + 1


def block_sum_of_products(
    gates: GateLibrary,
    block: BlockFormat,
    a: Sequence[Word],
    b: Sequence[Word],
    *,
    has_parts: bool = False,
) -> tuple[Word, Bit]:
    """Return ``a[0] * b[0] + a[1] * b[1] + ...`` without the scales, and whether it is NaN.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    block : BlockFormat
        Format of both blocks, without infinities.
    a, b : sequence of Word
        Codes of the elements, as many of each.
    has_parts : bool
        Whether it is to take few lookup tables: six bits of a column are counted together, and
        products, columns and the last addition are parts that synthesis maps one by one.

    Returns
    -------
    tuple of Word and Bit
        The sum as an integer of :func:`sum_bits` bits in two's complement, in units of the smallest
        product; 0 if an element is NaN, and whether one is.

    Raises
    ------
    InputError
        If there are no elements, or not as many of each, or a width is wrong.
    """
    check_elements(a, b)
    fmt = block.float_element
    if fmt is None:
        return integer_sum(gates, block, a, b), ZERO
    part = PART if has_parts else ""
    bits = product_width(fmt)
    terms = []
    for number, (x, y) in enumerate(zip(a, b, strict=True)):
        with gates.builder.scope(f"{part}term_{number}", a=x, b=y):
            terms.append(product_term(gates, fmt, x, y, bits, ONE))
    signs = [term.sign for term in terms]
    with gates.builder.scope(f"{part}accumulate", sign=signs):
        columns = Columns(sum_bits(block, len(a)))
        for term in terms:
            columns.add(term.bits)
        for sign in signs:
            columns.add((sign,))
            columns.add((gates.not_(sign),), bits)
        columns.add_constant(-len(terms) << bits)
        if has_parts:
            columns.count(gates)
        rows = columns.rows(gates)
    is_nan = gates.or_(*(term.is_nan for term in terms), name="any_nan")
    with gates.builder.scope(f"{part}add", first_row=rows[0], second_row=rows[1]):
        total = add_selecting(gates, *rows)
        return gates.builder.name_word("sum", gate_word(gates, total, gates.not_(is_nan))), is_nan
