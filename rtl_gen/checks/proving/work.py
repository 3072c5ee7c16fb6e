# SPDX-License-Identifier: Apache-2.0
"""A proof that goes on: its lemmas, the time that is left, and what ends it."""

import time
from collections.abc import Callable

from spikefloat.rtl_gen.checks.proving.outcome import Lemma
from spikefloat.rtl_gen.checks.proving.solver import NotDecided

__all__ = ["Refuted", "Work"]


class Refuted(Exception):
    """A lemma does not hold; the message says which, and there may be operands that show it."""

    def __init__(self, reason: str, operands: dict[str, int] | None = None) -> None:
        super().__init__(reason)
        self.operands = operands


class Work:
    """What a proof has come to.

    Parameters
    ----------
    timeout : float or None
        Seconds that it may take.
    progress : callable
        Called with a few words, often.
    """

    def __init__(self, timeout: float | None, progress: Callable[[str], None]) -> None:
        self._began = self._step = time.monotonic()
        self._timeout, self._progress = timeout, progress
        self._now = ""
        self.lemmas: list[Lemma] = []
        self.nodes = 0  #: ANDs of the netlist.

    @property
    def seconds(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self._began

    @property
    def left(self) -> float | None:
        """Seconds that are left, or None without a limit."""
        return None if self._timeout is None else max(self._timeout - self.seconds, 0.0)

    def say(self, what: str) -> None:
        """Say what is done now; raises NotDecided if the time is over."""
        self._now = what
        self.tick()

    def tick(self, detail: str = "") -> None:
        """Say that it goes on.

        Raises
        ------
        NotDecided
            If the time is over.
        """
        self._progress(f"{self._now}: {detail}" if detail else self._now)
        if self.left == 0.0:
            raise NotDecided(f"the time limit of {self._timeout:g} s is reached")

    def add(self, *lemmas: Lemma) -> None:
        """Add lemmas that were proved elsewhere."""
        self.lemmas += lemmas
        self._step = time.monotonic()

    def proved(self, what: str, method: str) -> None:
        """Add a lemma that was proved since the last one."""
        now = time.monotonic()
        self.add(Lemma(what, method, round(now - self._step, 1)))
