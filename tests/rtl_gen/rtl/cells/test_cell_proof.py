# SPDX-License-Identifier: Apache-2.0
"""A proof that no membrane ever wraps: each step, from every state, is the one in wide numbers."""

import pytest

from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.rtl.cells.cell import cell_verilog
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from tests.helpers.yosys import run_yosys

#: Wide enough for any number of these cells.
WIDTH = 24

CELLS = [
    CellParameters(weights=(1, 1), threshold=1.5),
    CellParameters(weights=(1, 1, -2), threshold=1.5, leak=0.25),
    CellParameters(weights=(1, 1, -2), threshold=0.5, leak=0),
    CellParameters(weights=(9, -11), threshold=1, bias=-1, membrane_width=6),
    CellParameters(weights=(4, -3), threshold=2, leak=0.625, reset="hard", membrane_width=7),
]


def claim_of(p):
    """Return a module that compares a cell with arithmetic which has room for everything."""
    drives = " ".join(
        f"+ (synapses[{index}] ? {weight * p.unit} : 0)" for index, weight in enumerate(p.weights)
    )
    left = f"total - {p.threshold_units}" if p.reset == "soft" else "0"
    return f"""
module claim (input clk, rst, enable, discharge, input [{len(p.weights) - 1}:0] synapses);
    wire spike;
    wire signed [{p.membrane_width - 1}:0] membrane;
    neuron dut (.clk(clk), .rst(rst), .enable(enable), .discharge(discharge),
                .synapses(synapses), .spike(spike), .membrane(membrane));

    wire signed [{WIDTH - 1}:0] before = discharge ? 0 : membrane;
    wire signed [{WIDTH - 1}:0] kept = before * {p.leak.numerator} / {p.leak.denominator};
    wire signed [{WIDTH - 1}:0] total = kept + {p.bias * p.unit} {drives};
    wire fires = total >= {p.threshold_units};
    wire signed [{WIDTH - 1}:0] left = fires ? {left} : total;
    wire signed [{WIDTH - 1}:0] limited =
        left > {p.high} ? {p.high} : left < {p.low} ? {p.low} : left;

    reg known = 0;
    reg wanted_spike;
    reg signed [{WIDTH - 1}:0] wanted;
    always @(posedge clk) begin
        known <= 1;
        wanted <= rst ? 0 : enable ? limited : before;
        wanted_spike <= rst ? 0 : enable ? fires : spike;
        if (known) begin
            assert (membrane == wanted);
            assert (spike == wanted_spike);
        end
    end
endmodule
"""


def proof(number):
    """Return a script that proves the claim for every state and every input."""
    return f"""
        design -reset
        read_verilog -formal neuron_{number}.v claim_{number}.v
        hierarchy -top claim; proc; flatten; opt_clean; async2sync; chformal -lower
        sat -verify -prove-asserts -tempinduct -maxsteps 4 claim
    """


@pytest.mark.tool
def test_no_membrane_ever_wraps(tmp_path):
    for number, parameters in enumerate(CELLS):
        text = cell_verilog(parameters)[1]
        write_files(
            tmp_path, {f"neuron_{number}.v": text, f"claim_{number}.v": claim_of(parameters)}
        )
    run_yosys("".join(proof(number) for number in range(len(CELLS))), tmp_path)


@pytest.mark.tool
@pytest.mark.parametrize(
    "old, new",
    [
        ("too_high ? 5'sd15", "too_high ? 5'sd14"),  # falls back from the rail
        ("remaining > 6'sd15", "1'b0"),  # wraps
    ],
)
def test_a_cell_that_wraps_is_refuted(old, new, tmp_path):
    text = cell_verilog(CELLS[0])[1]
    assert text.count(old) == 1
    write_files(tmp_path, {"neuron_0.v": text.replace(old, new), "claim_0.v": claim_of(CELLS[0])})
    with pytest.raises(AssertionError, match=r"proof did fail!"):
        run_yosys(proof(0), tmp_path)
