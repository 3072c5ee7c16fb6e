# SPDX-License-Identifier: Apache-2.0
"""Progress of long commands, and how they end early."""

import signal
import time

import pytest

from spikefloat.rtl_gen.cli import output
from spikefloat.rtl_gen.cli.long_work import Stop
from spikefloat.rtl_gen.cli.output import progress

Capture = pytest.CaptureFixture[str]


def test_a_line_a_minute_without_a_terminal(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while one step takes longer than that, and none in a shorter time."""
    with progress("start") as tell:
        tell("a step")
    assert capsys.readouterr().err == ""
    assert output._SILENCE == 60
    monkeypatch.setattr(output, "_SILENCE", 0.02)
    printed = ""
    with progress("start") as tell:
        tell("a step")
        tell.count(3, 4)
        while printed.count("\n") < 3:
            time.sleep(0.01)
            printed += capsys.readouterr().err
    assert set(printed.splitlines()) == {"spikefloat: a step (3 of 4), 0 min"}


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
