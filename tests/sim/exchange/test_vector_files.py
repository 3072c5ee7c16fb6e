# SPDX-License-Identifier: Apache-2.0
"""Lines of test vectors: printed, read back, and refused with the number of the line."""

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.exchange.vector_files import Vectors, parse_vectors, print_vectors

#: As testfloat_gen prints f16_add, f32_lt and f16_sqrt.
LINES = {
    "87FF E850 E850 01\n0000 8000 0000 00\n": ((16, 16), 16),
    "CF7FFFFF 3F800000 1 00\n": ((32, 32), 1),
    "C3FF FE00 10\n": ((16,), 16),
}


@pytest.mark.parametrize("text", LINES)
def test_round_trip(text):
    widths, result_width = LINES[text]
    assert print_vectors(parse_vectors(text, widths, result_width), widths, result_width) == text


def test_columns():
    vectors = parse_vectors("1 2 e 1f\nF 0 0 3\n", (4, 4), 4)
    assert [codes.tolist() for codes in vectors.operands] == [[1, 15], [2, 0]]
    assert vectors.result.tolist() == [14, 0]
    assert vectors.flags is not None
    assert vectors.flags.tolist() == [31, 3]


def test_without_flags():
    vectors = parse_vectors("1 2\n", (4,), 4, needs_flags=False)
    assert vectors.flags is None
    only = Vectors([np.array([10])], np.array([255]), None)
    assert print_vectors(only, (5,), 8) == "0A FF\n"


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "Vectors must be at least one line, not an empty file"),
        (
            "1 2 3 00\n1 2 3\n",
            "Line 2 of the vectors must be 4 hexadecimal numbers (2 operands, result, flags), "
            "not '1 2 3'",
        ),
        (
            "1 2 3 00\n1 2 0x3 00\n",
            "Line 2 of the vectors must be 4 hexadecimal numbers (2 operands, result, flags), "
            "not '1 2 0x3 00'",
        ),
        ("1 2 3 00\n1 10 3 00\n", "Line 2 of the vectors must have a number of 4 bits, not '10'"),
        ("1 2 3 20\n", "Line 1 of the vectors must have a number of 5 bits, not '20'"),
    ],
)
def test_wrong_lines(text, message):
    with pytest.raises(InputError) as caught:
        parse_vectors(text, (4, 4), 4)
    assert str(caught.value) == message
