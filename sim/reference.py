# SPDX-License-Identifier: Apache-2.0
"""What each operation must give: the golden model, by the names that designs use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rtl_gen.formats import Format, Overflow
from sim import golden

__all__ = ["OPERATIONS", "Operation", "expected", "find_operation"]


@dataclass(frozen=True)
class Operation:
    """An operation on codes of one format, with a result in the same format."""

    operand_count: int
    function: Callable[..., NDArray[np.int64]]  #: Called with format, operands, overflow.


#: Every operation that a bench can check, by name.
OPERATIONS: dict[str, Operation] = {
    "multiply": Operation(2, golden.multiply),
    "add": Operation(2, golden.add),
    "subtract": Operation(2, golden.subtract),
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
        known = ', '.join(OPERATIONS)
        raise ValueError(f"Operation must be one of {known}, not {name!r}") from None


def expected(
    operation: str, fmt: Format, operands: Sequence[ArrayLike], overflow: Overflow | str | None
) -> NDArray[np.int64]:
    """Return the codes that ``operation`` must give.

    Raises
    ------
    ValueError
        If there is no such operation, or it takes another number of operands.
    """
    found = find_operation(operation)
    if len(operands) != found.operand_count:
        raise ValueError(
            f"Number of operands of {operation} must be {found.operand_count}, not {len(operands)}")
    return found.function(fmt, *operands, overflow)
