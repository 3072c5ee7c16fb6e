# SPDX-License-Identifier: Apache-2.0
"""The module that puts registers around a design: its ports and its logic are right."""

import subprocess
from pathlib import Path

import pytest

from spikefloat.rtl_gen.fpga.synthesis.harness import HARNESS, harness_verilog
from spikefloat.rtl_gen.rtl.ports import CLOCK, RESET, Port, PortRole

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


PORTS = (
    CLOCK,
    RESET,
    Port(name="a", width=3, is_input=True, role=PortRole.OPERAND),
    Port(name="b", width=3, is_input=True, role=PortRole.OPERAND),
    Port(name="y", width=4, is_input=False, role=PortRole.RESULT),
)


def test_all_inputs_but_the_clock_are_operands() -> None:
    text = harness_verilog("adder", PORTS)
    assert "reg [6:0] operands;" in text
    assert (
        "adder inner (.clk(clk), .rst(operands[0:0]), .a(operands[3:1]), "
        ".b(operands[6:4]), .y(results[3:0]));"
    ) in text


def test_names_of_others_and_no_operands() -> None:
    """Names that Verilog would not take as they are; several clocks; nothing but a clock."""
    ports = (
        Port(name="c k", width=1, is_input=True, role=PortRole.CLOCK),
        Port(name="other", width=1, is_input=True, role=PortRole.CLOCK),
        Port(name="a[0]", width=1, is_input=True, role=PortRole.OPERAND),
        Port(name="wire", width=2, is_input=False, role=PortRole.RESULT),
    )
    text = harness_verilog("own", ports)
    assert (
        "own inner (.\\c k (clk), .other(clk), .\\a[0] (operands[0:0]), .\\wire (results[1:0]));"
    ) in text
    assert "operands" not in harness_verilog("own", (*ports[:2], ports[-1]))


@pytest.mark.tool
def test_harness_computes(tmp_path: Path) -> None:
    """After 7 bits and the registers that follow, the parity of the sum is at the output."""
    checks = 64
    (tmp_path / "adder.v").write_text(ADDER)
    (tmp_path / "harness.v").write_text(harness_verilog("adder", PORTS))
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
