# SPDX-License-Identifier: Apache-2.0
"""The methods of school give what integers give, for every code of small formats."""

import math
from collections.abc import Iterator

import pytest

from spikefloat.rtl_gen.checks.proving.netlists import Codes, results
from spikefloat.rtl_gen.checks.proving.schoolbook import divider, multiplier, rooter
from spikefloat.rtl_gen.formats import Format, find_format
from spikefloat.rtl_gen.mapping.aig import Circuit, WordPort
from spikefloat.rtl_gen.mapping.patterns import every_pattern

FORMATS = [find_format(name) for name in ("e3m4", "e5m2")]


def codes_of(circuit: Circuit) -> Iterator[dict[str, int]]:
    """Return operands and results of a circuit, one pattern of its inputs after the other."""
    bits = sum(port.width for port in circuit.inputs)
    sides: tuple[Codes, Codes] = results(circuit, every_pattern(bits), 1 << bits)
    columns = {name: codes.tolist() for side in sides for name, codes in side.items()}
    for row in zip(*columns.values(), strict=True):
        yield dict(zip(columns, row, strict=True))


def significand(fmt: Format, code: int) -> tuple[int, int]:
    """Return the significand of a code as an integer, and its exponent field, 1 if subnormal."""
    field = code >> fmt.mantissa_bits & (1 << fmt.exponent_bits) - 1
    mantissa = code & (1 << fmt.mantissa_bits) - 1
    return (mantissa | (1 << fmt.mantissa_bits), field) if field else (mantissa, 1)


def moved_up(fmt: Format, value: int) -> tuple[int, int]:
    places = fmt.precision - value.bit_length() if value else 0
    return value << places, places


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_products(fmt: Format) -> None:
    count = 0
    for row in codes_of(multiplier(fmt, [WordPort("p", 2 * fmt.precision)])):
        a, b = (significand(fmt, row[name])[0] for name in "ab")
        assert row["p"] == a * b
        count += 1
    assert count == 65_536


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_quotients(fmt: Format) -> None:
    digits = fmt.precision + 2
    for row in codes_of(divider(fmt, [WordPort("r", 1), WordPort("q", digits)])):
        a, b = (moved_up(fmt, significand(fmt, row[name])[0])[0] for name in "ab")
        if b:
            whole, rest = divmod(a << digits - 1, b)
            assert (row["q"], row["r"]) == (whole, rest > 0)


@pytest.mark.parametrize("fmt", FORMATS, ids=str)
def test_roots(fmt: Format) -> None:
    digits = fmt.precision + 1
    for row in codes_of(rooter(fmt, [WordPort("q", digits), WordPort("r", 1)])):
        value, exponent = significand(fmt, row["a"])
        value, places = moved_up(fmt, value)
        # In units of the last digit of the root, squared; the significand has m bits behind its point.
        value <<= (exponent - places - fmt.bias) % 2 + 2 * (digits - 1) - fmt.mantissa_bits
        root = math.isqrt(value)
        assert (row["q"], row["r"]) == (root, root * root < value)
