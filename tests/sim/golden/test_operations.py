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

EXAMPLES = [
    pytest.param(name, example, id=f"{name}-{'-'.join(f'{code:x}' for code in example.operands)}")
    for name, operation in OPERATIONS.items()
    for example in operation.examples
]


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_examples(name):
    """A few by hand, not all of the same result."""
    examples = OPERATIONS[name].examples
    assert len(examples) >= 2
    assert len({example.result for example in examples}) >= 2


@pytest.mark.parametrize("name, example", EXAMPLES)
def test_examples(name, example):
    operands = [np.array([code]) for code in example.operands]
    to = find_format(example.to) if example.to else None
    codes = expected(name, find_format(example.format), operands, "nan", to)
    assert codes.dtype == np.int64
    # Codes of 64 bits are numbers in two's complement.
    assert [code % (1 << 64) for code in codes.tolist()] == [example.result]


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
    assert operation.bits == design.result_width
    assert operation.converts == (design.converts is not None)
    assert (operation.rounded is not None) == design.takes_flags


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
