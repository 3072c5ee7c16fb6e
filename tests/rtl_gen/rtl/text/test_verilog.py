# SPDX-License-Identifier: Apache-2.0
"""Verilog of components: its text and its meaning."""

import functools
import os
import re
import subprocess
import sys

import pytest
from amaranth.back import rtlil
from amaranth.hdl import Module, Mux, Signal, signed
from amaranth.lib import stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.rtl.cells.cell import NeuronCell, cell_verilog
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.rtl.text.head import head_lines
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog
from spikefloat.rtl_gen.version import installed_version
from spikefloat.sim.simulators.find import find_simulator
from spikefloat.sim.simulators.lint import lint
from tests.helpers.yosys import run_yosys
from tests.rtl_gen.rtl.cells.test_cell import CELLS

NEURON = """\
// neuron: integrate-and-fire neuron, one step per clock, spike one clock later
//
// weights    1, 1, -2
// threshold  1.5
// leak       0.25 (share of the potential that stays, rounded toward zero)
// reset      soft (subtract the threshold)
// membrane   6 bits, in units of 0.125; saturates at -4 and 3.875
//
// SPDX-License-Identifier: Apache-2.0
// Made by: spikefloat verilog neuron --weights 1,1,-2 --threshold 1.5 --leak 0.25 --reset soft \
--fraction-bits 3 --membrane-width 6
// generator: spikefloat VERSION
//
// DECLFILENAME: the file holds one whole design and is named after its top module
// verilator lint_off DECLFILENAME
// TIMESCALEMOD: nothing here takes time, so there is no timescale
// verilator lint_off TIMESCALEMOD
// UNOPTFLAT: a bit of a word may depend on another, through neurons: no loop, though it may look
// like one
// verilator lint_off UNOPTFLAT
// UNUSED: an intermediate value, or the byte of a stream, may be wider than what is used
// verilator lint_off UNUSED
// CASEOVERLAP: a selection by exclusive conditions is a casez with one pattern for each
// verilator lint_off CASEOVERLAP

module neuron (
    input wire              clk,
    input wire              rst,
    input wire              enable,
    input wire              discharge,
    input wire        [2:0] synapses,
    output reg              spike,
    output reg signed [5:0] membrane
);
    // Potential from the step before; zero after a discharge.
    wire signed [5:0] held = discharge ? 6'sd0 : membrane;

    // What leak leaves of it, rounded toward zero.
    wire [1:0] correction = held[5] ? 2'd3 : 2'd0;
    wire signed [5:0] rounded = held + $signed({ 4'd0, correction });
    wire signed [3:0] leaked = rounded[5:2];

    // What the asserted synapses add, and what they take.
    wire [3:0] drive_0 = synapses[0] ? 4'd8 : 4'd0;
    wire [3:0] drive_1 = synapses[1] ? 4'd8 : 4'd0;
    wire [4:0] excitation = drive_0 + drive_1;
    wire signed [5:0] raised = $signed({ {2{leaked[3]}}, leaked }) + $signed({ 1'b0, excitation });
    wire [4:0] drive_2 = synapses[2] ? 5'd16 : 5'd0;
    wire signed [5:0] total = raised - $signed({ 1'b0, drive_2 });

    // The decision, and the potential after it.
    wire signed [6:0] surplus = total - 6'sd12;
    wire fires = surplus >= 7'sd0;
    wire signed [5:0] remaining = fires ? surplus[5:0] : total;
    wire signed [5:0] membrane_next = enable ? remaining : held;

    initial membrane = 6'sd0;
    initial spike = 1'b0;

    always @(posedge clk)
        if (rst) membrane <= 6'sd0;
        else membrane <= membrane_next;

    always @(posedge clk)
        if (rst) spike <= 1'b0;
        else if (enable) spike <= fires;
endmodule
""".replace("VERSION", installed_version())


