# SPDX-License-Identifier: Apache-2.0
"""Golden entries of conversions."""

from spikefloat.sim.cases.sampled import pair_cases, single_cases
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.entry import Example, Operation

__all__ = ["ENTRIES"]

#: See :data:`spikefloat.sim.golden.operations.OPERATIONS`.
ENTRIES: dict[str, Operation] = {
    "convert": Operation(
        operand_count=1,
        rounded=golden.convert_flagged,
        cases=single_cases,
        examples=(
            Example((0x38,), 0x3F80, to="bfloat16"),
            Example((0x7F,), 0x7FC0, to="bfloat16"),
            Example((0x7E,), 0x5F00, to="binary16"),
        ),
        can_overflow=True,
        converts=True,
    ),
    "widening_multiply": Operation(
        operand_count=2,
        function=golden.widening_multiply,
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0x4000, to="bfloat16"),
            Example((0x7E, 0x7E), 0x4844, to="bfloat16"),
        ),
        can_overflow=True,
        converts=True,
    ),
}
