# SPDX-License-Identifier: Apache-2.0
"""Source and sink of AXI4-Streams for short scenes: in each clock they drive, and then they see.

They drive at falling edges of the clock, and see shortly before the rising ones, when all has
settled and nothing moves.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from spikefloat.sim.cases.pauses import pause_rows

__all__ = ["Sink", "Source", "pause_flags"]

_ROW = 256


def pause_flags(pattern: str, seed: int) -> Iterator[bool]:
    """Yield for each clock whether an end pauses."""
    for row in pause_rows(pattern, seed, _ROW):
        yield from row.tolist()


class Source:
    """Offers the values of one operand; what is offered stays until it is taken."""

    def __init__(self, dut: Any, name: str, values: Iterable[int], pauses: Iterator[bool]) -> None:
        self._data = getattr(dut, f"s_axis_{name}_tdata")
        self._valid = getattr(dut, f"s_axis_{name}_tvalid")
        self._ready = getattr(dut, f"s_axis_{name}_tready")
        self._values = iter(values)
        self._pauses = pauses
        self._offers = False

    def see(self) -> None:
        """Take notice of what the clock edge to come will bring about."""
        if self._offers and self._ready.value == 1:
            self._offers = False

    def drive(self) -> None:
        """Offer the next value, if it is time."""
        if self._offers or next(self._pauses):
            return
        value = next(self._values, None)
        self._offers = value is not None
        self._valid.value = int(self._offers)
        self._data.value = value or 0

    def rest(self) -> None:
        """Offer nothing."""
        if not self._offers:
            self._valid.value = 0


class Sink:
    """Takes results, and sees whether an offer is changed or withdrawn."""

    def __init__(self, dut: Any, pauses: Iterator[bool]) -> None:
        self._data, self._valid = dut.m_axis_tdata, dut.m_axis_tvalid
        self._ready = dut.m_axis_tready
        self._pauses = pauses
        self._is_ready = False
        self._offered: int | None = None
        self.results: list[int] = []
        self.broken = 0

    def see(self) -> None:
        """Take notice of what is offered when the clock edge comes."""
        offered = self._data.value.to_unsigned() if self._valid.value == 1 else None
        self.broken += self._offered is not None and offered != self._offered
        if self._is_ready and offered is not None:
            self.results.append(offered)
            offered = None
        self._offered = offered

    def drive(self) -> None:
        """Say whether a result can be taken."""
        self._is_ready = not next(self._pauses)
        self._ready.value = int(self._is_ready)
