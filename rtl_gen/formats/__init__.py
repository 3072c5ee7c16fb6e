# SPDX-License-Identifier: Apache-2.0
"""Floating-point formats as data, and how results are rounded to them.

A format is one frozen record. The generator and the golden model both read it, and share nothing
else.
"""

from spikefloat.rtl_gen.formats.blocks import (
    BLOCK_FORMATS,
    BlockFormat,
    Conversion,
    ScalePolicy,
    find_block_format,
)
from spikefloat.rtl_gen.formats.format import Format, NanEncoding
from spikefloat.rtl_gen.formats.integers import INTEGERS, Integer, find_integer
from spikefloat.rtl_gen.formats.policies import (
    MAX_RANDOM_BITS,
    PORT_CODES,
    PORT_WIDTH,
    NanPolicy,
    Overflow,
    Rounding,
    nan_policies,
    overflow_policies,
    resolve_nan,
    resolve_overflow,
)
from spikefloat.rtl_gen.formats.records import (
    FORMATS,
    P3109_SCALE,
    P3109_WIDTHS,
    find_format,
    p3109,
)

__all__ = [
    "BLOCK_FORMATS",
    "FORMATS",
    "INTEGERS",
    "MAX_RANDOM_BITS",
    "P3109_SCALE",
    "P3109_WIDTHS",
    "PORT_CODES",
    "PORT_WIDTH",
    "BlockFormat",
    "Conversion",
    "Format",
    "Integer",
    "NanEncoding",
    "NanPolicy",
    "Overflow",
    "Rounding",
    "ScalePolicy",
    "find_block_format",
    "find_format",
    "find_integer",
    "nan_policies",
    "overflow_policies",
    "p3109",
    "resolve_nan",
    "resolve_overflow",
]
