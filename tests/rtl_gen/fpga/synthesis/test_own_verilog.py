# SPDX-License-Identifier: Apache-2.0
"""A user's own Verilog: what its ports and clocks are, and that it is measured as ours is."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.fpga.synthesis.flow import Measurement, measure
from spikefloat.rtl_gen.fpga.synthesis.own_verilog import OwnVerilog, read_own_verilog
from spikefloat.rtl_gen.rtl.ports import PortRole
from spikefloat.rtl_gen.verilog.reader import SourceOptions

pytestmark = pytest.mark.tool


def read(text: str, folder: Path, top: str | None = None) -> OwnVerilog:
    path = folder / "own.v"
    path.write_text(text, encoding="utf-8")
    return read_own_verilog([path], top)


def measured(own: OwnVerilog, target: str, seeds: tuple[int, ...] = ()) -> Measurement:
    return measure(
        own.text, own.module, TARGETS[target], ports=own.ports, is_rtlil=True, seeds=seeds
    )


def test_ports_files_and_parameters(tmp_path: Path) -> None:
    """Names that Verilog must escape, an included file, a memory from a file, a hierarchy."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "width.vh").write_text("`define WIDTH 4\n")
    (folder / "rom.hex").write_text("01\n02\n03\nff\n")
    (folder / "square.v").write_text(
        "(* keep_hierarchy *) module square #(parameter W = 2) (input [W-1:0] a, output [2*W-1:0] y);\n"
        "assign y = a * a;\nendmodule\n"
    )
    (folder / "my own.sv").write_text(
        '`include "width.vh"\n'
        "module own #(parameter W = `WIDTH) (input clock, input \\in[0] , input [W-1:0] a,\n"
        "    output logic [2*W-1:0] y);\n"
        '  reg [7:0] rom [0:3]; initial $readmemh("rom.hex", rom);\n'
        "  wire [2*W-1:0] s; square #(.W(W)) unit (.a(a), .y(s));\n"
        "  always_ff @(negedge clock) if (\\in[0] ) y <= s + rom[a[1:0]];\n"
        "endmodule\n"
    )
    files = [folder / "my own.sv", folder / "square.v"]
    own = read_own_verilog(files)
    assert (own.name, own.module, own.files) == ("own", "own", tuple(map(str, files)))
    assert [(port.name, port.width, port.is_input, port.role) for port in own.ports] == [
        ("clock", 1, True, PortRole.CLOCK),
        ("in[0]", 1, True, PortRole.OPERAND),
        ("a", 4, True, PortRole.OPERAND),
        ("y", 8, False, PortRole.RESULT),
    ]
    # The same text again, as results are kept by it.
    assert str(tmp_path) not in own.text
    assert "spikefloat-" not in own.text
    assert read_own_verilog(files) == own
    found = measured(own, "ecp5", (1,))
    assert found.ff == 8
    assert found.fmax_mhz is not None
    assert found.fmax_mhz > 50
    wide = read_own_verilog(files, options=SourceOptions(parameters={"W": "6"}))
    assert [port.width for port in wide.ports] == [1, 1, 6, 12]


@pytest.mark.slow
def test_ours_from_its_file_is_ours(tmp_path: Path) -> None:
    """The figures of our own circuit do not depend on the way it comes in."""
    hardware = make_hardware(make_instance("negate", format="e5m2", nan="canonical", stages=1))
    own = read(hardware.verilog, tmp_path)
    assert [(port.name, port.width, port.is_input) for port in own.ports] == [
        (port.name, port.width, port.is_input) for port in hardware.ports
    ]
    assert [port.name for port in own.ports if port.role is PortRole.CLOCK] == ["clk"]
    for target, seeds in (("ecp5", (1,)), ("gates", ())):
        expected = measure(
            hardware.verilog, hardware.module, TARGETS[target], ports=hardware.ports, seeds=seeds
        )
        found = measured(own, target, seeds)
        assert (found.lut4, found.gates, found.ff) == (expected.lut4, expected.gates, expected.ff)
        assert (found.fmax_mhz is None) is (not seeds)


def test_clocks_and_cells_of_a_device(tmp_path: Path) -> None:
    """A clock may be inverted, two are one, and a device's own cells are known to it."""
    own = read(
        "module m (input ck, input other, input a, output reg x, output y);\n"
        "wire inverted = ~ck;\n"
        "always @(posedge inverted) x <= a;\n"
        "SB_DFF cell_ (.C(other), .D(a), .Q(y));\nendmodule\n",
        tmp_path,
    )
    roles = {port.name: port.role for port in own.ports}
    assert roles["ck"] is roles["other"] is PortRole.CLOCK
    assert measured(own, "ice40").ff == 2
    with pytest.raises(InputError, match="SB_DFF.* is not part of the design"):
        measured(own, "ecp5")


def test_counter_without_operands(tmp_path: Path) -> None:
    """It takes the same on a device for large designs, which makes gates first."""
    own = read(
        "module m (input clk, output reg [3:0] y); always @(posedge clk) y <= y + 1; endmodule",
        tmp_path,
    )
    found = measured(own, "ecp5", (1,))
    assert found.ff == 4
    assert found.fmax_mhz is not None
    large = measured(own, "ecp5-85f")
    assert (large.ff, large.carry, large.device) == (
        4,
        found.carry,
        "Lattice ECP5 LFE5U-85F, speed 6, CABGA381",
    )


def test_wires_have_no_clock(tmp_path: Path) -> None:
    own = read(
        "module m (input [1:0] a, output [1:0] y); assign y = {a[0], a[1]}; endmodule", tmp_path
    )
    found = measured(own, "ecp5", (1,))
    assert (found.lut4, found.fmax_mhz) == (0, None)
    assert found.note == "no logic and no register between the ports"
    assert measured(own, "gates").note is None


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "module m (inout a, input b, output y); assign y = a & b; endmodule",
            "Port a of m must be an input or an output for synthesis between registers, not inout",
        ),
        (
            "module m (input clk, en, d, output reg y); wire g = clk & en;\n"
            "always @(posedge g) y <= d; endmodule",
            "Clock of m must be one of its inputs, perhaps inverted, not made inside",
        ),
        (
            "module m (input [1:0] c, input d, output reg y); always @(posedge c[1]) y <= d;\n"
            "endmodule",
            "Clock of m must be a port of its own, not a bit of c",
        ),
        (
            "module m (input a); endmodule",
            "Module m must have an output, without which nothing is left of it",
        ),
    ],
)
def test_refusals(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(text, tmp_path)
    assert str(caught.value) == message
