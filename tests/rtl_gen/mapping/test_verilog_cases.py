# SPDX-License-Identifier: Apache-2.0
"""Verilog as people have it: languages, files beside the source, benches, names, tri-states."""

from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.mapper import map_circuit
from spikefloat.rtl_gen.mapping.verilog_source import read_verilog
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.verilog.reader import SourceOptions
from spikefloat.rtl_gen.verilog.text import VerilogError
from tests.helpers.mapping_examples import outputs_of

pytestmark = pytest.mark.tool


def read(folder: Path, text: str, name: str = "my source.v", **options: object) -> Circuit:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    top = options.pop("top", None)
    return read_verilog([path], top, SourceOptions(**options))  # type: ignore[arg-type]


def table(circuit: Circuit) -> dict[str, list[int]]:
    """Return every output for every input, after mapping."""
    _, outputs = outputs_of(map_circuit(circuit, BUDGETS["w2"], effort=0).graph)
    return {name: codes.tolist() for name, codes in outputs.items()}


# ------------------------------------------------------------------------- high impedance


@pytest.mark.parametrize(
    "body",
    [
        "assign y = {2{e ? a[0] : 1'bz}};",
        "assign y = {e ? a[0] : 1'bz, 1'b0};",
        "assign y = {a[0], 1'bz};",
        "assign y = 2'bzz;",
        "bufif1 (y[0], a[0], e); assign y[1] = e;",
        "notif0 (y[0], a[0], e); assign y[1] = e;",
        "reg [1:0] r; always @* if (e) r = a; else r = 2'bz; assign y = r;",
        "reg [1:0] r; always @* case (a) 1: r = 2; 2: r = 2'b1z; default: r = 0; endcase "
        "assign y = r;",
        "assign y = e ? a : 2'bz; assign y = e ? 2'bz : ~a;",
        "wire [1:0] bus; drive d (e, a, bus); assign y = ~bus;",
        "assign y = (a === 2'bz1);",
    ],
)
def test_high_impedance_is_refused(tmp_path: Path, body: str) -> None:
    drive = """
    module drive (input e, input [1:0] a, output [1:0] bus); assign bus = e ? a : 2'bzz; endmodule
    """
    text = f"module m (input [1:0] a, input e, output [1:0] y); {body} endmodule {drive}"
    with pytest.raises(VerilogError, match=r"^Verilog source must not use high impedance \(z\)"):
        read(tmp_path, text, top="m")


def test_high_impedance_that_is_compared_by_patterns_or_not_used(tmp_path: Path) -> None:
    circuit = read(
        tmp_path,
        """
        module m (input [1:0] a, output reg [1:0] y);
          wire unused = a[0] ? 1'b1 : 1'bz;
          always @* casez (a) 2'b1z: y = 2; 2'b?1: y = 1; default: y = 0; endcase
        endmodule""",
    )
    assert table(circuit)["y"] == [0, 1, 2, 2]


def test_place_of_high_impedance(tmp_path: Path) -> None:
    text = "module m (input a, e, output y);\n\n  assign y = e ? a : 1'bz;\nendmodule\n"
    with pytest.raises(VerilogError, match=r"as it does at .*my source\.v:3\.\d+-3\.\d+$"):
        read(tmp_path, text)


# ------------------------------------------------------------------------------ top modules

PAIR = """
module alpha (input a, output y); assign y = a; endmodule
module beta (input a, output y); assign y = !a; endmodule
"""


def test_two_tops_are_named(tmp_path: Path) -> None:
    message = r"^Top module must be named \(--top\), as there are several in .*: alpha, beta$"
    with pytest.raises(VerilogError, match=message):
        read(tmp_path, PAIR)
    assert table(read(tmp_path, PAIR, top="alpha"))["y"] == [0, 1]
    assert table(read(tmp_path, PAIR, top="beta"))["y"] == [1, 0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "// module m\n",
        "/* module m (input a, output y); assign y = a; endmodule */",
        "`define WIDTH 3\n",
        "`ifdef NEVER\nmodule m (input a, output y); assign y = a; endmodule\n`endif\n",
    ],
)
def test_no_module(tmp_path: Path, text: str) -> None:
    message = r"^Verilog source must have a module; there is none in .*my source\.v$"
    with pytest.raises(VerilogError, match=message):
        read(tmp_path, text)
    with pytest.raises(VerilogError, match=message):
        read(tmp_path, text, top="m")


