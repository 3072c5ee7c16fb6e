# SPDX-License-Identifier: Apache-2.0
"""In every contract the bench says no: to wrong, late, undefined and missing results."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.sim.benches import bench
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Cases, Check, Contract, Dut, Port, as_streams
from spikefloat.sim.benches.session import Session
from spikefloat.sim.cases.pauses import Pauses
from spikefloat.sim.simulators.find import SIMULATORS
from spikefloat.sim.simulators.runner import BenchError

#: Designs that give back what they take; VALUE is what they make of it.
VERILOG = {
    Contract.COMBINATIONAL: """
module same (input wire [3:0] a, output wire [3:0] y);
    assign y = VALUE;
endmodule
""",
    Contract.CLOCKED: """
module same (input wire clk, input wire rst, input wire [3:0] a, output reg [3:0] y);
    always @(posedge clk) y <= VALUE;
endmodule
""",
    Contract.STREAM: """
module same (
    input wire clk, input wire rst,
    input wire [7:0] s_axis_a_tdata, input wire s_axis_a_tvalid, output wire s_axis_a_tready,
    output wire [7:0] m_axis_tdata, output wire m_axis_tvalid, input wire m_axis_tready
);
    wire [3:0] a = s_axis_a_tdata[3:0];
    reg [3:0] y;
    reg full = 1'b0;
    assign s_axis_a_tready = ~full | m_axis_tready;
    assign m_axis_tvalid = full;
    assign m_axis_tdata = {4'd0, y};
    always @(posedge clk) if (rst) full <= 1'b0; else if (s_axis_a_tready) begin
        full <= s_axis_a_tvalid;
        y <= VALUE;
    end
endmodule
""",
    Contract.HANDSHAKE: """
module same (
    input wire clk, input wire rst, input wire start, input wire [3:0] a,
    output wire ready, output reg valid, output reg [3:0] y
);
    reg busy = 1'b0;
    assign ready = ~busy;
    always @(posedge clk) begin
        busy <= start & ~busy & ~rst;
        valid <= busy;
        if (start & ~busy) y <= VALUE;
    end
endmodule
""",
}

#: Without pauses, and with them.
SCENES = (Pauses(), Pauses(source="random", sink="random"))

contracts = pytest.mark.parametrize("contract", Contract, ids=lambda contract: contract.value)


def make_check(contract: Contract, value: str = "a", **changes) -> Check:
    """Return a check that what comes out is what went in, in 40 cases."""
    inputs, result = (Port("a", 4),), Port("y", 4)
    if contract is Contract.STREAM:
        inputs, result = as_streams(inputs, result)
    dut = Dut(
        name="same",
        verilog=VERILOG[contract].replace("VALUE", value),
        module="same",
        inputs=inputs,
        outputs=(result,),
        contract=contract,
        latency={Contract.COMBINATIONAL: 0, Contract.HANDSHAKE: 2}.get(contract, 1),
    )
    codes = np.arange(40) % 16
    cases = Cases(operands={"a": codes}, expected={"y": codes})
    return Check(dut=replace(dut, **changes), cases=cases)


def run(folder, *checks, simulator="icarus"):
    """Return the outcomes, at least one for each check."""
    outcomes = verify(checks, simulator, folder, pauses=SCENES)
    count = len(SCENES) if checks[0].dut.contract is Contract.STREAM else 1
    assert len(outcomes) == count * len(checks)
    return outcomes


@pytest.mark.tool
@contracts
@pytest.mark.parametrize("simulator", SIMULATORS)
def test_right_and_wrong(contract, simulator, tmp_path):
    """A design that is wrong in two codes is noticed beside one that is right."""
    checks = make_check(contract), make_check(contract, "a == 4'd5 ? 4'd7 : a")
    outcomes = run(tmp_path, *checks, simulator=simulator)
    count = len(outcomes) // 2
    for outcome in outcomes:
        assert outcome.cases == 40
        assert outcome.seconds > 0
    assert [(outcome.mismatches, outcome.report) for outcome in outcomes[:count]] == [
        (0, "")
    ] * count
    for outcome in outcomes[count:]:
        assert outcome.mismatches == 3
        assert "same" in outcome.report
        assert "  a=0x5: got 0x7, expected 0x5" in outcome.report.splitlines()


@pytest.mark.tool
@contracts
def test_undefined(contract, tmp_path):
    """Icarus knows undefined bits; where they are in one code, the others count."""
    for outcome in run(tmp_path, make_check(contract, "a == 4'd5 ? 4'b0x01 : a")):
        assert outcome.mismatches == 3
        assert "  a=0x5: got undefined, expected 0x5" in outcome.report.splitlines()


@pytest.mark.tool
def test_undefined_handshake_of_a_stream(tmp_path):
    check = make_check(Contract.STREAM)
    verilog = check.dut.verilog.replace("m_axis_tvalid = full", "m_axis_tvalid = full ? 1'bx : 0")
    for outcome in run(tmp_path, replace(check, dut=replace(check.dut, verilog=verilog))):
        assert outcome.mismatches >= 40
        assert "signals of a handshake undefined in " in outcome.report


@pytest.mark.tool
@pytest.mark.parametrize("contract", [Contract.CLOCKED, Contract.STREAM, Contract.HANDSHAKE])
def test_wrong_latency(contract, tmp_path):
    check = make_check(contract, latency=3)
    first, *_ = run(tmp_path, check)
    assert first.mismatches > 0
    if contract is not Contract.CLOCKED:
        assert "3, not " in first.report or "3 clocks, not 2" in first.report


@pytest.mark.tool
@pytest.mark.parametrize("simulator", SIMULATORS)
@contracts
def test_simulation_that_ends(contract, simulator, tmp_path):
    """A design that stops the simulation is no result, in any of the cases."""
    check = make_check(contract)
    wire = "s_axis_a_tdata[3:0]" if contract is Contract.STREAM else "a"
    ending = f"    always @({wire}) if ({wire} == 4'd9) $fatal(1);\nendmodule"
    verilog = check.dut.verilog.replace("endmodule", ending)
    with pytest.raises(BenchError):
        run(tmp_path, replace(check, dut=replace(check.dut, verilog=verilog)), simulator=simulator)


@pytest.mark.tool
@contracts
def test_results_that_are_not_recorded(contract, tmp_path, monkeypatch):
    """A bench that records less than it should is an error, or its design wrong."""
    record = Session.run

    def shorter(*args, **options):
        recording = record(*args, **options)
        arrays = {
            name: array[:20] if array.ndim == 2 else array
            for name, array in recording.arrays.items()
        }
        return replace(recording, arrays=arrays)

    monkeypatch.setattr(Session, "run", shorter)
    if contract in (Contract.COMBINATIONAL, Contract.CLOCKED):
        with pytest.raises(BenchError, match=r"^Number of results recorded must be \d+, not 20$"):
            run(tmp_path, make_check(contract))
        return
    for outcome in run(tmp_path, make_check(contract)):
        assert outcome.mismatches > 0
        assert " results, not 40" in outcome.report


@pytest.mark.parametrize(
    "contract, changes, is_quick",
    [
        (Contract.COMBINATIONAL, {}, True),
        (Contract.STREAM, {"interval": 3}, True),
        (Contract.STREAM, {"interval": 10}, False),
        (Contract.HANDSHAKE, {"latency": 10}, False),
    ],
)
def test_compiler_optimises_for_many_steps_only(contract, changes, is_quick, tmp_path, monkeypatch):
    """A limit of 200 clocks, where 40 cases take 40 or several times as many."""
    monkeypatch.setattr(bench, "FEW_STEPS", 200)
    asked = []

    def stop(session, *args, **options):
        asked.append(session.is_quick)
        raise BenchError("stopped")

    monkeypatch.setattr(Session, "run", stop)
    with pytest.raises(BenchError, match="^stopped$"):
        run(tmp_path, make_check(contract, **changes), simulator="verilator")
    assert asked == [is_quick]
