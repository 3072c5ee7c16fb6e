# SPDX-License-Identifier: Apache-2.0
"""The module that puts registers around a design: its ports are read, and its logic is right."""

import subprocess
from pathlib import Path

import pytest

from spikefloat.rtl_gen.fpga.synthesis.harness import HARNESS, Port, harness_verilog, module_ports

ADDER = """\
module other (input wire x, output wire y);
endmodule
module adder (
    input  wire       clk,
    input  wire       rst,  // does nothing
    input  wire [2:0] a,
    input  wire signed [2:0] b,
    output reg  [3:0] y = 4'd0
);
    always @(posedge clk) y <= a + $unsigned(b);
endmodule
"""


def port(name: str, width: int, *, is_input: bool = True) -> Port:
    return Port(name=name, width=width, is_input=is_input)


def test_module_ports() -> None:
    assert module_ports(ADDER, "adder") == [
        port("clk", 1),
        port("rst", 1),
        port("a", 3),
        port("b", 3),
        port("y", 4, is_input=False),
    ]


def test_module_ports_declared_apart() -> None:
    text = "module m(a, y);\n  input [7:0] a;\n  wire [7:0] a;\n  output y;\n  reg y;\nendmodule\n"
    assert module_ports(text, "m") == [port("a", 8), port("y", 1, is_input=False)]


def test_module_ports_of_missing_module() -> None:
    with pytest.raises(ValueError, match="^Verilog must hold the module 'add', not lack it$"):
        module_ports(ADDER, "add")


def test_module_ports_without_output() -> None:
    with pytest.raises(ValueError, match="^Module m must have inputs and outputs, not 1 that"):
        module_ports("module m (\n input wire a\n);\nendmodule\n", "m")


def test_all_inputs_but_the_clock_are_operands() -> None:
    text = harness_verilog(ADDER, "adder")
    assert "reg [6:0] operands;" in text
    assert (
        "adder inner (.clk(clk), .rst(operands[0:0]), .a(operands[3:1]), "
        ".b(operands[6:4]), .y(results[3:0]));"
    ) in text


@pytest.mark.tool
def test_harness_computes(tmp_path: Path) -> None:
    """After 7 bits and the registers that follow, the parity of the sum is at the output."""
    checks = 64
    (tmp_path / "adder.v").write_text(ADDER)
    (tmp_path / "harness.v").write_text(harness_verilog(ADDER, "adder"))
    (tmp_path / "bench.v").write_text(f"""\
module bench;
    reg clk = 0, in = 0;
    wire out;
    integer pair, bit, wrong, seen;
    reg [6:0] word;
    reg [3:0] sum;
    {HARNESS} dut (.clk(clk), .in(in), .out(out));
    task tick; begin #1 clk = 1; #1 clk = 0; end endtask
    initial begin
        wrong = 0; seen = 0;
        for (pair = 0; pair < {checks}; pair = pair + 1) begin
            word = pair << 1;
            for (bit = 6; bit >= 0; bit = bit - 1) begin in = word[bit]; tick; end
            sum = word[3:1] + word[6:4];
            tick; tick; tick;
            seen = seen + 1;
            if (out !== ^sum) wrong = wrong + 1;
        end
        $display("%0d wrong of %0d", wrong, seen);
    end
endmodule
""")
    subprocess.run(
        ["iverilog", "-g2005", "-o", "bench", "adder.v", "harness.v", "bench.v"],
        cwd=tmp_path,
        check=True,
    )
    done = subprocess.run(
        ["vvp", "bench"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"0 wrong of {checks}"
