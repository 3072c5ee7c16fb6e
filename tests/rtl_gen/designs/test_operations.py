# SPDX-License-Identifier: Apache-2.0
"""Every operation of the catalogue is equal to its golden entry, in every format it works for."""

import pytest

from spikefloat.rtl_gen.circuits.functions.computed import PRECISIONS
from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.sim.golden.operations import OPERATIONS, find_operation, require_cases
from tests.helpers.operations import check_examples, check_operation

DESIGNS = [design for design in entries(Design).values() if design.kind is Kind.OPERATION]


def test_operations_are_those_of_the_golden_model() -> None:
    assert {design.name for design in DESIGNS} == OPERATIONS.keys()


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.name)
def test_examples(design: Design) -> None:
    check_examples(design)


@pytest.mark.parametrize(
    "design, fmt",
    [
        pytest.param(
            design,
            fmt,
            id=f"{design.name}-{fmt.name}",
            # Tables of functions are made in the same way for all formats, and take a while; so do
            # cases of 64 bits.
            marks=[pytest.mark.slow]
            if (design.name in FUNCTIONS and fmt.name != "e4m3fn") or fmt.width > 32
            else [],
        )
        for design in DESIGNS
        for fmt in FORMATS.values()
        # Functions of 16 bits have a test of their own, in every mode.
        if design.works_for(fmt) and fmt.name not in PRECISIONS.get(design.name, ())
    ],
)
def test_equal_to_the_golden_entry(design: Design, fmt: Format) -> None:
    """Every operand where there are up to 65,536 cases, else directed and random ones."""
    require_cases(design.name, fmt)
    bits = sum(find_operation(design.name).widths(fmt))
    assert check_operation(design, fmt) >= 1 << min(bits, 10)
