# SPDX-License-Identifier: Apache-2.0
"""Golden entry of the float unit: the entry of the operation that its last operand selects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format, Overflow, overflow_policies
from spikefloat.rtl_gen.formats.operation_codes import (
    OPERATION_CODES,
    OPERATION_WIDTH,
    WORD_WIDTH,
)
from spikefloat.sim.cases.sampled import SEED, pair_cases, triple_cases
from spikefloat.sim.golden.entry import Example, Operation, labelled
from spikefloat.sim.golden.rounding import Rounded, Rounder

__all__ = ["two_formats", "unit_entry"]

#: How many of the directed cases each operation is tried with.
_EACH = 400


def unit_entry(entries: Mapping[str, Operation]) -> Operation:
    """Return the entry of the unit, from those of its operations."""

    def rounded(fmt: Format, *rest: Any) -> Rounded:
        *operands, overflow, rounder = rest
        words = np.broadcast_arrays(*(np.asarray(word, np.int64) for word in operands))
        random = np.broadcast_to(rounder.random, words[-1].shape)
        codes, flags = (np.zeros(words[-1].shape, np.int64) for _ in range(2))
        for code, name in enumerate(OPERATION_CODES):
            here = words[-1] == code
            if not here.any():
                continue
            entry = entries[name]
            own = [word[here] for word in words[: entry.operand_count]]
            if not name.startswith("from_"):
                own[0] = own[0] & (1 << fmt.width) - 1
            codes[here], flags[here] = _apply(
                entry, fmt, own, overflow, rounder._replace(random=random[here])
            )
        return Rounded(codes, flags)

    return Operation(
        operand_count=4,
        operand_widths=(WORD_WIDTH, None, None, OPERATION_WIDTH),
        rounded=rounded,
        cases=_cases,
        examples=(
            Example((0x44, 0x44, 0x00, 0), 0x51),
            Example((0x38, 0x40, 0x00, 1), 0x44),
            Example((0x44, 0x44, 0x38, 3), 0x52),
            Example((0x38, 0x40, 0x00, 14), 1),
            Example((0xFFFFFFFD, 0x00, 0x00, 24), 0xC4),
        ),
        can_overflow=True,
        bits=WORD_WIDTH,
    )


@dataclass(frozen=True)
class _Chosen:
    """Rounds in the format that the last operand chooses; an object, for other processes."""

    unit: Operation
    formats: tuple[Format, Format]

    def __call__(self, fmt: Format, *rest: Any) -> Rounded:
        *operands, overflow, rounder = rest
        *words, which = np.broadcast_arrays(*(np.asarray(word, np.int64) for word in operands))
        random = np.broadcast_to(rounder.random, which.shape)
        codes, flags = (np.zeros(which.shape, np.int64) for _ in range(2))
        for index, one in enumerate(self.formats):
            here = which == index
            a, b, c, op = (word[here] for word in words)
            mask = (1 << one.width) - 1
            policy = overflow if Overflow(overflow) in overflow_policies(one) else None
            own = rounder._replace(random=random[here])
            assert self.unit.rounded is not None
            result = self.unit.rounded(one, a, b & mask, c & mask, op, policy, own)
            codes[here], flags[here] = result
        return Rounded(codes, flags)

    def cases(self, fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
        """Return operands for each of the formats."""
        assert self.unit.cases is not None
        rows = [self.unit.cases(one, random_count, seed) for one in self.formats]
        which = np.repeat([0, 1], [len(part) for part in rows])
        return np.column_stack([np.concatenate(rows), which])


def two_formats(unit: Operation, first: Format, second: Format) -> Operation:
    """Return the entry of a unit for two formats, of which the last operand chooses.

    Parameters
    ----------
    unit : Operation
        Entry of the unit.
    first, second : Format
        The formats, for which the operand is 0 and 1.
    """
    chosen = _Chosen(unit, (first, second))
    width = max(first.width, second.width)
    return labelled(
        unit,
        f"UnitOfTwo(format_names={(first.name, second.name)!r})",
        operand_count=5,
        operand_names=(*unit.names, "format"),
        operand_widths=(WORD_WIDTH, width, width, OPERATION_WIDTH, 1),
        rounded=chosen,
        cases=chosen.cases,
    )


def _apply(
    entry: Operation, fmt: Format, operands: list[Any], overflow: Any, rounder: Rounder
) -> Rounded:
    if entry.rounded is not None:
        return entry.rounded(fmt, *operands, overflow, rounder)
    assert entry.function is not None
    codes = np.asarray(entry.function(fmt, *operands), np.int64)
    return Rounded(codes, np.zeros_like(codes))


def _cases(fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return some directed operands for each operation, then random ones of any."""
    rng = np.random.default_rng(seed)
    pairs, triples = pair_cases(fmt, 0, seed), triple_cases(fmt, 0, seed)
    rows = []
    for code in range(1 << OPERATION_WIDTH):
        chosen = triples[rng.integers(0, len(triples), _EACH)]
        chosen[: _EACH // 2, :2] = pairs[rng.integers(0, len(pairs), _EACH // 2)]
        rows.append(np.column_stack([chosen, np.full(_EACH, code)]))
    count = max(random_count, 1)
    widths = (WORD_WIDTH, fmt.width, fmt.width, OPERATION_WIDTH)
    rows.append(np.stack([rng.integers(0, 1 << width, count) for width in widths], axis=1))
    return np.concatenate(rows)
