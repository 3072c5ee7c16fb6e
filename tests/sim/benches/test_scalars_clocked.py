# SPDX-License-Identifier: Apache-2.0
"""Clocked designs get one case in each clock, and a result that is wrong or late is found.

The designs here are tables behind registers, so that nothing but the checking is tested.
"""

from dataclasses import replace

import pytest

from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Contract
from spikefloat.sim.benches.scalars import scalar_checks
from spikefloat.sim.benches.top import row_top
from spikefloat.sim.simulators.find import SIMULATORS
from tests.sim.benches.test_scalars import make_table


def make_clocked(fmt_name, latency, fault=None, **changes):
    """Return a table of products with registers behind it."""
    table = make_table(fmt_name, fault=fault)
    high = table.fmt.width - 1
    verilog = (
        table.verilog.replace("module product ", "module product_now ")
        + f"""
module product (input wire clk, input wire rst, {"input wire discharge," * ("discharge" in changes)}
    input wire [{high}:0] a, input wire [{high}:0] b, output wire [{high}:0] y);
  wire [{high}:0] now;
  product_now product_0 (.a(a), .b(b), .y(now));
  reg [{(high + 1) * (latency + 1) - 1}:0] late;
  always @(posedge clk) late <= {{late[{(high + 1) * latency - 1}:0], now}};
  assign y = late[{(high + 1) * latency - 1} -: {high + 1}];
endmodule
"""
    )
    return replace(table, verilog=verilog, contract=Contract.CLOCKED, latency=latency, **changes)


def discharged(design, when):
    """Return a design that counts its discharges, and errs if they are not one, or one too few."""
    # With "first", every result but that of the first case would be wrong without the register.
    text = design.verilog.replace(
        "wire [3:0] now;",
        """wire [3:0] now;
  reg was; wire [3:0] right; assign now = was ? right : ~right;
  always @(posedge clk) was <= rst ? 1'b0 : discharge || """
        + ("was" if when == "first" else "1'b0")
        + ";",
    ).replace(".y(now)", ".y(right)")
    # `was` is one clock late, as are the operands of the table.
    text = text.replace("product_0 (.a(a), .b(b)", "product_0 (.a(a_late), .b(b_late)")
    text = text.replace(
        "  reg was;",
        """  reg [3:0] a_late, b_late;
  always @(posedge clk) begin a_late <= a; b_late <= b; end
  reg was;""",
    )
    return replace(design, verilog=text, latency=design.latency + 1)


@pytest.mark.tool
@pytest.mark.parametrize("simulator", SIMULATORS)
def test_verify(simulator, tmp_path):
    right, faulty = make_clocked("e2m3fn", 1), make_clocked("e2m1fn", 7, fault=(0x5, 0x6))
    designs = [
        right,
        faulty,
        replace(make_clocked("e2m1fn", 3), latency=2),
        discharged(make_clocked("e2m1fn", 2, discharge="first"), "first"),
        make_table("e2m1fn"),
    ]
    results = verify(scalar_checks(designs, "all"), simulator, tmp_path)
    assert [result.cases for result in results] == [4096, 256, 256, 256, 256]
    assert [result.mismatches > 0 for result in results] == [False, True, True, False, False]
    assert results[1].report == (
        "product_e2m1fn: 1 of 256 results wrong\n"
        "  a=0x5 (3) b=0x6 (4): got 0x6 (4), expected 0x7 (6)"
    )
    assert results[2].mismatches > 100


@pytest.mark.tool
@pytest.mark.parametrize("simulator", SIMULATORS)
def test_discharge_with_every_case(simulator, tmp_path):
    designs = [
        discharged(make_clocked("e2m1fn", 1, discharge="every"), "every"),
        discharged(make_clocked("e2m1fn", 1, discharge="every"), "first"),
    ]
    assert [
        result.mismatches for result in verify(scalar_checks(designs, "all"), simulator, tmp_path)
    ] == [0, 0]
    (result,) = verify(
        scalar_checks([discharged(make_clocked("e2m1fn", 1, discharge="first"), "every")], "all"),
        simulator,
        tmp_path,
    )
    assert result.mismatches > 100


def test_top_has_a_place_for_each_design():
    design = make_clocked("e2m1fn", 1)
    top = row_top([design.dut] * 3, [{"a": "a", "b": "b"}] * 3)
    assert top.slices == [{"y": slice(place, place + 1)} for place in range(3)]
    assert "output reg [6143:0] y_row" in top.text