class Average(wiring.Component):
    """Signed arithmetic with names and without, in a submodule, behind a memory and a stream."""

    def __init__(self):
        super().__init__(
            {
                "i": In(stream.Signature(signed(6))),
                "o": Out(stream.Signature(signed(6))),
                "mask": In(6),
                "flags": Out(4),
            }
        )

    def elaborate(self, platform):
        m = Module()
        m.submodules.clip = clip = Clip()
        m.submodules.memory = memory = Memory(shape=signed(6), depth=8, init=[3, -5])
        read, write = memory.read_port(domain="comb"), memory.write_port()
        count = Signal(3)
        total = Signal(signed(9))
        lowest = Signal(signed(6), init=-32)
        m.d.comb += [
            read.addr.eq(self.i.payload[:3]),
            write.addr.eq(count),
            write.data.eq(self.i.payload),
            write.en.eq(self.i.valid),
            clip.i.eq(read.data * 3 - total),
            self.flags[0].eq((total < -7) ^ (total < 0) ^ (total > -1) ^ (total == -256)),
            self.flags[1].eq((total.as_unsigned() & self.mask) > 3),
            self.flags[2].eq(total.as_unsigned() == self.mask),
            self.flags[3].eq(lowest == -32),
            self.o.payload.eq(Mux(self.mask[0], clip.o, total >> 3)),
        ]
        with m.If(self.i.valid & self.i.ready):
            m.d.sync += count.eq(count + 1)
            m.d.sync += total.eq(total + self.i.payload)
            m.d.sync += lowest.eq(Mux(lowest < clip.o, lowest, clip.o))
        with m.FSM():
            with m.State("TAKE"):
                m.d.comb += self.i.ready.eq(1)
                with m.If(self.i.valid & (count == 7)):
                    m.next = "GIVE"
            with m.State("GIVE"):
                m.d.comb += self.o.valid.eq(1)
                with m.If(self.o.ready):
                    m.next = "TAKE"
        return m


class Clip(wiring.Component):
    """Signed number limited to six bits; combinational."""

    i: In(signed(10))
    o: Out(signed(6))

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.o.eq(Mux(self.i < -32, -32, Mux(self.i > 31, 31, self.i)))
        return m


@functools.cache
def cell_files():
    """Return every cell of the tests as a file."""
    return {
        f"cell_{index}.v": cell_verilog(CellParameters(**cell), f"cell_{index}")[1]
        for index, cell in enumerate(CELLS)
    }


def equivalence_script(folder, component, text, *, number=0, options="-tempinduct"):
    """Return a script that proves a text to mean the same as the component, in every state."""
    source = rtlil.convert(component, name="gold", emit_src=False)
    write_files(folder, {f"gold_{number}.il": source, f"gate_{number}.v": text})
    return f"""
        design -reset
        read_rtlil gold_{number}.il
        hierarchy -top gold; proc; memory; flatten; opt_clean; design -stash gold
        read_verilog gate_{number}.v
        hierarchy -top gate; proc; memory; flatten; opt_clean; design -stash gate
        design -copy-from gold -as gold gold
        design -copy-from gate -as gate gate
        miter -equiv -flatten -make_outputs -make_assert gold gate miter
        hierarchy -top miter
        sat -verify -prove-asserts {options} miter
    """


def test_cell_text():
    parameters = CellParameters(weights=(1, 1, -2), threshold=1.5, leak=0.25)
    assert cell_verilog(parameters) == ("neuron", NEURON)


def test_every_process_writes_the_same_bytes():
    code = (
        "from spikefloat.rtl_gen.rtl.cells.cell import cell_verilog\n"
        "from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters\n"
        "parameters = CellParameters(weights=(1, 1, -2), threshold=1.5, leak=0.25)\n"
        "print(cell_verilog(parameters)[1], end='')"
    )
    paths = os.pathsep.join(sys.path)
    for seed in ("1", "2"):
        result = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=True,
        )
        assert result.stdout == NEURON


@pytest.mark.slow
def test_no_names_need_a_backslash():
    for text in [*cell_files().values(), component_verilog(Average(), "average")]:
        assert "\\" not in text
        assert "Yosys" not in text
        assert "auto" not in text


def test_header_gives_the_whole_command():
    cell = CellParameters(weights=(-1, 300), bias=-2, threshold=0.5, leak=0, reset="hard")
    text = cell_verilog(cell, "inhibited")[1]
    assert text.startswith("// inhibited: integrate-and-fire neuron")
    assert "\n// bias       -2\n" in text
    assert "\n// leak       0 (at rest before each step)\n" in text
    assert (
        "\n// Made by: spikefloat verilog neuron --weights=-1,300 --bias -2 --threshold 0.5"
        " --leak 0 --reset hard --fraction-bits 1 --membrane-width 4\n" in text
    )


def test_ports_are_in_the_given_order():
    order = ["flags", "mask", "rst", "clk", "o__payload", "o__valid", "o__ready"]
    order += ["i__payload", "i__valid", "i__ready"]
    text = component_verilog(Average(), "average", ports_order=order)
    head = text[text.index("module average (") :].partition(");")[0]
    assert re.findall(r"(\w+)(?: = \S+)?,?$", head, re.M) == order


