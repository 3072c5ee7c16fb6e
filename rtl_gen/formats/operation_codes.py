# SPDX-License-Identifier: Apache-2.0
"""Operation codes of the float unit: a name at the place that is its code."""

__all__ = ["OPERATION_CODES", "OPERATION_WIDTH", "WORD_WIDTH"]

#: Operations by their codes; those that take fewer operands take the first ones.
OPERATION_CODES = (
    "multiply",
    "add",
    "subtract",
    "fma",
    "fma_subtract",
    "fma_negate",
    "fma_negate_subtract",
    "divide",
    "square_root",
    "minimum",
    "maximum",
    "minimum_number",
    "maximum_number",
    "equal",
    "less",
    "less_equal",
    "signalling_equal",
    "signalling_less",
    "signalling_less_equal",
    "copy_sign",
    "negate_sign",
    "xor_sign",
    "classify",
    "to_int32",
    "from_int32",
    "round_to_integral",
)

#: Bits of the operand that holds the code.
OPERATION_WIDTH = 5

#: Bits of the operand that may be an integer, and of the result.
WORD_WIDTH = 32
