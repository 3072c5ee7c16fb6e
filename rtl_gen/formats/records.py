# SPDX-License-Identifier: Apache-2.0
"""The table of formats. To add one, add a record; no other file names a format.

Formats of IEEE P3109 that are not in the table are made when their name is asked for.
"""

import re

from spikefloat.rtl_gen.errors import InputError, unknown_name
from spikefloat.rtl_gen.formats.format import Format, NanEncoding

__all__ = ["FORMATS", "P3109_SCALE", "P3109_WIDTHS", "find_format", "p3109"]

#: Widths of the formats of P3109 that are made from their names.
P3109_WIDTHS = range(3, 9)

_P3109_NAME = re.compile(r"binary(\d{1,2})p(\d{1,2})([su])([ef])")


def _ieee(name: str, exponent_bits: int, mantissa_bits: int, *aliases: str) -> Format:
    return Format(
        name=name,
        aliases=aliases,
        exponent_bits=exponent_bits,
        mantissa_bits=mantissa_bits,
        bias=2 ** (exponent_bits - 1) - 1,
        nan=NanEncoding.IEEE,
    )


def p3109(width: int, precision: int, is_signed: bool, is_extended: bool) -> Format:
    """Return the format ``binary{width}p{precision}`` of IEEE P3109.

    Parameters
    ----------
    width : int
        Number of bits of a code, one of :data:`P3109_WIDTHS`.
    precision : int
        Number of bits of the significand, the hidden bit included; at least one bit is left for
        the exponent.
    is_signed : bool
        Whether there is a sign: ``s``, else ``u``.
    is_extended : bool
        Whether there are infinities: ``e``, else ``f``.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    name = f"binary{width}p{precision}{'us'[is_signed]}{'fe'[is_extended]}"
    most = width - is_signed
    if width not in P3109_WIDTHS:
        first, last = P3109_WIDTHS[0], P3109_WIDTHS[-1]
        raise InputError(f"Width of a P3109 format must be from {first} to {last}, not {name!r}")
    if not 1 <= precision <= most:
        raise InputError(
            f"Precision of a P3109 format of {width} bits must be from 1 to {most}, not {name!r}"
        )
    exponent_bits = most - precision + 1
    return Format(
        name=name,
        exponent_bits=exponent_bits,
        mantissa_bits=precision - 1,
        bias=1 << (exponent_bits - 1),
        nan=NanEncoding.NEGATIVE_ZERO if is_signed else NanEncoding.ALL_ONES,
        is_signed=is_signed,
        is_extended=is_extended,
    )


#: Format of the scales of P3109's scaled operations: powers of two from 2^-127 to 2^126, zero, NaN.
P3109_SCALE = p3109(8, 1, is_signed=False, is_extended=False)

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
    # The scale of NVFP4: E4M3FN without its sign.
    Format(
        name="ue4m3",
        exponent_bits=4,
        mantissa_bits=3,
        bias=7,
        nan=NanEncoding.ALL_ONES,
        is_signed=False,
    ),
    # IEEE P3109: those that its section 4.5 asks for.
    p3109(8, 3, is_signed=True, is_extended=True),
    p3109(8, 4, is_signed=True, is_extended=True),
    p3109(4, 2, is_signed=True, is_extended=False),
    # Wider formats, for accumulation and conversion.
    _ieee("binary16", 5, 10, "float16", "fp16", "half"),
    _ieee("bfloat16", 8, 7, "bf16"),
    _ieee("tf32", 8, 10),
    _ieee("binary32", 8, 23, "float32", "fp32", "single"),
    _ieee("binary64", 11, 52, "float64", "fp64", "double"),
)

#: Every format, by name.
FORMATS: dict[str, Format] = {record.name: record for record in _RECORDS}


def find_format(name: str) -> Format:
    """Return the format called ``name``, which may be an alias and in any case.

    Names of P3109, such as ``binary6p3uf``, need no entry in the table.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    lower = name.lower()
    for record in FORMATS.values():
        if lower == record.name or lower in record.aliases:
            return record
    if match := _P3109_NAME.fullmatch(lower):
        width, precision, sign, domain = match.groups()
        return p3109(int(width), int(precision), sign == "s", domain == "e")
    raise unknown_name("Format", name, FORMATS)