def test_wrong_port_order():
    with pytest.raises(ValueError, match=r"^Port order must name clk, .*, not clk, nothing$"):
        component_verilog(Average(), "average", ports_order=["clk", "nothing"])


@pytest.mark.slow
@pytest.mark.tool
def test_text_means_what_the_cell_means(tmp_path):
    scripts = []
    for number, cell in enumerate(CELLS):
        parameters = CellParameters(**cell)
        text = cell_verilog(parameters, "gate")[1]
        scripts.append(equivalence_script(tmp_path, NeuronCell(parameters), text, number=number))
    run_yosys("".join(scripts), tmp_path)


@pytest.mark.slow
@pytest.mark.tool
def test_text_means_what_a_larger_component_means(tmp_path):
    """For the first clocks, whatever the inputs."""
    text = component_verilog(Average(), "gate")
    script = equivalence_script(tmp_path, Average(), text, options="-seq 4")
    run_yosys(script, tmp_path)


@pytest.mark.tool
def test_a_change_of_meaning_is_seen(tmp_path):
    parameters = CellParameters(weights=(1, 1, -2), threshold=1.5, leak=0.25)
    text = cell_verilog(parameters, "gate")[1]
    changed = text.replace("wire signed [6:0] surplus", "wire [6:0] surplus")
    assert changed != text
    script = equivalence_script(tmp_path, NeuronCell(parameters), changed)
    with pytest.raises(AssertionError, match=r"proof did fail!"):
        run_yosys(script, tmp_path)


@pytest.mark.slow
@pytest.mark.tool
def test_verilator_has_nothing_to_say(tmp_path):
    files = {**cell_files(), "average.v": component_verilog(Average(), "average")}
    for path in write_files(tmp_path, files):
        assert lint(path) == ""


@pytest.mark.tool
def test_waivers_do_not_hide_errors(tmp_path):
    text = NEURON.replace("wire [3:0] drive_0", "wire [1:0] drive_0")
    assert text != NEURON
    [path] = write_files(tmp_path, {"neuron.v": text})
    assert "%Warning-WIDTHTRUNC" in lint(path)


def test_each_waiver_has_a_reason():
    lines = head_lines([], is_from_yosys=True)[2:]
    assert lines[: len(head_lines([])) - 2] == head_lines([])[2:]
    waivers = [index for index, line in enumerate(lines) if " lint_off " in line]
    assert len(waivers) == 5
    for before, index in zip([-1, *waivers[:-1]], waivers, strict=True):
        rule = lines[index].removeprefix("// verilator lint_off ")
        assert re.match(rf"// {rule}: \w", lines[before + 1])


@pytest.mark.tool
def test_a_file_is_clean_beside_one_with_a_timescale(tmp_path):
    """Files of the user's, before and behind it, are checked as ever."""
    timed = (
        "`timescale 1ns/1ps\nmodule timed (input wire a, output wire y); assign y = a; endmodule\n"
    )
    other = timed.replace("timed", "other").replace("`timescale 1ns/1ps\n", "")
    own = component_verilog(Average(), "average")

    def warnings(**texts):
        paths = write_files(tmp_path, {f"{name}.v": text for name, text in texts.items()})
        done = subprocess.run(
            ["verilator", "--lint-only", "-Wall", "--top-module", "timed", *map(str, paths)],
            env=os.environ | find_simulator("verilator").env,
            capture_output=True,
            text=True,
        )
        return {
            (rule, name) for rule, name in re.findall(r"%Warning-(\w+): .*/(\w+)\.v:", done.stderr)
        }

    assert warnings(timed=timed, average=own) == set()
    assert warnings(average=own, timed=timed) == set()
    assert warnings(wrong=other, timed=timed) == {
        ("DECLFILENAME", "wrong"),
        ("TIMESCALEMOD", "wrong"),
    }
    assert ("DECLFILENAME", "wrong") in warnings(timed=timed, average=own, wrong=other)


@pytest.mark.tool
def test_icarus_accepts_the_text(tmp_path):
    for path in write_files(tmp_path, cell_files()):
        result = subprocess.run(
            ["iverilog", "-g2001", "-Wall", "-o", str(tmp_path / "out"), str(path)],
            capture_output=True,
            text=True,
        )
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
