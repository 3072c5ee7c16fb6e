# SPDX-License-Identifier: Apache-2.0
"""What each operation must give: the golden model, by the names that designs use.

Each operation is one entry: its golden function, the operands to try where there are too many to
try them all, and a few examples worked out by hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError, unknown_name
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.cases.quotients import quotient_cases, root_cases
from spikefloat.sim.cases.sampled import (
    EXHAUSTIVE_CASES,
    SEED,
    is_exhaustive,
    pair_cases,
    single_cases,
    triple_cases,
)
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden import division
from spikefloat.sim.golden.rounding import NEAREST_EVEN, Rounded, Rounder

__all__ = [
    "OPERATIONS",
    "Example",
    "Operation",
    "expected",
    "expected_rounded",
    "find_operation",
    "require_cases",
    "wide_cases",
]


class Example(NamedTuple):
    """Operands and their result, worked out by hand; overflow gives NaN."""

    operands: tuple[int, ...]  #: Codes.
    result: int  #: Code, or the bit of a predicate.
    format: str = "e4m3fn"
    to: str | None = None  #: Format of the result, if it has one of its own.


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation on codes of one format."""

    operand_count: int
    #: Called with the format, that of the result if it converts, operands, and overflow policy.
    function: Callable[..., NDArray] | None = None
    #: The same for an operation that rounds in every way and raises flags: called with a
    #: :class:`~spikefloat.sim.golden.rounding.Rounder`, too. Either this or the function is given.
    rounded: Callable[..., Rounded] | None = None
    #: Rows of directed operands, then of random ones: called with a format, the number of random
    #: rows and their seed. Without it, formats with too many operands to try all are refused.
    cases: Callable[[Format, int, int], NDArray[np.int64]] | None
    examples: tuple[Example, ...]
    can_overflow: bool = False  #: Whether it rounds, and so takes an overflow policy.
    is_predicate: bool = False  #: Whether the result is one bit, not a code.
    converts: bool = False  #: Whether the result has a format of its own.

    def result_width(self, fmt: Format, to: Format | None = None) -> int:
        """Return the number of bits of a result."""
        return 1 if self.is_predicate else (to or fmt).width


def _of_one_format(function: Callable[..., Rounded]) -> Callable[..., Rounded]:
    """Adapt a function that takes a format for each operand."""

    def rounded(fmt: Format, *rest: Any) -> Rounded:
        *operands, overflow, rounder = rest
        return function((fmt,) * len(operands), fmt, *operands, overflow, rounder)

    return rounded


#: Every operation that a bench can check, by name. In E4M3FN, 0x38 is 1, 0x40 2, 0x44 3, 0xC4 -3,
#: 0x7E the largest value, 448, 0x7F NaN and 0x80 -0.
OPERATIONS: dict[str, Operation] = {
    "multiply": Operation(
        operand_count=2,
        rounded=_of_one_format(golden.multiply_flagged),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0x40),
            Example((0x44, 0x44), 0x51),
            Example((0x7E, 0x7E), 0x7F),
            Example((0xC4, 0x00), 0x80),
        ),
        can_overflow=True,
    ),
    "add": Operation(
        operand_count=2,
        rounded=_of_one_format(golden.add_flagged),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0x44),
            Example((0x40, 0xC0), 0x00),
            Example((0x7E, 0x58), 0x7E),
            Example((0x80, 0x80), 0x80),
        ),
        can_overflow=True,
    ),
    "subtract": Operation(
        operand_count=2,
        rounded=_of_one_format(partial(golden.add_flagged, negate_b=True)),
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0xB8),
            Example((0x38, 0x38), 0x00),
            Example((0x80, 0x00), 0x80),
        ),
        can_overflow=True,
    ),
    "fma": Operation(
        operand_count=3,
        rounded=_of_one_format(golden.fma_flagged),
        cases=triple_cases,
        examples=(
            Example((0x38, 0x40, 0xC4), 0xB8),
            Example((0x44, 0x44, 0x38), 0x52),
            Example((0x7F, 0x38, 0x38), 0x7F),
        ),
        can_overflow=True,
    ),
    "divide": Operation(
        operand_count=2,
        rounded=division.divide,
        cases=quotient_cases,
        examples=(
            Example((0x44, 0x40), 0x3C),
            Example((0x38, 0x44), 0x2B),
            Example((0x38, 0x00), 0x7F),
            Example((0x00, 0xC4), 0x80),
        ),
        can_overflow=True,
    ),
    "reciprocal": Operation(
        operand_count=1,
        rounded=division.reciprocal,
        cases=root_cases,
        examples=(
            Example((0x40,), 0x30),
            Example((0xC4,), 0xAB),
            Example((0x00,), 0x7F),
        ),
        can_overflow=True,
    ),
    "square_root": Operation(
        operand_count=1,
        rounded=division.square_root,
        cases=root_cases,
        examples=(
            Example((0x48,), 0x40),
            Example((0x40,), 0x3B),
            Example((0x80,), 0x80),
            Example((0xC4,), 0x7F),
        ),
        can_overflow=True,
    ),
    "reciprocal_root": Operation(
        operand_count=1,
        rounded=division.reciprocal_root,
        cases=root_cases,
        examples=(
            Example((0x48,), 0x30),
            Example((0x40,), 0x33),
            Example((0xC4,), 0x7F),
        ),
        can_overflow=True,
    ),
    "negate": Operation(
        operand_count=1,
        function=golden.negate,
        cases=single_cases,
        examples=(
            Example((0x38,), 0xB8),
            Example((0x00,), 0x80),
            Example((0xFF,), 0x7F),
        ),
    ),
    "absolute": Operation(
        operand_count=1,
        function=golden.absolute,
        cases=single_cases,
        examples=(
            Example((0x38,), 0x38),
            Example((0xC4,), 0x44),
            Example((0x80,), 0x00),
        ),
    ),
    "relu": Operation(
        operand_count=1,
        function=golden.relu,
        cases=single_cases,
        examples=(
            Example((0x38,), 0x38),
            Example((0xC4,), 0x00),
            Example((0x80,), 0x00),
            Example((0x7F,), 0x7F),
        ),
    ),
    "less": Operation(
        operand_count=2,
        function=golden.less,
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 1),
            Example((0x80, 0x00), 0),
            Example((0x7F, 0x38), 0),
        ),
        is_predicate=True,
    ),
    "equal": Operation(
        operand_count=2,
        function=golden.equal,
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0),
            Example((0x80, 0x00), 1),
            Example((0x7F, 0x7F), 0),
        ),
        is_predicate=True,
    ),
    "unordered": Operation(
        operand_count=2,
        function=golden.unordered,
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0),
            Example((0x7F, 0x38), 1),
        ),
        is_predicate=True,
    ),
    "minimum": Operation(
        operand_count=2,
        function=golden.minimum,
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0x38),
            Example((0x00, 0x80), 0x80),
            Example((0x7F, 0x38), 0x7F),
        ),
    ),
    "maximum": Operation(
        operand_count=2,
        function=golden.maximum,
        cases=pair_cases,
        examples=(
            Example((0x38, 0x40), 0x40),
            Example((0x80, 0x00), 0x00),
            Example((0x38, 0x7F), 0x7F),
        ),
    ),
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


