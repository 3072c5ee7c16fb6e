# SPDX-License-Identifier: Apache-2.0
"""Commands that may take long end early with what there is."""

import math
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["Stop"]


class Stop:
    """Tells whether long work is to end: after a time, or at the first interrupt.

    Parameters
    ----------
    seconds : float, optional
        The time, from now; no limit by default.
    first, second : str
        What is told at the first interrupt, and at the second.
    """

    def __init__(
        self,
        seconds: float | None,
        *,
        first: str = "the search ends, and its best circuit is proved",
        second: str = "nothing was proved, so nothing is written",
    ) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self._first, self._second = first, second
        self.is_interrupted = False

    def __call__(self) -> bool:
        """Return whether it is to end."""
        return self.is_interrupted or time.monotonic() >= self._end

    @contextmanager
    def at_interrupt(self) -> Iterator[None]:
        """Let the first interrupt end the work only, and the second one the command."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.signal(signal.SIGINT, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before or signal.default_int_handler)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.is_interrupted:
            print(f"spikefloat: {self._second}", file=sys.stderr)
            raise KeyboardInterrupt
        self.is_interrupted = True
        print(f"spikefloat: {self._first}; interrupt again to do without", file=sys.stderr)
