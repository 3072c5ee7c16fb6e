# SPDX-License-Identifier: Apache-2.0
"""Progress of long commands, and how they end early."""

import signal
import time

import pytest

from spikefloat.rtl_gen.cli.long_work import Stop
from spikefloat.rtl_gen.cli.output import progress

Capture = pytest.CaptureFixture[str]


def test_a_line_a_minute_without_a_terminal(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    with progress("start") as tell:
        for second in range(0, 150, 10):
            now = 1000.0 + second
            tell(f"step [{second}]")
    assert capsys.readouterr().err == "spikefloat: step [60]\nspikefloat: step [120]\n"


def test_stop_after_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 5.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    stop, never = Stop(2.5), Stop(None)
    assert (stop(), never()) == (False, False)
    now = 7.5
    assert (stop(), never()) == (True, False)
    assert not stop.is_interrupted


def test_first_and_second_interrupt(capsys: Capture) -> None:
    stop = Stop(None)
    before = signal.getsignal(signal.SIGINT)
    with stop.at_interrupt():
        signal.raise_signal(signal.SIGINT)
        assert stop()
        assert stop.is_interrupted
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
    first, second = capsys.readouterr().err.splitlines()
    assert first.endswith("interrupt again to do without")
    assert second == "spikefloat: nothing was proved, so nothing is written"