def find_operation(name: str) -> Operation:
    """Return the operation called ``name``.

    Raises
    ------
    InputError
        If there is no such operation.
    """
    if name not in OPERATIONS:
        raise unknown_name("Operation", name, OPERATIONS)
    return OPERATIONS[name]


def require_cases(name: str, fmt: Format) -> None:
    """Refuse a format of which no set of operands can be tried.

    Raises
    ------
    InputError
        If the golden model does not have the operation, or the format has more operands than can
        all be tried, and no directed ones.
    """
    operation = find_operation(name)
    if operation.cases is None and not is_exhaustive(fmt, operation.operand_count):
        most = (EXHAUSTIVE_CASES.bit_length() - 1) // operation.operand_count
        raise InputError(
            f"Format for {name} must be at most {most} bits wide, as its golden entry has no "
            f"directed cases for wider ones, not {fmt.name!r}"
        )


def wide_cases(name: str, fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return operands to try where not all can be: directed ones, then random ones, as rows.

    Parameters
    ----------
    name : str
        Name of the operation.
    fmt : Format
        Format of the operands.
    random_count : int
        Number of random cases.
    seed : int
        Seed of the random cases.

    Raises
    ------
    InputError
        If there is no such operation, or its entry has no directed cases.
    """
    operation = find_operation(name)
    if operation.cases is None:
        raise InputError(f"Operation {name} has no directed cases in its golden entry")
    return operation.cases(fmt, random_count, seed)


def expected(
    operation: str,
    fmt: Format,
    operands: Sequence[ArrayLike],
    overflow: Overflow | str | None,
    to: Format | None = None,
) -> NDArray[np.int64]:
    """Return the codes, or the bits of a predicate, that ``operation`` must give.

    Parameters
    ----------
    operation : str
        Name of the operation.
    fmt : Format
        Format of the operands.
    operands : sequence of array_like
        Codes of each operand.
    overflow : Overflow or str, optional
        Overflow policy; of no effect where nothing is rounded.
    to : Format, optional
        Format of the result, for an operation that converts.

    Raises
    ------
    ValueError
        If there is no such operation, it takes another number of operands, or a format of the
        result is missing or not wanted.
    """
    found = _checked(operation, operands, to)
    formats = (fmt, to) if to else (fmt,)
    if found.rounded is not None:
        return found.rounded(*formats, *operands, overflow, NEAREST_EVEN).codes
    assert found.function is not None
    policy = (overflow,) if found.can_overflow else ()
    return np.asarray(found.function(*formats, *operands, *policy), np.int64)


def expected_rounded(
    operation: str,
    fmt: Format,
    operands: Sequence[ArrayLike],
    overflow: Overflow | str | None,
    to: Format | None,
    rounder: Rounder,
) -> Rounded:
    """Return the codes and the flags that ``operation`` must give when it rounds in some way.

    Parameters are those of :func:`expected`, and how to round.

    Raises
    ------
    InputError
        As there, or if the operation does not round.
    """
    found = _checked(operation, operands, to)
    if found.rounded is None:
        raise InputError(f"Rounding and flags have no effect for {operation}, which does not round")
    return found.rounded(*((fmt, to) if to else (fmt,)), *operands, overflow, rounder)


def _checked(operation: str, operands: Sequence[ArrayLike], to: Format | None) -> Operation:
    """Return an operation that takes so many operands, and a format of the result or none."""
    found = find_operation(operation)
    if len(operands) != found.operand_count:
        raise InputError(
            f"Number of operands of {operation} must be {found.operand_count}, not {len(operands)}"
        )
    if found.converts != (to is not None):
        demand = "given" if found.converts else "that of its operands"
        raise InputError(
            f"Result format of {operation} must be {demand}, not {to.name if to else None!r}"
        )
    return found
