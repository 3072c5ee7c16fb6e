# SPDX-License-Identifier: Apache-2.0
"""Driving designs in lanes: the top module, and operations that end too soon or late."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Cases, Check, Contract, Dut, Port
from spikefloat.sim.benches.handshake import handshake_top

#: Adds one, two clocks later; never ends if LIMIT is 0.
INCREMENT = """
module increment (
    input wire clk, input wire rst, input wire start, input wire [11:0] x,
    output wire ready, output reg valid, output reg [12:0] y
);
    reg busy = 1'b0;
    assign ready = ~busy;
    always @(posedge clk) begin
        busy <= start & ~busy & ~rst;
        valid <= busy & LIMIT;
        if (start & ~busy) y <= x + 13'd1;
    end
endmodule
"""

DESIGN = Dut(
    name="increment",
    verilog=INCREMENT.replace("LIMIT", "1'b1"),
    module="increment",
    inputs=(Port("x", 12),),
    outputs=(Port("y", 13),),
    contract=Contract.HANDSHAKE,
    latency=2,
)


#: Adds one; odd numbers take a clock more.
EARLY = replace(
    DESIGN,
    verilog=INCREMENT.replace("LIMIT", "(is_last | ~odd)")
    .replace("    reg busy", "    reg odd = 1'b0, is_last = 1'b0;\n    reg busy")
    .replace(
        "busy <= start & ~busy & ~rst;",
        """busy <= (start & ~busy | busy & odd & ~is_last) & ~rst;
        is_last <= busy & odd & ~is_last;
        if (start & ~busy) odd <= x[0];""",
    ),
    latency=3,
    ends_early=True,
)


def make_check(count, dut=DESIGN):
    """Return a check of the first so many numbers."""
    numbers = np.arange(count) % 4096
    return Check(dut=dut, cases=Cases(operands={"x": numbers}, expected={"y": numbers + 1}))


def test_top():
    text = handshake_top([make_check(10)] * 2, [4, 4])
    assert "module d0_increment (" in text
    assert "module d1_increment (" in text
    assert "input wire [63:0] operands_1" in text
    assert ".x(operands_1[16*lane_1+0 +: 12])" in text
    assert "assign results_1[16*lane_1+13 +: 3] = 3'd0;" in text


@pytest.mark.tool
def test_results_are_in_order(tmp_path):
    """In one lane, and in lanes that the operations do not fill."""
    results = verify([make_check(count) for count in (4000, 4098)], "icarus", tmp_path)
    for result, count in zip(results, (4000, 4098), strict=True):
        assert (result.cases, result.mismatches, result.report) == (count, 0, "")
        assert result.results["y"].tolist() == (np.arange(count) % 4096 + 1).tolist()


@pytest.mark.tool
@pytest.mark.parametrize("count", [100, 4098])
def test_operations_that_end_early(count, tmp_path):
    """In one lane, and in lanes that wait for each other; a clock too many is noticed."""
    (result,) = verify([make_check(count, EARLY)], "icarus", tmp_path / "right")
    assert (result.cases, result.mismatches, result.report) == (count, 0, "")
    (result,) = verify([make_check(count, replace(EARLY, latency=2))], "icarus", tmp_path / "wrong")
    assert result.mismatches >= count // 2
    assert "operations must take at most 2 clocks, not 3" in result.report


@pytest.mark.tool
@pytest.mark.parametrize(
    "change, mismatches, message",
    [
        ({"latency": 3}, 4, "operations must take 3 clocks, not 2"),
        ({"latency": 1}, 4, "operations must take 1 clocks, not 2"),
        ({"verilog": INCREMENT.replace("LIMIT", "1'b0")}, 4, "0 results, not 4"),
        (
            {"verilog": DESIGN.verilog.replace("ready = ~busy", "ready = 1'b0")},
            1,
            "not ready after reset",
        ),
    ],
)
def test_wrong_latency(change, mismatches, message, tmp_path):
    (result,) = verify([make_check(4, replace(DESIGN, **change))], "icarus", tmp_path)
    assert (result.cases, result.mismatches) == (4, mismatches)
    head, reason, *_ = result.report.splitlines()
    assert head == f"increment: {mismatches} of 4 results wrong"
    assert reason == f"  {message}"