def test_package_alone(tmp_path: Path) -> None:
    with pytest.raises(VerilogError, match=r"^Verilog source must have a module; there is none in"):
        read(tmp_path, "package p; parameter A = 1; endpackage\n", "p.sv")


BENCH = """
`timescale 1ns/1ps
module dut #(parameter N = 2) (input [N-1:0] a, output [N-1:0] y);
  inner i0 (a[0], y[0]);
  assign y[1] = a[1];
endmodule
module tb;
  reg [1:0] a; wire [1:0] y; reg clk = 0;
  dut #(.N(2)) d (.a(a), .y(y));
  clock c (clk);
  always #5 clk = ~clk;
  initial begin
    $dumpfile("x.vcd"); $dumpvars(0, tb);
    a = 0; #10 a = 1; @(posedge clk); repeat (3) @(negedge clk) a = a + 1;
    wait (y == 2); fork #1; #2; join
    $display("endmodule"); $stop; $finish;
  end
endmodule
module clock (input c); initial forever #1 $monitor("%b", c); endmodule
module inner (input a, output y); assign y = !a; endmodule
"""


def test_bench_in_the_same_file(tmp_path: Path) -> None:
    assert table(read(tmp_path, BENCH, top="dut"))["y"] == [1, 0, 3, 2]
    message = r"^Top module must have ports, which tb has not; name another one with --top: dut, "
    with pytest.raises(VerilogError, match=message):
        read(tmp_path, BENCH)


def test_lines_are_counted_past_what_is_left_out(tmp_path: Path) -> None:
    text = "module tb;\ninitial begin\n@x; end\nendmodule\nmodule m (input a, output y);\n bad\n"
    with pytest.raises(VerilogError, match=r"my source\.v:7: syntax error"):
        read(tmp_path, f"{text}endmodule\n", top="m")


# ---------------------------------------------------------------------- files and settings


def test_files_beside_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a folder" / "rtl"
    for name in ("rtl", "common", "rtl/parts"):
        (folder.parent / name).mkdir(parents=True, exist_ok=True)
    (folder / "defs.vh").write_text('`include "../common/more.vh"\n`define FLIP ^ `ONES\n')
    (folder.parent / "common" / "more.vh").write_text("`define ONES 4'hf\n")
    (folder / "parts" / "inner.v").write_text(
        "module inner (input [3:0] a, output [3:0] y); assign y = a `FLIP; endmodule\n"
    )
    (folder / "rom.hex").write_text("3 1 // two\n@2 f 0\n")
    circuit = read(
        folder,
        """
        `include "defs.vh"
        `include "parts/inner.v"
        module rom #(parameter FILE = "rom.hex") (input [1:0] a, output [3:0] y);
          reg [3:0] words [0:3];
          initial $readmemh(FILE, words);
          inner i0 (words[a], y);
        endmodule""",
    )
    assert table(circuit)["y"] == [12, 14, 0, 15]
    # From anywhere else, and by a relative name.
    monkeypatch.chdir(folder.parent)
    circuit = read_verilog([Path("rtl/my source.v")])
    assert table(circuit)["y"] == [12, 14, 0, 15]


def test_folder_of_included_files(tmp_path: Path) -> None:
    (tmp_path / "an include folder").mkdir()
    (tmp_path / "an include folder" / "k.vh").write_text("\ufeff`define K 1'b1\n", encoding="utf-8")
    text = '`include "k.vh"\nmodule m (input a, output y); assign y = a ^ `K; endmodule\n'
    circuit = read(tmp_path, text, include=[tmp_path / "an include folder"])
    assert table(circuit)["y"] == [1, 0]
    with pytest.raises(VerilogError, match=r"Can't open include file `k\.vh'"):
        read(tmp_path, text)
    message = r"^Folder of included files must exist, not '.*none'$"
    with pytest.raises(VerilogError, match=message):
        read(tmp_path, text, include=[tmp_path / "none"])


def test_defines(tmp_path: Path) -> None:
    text = """
    module m (input [3:0] a, output y);
    `ifdef ODD
      assign y = a == `VALUE;
    `else
      assign y = a[0];
    `endif
    endmodule"""
    assert table(read(tmp_path, text))["y"] == [0, 1] * 8
    circuit = read(tmp_path, text, defines={"ODD": "1", "VALUE": "4'd2 + 3"})
    assert table(circuit)["y"] == [int(a == 5) for a in range(16)]


