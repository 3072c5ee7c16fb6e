# SPDX-License-Identifier: Apache-2.0
"""Driving designs in lanes: the top module, and operations that end too soon or late."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.sim.benches.handshake import (
    HandshakeCases,
    HandshakeDesign,
    Port,
    handshake_top,
    run_handshake,
)
from spikefloat.sim.simulators.runner import BenchError

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

DESIGN = HandshakeDesign(
    name="increment",
    verilog=INCREMENT.replace("LIMIT", "1'b1"),
    module="increment",
    operands=(Port("x", 12),),
    results=(Port("y", 13),),
    latency=2,
)


def test_top():
    case = HandshakeCases(design=DESIGN, operands=(np.arange(10),), lanes=4)
    text = handshake_top([case, case])
    assert "module c0_increment (" in text
    assert "module c1_increment (" in text
    assert "input wire [63:0] operands_1" in text
    assert ".x(operands_1[16*lane_1+0 +: 12])" in text
    assert "assign results_1[16*lane_1+13 +: 3] = 3'd0;" in text


@pytest.mark.tool
def test_results_are_in_order(tmp_path):
    cases = [
        HandshakeCases(design=DESIGN, operands=(np.arange(4000) % 4096,), lanes=lanes)
        for lanes in (1, 7)
    ]
    for results in run_handshake(cases, "icarus", tmp_path):
        assert results["y"].tolist() == list(range(1, 4001))


@pytest.mark.tool
@pytest.mark.parametrize(
    "change, message",
    [
        ({"latency": 3}, "increment must take 3 clocks, not 2"),
        ({"verilog": INCREMENT.replace("LIMIT", "1'b0")}, "SimTimeoutError"),
    ],
)
def test_wrong_latency(change, message, tmp_path):
    case = HandshakeCases(design=replace(DESIGN, **change), operands=(np.arange(4),), lanes=1)
    with pytest.raises(BenchError) as error:
        run_handshake([case], "icarus", tmp_path)
    assert str(error.value).startswith("An operation did not end in its time: ")
    assert message in str(error.value)
