# SPDX-License-Identifier: Apache-2.0
"""What Yosys writes, tidied: one case for each step."""

import pytest

from spikefloat.rtl_gen.rtl.text.tidy import Net, tidy

ESCAPED = """\
  wire \\$2 ;
  wire value_1;
  wire [1:0] \\y$3 ;
  wire \\output ;
  assign \\$2  = value_1 & \\output ;
  assign \\y$3 [0] = \\$2 ;
"""

REGISTER = """\
  reg [3:0] count = 4'h0;
  wire [3:0] \\$1 ;
  wire [3:0] \\$2 ;
  wire [4:0] \\$3 ;
  input clk;
  wire clk;
  always @(posedge clk)
    count <= \\$1 ;
  assign \\$3 [3:0] = count + 1'h1;
  assign \\$2  = enable ? \\$3 [3:0] : count;
  assign \\$1  = rst ? 4'h0 : \\$2 ;
"""

PARTS = """\
  wire [6:0] \\$1 ;
  wire [3:0] low;
  wire [3:0] unused;
  output [3:0] y;
  wire [3:0] y;
  assign { \\$1 [6:4], low } = a ? b : c;
  assign \\$1 [3:0] = low;
  assign unused = low;
  assign y = low;
"""

READ = """\
  output [3:0] first;
  wire [3:0] first;
  reg [3:0] memory [1:0];
  reg [3:0] _0_;
  always @(posedge clk) begin
    if (moves) begin
      _0_ <= memory[front];
    end
  end
  assign first = _0_;
"""

ALIAS = """\
  wire [3:0] high;
  output [3:0] y;
  wire [3:0] y;
  assign high = word[7:4];
  assign y = word[7:4] + word[3:0];
"""


@pytest.mark.parametrize(
    "body, lines",
    [
        (ESCAPED, ["  assign value_2 = value_1 & output_;", "  assign y_3[0] = value_2;"]),
        (
            READ,
            [
                "  reg [3:0] memory [1:0];",
                "  always @(posedge clk) begin",
                "    if (moves) begin",
                "      first <= memory[front];",
                "    end",
                "  end",
            ],
        ),
        (
            REGISTER,
            [
                "  always @(posedge clk)",
                "    if (rst) count <= 4'h0;",
                "    else if (enable) count <= value_3;",
                "  assign value_3 = count + 1'h1;",
            ],
        ),
        (
            PARTS,
            [
                "  assign value_1 = a ? b : c;",
                "  assign low = value_1[3:0];",
                "  assign y = low;",
            ],
        ),
        (ALIAS, ["  assign high = word[7:4];", "  assign y = high + word[3:0];"]),
    ],
)
def test_statements(body, lines):
    assert tidy(body)[1] == lines


def test_nets():
    assert tidy(REGISTER)[0] == {
        "count": Net(kind="reg", width=4, init="4'h0"),
        "value_3": Net(width=4),
        "clk": Net(direction="input"),
    }


def test_a_shared_condition_stays():
    """A value that something else reads too is not folded into the register."""
    body = "  output [3:0] y;\n" + REGISTER + "  assign y = \\$1 ;\n"
    assert "    count <= value_1;" in tidy(body)[1]


#: A part of a word that is assigned beside another, and has a name of its own.
TARGET = """\
  wire [6:0] \\$1 ;
  wire [3:0] low;
  output [7:0] y;
  wire [7:0] y;
  output [3:0] z;
  wire [3:0] z;
  assign { \\$1 [6:4], y[3:0] } = a ? { 3'h0, y[7:4] } : b;
  assign low = y[3:0];
  assign z = low + y[3:0];
"""


def test_part_that_is_assigned_keeps_its_place() -> None:
    """Its name stands where it is read only: assigned, it would have two drivers, and the word none."""
    _, statements = tidy(TARGET)
    assert statements == [
        "  assign { value_1[6:4], y[3:0] } = a ? { 3'h0, y[7:4] } : b;",
        "  assign low = y[3:0];",
        "  assign z = low + low;",
    ]
