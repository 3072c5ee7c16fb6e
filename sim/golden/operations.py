# SPDX-License-Identifier: Apache-2.0
"""What each operation must give: the golden model, by the names that designs use.

Each operation is one entry of a module in :mod:`spikefloat.sim.golden.entries`: its golden function,
the operands to try where there are too many to try them all, and a few examples worked out by hand.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError, unknown_name
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.cases.sampled import EXHAUSTIVE_CASES, SEED
from spikefloat.sim.golden.entries import (
    arithmetic,
    conversions,
    division,
    functions,
    integers,
    questions,
    scaled,
    selections,
)
from spikefloat.sim.golden.entries.unit import unit_entry
from spikefloat.sim.golden.entry import Example, Operation, with_signals
from spikefloat.sim.golden.rounding import NEAREST_EVEN, Rounded, Rounder

__all__ = [
    "OPERATIONS",
    "Example",
    "Operation",
    "expected",
    "expected_mixed",
    "expected_rounded",
    "find_operation",
    "require_cases",
    "wide_cases",
]


#: Every operation that a bench can check, by name. In the examples, which are of E4M3FN unless they
#: say so, 0x38 is 1, 0x40 2, 0x44 3, 0xC4 -3, 0x7E the largest value, 448, 0x7F NaN and 0x80 -0.
_SINGLE: dict[str, Operation] = {
    name: with_signals(entry)
    for module in (
        arithmetic,
        division,
        selections,
        questions,
        conversions,
        integers,
        functions,
        scaled,
    )
    for name, entry in module.ENTRIES.items()
}

#: The same, and the unit that has many of them.
OPERATIONS: dict[str, Operation] = {**_SINGLE, "fpu": unit_entry(_SINGLE)}


def find_operation(name: str | Operation) -> Operation:
    """Return the operation called ``name``; or an entry itself, for a function of the user's own.

    Raises
    ------
    InputError
        If there is no such operation.
    """
    if isinstance(name, Operation):
        return name
    if name not in OPERATIONS:
        raise unknown_name("Operation", name, OPERATIONS)
    return OPERATIONS[name]


def require_cases(name: str | Operation, fmt: Format) -> None:
    """Refuse a format of which no set of operands can be tried.

    Raises
    ------
    InputError
        If the golden model does not have the operation, or the format has more operands than can
        all be tried, and no directed ones.
    """
    operation = find_operation(name)
    if operation.cases is None and not operation.is_exhaustive(fmt):
        most = (EXHAUSTIVE_CASES.bit_length() - 1) // operation.operand_count
        raise InputError(
            f"Format for {name} must be at most {most} bits wide, as its golden entry has no "
            f"directed cases for wider ones, not {fmt.name!r}"
        )


def wide_cases(
    name: str | Operation, fmt: Format, random_count: int, seed: int = SEED
) -> NDArray[np.int64]:
    """Return operands to try where not all can be: directed ones, then random ones, as rows.

    Parameters
    ----------
    name : str or Operation
        Name of the operation, or its entry.
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
    operation: str | Operation,
    fmt: Format,
    operands: Sequence[ArrayLike],
    overflow: Overflow | str | None,
    to: Format | None = None,
) -> NDArray[np.int64]:
    """Return the codes, or the bits of a predicate, that ``operation`` must give.

    Parameters
    ----------
    operation : str or Operation
        Name of the operation, or its entry.
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
    operation: str | Operation,
    fmt: Format,
    operands: Sequence[ArrayLike],
    overflow: Overflow | str | None,
    to: Format | None,
    rounder: Rounder,
    others: tuple[Format, ...] = (),
) -> Rounded:
    """Return the codes and the flags that ``operation`` must give when it rounds in some way.

    Parameters are those of :func:`expected`, how to round, and the formats of the operands after
    the first, if these differ: see :func:`expected_mixed`.

    Raises
    ------
    InputError
        As there, or if the operation does not round.
    """
    if others:
        return expected_mixed(operation, (fmt, *others), to or fmt, operands, overflow, rounder)
    found = _checked(operation, operands, to)
    if found.rounded is None:
        raise InputError(f"Rounding and flags have no effect for {operation}, which does not round")
    return found.rounded(*((fmt, to) if to else (fmt,)), *operands, overflow, rounder)


def expected_mixed(
    operation: str | Operation,
    formats: tuple[Format, ...],
    to: Format,
    operands: Sequence[ArrayLike],
    overflow: Overflow | str | None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return the codes and the flags of operands that each have a format, in another format.

    Raises
    ------
    InputError
        If the operation takes operands of one format only, or another number of them.
    """
    found = find_operation(operation)
    if found.mixed is None:
        raise InputError(f"Operands of {operation} must have one format, not {len(formats)}")
    if len(operands) != found.operand_count or len(formats) != found.operand_count:
        raise InputError(
            f"Number of operands of {operation} must be {found.operand_count}, not {len(operands)}"
        )
    return found.mixed(formats, to, *operands, overflow, rounder)


def _checked(
    operation: str | Operation, operands: Sequence[ArrayLike], to: Format | None
) -> Operation:
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
