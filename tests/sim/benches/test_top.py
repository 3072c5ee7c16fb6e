# SPDX-License-Identifier: Apache-2.0
"""Many designs get under one top module, whatever their modules are called."""

import re
from dataclasses import replace

import pytest

from spikefloat.sim.benches.dut import Dut, Port
from spikefloat.sim.benches.top import row_top
from spikefloat.sim.simulators.modules import module_names, rename_modules

INVERT = """// module comment
module inverter (input wire x, output wire y);
  assign y = ~x;
endmodule

module invert (input wire [3:0] a, output wire [3:0] y);
  inverter inverter_0 (.x(a[0]), .y(y[0]));
  assign y[3:1] = ~a[3:1];
endmodule
"""


def make_dut(widths=(4,), result_width=4, module="invert"):
    inputs = tuple(Port(name, width) for name, width in zip("abc", widths, strict=False))
    outputs = (Port("y", result_width),)
    return Dut(name="inverse", verilog=INVERT, module=module, inputs=inputs, outputs=outputs)


SIGNALS = {"a": "a", "b": "b", "c": "c"}


def test_module_names():
    assert module_names(INVERT) == ["inverter", "invert"]
    assert module_names("/* module no */ module \\yes.sub (y);") == ["\\yes.sub"]


def test_rename_modules():
    renamed = rename_modules(INVERT, "p_")
    assert module_names(renamed) == ["p_inverter", "p_invert"]
    assert "  p_inverter inverter_0 (.x(a[0]), .y(y[0]));" in renamed.splitlines()
    assert rename_modules("wire y;", "p_") == "wire y;"


def test_rename_modules_same_name_as_a_signal():
    text = "module s (input s); endmodule\nmodule top (input s); s s_0 (.s(s)); endmodule\n"
    assert rename_modules(text, "p_") == (
        "module p_s (input p_s); endmodule\n"
        "module p_top (input p_s); p_s s_0 (.p_s(p_s)); endmodule\n"
    )


def test_rename_modules_escaped():
    text = "module \\net.n1 (y);\nendmodule\nmodule net(y);\n  \\net.n1 n1 (y);\nendmodule\n"
    assert rename_modules(text, "p_") == (
        "module \\p_net.n1 (y);\nendmodule\nmodule p_net(y);\n  \\p_net.n1 n1 (y);\nendmodule\n"
    )


def test_top():
    top = row_top([make_dut(), make_dut((9,), 9)], [SIGNALS] * 2)
    text = top.text
    assert top.slices == [{"y": slice(0, 1)}, {"y": slice(1, 3)}]
    assert module_names(text) == [
        "d0_inverter",
        "d0_invert",
        "d1_inverter",
        "d1_invert",
        "bench_top",
    ]
    assert (
        text[text.index("module bench_top") :]
        == """\
module bench_top (
  input wire rst,
  input wire [2303:0] a_row,
  output reg [6143:0] y_row
);
  wire [23:0] y;
  reg clk = 1'b0;
  always #5 clk = ~clk;
  reg [7:0] index = 8'd0;
  always @(posedge clk) index <= rst ? 8'd0 : index + 8'd1;
  reg [8:0] a;
  always @(posedge clk) a <= a_row[index * 9 +: 9];
  d0_invert d0 (.a(a[3:0]), .y(y[3:0]));
  assign y[7:4] = 4'd0;
  d1_invert d1 (.a(a[8:0]), .y(y[16:8]));
  assign y[23:17] = 7'd0;
  always @(posedge clk) y_row[index * 24 +: 24] = y;
endmodule
"""
    )


def test_top_after_a_timescale():
    """A timescale of a design is not that of the designs and the clock behind it."""
    dut = make_dut()
    timed = replace(dut, verilog=f"`timescale 1ps / 1ps\n{dut.verilog}")
    text = row_top([timed, dut], [SIGNALS] * 2).text
    assert re.findall("`timescale.*|module d1_inverter", text) == [
        "`timescale 1ps / 1ps",
        "`timescale 1ns / 1ps",
        "module d1_inverter",
    ]


def test_top_three_operands():
    text = row_top([make_dut((8, 4, 2), 8)], [SIGNALS]).text
    assert "  d0_invert d0 (.a(a[7:0]), .b(b[3:0]), .c(c[1:0]), .y(y[7:0]));" in text.splitlines()


def test_top_operands_of_their_own():
    text = row_top([make_dut(), make_dut((9,), 9)], [SIGNALS, {"a": "a_1"}]).text
    assert "  reg [3:0] a;" in text.splitlines()
    assert "  reg [8:0] a_1;" in text.splitlines()
    assert "  d1_invert d1 (.a(a_1[8:0]), .y(y[16:8]));" in text.splitlines()


@pytest.mark.parametrize(
    "duts, message",
    [
        ([], "No designs given; at least one is needed"),
        ([make_dut(module="missing")], "No module named 'missing' in the Verilog of inverse"),
    ],
)
def test_top_wrong(duts, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        row_top(duts, [SIGNALS] * len(duts))
