# SPDX-License-Identifier: Apache-2.0
"""Products and sums of scaled operands, rounded once (IEEE P3109, 4.5).

Each operand comes with a scale, a code of binary8p1uf: a power of two, zero or NaN. An operand times
its scale is exact in a format that is wide enough; those products are multiplied or added, and the
result is rounded into the format of the operands.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from spikefloat.rtl_gen.circuits.mixed import MIXED, product_format
from spikefloat.rtl_gen.circuits.operation import Operation, Result, has_arithmetic
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, FlagBits, RoundingControl
from spikefloat.rtl_gen.formats import P3109_SCALE, Format, Overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["RECORDS", "has_scaled", "scaled"]

#: The scales beside their negatives, as operands of a product have a sign.
_SIGNED_SCALE = replace(P3109_SCALE, name=f"signed_{P3109_SCALE.name}", is_signed=True)

#: Widest codes; wider operands would only have wider significands.
_MAX_WIDTH = 16


def has_scaled(fmt: Format) -> bool:
    """Tell whether scaled operations work for a format: it has a NaN, as a scale may be one."""
    return has_arithmetic(fmt) and fmt.has_nan and fmt.width <= _MAX_WIDTH


def scaled(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    scale_a: Word,
    b: Word,
    scale_b: Word,
    overflow: Overflow | None = None,
    *,
    operation: str,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of the product or the sum of ``a * scale_a`` and ``b * scale_b``.

    Infinity times a scale of zero is invalid, also where the other operand is NaN, as in ``fma``.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operands and result.
    a, b : Word
        Codes of the operands.
    scale_a, scale_b : Word
        Codes of :data:`P3109_SCALE`.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the format's default if None.
    operation : str
        ``add``, ``subtract`` or ``multiply``.
    control : RoundingControl
        How to round.

    Raises
    ------
    ValueError
        If the format has no zero, no sign or no NaN, a width is wrong, or the policy does not fit.
    """
    wide = product_format(fmt, _SIGNED_SCALE)
    factors, causes = [], []
    for name, code, scale in (("a", a, scale_a), ("b", b, scale_b)):
        flags = None if control.flags is None else FlagBits()
        with gates.builder.scope(f"scale_{name}", code=code, scale=scale):
            factors.append(
                MIXED["multiply"](
                    gates,
                    (fmt, _SIGNED_SCALE),
                    wide,
                    code,
                    (*scale, ZERO),
                    control=RoundingControl(flags=flags),
                )
            )
        causes += [flags.invalid] if flags else []
    how = {"overflow": overflow, "control": control}
    result = MIXED[operation](gates, (wide, wide), fmt, *factors, **how)
    if control.flags is not None:
        control.flags.invalid = gates.or_(control.flags.invalid, *causes, name="invalid")
    return result


def _record(operation: str, sign: str, order: int) -> Operation:
    circuit: Callable[..., Word | Bit] = partial(scaled, operation=operation)
    return Operation(
        name=f"scaled_{operation}",
        summary=f"y = (a * scale_a) {sign} (b * scale_b), rounded once to nearest even",
        operands=("a", "scale_a", "b", "scale_b"),
        operand_widths=(None, P3109_SCALE.width, None, P3109_SCALE.width),
        circuit=circuit,
        result=Result.ROUNDED,
        formats=has_scaled,
        order=order,
    )


RECORDS = (
    _record("add", "+", 190),
    _record("subtract", "-", 191),
    _record("multiply", "*", 192),
)