def test_macros_reach_later_files(tmp_path: Path) -> None:
    (tmp_path / "a.v").write_text("`define NOT(x) (~(x))\n")
    (tmp_path / "b.sv").write_text(
        "module m (input logic a, output y); assign y = `NOT(a); endmodule"
    )
    assert table(read_verilog([tmp_path / "a.v", tmp_path / "b.sv"]))["y"] == [1, 0]


PARAMETERS = """
module m #(parameter W = 2, parameter signed [7:0] LOW = -1, parameter KIND = "and",
           localparam TWICE = 2 * W)
  (input [W-1:0] a, input signed [2:0] s, output [TWICE-1:0] y, output k, l);
  parameter EXTRA = {1'b1, 1'b0};
  parameter OTHER = 0, LAST = 1;
  assign y = {a, a} ^ EXTRA ^ LAST;
  assign k = KIND == "or" ? |a : &a;
  assign l = s < LOW;
endmodule
"""


def test_parameters(tmp_path: Path) -> None:
    assert [tuple(p) for p in read(tmp_path, PARAMETERS).outputs] == [("y", 4), ("k", 1), ("l", 1)]
    values = {"W": "3", "LOW": "-3", "KIND": '"or"', "EXTRA": "2'b00", "LAST": "0"}
    circuit = read(tmp_path, PARAMETERS, parameters=values)
    assert [tuple(p) for p in circuit.inputs] == [("a", 3), ("s", 3)]
    inputs, outputs = outputs_of(map_circuit(circuit, BUDGETS["w2"]).graph)
    a, s = inputs["a"], (inputs["s"] ^ 4) - 4
    assert np.array_equal(outputs["y"], a << 3 | a)
    assert np.array_equal(outputs["k"], a != 0)
    assert np.array_equal(outputs["l"], s < -3)


def test_unknown_parameter(tmp_path: Path) -> None:
    message = r"^Parameter of m must be one of W, LOW, KIND, EXTRA, OTHER, LAST, not 'TWICE'$"
    with pytest.raises(VerilogError, match=message):
        read(tmp_path, PARAMETERS, parameters={"TWICE": "1"})
    with pytest.raises(
        VerilogError, match=r"^Module beta has no parameters, so 'W' cannot be set$"
    ):
        read(tmp_path, PAIR, top="beta", parameters={"W": "1"})


# -------------------------------------------------------------------------------- languages

NEW_WORDS = """
module m (input bit, input do, output logic, output byte);
  wire int, final, priority, checker, unique, type, string, package, interface, program, new;
  assign int = bit, final = ~int, priority = final, checker = priority, unique = checker;
  assign type = unique, string = type, package = string, interface = package;
  assign program = interface, new = program, logic = new ^ do, byte = bit & do;
endmodule
"""


def test_words_that_verilog_did_not_have(tmp_path: Path) -> None:
    circuit = read(tmp_path, NEW_WORDS)
    assert [port.name for port in circuit.inputs + circuit.outputs] == [
        "bit",
        "do",
        "logic",
        "byte",
    ]
    assert table(circuit) == {"logic": [1, 0, 0, 1], "byte": [0, 0, 0, 1]}
    assert table(read(tmp_path, NEW_WORDS, "m.sv", language="verilog"))["byte"] == [0, 0, 0, 1]
    with pytest.raises(VerilogError, match=r"syntax error"):
        read(tmp_path, NEW_WORDS, language="systemverilog")


def test_system_verilog(tmp_path: Path) -> None:
    text = """
    module m (input logic a, output logic y);
      always_comb begin y = '1; if (a) y = '0; end
    endmodule : m
    """
    for circuit in (
        read(tmp_path, text, "m.sv"),
        read(tmp_path, text, "M.SV"),
        read(tmp_path, text, language="systemverilog"),
    ):
        assert table(circuit)["y"] == [1, 0]
    with pytest.raises(VerilogError, match=r"use the suffix \.sv or --language systemverilog$"):
        read(tmp_path, text)
    message = r"^Language must be one of verilog, systemverilog, not 'vhdl'$"
    with pytest.raises(VerilogError, match=message):
        read(tmp_path, text, language="vhdl")


def test_byte_order_mark_and_returns(tmp_path: Path) -> None:
    text = "\ufeff// x\r\n`define A \\\r\n  ~a\r\nmodule m (input a, output y);\r\n"
    assert table(read(tmp_path, f"{text}assign y = `A;\r\nendmodule\r\n"))["y"] == [1, 0]
