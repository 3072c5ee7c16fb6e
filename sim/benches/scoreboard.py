# SPDX-License-Identifier: Apache-2.0
"""Comparing what came out of a design with what should have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.dut import Check, Port
from spikefloat.sim.golden.arithmetic import describe

__all__ = ["SHOWN", "Scoreboard"]

#: How many wrong cases a message shows.
SHOWN = 8

Array = NDArray[np.int64]


@dataclass(frozen=True)
class Scoreboard:
    """Results of a design beside the expected ones.

    Parameters
    ----------
    check : Check
        The design and its cases.
    results : mapping of str to array
        What came out in the selected cases, by the names of the outputs. Results that are missing
        at the end count as wrong, and so do those that are too many.
    undefined : mapping of str to array of bool
        Which numbers of them have undefined bits; by default none has.
    faults : array of bool, optional
        Cases that are wrong for another reason.
    notes : sequence of str
        What else is wrong, each a line.
    """

    check: Check
    results: Mapping[str, Array]
    undefined: Mapping[str, NDArray[np.bool_]] | None = None
    faults: NDArray[np.bool_] | None = None
    notes: Sequence[str] = ()

    def __post_init__(self) -> None:
        for port in self.check.dut.outputs:
            if len(self.results[port.name]) != self.arrived:
                raise InputError(
                    f"Number of results {port.name} of {self.check.dut.name} must be "
                    f"{self.arrived}, not {len(self.results[port.name])}"
                )

    @property
    def cases(self) -> int:
        """Number of cases that concern the design."""
        return len(self.check.cases.indices)

    @property
    def arrived(self) -> int:
        """Number of results that came."""
        return len(self.results[self.check.dut.outputs[0].name])

    @cached_property
    def wrong(self) -> Array:
        """Cases whose result came and is not the expected one."""
        count = min(self.cases, self.arrived)
        is_wrong = np.zeros(count, bool) if self.faults is None else self.faults[:count].copy()
        for port in self.check.dut.outputs:
            is_wrong |= self._differs(port).reshape(count, port.count).any(axis=1)
        return np.flatnonzero(is_wrong)

    @property
    def first_wrong(self) -> int | None:
        """The first case that is wrong, or for which no result came."""
        if len(self.wrong):
            return int(self.wrong[0])
        return min(self.arrived, self.cases - 1) if self.mismatches else None

    @property
    def mismatches(self) -> int:
        """Number of results that are wrong, missing or too many; not 0 if anything is wrong."""
        return max(len(self.wrong) + abs(self.cases - self.arrived), int(bool(self.notes)))

    def report(self, pauses: str = "") -> str:
        """Describe what is wrong, with the codes and values of the first wrong cases.

        Parameters
        ----------
        pauses : str
            Who paused, for the first line.

        Returns
        -------
        str
            Lines, or nothing if nothing is wrong.
        """
        if not self.mismatches:
            return ""
        lines = [
            f"{self.check.dut.name}{pauses and f' (pauses: {pauses})'}: "
            f"{self.mismatches} of {self.cases} results wrong"
        ]
        if self.arrived != self.cases:
            lines.append(f"  {self.arrived} results, not {self.cases}")
        lines += [f"  {note}" for note in self.notes]
        lines += [self._case_words(int(case)) for case in self.wrong[:SHOWN]]
        if len(self.wrong) > SHOWN:
            lines.append(f"  and {len(self.wrong) - SHOWN} more")
        return "\n".join(lines)

    def _differs(self, port: Port) -> NDArray[np.bool_]:
        count = min(self.cases, self.arrived)
        got, expected = self.results[port.name][:count], self.check.cases.expected[port.name]
        differs = got != expected[:count].reshape(got.shape)
        if self.undefined is not None:
            differs |= self.undefined[port.name][:count].reshape(got.shape)
        return np.asarray(differs)

    def _case_words(self, case: int) -> str:
        ports = {port.name: port for port in self.check.dut.inputs}
        given = " ".join(
            f"{name}={_numbers(ports.get(name), self.check.cases.rows(name)[case])}"
            for name in self.check.cases.operands
        )
        pairs = [self._result_words(port, case) for port in self.check.dut.outputs]
        got, expected = (" ".join(words) for words in zip(*pairs, strict=True))
        return f"  {given}: got {got}, expected {expected}"

    def _result_words(self, port: Port, case: int) -> tuple[str, str]:
        """Return what an output was and should have been; of many numbers, the first wrong one."""
        got = self.results[port.name][case].reshape(-1)
        expected = self.check.cases.expected[port.name][case].reshape(-1)
        differs = np.atleast_1d(self._differs(port)[case])
        place = int(differs.argmax())
        name = port.name if port.count == 1 else f"{port.name}[{place}]"
        name = "" if name == "y" else f"{name}="
        bad = self.undefined is not None and self.undefined[port.name][case].reshape(-1)[place]
        words = "undefined" if bad else _number(port, int(got[place]))
        return f"{name}{words}", f"{name}{_number(port, int(expected[place]))}"


def _numbers(port: Port | None, row: Array) -> str:
    if port is None:
        return str(int(row))
    if row.ndim == 0:
        return _number(port, int(row))
    return "[" + " ".join(f"{code:#0{2 + -(-port.width // 4)}x}" for code in row.tolist()) + "]"


def _number(port: Port, number: int) -> str:
    if port.is_signed:
        return str(number)
    if port.fmt is None:
        return str(number) if port.width == 1 else f"{number:#x}"
    digits = -(-port.width // 4)
    if number >> port.fmt.width:
        return f"0x{number:0{digits}X} (not a code)"
    return f"0x{number:0{digits}X} ({describe(port.fmt, number)})"
