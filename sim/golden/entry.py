# SPDX-License-Identifier: Apache-2.0
"""What an entry of the golden model is: an operation, and how it is tried."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.cases.sampled import EXHAUSTIVE_CASES
from spikefloat.sim.golden.rounding import INVALID, Rounded
from spikefloat.sim.golden.values import signalling, unpack

__all__ = [
    "NAMES",
    "Example",
    "LabelledOperation",
    "Operation",
    "labelled",
    "of_one_format",
    "raise_signalling",
    "with_canonical_nan",
    "with_signals",
    "without_flags",
]


#: Ports of most operations.
NAMES = ("a", "b", "c", "op")


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
    operand_names: tuple[str, ...] = ()  #: Of the ports; by default the first of :data:`NAMES`.
    #: Number of bits of each operand, None for that of a code; by default all are codes.
    operand_widths: tuple[int | None, ...] = ()
    #: Called with the format, that of the result if it converts, operands, and overflow policy.
    function: Callable[..., NDArray[Any]] | None = None
    #: The same for an operation that rounds in every way and raises flags: called with a
    #: :class:`~spikefloat.sim.golden.rounding.Rounder`, too. Either this or the function is given.
    rounded: Callable[..., Rounded] | None = None
    #: The same for operands that have formats of their own: called with these, and that of the result.
    mixed: Callable[..., Rounded] | None = None
    #: Rows of directed operands, then of random ones: called with a format, the number of random
    #: rows and their seed. Without it, formats with too many operands to try all are refused.
    cases: Callable[[Format, int, int], NDArray[np.int64]] | None
    examples: tuple[Example, ...]
    can_overflow: bool = False  #: Whether it rounds, and so takes an overflow policy.
    bits: int | None = None  #: Number of bits of a result that is no code.
    converts: bool = False  #: Whether the result has a format of its own.

    @property
    def names(self) -> tuple[str, ...]:
        """Name of the port of each operand."""
        return self.operand_names or NAMES[: self.operand_count]

    def widths(self, fmt: Format) -> tuple[int, ...]:
        """Return the number of bits of each operand."""
        own = self.operand_widths or (None,) * self.operand_count
        return tuple(width or fmt.width for width in own)

    def is_exhaustive(self, fmt: Format) -> bool:
        """Tell whether there are few enough cases to try them all."""
        return 1 << sum(self.widths(fmt)) <= EXHAUSTIVE_CASES

    def result_width(self, fmt: Format, to: Format | None = None) -> int:
        """Return the number of bits of a result."""
        return self.bits or (to or fmt).width

    @property
    def is_predicate(self) -> bool:
        """Whether the result is one bit, not a code."""
        return self.bits == 1


def without_flags(function: Callable[..., NDArray[Any]]) -> Callable[..., Rounded]:
    """Adapt an exact function of codes, which raises nothing by itself."""

    def rounded(fmt: Format, *rest: Any) -> Rounded:
        codes = np.asarray(function(fmt, *rest[:-2]), np.int64)
        return Rounded(codes, np.zeros_like(codes))

    return rounded


def raise_signalling(
    result: Rounded,
    formats: Sequence[Format],
    operands: Sequence[Any],
    widths: Sequence[int | None],
) -> Rounded:
    """Return a result that is invalid, too, where an operand is a signalling NaN.

    Parameters
    ----------
    result : Rounded
        What an operation gives.
    formats : sequence of Format
        Format of each operand.
    operands : sequence of array of int
        The operands, and what may follow them.
    widths : sequence of int or None
        Width of each operand that is no code, and so has no NaN; None for the others.
    """
    invalid: NDArray[Any] = np.zeros(result.flags.shape, bool)
    for fmt, codes, width in zip(formats, operands, widths, strict=False):
        if width is None:
            invalid = invalid | signalling(fmt, codes)
    return Rounded(result.codes, result.flags | INVALID * invalid)


def with_signals(operation: Operation) -> Operation:
    """Return an operation to which signalling NaNs are invalid, if it raises flags at all.

    IEEE 754-2019 (7.2 a) wants that of every operation but those on signs and the questions about a
    code. Operands that are no codes have no NaNs.
    """
    own = operation.operand_widths or (None,) * operation.operand_count

    def rounded(fmt: Format, *rest: Any) -> Rounded:
        assert operation.rounded is not None
        operands = rest[1:] if operation.converts else rest
        return raise_signalling(operation.rounded(fmt, *rest), (fmt,) * len(own), operands, own)

    def mixed(formats: tuple[Format, ...], to: Format, *rest: Any) -> Rounded:
        assert operation.mixed is not None
        return raise_signalling(operation.mixed(formats, to, *rest), formats, rest, own)

    return replace(
        operation,
        rounded=operation.rounded and rounded,
        mixed=operation.mixed and mixed,
    )


def of_one_format(function: Callable[..., Rounded]) -> Callable[..., Rounded]:
    """Adapt a function that takes a format for each operand."""

    def rounded(fmt: Format, *rest: Any) -> Rounded:
        *operands, overflow, rounder = rest
        return function((fmt,) * len(operands), fmt, *operands, overflow, rounder)

    return rounded


@dataclass(frozen=True, kw_only=True, repr=False)
class LabelledOperation(Operation):
    """An entry made for a purpose, of which there may be many; the catalogue does not have it."""

    label: str  #: The same for entries that are alike, by which results of campaigns are kept.

    def __repr__(self) -> str:
        """Return the label."""
        return self.label


def labelled(operation: Operation, label: str, **changes: Any) -> LabelledOperation:
    """Return another entry with some things changed, and without the examples."""
    own = {field.name: getattr(operation, field.name) for field in fields(operation)}
    return LabelledOperation(**{**own, "examples": (), **changes}, label=label)


@dataclass(frozen=True)
class _Canonical:
    """Makes NaNs canonical; an object, so that other processes can be given it."""

    function: Callable[..., NDArray[Any]]

    def __call__(self, fmt: Format, *operands: Any) -> NDArray[np.int64]:
        codes = np.asarray(self.function(fmt, *operands), np.int64)
        if fmt.nan_code is None:
            return codes
        return np.where(unpack(fmt, codes).is_nan, fmt.nan_code, codes)


def with_canonical_nan(name: str, operation: Operation) -> Operation:
    """Return an exact operation on codes with the canonical NaN for every other one.

    Parameters
    ----------
    name : str
        Name of the operation.
    operation : Operation
        Its entry, which has no flags. The examples are left out.
    """
    assert operation.function is not None
    label = f"CanonicalOperation(name={name!r})"
    return labelled(operation, label, function=_Canonical(operation.function))
