# SPDX-License-Identifier: Apache-2.0
"""Floats from integers, and floats times powers of two, as neuron graphs.

Both put together a significand and a height, which are then rounded once.
"""

from functools import partial

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.fixed_point import round_moved
from spikefloat.rtl_gen.circuits.parts.quotient import exponent_sum, normalize_operand
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import pack, unpack
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import INTEGERS, Format, Integer, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import increment

__all__ = ["EXPONENT", "RECORDS", "from_integer", "scale_by_power_of_two"]

#: The exponent of a power of two.
EXPONENT = INTEGERS["int8"]


def from_integer(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    overflow: Overflow | None = None,
    *,
    source: Integer,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return an integer as a float, rounded once; zero is +0.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the result.
    a : Word
        The integer, in two's complement if its format has a sign.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the format's default if None.
    source : Integer
        Format of the integer.
    control : RoundingControl
        How to round.

    Raises
    ------
    ValueError
        If the width is wrong, or the policy does not fit.
    """
    policy = resolve_overflow(fmt, overflow)
    if len(a) != source.width:
        raise InputError(f"Code must have {source.width} bits for {source.name}, not {len(a)}")
    magnitude, sign = a, ZERO
    builder = gates.builder
    with builder.scope("magnitude", integer=a):
        if source.is_signed:
            sign = a[-1]
            flipped = tuple(gates.xor(bit, sign, name="flipped") for bit in a[:-1])
            # The lowest integer carries into the place of the sign.
            magnitude = builder.name_word("magnitude", increment(gates, flipped, sign))
        is_zero = gates.not_(gates.or_(*a, name="nonzero"))
    rounded = round_moved(
        gates, fmt, magnitude, 0, is_zero=is_zero, control=control, sign=sign, name="integer"
    )
    return pack(
        gates,
        fmt,
        policy,
        sign=sign,
        magnitude=rounded,
        is_nan=ZERO,
        is_infinite=ZERO,
        too_large=None
        if -source.lowest > fmt.max_value or source.highest > fmt.max_value
        else ZERO,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


def scale_by_power_of_two(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    b: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of ``a * 2**b``, rounded once: ``scaleB`` of IEEE 754-2019 (5.3.3).

    Zeros, infinities and NaN stay.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of ``a`` and the result.
    a : Word
        Code of the number.
    b : Word
        An integer of :data:`EXPONENT`.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the format's default if None.
    control : RoundingControl
        How to round.

    Raises
    ------
    ValueError
        If the format has no zero or no sign, a width is wrong, or the policy does not fit.
    """
    policy = resolve_overflow(fmt, overflow)
    if len(b) != EXPONENT.width:
        raise InputError(f"Code must have {EXPONENT.width} bits for {EXPONENT.name}, not {len(b)}")
    raw = unpack(gates, fmt, a)
    moved, zeros = normalize_operand(gates, raw, "normalize_a")
    lowest = EXPONENT.lowest - fmt.mantissa_bits
    highest = EXPONENT.highest + (1 << fmt.exponent_bits) - 2
    bits = max(highest, -lowest).bit_length() + 1
    extended = b + b[-1:] * (bits - len(b))
    with gates.builder.scope("height", exponent=raw.exponent, b=b, amount=zeros):
        *height, is_below = exponent_sum(gates, (raw.exponent, extended), (zeros,), -1, bits)
    magnitude = finish(
        gates,
        fmt,
        moved,
        tuple(height),
        is_below,
        lowest=lowest,
        max_zeros=0,
        zeros=(raw.is_zero,),
        control=control,
        sign=raw.sign,
    )
    return pack(
        gates,
        fmt,
        policy,
        sign=raw.sign,
        magnitude=magnitude,
        is_nan=raw.is_nan,
        is_infinite=raw.is_infinite,
        stays_finite=control.stays_finite(gates, raw.sign),
        flags=control.flags,
    )


RECORDS = (
    Operation(
        name="scale_by_power_of_two",
        summary="y = a * 2**b, b being int8, rounded to nearest even",
        operands=("a", "b"),
        operand_widths=(None, EXPONENT.width),
        circuit=scale_by_power_of_two,
        result=Result.ROUNDED,
        order=163,
    ),
    *(
        Operation(
            name=f"from_{name}",
            summary=f"y = a, which is {name}, as a float, rounded to nearest even",
            operands=("a",),
            operand_widths=(integer.width,),
            circuit=partial(from_integer, source=integer),
            result=Result.ROUNDED,
            order=166,
        )
        for name, integer in INTEGERS.items()
    ),
)
