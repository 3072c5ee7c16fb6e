# SPDX-License-Identifier: Apache-2.0
"""Root mean square normalisation as a neuron graph.

The sum of squares is exact. Rounded are only the reciprocal root and each product with it.
"""

from collections.abc import Sequence
from fractions import Fraction

from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.circuits.shared_scale.scale import height_of
from spikefloat.rtl_gen.circuits.vector_operation import PortRole, VectorOperation, can_give
from spikefloat.rtl_gen.circuits.vectors.scalars import (
    Scalar,
    amount_bits,
    common_unit,
    reciprocal_root,
    squares,
)
from spikefloat.rtl_gen.circuits.vectors.softmax import is_operand
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import gate_word

__all__ = ["RECORDS", "rms_norm"]


def rms_norm(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    x: Sequence[Word],
    g: Sequence[Word],
    overflow: Overflow | None = None,
    *,
    epsilon: Fraction,
) -> list[Word]:
    """Return the codes of ``x[i] * r * g[i]``, r the reciprocal root of mean square plus epsilon.

    The sum of squares is exact; r is rounded to bfloat16, and each product once to nearest even. NaN
    in ``x`` makes all results NaN. With infinity in ``x``, r is zero; infinity times zero is NaN.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the elements.
    to : Format
        Format of the results.
    x, g : sequence of Word
        Codes of the elements, as many of each and at least one.
    overflow : Overflow, optional
        What a result that is too large becomes.
    epsilon : Fraction
        Above zero, its denominator a power of two.
    """
    builder, count = gates.builder, len(x)
    raws = [unpack(gates, fmt, code, f"unpack_x_{i}") for i, code in enumerate(x)]
    unit, place_of_squares = common_unit(fmt, epsilon)
    columns = Columns(amount_bits(fmt, epsilon, count, unit))
    for square in squares(gates, fmt, x):
        columns.add(square, place_of_squares)
    columns.add_constant(int(count * epsilon / Fraction(2) ** unit))
    with builder.scope("accumulate"):
        amount = columns.total(gates)
    with builder.scope("reciprocal_root", amount=amount):
        root = reciprocal_root(gates, amount, unit, count, epsilon, fmt.max_value**2 + epsilon)
    with builder.scope("special_values"):
        is_nan = gates.or_(*(raw.is_nan for raw in raws), name="nan")
        is_zero = gates.or_(*(raw.is_infinite for raw in raws), name="zero")
    results = []
    for number, (raw, code) in enumerate(zip(raws, g, strict=True)):
        with builder.scope(f"result_{number}", x=x[number], g=code):
            gain = unpack(gates, fmt, code, "unpack_g")
            results.append(_scaled(gates, fmt, to, (raw, gain), root, is_nan, is_zero, overflow))
    return results


def _scaled(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    factors: tuple[RawFloat, RawFloat],
    root: Scalar,
    is_nan: Bit,
    is_zero: Bit,
    overflow: Overflow | None,
) -> Word:
    """Return the product of two numbers and a scalar, rounded once; the scalar may be zero instead."""
    x, gain = factors
    builder = gates.builder
    with builder.scope("product", x=x.significand, g=gain.significand):
        scale = gate_word(gates, root.raw.significand, gates.not_(is_zero))
        product = multiply_significands(gates, x.significand, gain.significand)
        product = builder.name_word("product", multiply_significands(gates, product, scale))
    exponents = (x.exponent, gain.exponent, root.raw.exponent)
    offset = len(product) - 1 - 2 * (fmt.bias + fmt.mantissa_bits) + root.unit
    most = 2 * (fmt.max_code >> fmt.mantissa_bits) + root.highest
    height, is_below, lowest = height_of(gates, to, exponents, offset, len(exponents), most)
    with builder.scope("special_values"):
        any_zero = gates.or_(x.is_zero, gain.is_zero, is_zero, name="any_zero")
        is_infinite = gates.or_(x.is_infinite, gain.is_infinite, name="infinite")
        invalid = gates.and_(is_infinite, any_zero, name="invalid")
        is_nan = gates.or_(is_nan, gain.is_nan, invalid, name="nan")
        sign = gates.xor(x.sign, gain.sign, name="sign")
    magnitude = finish(
        gates,
        to,
        product,
        height,
        is_below,
        lowest=lowest,
        max_zeros=None,
        zeros=(any_zero,),
        control=NEAREST_EVEN,
        sign=sign,
        name="product",
    )
    return pack(
        gates,
        to,
        resolve_overflow(to, overflow),
        sign=sign,
        magnitude=magnitude,
        is_nan=is_nan,
        is_infinite=is_infinite,
    )


RECORDS = (
    VectorOperation(
        name="rms_norm",
        summary="y[i] = x[i] * r * g[i], r = 1 / sqrt(mean of x[j] * x[j] + epsilon)",
        operands={"x": PortRole.FLOATS, "g": PortRole.FLOATS},
        result=PortRole.FLOATS,
        circuit=rms_norm,
        rounds=True,
        notes=(
            "rounding: r = 1 / sqrt(q / n + epsilon), once, from the exact sum of squares q into bfloat16",
            "rounding: y[i] = x[i] * r * g[i], once, into {to}; both to nearest even",
            "special values: NaN in x gives NaN everywhere; infinity in x makes r zero",
        ),
        formats=is_operand,
        targets=can_give,
        has_epsilon=True,
        order=21,
    ),
)
