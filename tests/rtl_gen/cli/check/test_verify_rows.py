# SPDX-License-Identifier: Apache-2.0
"""Rows of ``verify`` as they come: kept where it is stopped, and gone on with."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spikefloat.rtl_gen.checks.verifying import plan
from spikefloat.rtl_gen.cli import main
from spikefloat.sim.benches.bench import verify_groups
from tests.helpers.command import Capture, run_json

TWO = ["verify", "negate,absolute", "--sim", "icarus", "--format"]


@pytest.mark.tool
def test_rerun_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """What was exact is not simulated again; another seed, style or file is."""
    built: list[list[str]] = []

    def groups(checks, *args, **options):
        built.append([check.dut.name for check in checks])
        return verify_groups(checks, *args, **options)

    monkeypatch.setattr(plan, "verify_groups", groups)
    store = ["--store", str(tmp_path / "rows.db")]
    first = run_json(capsys, *TWO, "e4m3fn", *store)
    rows = run_json(capsys, *TWO, "e4m3fn,e2m1fn", *store)
    assert [len(names) for names in built] == [2, 2]
    assert all("e2m1fn" in name for name in built[1])
    assert [row for row in rows if row["format"] == "e4m3fn"] == first
    assert [row["cases"] for row in rows] == [256, 16, 256, 16]
    stream = ["verify", "negate", "--format", "e2m1fn", "--stream", "--sim", "icarus", *store]
    for seed, count in (("1", 1), ("1", 0), ("2", 1)):
        assert len(run_json(capsys, *stream, "--seed", seed)) == 2
        assert len(built[-1]) == count


@pytest.mark.tool
@pytest.mark.parametrize("signum, status", [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_stopped(signum: int, status: int, tmp_path: Path) -> None:
    """The rows that are there are whole JSON and kept; no folder and no process is left."""
    program = """\
import signal, sys, time
from spikefloat.rtl_gen.checks.verifying import plan
from spikefloat.rtl_gen.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
plan._SHARED = 1
run, calls = plan.verify_groups, []

def groups(*args, **options):
    calls.append(args)
    if len(calls) == 2:
        print("ready", file=sys.stderr, flush=True)
        time.sleep(60)
    return run(*args, **options)

plan.verify_groups = groups
sys.exit(main(sys.argv[1:]))
"""
    arguments = [*TWO, "e2m1fn", "--json", "--store", "rows.db"]
    folder = tmp_path / "temporary"
    folder.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        assert process.stderr.readline() == "ready\n"
        process.send_signal(signum)
        (row,) = json.loads(process.stdout.read())["results"]
    assert process.returncode == status
    assert (row["design"], row["exact"]) == ("negate", 16)
    assert list(folder.iterdir()) == []
    assert (tmp_path / "rows.db").stat().st_size > 0


@pytest.mark.tool
def test_stopped_amid_a_simulation(tmp_path: Path) -> None:
    """The simulator ends at once, and its folder is removed."""
    program = "import sys; from spikefloat.rtl_gen.cli import main; sys.exit(main(sys.argv[1:]))"
    # Half a minute of Icarus, or more.
    arguments = ["verify", "negate", "--format", "binary32", "--trials", "2000000", "-v"]
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments, "--sim", "icarus"],
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "driving" in line:
                break
        process.send_signal(signal.SIGTERM)
        assert "spikefloat: terminated\n" in process.stderr.read()
    assert process.returncode == 143
    assert list(tmp_path.iterdir()) == []
    found = [path for path in Path("/proc").glob("[0-9]*/cmdline") if holds(path, str(tmp_path))]
    assert found == []


def holds(path: Path, text: str) -> bool:
    """Tell whether a process that still runs has a text in its command line."""
    try:
        return text.encode() in path.read_bytes()
    except OSError:
        return False


@pytest.mark.tool
def test_table_and_csv_grow_by_the_line(capsys: Capture) -> None:
    assert main([*TWO, "e4m3fn,e2m1fn"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Compared with the golden model; ")
    assert lines[-2].split() == ["absolute", "e2m1fn", "saturate", "16", "16", "bit-exact"]
    assert len({len(line) for line in lines[-6:-1]}) == 1
    assert main([*TWO, "e4m3fn,e2m1fn", "--csv"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.startswith("design,format,format_b,format_c,format_2,to,")
    assert len(rows) == 4


@pytest.mark.parametrize(
    "words, message",
    [
        (["negate", "--trials", "9"], "Option --trials has no effect here, as every case is tried"),
        (["negate", "--seed", "9"], "Option --seed has no effect here, as nothing is random"),
        (
            ["dot", "--pairs", "published"],
            "Option --pairs has no effect here; published pairs are ",
        ),
        (["negate", "--top", "x"], "Option --top has no effect without --verilog"),
        (
            ["negate,relu", "--verilog", "x.v"],
            "Option --verilog must be for one circuit, not for 2",
        ),
    ],
)
def test_options_without_effect(
    words: list[str], message: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "spikefloat.rtl_gen.cli.check.verify.simulators", lambda text: ("verilator",)
    )
    assert main(["verify", *words]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.tool
def test_every_so_many_cases(capsys: Capture) -> None:
    """Icarus takes a hundredth of a sample; where there is none, the option has no effect."""
    words = ["verify", "fma", "--format", "e4m3fn", "--trials", "1000", "--sim", "icarus"]
    (row,) = run_json(capsys, *words, "--every", "100")
    assert (row["cases"], row["exact"], row["pairs"]) == (604, 604, "sampled")
    assert main(["verify", "multiply,vector_sum", "--every", "2"]) == 2
    assert "Option --every has no effect here; it is for operations" in capsys.readouterr().err
    assert main(["verify", "fma", "--every", "0"]) == 2
    assert "Number for --every must be an integer from 1 to 1048576" in capsys.readouterr().err
