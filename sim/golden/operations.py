# SPDX-License-Identifier: Apache-2.0
"""What each operation must give: the golden model, by the names that designs use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.golden import arithmetic as golden

__all__ = ["OPERATIONS", "Operation", "expected", "find_operation"]


@dataclass(frozen=True)
class Operation:
    """An operation on codes of one format."""

    operand_count: int
    #: Called with the format, that of the result if it converts, operands, and overflow policy.
    function: Callable[..., NDArray]
    can_overflow: bool = False  #: Whether it rounds, and so takes an overflow policy.
    is_predicate: bool = False  #: Whether the result is one bit, not a code.
    converts: bool = False  #: Whether the result has a format of its own.

    def result_width(self, fmt: Format, to: Format | None = None) -> int:
        """Return the number of bits of a result."""
        return 1 if self.is_predicate else (to or fmt).width


#: Every operation that a bench can check, by name.
OPERATIONS: dict[str, Operation] = {
    "multiply": Operation(2, golden.multiply, can_overflow=True),
    "add": Operation(2, golden.add, can_overflow=True),
    "subtract": Operation(2, golden.subtract, can_overflow=True),
    "fma": Operation(3, golden.fma, can_overflow=True),
    "negate": Operation(1, golden.negate),
    "absolute": Operation(1, golden.absolute),
    "relu": Operation(1, golden.relu),
    "less": Operation(2, golden.less, is_predicate=True),
    "equal": Operation(2, golden.equal, is_predicate=True),
    "unordered": Operation(2, golden.unordered, is_predicate=True),
    "minimum": Operation(2, golden.minimum),
    "maximum": Operation(2, golden.maximum),
    "convert": Operation(1, golden.convert, can_overflow=True, converts=True),
    "widening_multiply": Operation(2, golden.widening_multiply, can_overflow=True, converts=True),
}


def find_operation(name: str) -> Operation:
    """Return the operation called ``name``.

    Raises
    ------
    ValueError
        If there is no such operation.
    """
    try:
        return OPERATIONS[name]
    except KeyError:
        known = ", ".join(OPERATIONS)
        raise InputError(f"Operation must be one of {known}, not {name!r}") from None


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
    formats = (fmt, to) if to else (fmt,)
    policy = (overflow,) if found.can_overflow else ()
    return np.asarray(found.function(*formats, *operands, *policy), np.int64)
