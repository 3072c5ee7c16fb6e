# SPDX-License-Identifier: Apache-2.0
"""Declare, in YAML, what of IEEE P3109 there is; ``docs/p3109.yaml`` is what this prints.

P3109 4.0 (section 4.5) says what an implementation shall provide, and has it declare its
configurations: operations with their formats, roundings, saturations, and kappa, by how many codes a
result may be wrong. Run it as ``python scripts/p3109.py > docs/p3109.yaml``.
"""

import json
from collections.abc import Iterator

from spikefloat.rtl_gen.circuits.operation import has_arithmetic
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.formats import P3109_WIDTHS, Format, Overflow, Rounding, find_format, p3109

__all__ = ["MISSING", "OPERATIONS", "ROUNDINGS", "SATURATIONS", "every_format", "main"]

#: Formats beside those of P3109 that its section 4.5 mentions.
_WIDE = ("binary16", "bfloat16", "binary32")

#: Designs by the names that P3109 has for what they compute.
OPERATIONS = {
    "Convert": "convert",
    "Negate": "negate",
    "Abs": "absolute",
    "CopySign": "copy_sign",
    "Recip": "reciprocal",
    "Sqrt": "square_root",
    "RSqrt": "reciprocal_root",
    "Add": "add",
    "Subtract": "subtract",
    "Multiply": "multiply",
    "Divide": "divide",
    "FMA": "fma",
    "FAA": "faa",
    "Minimum": "minimum",
    "Maximum": "maximum",
    "MinimumNumber": "minimum_number",
    "MaximumNumber": "maximum_number",
    "MinimumMagnitude": "minimum_magnitude",
    "MaximumMagnitude": "maximum_magnitude",
    "MinimumMagnitudeNumber": "minimum_magnitude_number",
    "MaximumMagnitudeNumber": "maximum_magnitude_number",
    "MinimumFinite": "minimum_finite",
    "MaximumFinite": "maximum_finite",
    "CompareLess": "less",
    "CompareLessEqual": "less_equal",
    "CompareEqual": "equal",
    "CompareGreater": "greater",
    "CompareGreaterEqual": "greater_equal",
    "IsZero": "is_zero",
    "IsOne": "is_one",
    "IsNaN": "is_nan",
    "IsInfinite": "is_infinite",
    "IsFinite": "is_finite",
    "IsSignMinus": "is_sign_minus",
    "IsNormal": "is_normal",
    "IsSubnormal": "is_subnormal",
    "NextGreaterThan": "next_up",
    "NextLessThan": "next_down",
    "ScaledAdd": "scaled_add",
    "ScaledSubtract": "scaled_subtract",
    "ScaledMultiply": "scaled_multiply",
}

#: What section 4.5 asks for and is not there.
MISSING: tuple[str, ...] = ()

ROUNDINGS = {
    "NearestTiesToEven": Rounding.NEAREST_EVEN,
    "NearestTiesToAway": Rounding.NEAREST_AWAY,
    "TowardZero": Rounding.TOWARD_ZERO,
    "TowardPositive": Rounding.UP,
    "TowardNegative": Rounding.DOWN,
    "ToOdd": Rounding.ODD,
    "StochasticA": Rounding.STOCHASTIC_A,
    "StochasticB": Rounding.STOCHASTIC_B,
    "StochasticC": Rounding.STOCHASTIC_C,
}

SATURATIONS = {
    "SatNone": Overflow.NAN,
    "SatPropagate": Overflow.SATURATE,
    "SatFinite": Overflow.SATURATE_FINITE,
}


def every_format() -> list[Format]:
    """Return every format of P3109 that there is, then the wide ones."""
    own = [
        p3109(width, precision, is_signed, is_extended)
        for width in P3109_WIDTHS
        for is_signed in (True, False)
        for is_extended in (True, False)
        for precision in range(1, width + (not is_signed))
    ]
    return [*own, *map(find_format, _WIDE)]


def main() -> None:
    """Print the declaration."""
    print("\n".join(_lines()))


def _lines() -> Iterator[str]:
    yield "# Made by scripts/p3109.py: what of IEEE P3109 4.0 Spikefloat has."
    yield "implementation: Spikefloat"
    yield 'version: "4.0"'
    yield f"missing: {json.dumps(MISSING)}"
    yield "# Kappa is by how many codes a result may be wrong."
    yield "kappa: 0"
    yield "groups:"
    for group, holds in (("arithmetic", has_arithmetic), ("conversion", lambda fmt: True)):
        names = [fmt.name for fmt in every_format() if holds(fmt)]
        yield f"  {group}: {json.dumps(names)}"
    yield "roundings:"
    yield from (f"  {name}: {mode.value}" for name, mode in ROUNDINGS.items())
    yield "saturations:"
    yield from (f"  {name}: {policy.value}" for name, policy in SATURATIONS.items())
    yield "configurations:"
    for name, design in OPERATIONS.items():
        yield from _configuration(name, design)


def _configuration(name: str, name_of_design: str) -> Iterator[str]:
    design = find_design(name_of_design)
    group = "conversion" if design.converts else "arithmetic"
    without = [
        fmt.name
        for fmt in every_format()
        if (has_arithmetic(fmt) or group == "conversion") and not design.works_for(fmt)
    ]
    yield f"  - operation: {name}"
    yield f"    design: {design.name}"
    yield f"    operands: {len(design.operands)}"
    yield f"    formats: {group}"
    if without:
        yield f"    without: {json.dumps(without)}"
    if design.takes_rounding:
        own = "each" if design.converts or design.mixes else "one"
        yield f"    result: {own}  # format of its own, or one for operands and result"
        yield "    roundings: all"
        yield "    saturations: all"


if __name__ == "__main__":
    main()
