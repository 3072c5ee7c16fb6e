# SPDX-License-Identifier: Apache-2.0
"""Comparing what came out of a design with what should have."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.golden.arithmetic import describe

__all__ = ["Scoreboard"]

#: How many wrong cases a message shows.
SHOWN = 8

_OPERAND_NAMES = "abc"


@dataclass(frozen=True)
class Scoreboard:
    """Results of a design beside the expected ones.

    Raises
    ------
    AssertionError
        If there are not as many results as cases.
    """

    name: str  #: Name of the design, for messages.
    fmt: Format  #: Format of the operands.
    operands: Sequence[NDArray]  #: One array for each operand.
    actual: NDArray  #: Codes that came out.
    expected: NDArray  #: Codes that should have come out.
    is_predicate: bool = False  #: Whether results are single bits, not codes.
    to: Format | None = None  #: Format of the results, if not that of the operands.

    def __post_init__(self):
        for codes in (*self.operands, self.expected):
            if len(codes) != len(self.actual):
                raise AssertionError(
                    f"Number of results of {self.name} must be {len(codes)}, not {len(self.actual)}"
                )

    @property
    def cases(self) -> int:
        """Number of cases compared."""
        return len(self.actual)

    @property
    def wrong(self) -> NDArray[np.int64]:
        """Cases whose result is not the expected one."""
        return np.flatnonzero(self.actual != self.expected)

    def report(self) -> str:
        """Describe the first wrong cases, with codes and values; empty if there are none."""
        wrong = self.wrong
        if not wrong.size:
            return ""
        lines = [f"{self.name}: {wrong.size} of {self.cases} results wrong"]
        for case in wrong[:SHOWN]:
            given = " ".join(
                f"{name}={_show(self.fmt, codes[case])}"
                for name, codes in zip(_OPERAND_NAMES, self.operands, strict=False)
            )
            lines.append(
                f"  {given}: got {self._show_result(self.actual[case])}, "
                f"expected {self._show_result(self.expected[case])}"
            )
        if wrong.size > SHOWN:
            lines.append(f"  and {wrong.size - SHOWN} more")
        return "\n".join(lines)

    def check(self, cases: int) -> None:
        """Demand that all results are right, and that there are ``cases`` of them.

        Raises
        ------
        AssertionError
            Otherwise.
        """
        if self.cases != cases:
            raise AssertionError(
                f"Number of cases of {self.name} must be {cases}, not {self.cases}"
            )
        if report := self.report():
            raise AssertionError(report)

    def _show_result(self, code: ArrayLike) -> str:
        return str(code) if self.is_predicate else _show(self.to or self.fmt, code)


def _show(fmt: Format, code: ArrayLike) -> str:
    digits = -(-fmt.width // 4)
    number = int(np.asarray(code))
    if number >> fmt.width:
        return f"0x{number:0{digits}X} (not a code)"
    return f"0x{number:0{digits}X} ({describe(fmt, number)})"
