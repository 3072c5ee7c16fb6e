# SPDX-License-Identifier: Apache-2.0
"""Commands that may take long: they show what goes on, and end early with what there is."""

import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.markup import escape

__all__ = ["Stop", "shown_progress"]

#: Without a terminal, progress is a line after so many seconds.
_REPORT_SECONDS = 60


@contextmanager
def shown_progress() -> Iterator[Callable[[str], None]]:
    """Show what goes on: on one line of a terminal, else by a line a minute.

    Yields
    ------
    callable
        Shows a text.
    """
    console = Console(stderr=True)
    last = time.monotonic()

    def say(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= _REPORT_SECONDS:
            last = time.monotonic()
            console.print(f"spikefloat: {text}", markup=False, highlight=False)

    if console.is_terminal:
        with console.status("") as status:
            yield lambda text: status.update(escape(text))
    else:
        yield say


class Stop:
    """Tells whether a search is to end: after a time, or at the first interrupt.

    Parameters
    ----------
    seconds : float, optional
        The time, from now; no limit by default.
    """

    def __init__(self, seconds: float | None) -> None:
        self._end = math.inf if seconds is None else time.monotonic() + seconds
        self.is_interrupted = False

    def __call__(self) -> bool:
        """Return whether it is to end."""
        return self.is_interrupted or time.monotonic() >= self._end

    @contextmanager
    def at_interrupt(self) -> Iterator[None]:
        """Let the first interrupt end the search only, and the second one the command."""
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
            print("spikefloat: nothing was proved, so nothing is written", file=sys.stderr)
            raise KeyboardInterrupt
        self.is_interrupted = True
        print(
            "spikefloat: the search ends, and its best circuit is proved; "
            "interrupt again to do without",
            file=sys.stderr,
        )
