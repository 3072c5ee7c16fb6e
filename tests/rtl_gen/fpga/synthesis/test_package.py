# SPDX-License-Identifier: Apache-2.0
"""Cores for FuseSoC: its lint and simulation targets run, and find what is wrong."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.fpga.synthesis.core_bench import Cases, Handshake, case_file
from spikefloat.rtl_gen.fpga.synthesis.package import CoreSource, core_files
from spikefloat.rtl_gen.rtl.ports import CLOCK, RESET, Port, PortRole
from tests.helpers.fusesoc import fusesoc

ADDER = """\
module adder (
    input  wire       clk,
    input  wire       rst,
    input  wire [1:0] a,
    input  wire [1:0] b,
    output reg  [2:0] y
);
    always @(posedge clk) y <= rst ? 3'd0 : {1'b0, a} + {1'b0, b};
endmodule
"""
SUMS = Cases(operands=("a", "b"), rows=[(a, b, a + b) for a in range(4) for b in range(4)])

#: Takes operands in every third clock; an operand that is not offered counts as 3.
STREAM = """\
module adder ( // with a handshake
    input  wire       clk,
    input  wire       rst,
    input  wire [1:0] a,
    input  wire [1:0] b,
    input  wire       start,
    output wire       ready,
    output reg        valid,
    output reg  [2:0] y
);
    reg [1:0] count;
    assign ready = count == 0;
    always @(posedge clk) begin
        valid <= ready & start;
        y <= ready & start ? a + b : 3'd7;
        count <= rst || count == 2 ? 2'd0 : ready & ~start ? 2'd0 : count + 2'd1;
    end
endmodule
"""
SHAKEN = Cases(
    operands=("a", "b"),
    rows=SUMS.rows,
    handshake=Handshake(offer=("start",), accept=("ready",), valid="valid", take=None, interval=3),
)

A, B = (Port(name=name, width=2, is_input=True, role=PortRole.OPERAND) for name in "ab")
Y = Port(name="y", width=3, is_input=False, role=PortRole.RESULT)
START = Port(name="start", width=1, is_input=True, role=PortRole.START)
READY = Port(name="ready", width=1, is_input=False, role=PortRole.READY)
VALID = Port(name="valid", width=1, is_input=False, role=PortRole.VALID)


def adder(verilog: str = ADDER, latency: int | None = 1, cases: Cases | None = SUMS) -> CoreSource:
    return CoreSource(
        module="adder",
        verilog=verilog,
        ports=(CLOCK, RESET, A, B, *((START, READY, VALID) if cases is SHAKEN else ()), Y),
        summary='y = a + b, "small"',
        latency=latency,
        cases=cases,
        version="1.2",
    )


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)


def test_files() -> None:
    assert set(core_files(adder())) == {
        "adder.v",
        "adder.core",
        "adder_vivado.tcl",
        "adder_example.v",
        "adder_bench.sv",
        "adder_cases.hex",
        "files.f",
    }
    files = core_files(adder(latency=None, cases=None))
    assert set(files) == {
        "adder.v",
        "adder.core",
        "adder_vivado.tcl",
        "adder_example.v",
        "files.f",
    }
    assert "  sim:" not in files["adder.core"]


def test_cases_are_operands_and_result() -> None:
    lines = core_files(adder())["adder_cases.hex"].split()
    assert lines == [f"{a << 5 | b << 3 | a + b:02x}" for a in range(4) for b in range(4)]


def test_cases_of_64_bits() -> None:
    """They are numbers in two's complement."""
    cases = Cases(operands=("a",), rows=[(-3, 0xC4), (5, 0x4A)])
    ports = (
        Port(name="a", width=64, is_input=True, role=PortRole.OPERAND),
        Port(name="y", width=8, is_input=False, role=PortRole.RESULT),
    )
    text = case_file(cases, ports)
    assert text.splitlines() == ["fffffffffffffffdc4", "00000000000000054a"]


def test_cases_without_latency() -> None:
    with pytest.raises(
        ValueError, match="^Cases need a design of fixed latency, which adder is not$"
    ):
        core_files(adder(latency=None))


@pytest.mark.tool
def test_targets_run(tmp_path: Path) -> None:
    write(tmp_path / "cores", core_files(adder()))
    lint = fusesoc(tmp_path, "lint", "spikefloat:arithmetic:adder:1.2")
    assert lint.returncode == 0, lint.stdout + lint.stderr
    sim = fusesoc(tmp_path, "sim", "adder")
    assert sim.returncode == 0, sim.stdout + sim.stderr
    assert "16 results are those of the golden model" in sim.stdout
    write(
        tmp_path / "cores" / "stream",
        {
            name.replace("adder", "stream"): text.replace("adder", "stream")
            for name, text in core_files(adder(STREAM, None, SHAKEN)).items()
        },
    )
    sim = fusesoc(tmp_path, "sim", "stream")
    assert sim.returncode == 0, sim.stdout + sim.stderr
    assert "16 results are those of the golden model" in sim.stdout


@pytest.mark.tool
@pytest.mark.parametrize(
    "fault, target, message",
    [
        ("wrong result", "sim", "case 9 must give 3, not 2"),
        ("late result", "sim", "case 1 must give 1, not 0"),
        ("no cases", "sim", "case 0 must be known"),
        ("open net", "lint", "UNUSEDSIGNAL"),
        ("never valid", "sim", "cases must be 16, not 0"),
        ("wrong stream", "sim", "case 9 must give 3, not 2"),
    ],
)
def test_targets_find_faults(tmp_path: Path, fault: str, target: str, message: str) -> None:
    verilog = {
        "wrong result": ADDER.replace("+ {1'b0, b}", "+ {1'b0, b} - {2'd0, a == 2 && b == 1}"),
        "late result": ADDER.replace(
            "always", "reg [1:0] c;\n    always @(posedge clk) c <= b;\n    always"
        ).replace("+ {1'b0, b}", "+ {1'b0, c}"),
        "open net": ADDER.replace("always", "wire left_open = a[0];\n    always"),
        "never valid": STREAM.replace("valid <=", "valid <= 0 &"),
        "wrong stream": STREAM.replace("a + b", "a + b - (a == 2 && b == 1)"),
    }.get(fault, ADDER)
    if verilog.startswith(STREAM[:40]):
        files = core_files(adder(verilog, None, SHAKEN))
    else:
        files = core_files(adder(verilog))
    if fault == "no cases":
        files["adder_cases.hex"] = ""
    write(tmp_path / "cores", files)
    done = fusesoc(tmp_path, target, "adder")
    assert done.returncode != 0
    assert message in done.stdout + done.stderr
