# SPDX-License-Identifier: Apache-2.0
"""Every operation has its reference, which is called as it should be."""

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.formats import find_format
from spikefloat.sim.golden.operations import OPERATIONS, expected, find_operation

E4M3FN = find_format("e4m3fn")
BFLOAT16 = find_format("bfloat16")

#: Codes of 1, 2 and -3, the first ones of which are the operands; and the result.
OPERANDS = (0x38, 0x40, 0xC4)
RESULTS = {
    "multiply": 0x40,
    "add": 0x44,
    "subtract": 0xB8,
    "fma": 0xB8,
    "negate": 0xB8,
    "absolute": 0x38,
    "relu": 0x38,
    "less": 1,
    "equal": 0,
    "unordered": 0,
    "minimum": 0x38,
    "maximum": 0x40,
    "convert": 0x3F80,
    "widening_multiply": 0x4000,
}


def test_every_operation_is_tried():
    assert RESULTS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("name, result", RESULTS.items())
def test_expected(name, result):
    operands = [np.array([code]) for code in OPERANDS[: find_operation(name).operand_count]]
    to = BFLOAT16 if find_operation(name).converts else None
    codes = expected(name, E4M3FN, operands, "nan", to)
    assert codes.dtype == np.int64
    assert codes.tolist() == [result]


def test_overflow():
    assert expected("multiply", E4M3FN, (0x7E, 0x7E), "nan") == 0x7F
    assert expected("multiply", E4M3FN, (0x7E, 0x7E), "saturate") == 0x7E


@pytest.mark.parametrize(
    "design",
    [design for design in entries(Design).values() if not design.is_vector],
    ids=lambda design: design.name,
)
def test_operations_fit_the_designs(design):
    operation = find_operation(design.name)
    assert operation.operand_count == len(design.operands)
    assert operation.is_predicate == design.is_predicate
    assert operation.converts == (design.converts is not None)


def test_unknown_operation():
    with pytest.raises(ValueError, match="^Operation must be one of multiply, .*, not 'guess'$"):
        expected("guess", E4M3FN, (0, 0), None)


def test_wrong_number_of_operands():
    message = "^Number of operands of multiply must be 2, not 3$"
    with pytest.raises(ValueError, match=message):
        expected("multiply", E4M3FN, (0, 0, 0), None)


@pytest.mark.parametrize(
    "name, operands, to, message",
    [
        (
            "add",
            (0, 0),
            BFLOAT16,
            "^Result format of add must be that of its operands, not 'bfloat16'$",
        ),
        ("convert", (0,), None, "^Result format of convert must be given, not None$"),
    ],
)
def test_wrong_result_format(name, operands, to, message):
    with pytest.raises(ValueError, match=message):
        expected(name, E4M3FN, operands, None, to)
