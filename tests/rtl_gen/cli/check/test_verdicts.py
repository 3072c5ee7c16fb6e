# SPDX-License-Identifier: Apache-2.0
"""A wrong result makes a command fail, and only a wrong result does: exit statuses 1 and 0."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.checks import digits
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.check import inject, verify
from spikefloat.rtl_gen.cli.look import waves
from spikefloat.rtl_gen.cli.make import board, export
from spikefloat.sim.board.verify import BoardResult
from spikefloat.sim.campaigns.injection import Injection
from spikefloat.sim.exchange.nir_chain import NirRun
from spikefloat.sim.simulators.runner import BenchError


@pytest.mark.parametrize("mismatches, status", [([0, 0], 0), ([0, 1], 1), ([3, 0], 1)])
def test_verify(mismatches: list[int], status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"mismatches": count, "report": "wrong"} for count in mismatches]
    monkeypatch.setattr(verify, "simulators", lambda text: ["verilator"])
    monkeypatch.setattr(verify, "check_each", lambda *args, **options: rows)
    monkeypatch.setattr(verify, "checked_row", lambda row: row)
    assert main(["verify", "negate", "--json"]) == status


def fail(*args: object, **options: object) -> Any:
    raise BenchError("Build of x with verilator failed")


def test_bench_that_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A check that could not be carried out is no success, and leaves no file."""
    monkeypatch.setattr(verify, "simulators", lambda text: ["verilator"])
    monkeypatch.setattr(verify, "check_each", fail)
    monkeypatch.setattr(waves, "record", fail)
    monkeypatch.setattr(waves, "one_simulator", lambda name: "verilator")
    monkeypatch.setattr(board, "verify_board", fail)
    for arguments in (
        ["verify", "negate"],
        ["waves", "negate", "-o", str(tmp_path / "out")],
        ["board", "icebreaker", "--verify", "add"],
    ):
        assert main(arguments) == 1
        printed = capsys.readouterr()
        assert "Build of x with verilator failed" in printed.out + printed.err
        assert list(tmp_path.iterdir()) == []


RIGHT = {
    "pairs": {"add": 5, "multiply": 5},
    "wrong_pairs": {"add": 0, "multiply": 0},
    "noise": {"lost": 2},
    "unanswered": 0,
    "disagreements": 0,
    "faults": 1,
    "seconds": 0.0,
    "cpu_seconds": 0.0,
    "reports": (),
}


@pytest.mark.parametrize(
    "wrong",
    [{}, {"wrong_pairs": {"add": 0, "multiply": 1}}, {"unanswered": 1}, {"disagreements": 1}],
)
def test_board(wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    result = BoardResult(**{**RIGHT, **wrong})
    monkeypatch.setattr(board, "verify_board", lambda *args, **options: result)
    assert main(["board", "icebreaker", "--verify", "all"]) == bool(wrong)
    assert main(["board", "icebreaker", "--verify", "all", "--json"]) == bool(wrong)


@pytest.mark.parametrize("wrong", [0, 1])
def test_export(wrong: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("nir")

    def run(path: Path, operands: list[np.ndarray], simulator: str) -> NirRun:
        result = operands[0] ^ operands[1]
        result[2] ^= wrong and simulator == "nest"
        return NirRun(result, np.empty((0, 0), np.bool_), np.empty((0, 0)))

    monkeypatch.setattr(export, "run_network", run)
    monkeypatch.setattr(export, "find_nir_simulator", lambda name: None)
    arguments = ["export", "xor", "--check", "--simulators", "norse,nest", "-o", str(tmp_path)]
    assert main(arguments) == wrong


@pytest.mark.parametrize("wrong", [0, 1])
def test_demo(wrong: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One bit of one logit that differs from the golden model."""
    pytest.importorskip("matplotlib")
    pytest.importorskip("sklearn")
    outputs = digits._simulate

    def changed(*args: Any) -> Any:
        codes, times = outputs(*args)
        codes[-1, -1] ^= wrong
        return codes, times

    monkeypatch.setattr(digits, "_simulate", changed)
    arguments = ["demo", "digits", "--hidden", "2", "--images", "3", "--no-rtl"]
    assert main([*arguments, "-o", str(tmp_path)]) == wrong


@pytest.mark.parametrize(
    "exact, wrong_spikes, is_reproduced",
    [(900, 0, True), (900, 1, False), (800, 0, False), (1000, 0, False), (910, 0, True)],
)
def test_injection(exact: int, wrong_spikes: int, is_reproduced: bool) -> None:
    """Spikes must be right, every one, and the share be within what chance allows."""
    result = Injection(
        waves=1000,
        exact=exact,
        ci_low=exact / 1000 - 0.02,
        ci_high=exact / 1000 + 0.02,
        spikes=10_000,
        wrong_spikes=wrong_spikes,
        cell={"exact_rate": 0.9, "ci_low": 0.88, "ci_high": 0.92},
    )
    assert result.is_reproduced == is_reproduced


@pytest.mark.parametrize("wrong_spikes", [0, 1])
def test_inject(wrong_spikes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    cell = {"exact_rate": 0.9, "ci_low": 0.88, "ci_high": 0.92, "trials": 1000}
    result = Injection(
        waves=1000,
        exact=900,
        ci_low=0.88,
        ci_high=0.92,
        spikes=10_000,
        wrong_spikes=wrong_spikes,
        cell=cell,
    )
    monkeypatch.setattr(inject, "inject_noise", lambda *args, **options: result)
    assert main(["inject", "negate", "--synapse-noise", "0.1", "--json"]) == wrong_spikes
