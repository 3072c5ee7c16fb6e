# SPDX-License-Identifier: Apache-2.0
"""The step-by-step engine as a whole: which operations it has, and how long a dot product takes."""

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.rtl.temporal.add import TemporalAdder
from spikefloat.rtl_gen.rtl.temporal.multiply import TemporalMultiplier
from spikefloat.rtl_gen.rtl.temporal.operation import TemporalOperation

__all__ = ["TEMPORAL", "dot_product_clocks"]

#: The operations, by the names of their designs.
TEMPORAL: dict[str, type[TemporalOperation]] = {
    "multiply": TemporalMultiplier,
    "add": TemporalAdder,
}


def dot_product_clocks(fmt: Format, terms: int) -> int:
    """Return the clocks that one multiplier and one adder take for a dot product.

    Step by step: each pair is multiplied, then the product is added to the sum so far, and only
    then the next pair begins.

    Parameters
    ----------
    fmt : Format
        Format of operands, products and sums.
    terms : int
        Number of products.

    Raises
    ------
    ValueError
        If there is no term.
    """
    if terms < 1:
        raise InputError(f"Terms must be 1 or more, not {terms}")
    return terms * (TemporalMultiplier.clocks(fmt) + TemporalAdder.clocks(fmt))
