# SPDX-License-Identifier: Apache-2.0
"""Benches are built and run, and whatever goes wrong is said."""

import os

import pytest

from spikefloat.sim.simulators.find import SIMULATORS, ToolError
from spikefloat.sim.simulators.runner import BenchError, BenchFailure, run_bench

pytestmark = pytest.mark.tool

#: Changes the sign of a code of eight bits, or as many bits as are asked for.
NEGATE = """
module negate #(parameter WIDTH = 8) (input wire [WIDTH-1:0] a, output wire [WIDTH-1:0] y);
  assign y = {~a[WIDTH-1], a[WIDTH-2:0]};
endmodule
"""

BENCH = """
import os
import random

import cocotb
from cocotb.triggers import Timer

@cocotb.test()
async def every_code(dut):
    width = len(dut.a)
    for code in range(2**width):
        dut.a.value = code
        await Timer(1, "ns")
        assert dut.y.value.to_unsigned() == code ^ 1 << width - 1, f"wrong for {code:#x}"
    print("marker", width, random.random(), os.environ.get("MARKER"))
"""


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """Return a function that runs a bench made of two texts."""
    monkeypatch.syspath_prepend(tmp_path)

    def run(simulator, verilog=NEGATE, python=BENCH, **options):
        (tmp_path / "negate.v").write_text(verilog, encoding="utf-8")
        (tmp_path / "bench_of_negate.py").write_text(python, encoding="utf-8")
        return run_bench(
            simulator,
            [tmp_path / "negate.v"],
            "negate",
            "bench_of_negate",
            tmp_path / "build",
            **options,
        )

    return run


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_run_bench(simulator, bench, tmp_path):
    options = {"parameters": {"WIDTH": 6}, "env": {"MARKER": "seen"}, "waves": True}
    steps = []
    result = bench(simulator, **options, expected_tests=1, progress=steps.append)
    assert result.tests == 1
    assert result.failures == ()
    assert result.waves.stat().st_size > 0
    assert steps == [f"building negate with {simulator}", f"driving negate with {simulator}"]
    (marker,) = [line for line in result.log.read_text().splitlines() if "marker" in line]
    assert marker.startswith("marker 6 ")
    assert marker.endswith(" seen")
    assert {path.name for path in tmp_path.iterdir()} == {"negate.v", "bench_of_negate.py", "build"}


def test_seed(bench):
    logs = {seed: bench("icarus", seed=seed).log.read_text() for seed in (1, 2)}
    markers = {
        seed: [line for line in log.splitlines() if "marker" in line] for seed, log in logs.items()
    }
    assert markers[1] != markers[2]
    again = bench("icarus", seed=1).log.read_text()
    assert [line for line in again.splitlines() if "marker" in line] == markers[1]


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_run_bench_wrong_design(simulator, bench):
    faulty = NEGATE.replace("~a[WIDTH-1]", "a[WIDTH-1]")
    with pytest.raises(BenchFailure, match="(?s)^1 of 1 tests failed:\n.*wrong for 0x0"):
        bench(simulator, faulty)
    result = bench(simulator, faulty, check=False)
    assert result.tests == 1
    assert len(result.failures) == 1


def test_run_bench_no_tests(bench):
    with pytest.raises(
        BenchError, match="(?s)The simulation ended before it wrote results; .*No tests were"
    ):
        bench("icarus", python="import cocotb\n")


def test_run_bench_filtered_out(bench):
    message = "^Number of tests run by bench_of_negate must be at least 1, not 0$"
    with pytest.raises(BenchError, match=message):
        bench("icarus", env={"COCOTB_TEST_FILTER": "no such test"})


def test_run_bench_wrong_number_of_tests(bench):
    message = "^Number of tests run by bench_of_negate must be 2, not 1$"
    with pytest.raises(BenchError, match=message):
        bench("icarus", expected_tests=2)


def test_run_bench_broken_module(bench):
    with pytest.raises(
        BenchError, match="(?s)The simulation ended before it wrote results; .*SyntaxError"
    ):
        bench("icarus", python="def")


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_run_bench_wrong_verilog(simulator, bench):
    message = f"(?s)^Build of negate with {simulator} failed; .*sign_bit"
    with pytest.raises(BenchError, match=message):
        bench(simulator, NEGATE.replace("~a[WIDTH-1]", "sign_bit"))


def test_run_bench_missing_simulator(bench, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ToolError, match="^Icarus Verilog is not on PATH; run `"):
        bench("icarus")


def test_environment_of_this_process_stays(bench, monkeypatch):
    """Other threads may use it meanwhile: nothing is set there, not even for a while."""
    monkeypatch.setenv("MARKER", "outside")
    changes = []
    monkeypatch.setattr(type(os.environ), "__setitem__", lambda *change: changes.append(change))
    monkeypatch.setattr(type(os.environ), "__delitem__", lambda *change: changes.append(change))
    result = bench("icarus", env={"MARKER": "inside"})
    monkeypatch.undo()
    assert changes == []
    assert " inside" in result.log.read_text()


@pytest.mark.parametrize("simulator", SIMULATORS)
def test_run_bench_that_dies(simulator, bench):
    """A simulator that ends early, or is killed, has not passed."""
    dying = BENCH.replace("dut.a.value = code", "os.kill(os.getpid(), 9)")
    with pytest.raises(BenchError, match="^The simulation ended before it wrote results; "):
        bench(simulator, python=dying)
    finishing = NEGATE.replace("endmodule", "  initial #7 $finish;\nendmodule")
    with pytest.raises((BenchError, BenchFailure)):
        bench(simulator, finishing, has_delays=True)
