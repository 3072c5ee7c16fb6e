# SPDX-License-Identifier: Apache-2.0
"""The widening float multiplier as a neuron graph: an exact product in a wider format.

It is the multiplier with another format for its result. As nothing is lost, rounding and
denormalising take no neurons.
"""

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.operations.multiply import multiply
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["RECORDS", "holds_products", "widening_multiply"]


def holds_products(fmt: Format, to: Format) -> bool:
    """Tell whether format ``to`` holds every product of two numbers of format ``fmt`` exactly.

    That is so if it has the precision for the square of the largest significand, the range for
    the squares of the largest and the smallest value, and infinity and NaN if they can occur.
    """
    return (
        all(f.has_zero and f.is_signed for f in (fmt, to))
        and to.precision >= 2 * fmt.precision
        and to.max_value >= fmt.max_value**2
        and to.min_value <= fmt.min_value**2
        and to.has_infinity >= fmt.has_infinity
        and to.has_nan >= fmt.has_nan
    )


def widening_multiply(gates: GateLibrary, fmt: Format, to: Format, a: Word, b: Word) -> Word:
    """Return the code of ``a * b`` in a wider format, exactly.

    NaN if an operand is NaN or infinity meets zero; infinity if an operand is infinite; the sign
    of a result that is not NaN is the exclusive or of the signs, of zero too.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the operands.
    to : Format
        Format of the result.
    a, b : Word
        Codes of the operands.

    Raises
    ------
    ValueError
        If the format of the result does not hold every product, or a width is wrong.
    """
    if not holds_products(fmt, to):
        raise InputError(
            f"Result format must hold every product of two {fmt.name} exactly, not {to.name}"
        )
    return multiply(gates, fmt, a, b, to=to)


RECORDS = (
    Operation(
        name="widening_multiply",
        summary="y = a * b in a wider format, exactly",
        operands=("a", "b"),
        circuit=widening_multiply,
        result=Result.EXACT,
        targets=holds_products,
        order=140,
    ),
)
