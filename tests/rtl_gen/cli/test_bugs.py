# SPDX-License-Identifier: Apache-2.0
"""How commands end: a bug shows as a bug, and never as a user's mistake."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations import multiply
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.output import SCHEMA
from spikefloat.rtl_gen.designs import hardware, labels
from spikefloat.rtl_gen.errors import InputError, UserError
from spikefloat.rtl_gen.fpga.boards import core
from spikefloat.rtl_gen.mapping import mapper
from spikefloat.rtl_gen.neurons.builder import NeuronGraphBuilder
from spikefloat.rtl_gen.neurons.graph import Port
from spikefloat.rtl_gen.rtl.cells import cell
from spikefloat.rtl_gen.rtl.text import module_builder, netlist
from spikefloat.rtl_gen.weights import parameters
from spikefloat.sim.campaigns import campaign, hardening
from spikefloat.sim.golden import operations

Capture = pytest.CaptureFixture[str]


def fail_with(error: Exception) -> Callable[..., Any]:
    def fail(*args: object, **keywords: object) -> Any:
        raise error

    return fail


def assert_bug(arguments: Sequence[str], kind: type[Exception], capsys: Capture) -> None:
    status = main(arguments)
    printed = capsys.readouterr()
    assert status == 70, printed.err
    assert printed.out == ""
    assert "Traceback (most recent call last):\n" in printed.err
    *_, error, request = printed.err.splitlines()
    assert error.startswith(kind.__name__)
    assert request.startswith("spikefloat: this is a bug of spikefloat ")
    assert request.endswith(": spikefloat " + " ".join(map(str, arguments)))
    assert "spikefloat: error: " not in printed.err


MULTIPLY = ("verilog", "multiply", "--format", "e3m2fn")


@pytest.mark.parametrize(
    "place, name, error, arguments",
    [
        (multiply, "unpack", ValueError("x"), MULTIPLY),
        (NeuronGraphBuilder, "_reduce", KeyError(5), MULTIPLY),
        (hardware, "spatial_verilog", ZeroDivisionError("division by zero"), MULTIPLY),
        (netlist, "NamePool", AttributeError("names"), MULTIPLY),
        (cell, "component_verilog", IndexError("out of range"), ("verilog", "neuron")),
        (parameters, "make_layer", TypeError("x"), ("verilog", "linear", "--weights", "w.npz")),
        (mapper, "cover", ValueError("x"), ("map", "and.v")),
        (core, "unit_pipeline", KeyError("x"), ("board", "icebreaker")),
        (
            hardening,
            "choose_copies",
            ValueError("x"),
            ("harden", "negate", "--synapse-noise", "0.2"),
        ),
        (hardening, "plan_cost", OSError("x"), ("harden", "negate", "--synapse-noise", "0.2")),
        (
            hardening,
            "run_cell",
            ValueError("x"),
            ("tolerance", "negate", "--knob", "synapse_noise", "--harden", "0.2"),
        ),
        (campaign, "random_operands", LookupError("x"), ("sweep", "xor", "--synapse-noise", "0.1")),
        (operations, "find_operation", RuntimeError("x"), ("sweep", "negate", "--workers", "1")),
        (labels, "measure", UnicodeError("x"), ("stats", "negate")),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_planted_bug(
    place: object,
    name: str,
    error: Exception,
    arguments: tuple[str, ...],
    fresh_builds: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    monkeypatch = fresh_builds  # what another test has built must not be reused
    monkeypatch.chdir(tmp_path)
    np.savez("w.npz", weight=np.eye(2))
    Path("and.v").write_text("module m(input a, b, output y); assign y = a & b; endmodule\n")
    before = sorted(tmp_path.iterdir())
    assert hasattr(place, name)
    monkeypatch.setattr(place, name, fail_with(error))
    assert_bug(arguments, type(error), capsys)
    assert sorted(tmp_path.iterdir()) == before


def test_shortened_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture) -> None:
    port_labels: Callable[[Port], list[Any]] = module_builder._port_labels
    monkeypatch.setattr(module_builder, "_port_labels", lambda port: port_labels(port)[:-1])
    assert_bug([*MULTIPLY, "-o", str(tmp_path / "out")], ValueError, capsys)
    assert not (tmp_path / "out").exists()


def test_mistake_keeps_its_status(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    class Failed(UserError):
        exit_status = 1

    for error, status in ((InputError("x"), 2), (UserError("x"), 2), (Failed("x"), 1)):
        monkeypatch.setattr(labels, "measure", fail_with(error))
        assert main(["stats", "negate"]) == status
        assert capsys.readouterr() == ("", "spikefloat: error: x\n")


def test_interruption(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(labels, "measure", fail_with(KeyboardInterrupt()))  # type: ignore[arg-type]
    assert main(["stats", "negate"]) == 130
    assert capsys.readouterr() == ("", "spikefloat: interrupted\n")


def test_in_a_thread(capsys: Capture) -> None:
    """Signals belong to the main thread; a command in another one runs without."""
    statuses: list[int] = []
    thread = threading.Thread(target=lambda: statuses.append(main(["stats", "negate"])))
    thread.start()
    thread.join()
    assert statuses == [0]


def run(*arguments: str, shell: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command in a process of its own, with what a shell may do to its streams."""
    command = f'"$0" -m spikefloat "$@" {shell}'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["--help"]])
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams(arguments: list[str], closed: str) -> None:
    done = run(*arguments, shell=closed)
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) == (closed == "2>&-")


def test_message_stays_off_the_output() -> None:
    done = run("stats", "none", shell="2>&-")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["report", "r.json"]])
def test_full_output(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(
        json.dumps({"schema": SCHEMA, "command": "verify", "results": []})
    )
    done = run(
        *[word.replace("r.json", str(tmp_path / "r.json")) for word in arguments],
        shell=">/dev/full",
    )
    assert (done.returncode, done.stderr) == (
        2,
        "spikefloat: error: No space left on device: the output, or the folder of temporary files "
        "(TMPDIR)\n",
    )


@pytest.mark.parametrize(
    "signum, status, word",
    [(signal.SIGTERM, 143, "terminated"), (signal.SIGINT, 130, "interrupted")],
)
def test_signal_leaves_nothing(signum: int, status: int, word: str, tmp_path: Path) -> None:
    """Stopped amid its work, a command removes its temporary folder."""
    program = """\
import signal, sys, time
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.output import SCHEMA
from spikefloat.rtl_gen.cli.look import waves
signal.signal(signal.SIGINT, signal.default_int_handler)

def wait(check, simulator, folder, **options):
    (folder / "file").touch()
    print("ready", flush=True)
    time.sleep(60)

waves.record = wait
waves.one_simulator = lambda name: name
sys.exit(main(["waves", "negate", "-o", "out"]))
"""
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "ready\n"
        assert [path.name[:11] for path in tmp_path.iterdir()] == ["spikefloat-"]
        process.send_signal(signum)
        assert process.stderr.read() == f"spikefloat: {word}\n"
    assert process.returncode == status
    assert list(tmp_path.iterdir()) == []
