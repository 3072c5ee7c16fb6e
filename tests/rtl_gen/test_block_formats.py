# SPDX-License-Identifier: Apache-2.0
"""Block formats against the tables of OCP Microscaling v1.0, and what is said of NVFP4."""

from fractions import Fraction

import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, find_block_format

#: Bits of an element, exponent and value of the largest one, size, format of the scale.
STANDARD = {
    "mxfp8_e4m3": (8, 8, 448, 32, "e8m0fnu"),
    "mxfp8_e5m2": (8, 15, 57344, 32, "e8m0fnu"),
    "mxfp6_e3m2": (6, 4, 28, 32, "e8m0fnu"),
    "mxfp6_e2m3": (6, 2, 7.5, 32, "e8m0fnu"),
    "mxfp4": (4, 2, 6, 32, "e8m0fnu"),
    "mxint8": (8, 0, 1 + Fraction(63, 64), 32, "e8m0fnu"),
    "nvfp4": (4, 2, 6, 16, "ue4m3"),
}


def test_all_formats_are_tested() -> None:
    assert list(BLOCK_FORMATS) == list(STANDARD)


@pytest.mark.parametrize("name", STANDARD)
def test_tables_of_the_standard(name: str) -> None:
    block = BLOCK_FORMATS[name]
    figures = (block.element.width, block.max_exponent, block.max_element, block.size)
    assert (*figures, block.scale.name) == STANDARD[name]
    assert Fraction(2) ** block.max_exponent <= block.max_element
    assert block.max_element < Fraction(2) ** (block.max_exponent + 1)
    assert not block.scale.is_signed
    assert block.shares_exponent == (name != "nvfp4")


def test_names() -> None:
    assert find_block_format("MXFP4") is BLOCK_FORMATS["mxfp4"]
    with pytest.raises(
        InputError,
        match=r"^Block format must be one of mxfp8_e4m3, .*, nvfp4, not 'nvfp8'; did you mean ",
    ):
        find_block_format("nvfp8")
