# SPDX-License-Identifier: Apache-2.0
"""Standard cells: area and path are those that can be added up by hand."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.fpga.synthesis.flow import Measurement, measure
from spikefloat.rtl_gen.fpga.synthesis.liberty import liberty_target
from spikefloat.rtl_gen.rtl.ports import CLOCK, Port, PortRole
from tests.helpers.paths import ROOT

LIBRARY = ROOT / "examples" / "cells.lib"

#: Two gates of 3.0 and 0.05 ns in a row, and two registers of 6.0.
PARITY = """\
module parity (input wire clk, input wire [2:0] a, output reg y, output reg z);
    always @(posedge clk) begin
        y <= ^a;
        z <= a[0];
    end
endmodule
"""
PORTS = (
    CLOCK,
    Port(name="a", width=3, is_input=True, role=PortRole.OPERAND),
    Port(name="y", width=1, is_input=False, role=PortRole.RESULT),
    Port(name="z", width=1, is_input=False, role=PortRole.RESULT),
)


def measured(text: str, folder: Path, verilog: str = PARITY) -> Measurement:
    path = folder / "own.lib"
    path.write_text(text, encoding="utf-8")
    return measure(verilog, "parity", liberty_target(path), ports=PORTS)


@pytest.mark.tool
def test_area_cells_and_path(tmp_path: Path) -> None:
    library = LIBRARY.read_text(encoding="utf-8")
    found = measured(library, tmp_path)
    assert (found.target, found.device) == ("own.lib", "standard cells of own.lib")
    assert (found.cells, found.ff, found.cells_depth) == (4, 2, 2)
    assert found.area == 2 * 3.0 + 2 * 6.0
    assert found.path_ns == pytest.approx(2 * 0.05)
    assert (found.lut4, found.gates, found.fmax_mhz, found.carry, found.bram) == (None,) * 5
    # What a slower, larger gate costs is seen.
    slow = library.replace('("0.05")', '("0.07")').replace("area : 3.0", "area : 3.5")
    assert slow.count("0.07") == 4
    found = measured(slow, tmp_path)
    assert found.area == 2 * 3.5 + 2 * 6.0
    assert found.path_ns == pytest.approx(2 * 0.07)


@pytest.mark.tool
def test_no_gates_is_no_path(tmp_path: Path) -> None:
    text = LIBRARY.read_text(encoding="utf-8")
    found = measured(text, tmp_path, PARITY.replace("^a", "a[1]"))
    assert (found.cells, found.ff, found.cells_depth, found.path_ns) == (2, 2, 0, 0.0)


@pytest.mark.tool
def test_what_a_library_lacks(tmp_path: Path) -> None:
    """Registers that no cell is, and too few gates: ABC says so, not that a file is missing."""
    text = LIBRARY.read_text(encoding="utf-8")
    bare = text.partition("  cell (DFF)")[0] + "}\n"
    with pytest.raises(InputError, match=r"^Liberty file must have a cell for \$_DFF_P_ of Yosys$"):
        measured(bare, tmp_path)
    head, _, gates = text.partition("  cell (INV)")
    inverter = "  cell (INV)" + gates.partition("  cell (BUF)")[0]
    register = "  cell (DFF)" + gates.partition("  cell (DFF)")[2]
    with pytest.raises(
        InputError,
        match=r"^Liberty file must be accepted by ABC, which says: Library with only \d cell",
    ):
        measured(head + inverter + register, tmp_path)


@pytest.mark.parametrize(
    "text", ["library (x) { }", "module m; endmodule", "", "/* cell (A) { } */"]
)
def test_no_cells(text: str, tmp_path: Path) -> None:
    path = tmp_path / "none.lib"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        liberty_target(path)
    assert str(caught.value) == f"Liberty file must have cells; there is none in {str(path)!r}"


def test_registers_are_told_from_gates() -> None:
    target = liberty_target(LIBRARY)
    kinds = {name: target.kind(name) for name in ("INV", "AOI21", "DFF", "DFFX")}
    assert kinds == {"INV": "lut", "AOI21": "lut", "DFF": "ff", "DFFX": "other"}


@pytest.mark.tool
def test_gates_of_two_inputs() -> None:
    """A full adder is five gates, three of them in a row; inverters are none."""
    adder = """\
module parity (input wire clk, input wire [2:0] a, output wire y, output wire z);
    assign y = ^a;
    assign z = (a[0] & a[1]) | (a[2] & (a[0] ^ a[1]));
endmodule
"""
    found = measure(adder, "parity", TARGETS["gates"], ports=PORTS)
    assert (found.gates, found.gates_depth, found.ff) == (5, 3, 0)
    inverter = adder.replace("^a", "~a[0]").replace("(a[0] & a[1]) | (a[2] & (a[0] ^ a[1]))", "1")
    assert measure(inverter, "parity", TARGETS["gates"], ports=PORTS).gates == 0
