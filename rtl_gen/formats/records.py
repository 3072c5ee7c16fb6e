# SPDX-License-Identifier: Apache-2.0
"""The table of formats. To add one, add a record; no other file names a format."""

from spikefloat.rtl_gen.errors import unknown_name
from spikefloat.rtl_gen.formats.format import Format, NanEncoding

__all__ = ["FORMATS", "find_format"]


def _ieee(name: str, exponent_bits: int, mantissa_bits: int, *aliases: str) -> Format:
    return Format(
        name=name,
        aliases=aliases,
        exponent_bits=exponent_bits,
        mantissa_bits=mantissa_bits,
        bias=2 ** (exponent_bits - 1) - 1,
        nan=NanEncoding.IEEE,
    )


_RECORDS = (
    # OCP OFP8: no infinity, one NaN for each sign.
    Format(
        name="e4m3fn",
        aliases=("float8_e4m3fn",),
        exponent_bits=4,
        mantissa_bits=3,
        bias=7,
        nan=NanEncoding.ALL_ONES,
    ),
    # OCP OFP8: like a short binary16.
    _ieee("e5m2", 5, 2, "float8_e5m2"),
    _ieee("e4m3", 4, 3, "float8_e4m3"),
    _ieee("e3m4", 3, 4, "float8_e3m4"),
    # "fnuz": finite, NaN in the place of negative zero, bias one larger than usual (or 11).
    Format(
        name="e4m3fnuz",
        aliases=("float8_e4m3fnuz",),
        exponent_bits=4,
        mantissa_bits=3,
        bias=8,
        nan=NanEncoding.NEGATIVE_ZERO,
    ),
    Format(
        name="e5m2fnuz",
        aliases=("float8_e5m2fnuz",),
        exponent_bits=5,
        mantissa_bits=2,
        bias=16,
        nan=NanEncoding.NEGATIVE_ZERO,
    ),
    Format(
        name="e4m3b11fnuz",
        aliases=("float8_e4m3b11fnuz",),
        exponent_bits=4,
        mantissa_bits=3,
        bias=11,
        nan=NanEncoding.NEGATIVE_ZERO,
    ),
    # OCP Microscaling (MX): element formats without special values, and the scale.
    Format(
        name="e3m2fn",
        aliases=("float6_e3m2fn",),
        exponent_bits=3,
        mantissa_bits=2,
        bias=3,
        nan=NanEncoding.NONE,
    ),
    Format(
        name="e2m3fn",
        aliases=("float6_e2m3fn",),
        exponent_bits=2,
        mantissa_bits=3,
        bias=1,
        nan=NanEncoding.NONE,
    ),
    Format(
        name="e2m1fn",
        aliases=("float4_e2m1fn",),
        exponent_bits=2,
        mantissa_bits=1,
        bias=1,
        nan=NanEncoding.NONE,
    ),
    Format(
        name="e8m0fnu",
        aliases=("float8_e8m0fnu",),
        exponent_bits=8,
        mantissa_bits=0,
        bias=127,
        nan=NanEncoding.ALL_ONES,
        is_signed=False,
        has_zero=False,
    ),
    # Wider formats, for accumulation and conversion.
    _ieee("binary16", 5, 10, "float16", "fp16", "half"),
    _ieee("bfloat16", 8, 7, "bf16"),
    _ieee("binary32", 8, 23, "float32", "fp32", "single"),
)

#: Every format, by name.
FORMATS: dict[str, Format] = {record.name: record for record in _RECORDS}


def find_format(name: str) -> Format:
    """Return the format called ``name``, which may be an alias and in any case.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    wanted = name.lower()
    for record in FORMATS.values():
        if wanted == record.name or wanted in record.aliases:
            return record
    raise unknown_name("Format", name, FORMATS)
