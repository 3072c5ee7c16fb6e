# SPDX-License-Identifier: Apache-2.0
"""``spikefloat map`` of modules whose names are escaped, hold a ``$`` or are words of Verilog."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.equivalence import prove
from spikefloat.rtl_gen.mapping.mapper import map_circuit
from spikefloat.rtl_gen.mapping.verilog_source import read_verilog
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.sim.simulators.find import find_simulator

pytestmark = pytest.mark.tool

Capture = pytest.CaptureFixture[str]

NETLIST = r"""
module \t$x (\a[0] , \a[1] , \a[2] , \y.z , b$1, \wire , \do , core, q, \s[1] , \s[0] , \9 , \c[2] );
  input \a[0] , \a[1] , \a[2] , \y.z , b$1, \wire ; input [1:0] core; input \do ;
  output [1:0] q; output \s[1] , \s[0] , \9 , \c[2] ;
  assign q = core ^ {\a[0] , \a[1] };
  assign {\s[1] , \s[0] } = \a[0] + \a[1] + \a[2] ;
  assign \9 = \y.z & b$1 | \wire ;
  assign \c[2] = \do ^ \a[2] ;
endmodule
"""

PORTS = [
    *(r"\a[0] ", r"\a[1] ", r"\a[2] ", r"\y.z ", "b$1", r"\wire ", r"\do ", "[1:0] core"),
    *("[1:0] q", r"\s[1] ", r"\s[0] ", r"\9 ", r"\c[2] "),
]


def mapped(tmp_path: Path, text: str, capsys: Capture) -> tuple[Circuit, Path, dict]:
    path = tmp_path / "net.v"
    path.write_text(text, encoding="utf-8")
    assert main(["map", str(path), "-o", str(tmp_path / "out"), "--json"]) == 0
    (figures,) = json.loads(capsys.readouterr().out)["results"]
    return read_verilog([path]), Path(figures["file"]), figures


def run(*command: str, folder: Path, tool: str) -> str:
    env = os.environ | find_simulator(tool).env
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_same_ports_and_proved_equal(tmp_path: Path, capsys: Capture) -> None:
    source, file, figures = mapped(tmp_path, NETLIST, capsys)
    assert figures["module"] == "t$x"
    assert figures["joined"] == ["a", "s"]
    assert file.name == "t$x_neurons.v"
    text = file.read_text(encoding="utf-8")
    top = text[text.index("module t$x_neurons (") :]
    for port in PORTS:
        assert f"wire {port}" in top
    # Read back: the same ports in the same order, and the same function.
    written = read_verilog([file])
    assert source.source is not None
    assert written.source == source.source._replace(name="t$x_neurons")
    graph = map_circuit(written, BUDGETS["w2"], effort=0).graph
    assert prove(source, graph).equal


def test_words_are_said(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "net.v"
    path.write_text(NETLIST, encoding="utf-8")
    assert main(["map", str(path), "-o", str(tmp_path)]) == 0
    assert "words inside, single bits at the ports: a, s\n" in capsys.readouterr().out


def test_simulators_read_it(tmp_path: Path, capsys: Capture) -> None:
    _, file, _ = mapped(tmp_path, NETLIST, capsys)
    source = tmp_path / "net.v"

    def instance(module: str, bus: str) -> str:
        places = [*(f"i[{index}]" for index in range(7)), "i[8:7]", f"{bus}[1:0]"]
        places += [f"{bus}[{index}]" for index in range(2, 6)]
        pins = zip((port.removeprefix("[1:0] ") for port in PORTS), places, strict=True)
        return f"{module} {bus}_dut ({', '.join(f'.{name}({place})' for name, place in pins)});"

    bench = f"""
    module bench;
      reg [8:0] i; wire [5:0] x, y; integer n, wrong = 0;
      {instance("t$x", "x")}
      {instance("t$x_neurons", "y")}
      initial begin
        for (n = 0; n < 512; n = n + 1) begin
          i = n; #1 if (x !== y) wrong = wrong + 1;
        end
        $display("%0d wrong", wrong);
      end
    endmodule
    """
    (tmp_path / "bench.v").write_text(bench, encoding="utf-8")
    files = [str(tmp_path / "bench.v"), str(file), str(source)]
    run("iverilog", "-g2001", "-o", "bench", "-s", "bench", *files, folder=tmp_path, tool="icarus")
    assert run("vvp", "-n", "bench", folder=tmp_path, tool="icarus") == "0 wrong\n"
    # A port of the source may have a name that C++ reserves; Verilator gives it another one there.
    lint = ["verilator", "--lint-only", "-Wall", "-Wno-SYMRSVDWORD", str(file)]
    run(*lint, "--top-module", "t$x_neurons", folder=tmp_path, tool="verilator")


@pytest.mark.parametrize("name", ["C17.iscas", "9/lives", "wire", "a;b#c"])
def test_module_names(tmp_path: Path, capsys: Capture, name: str) -> None:
    text = f"module \\{name} (input a, b, output y); assign y = a ^ b; endmodule"
    source, file, figures = mapped(tmp_path, text, capsys)
    assert figures["module"] == name
    assert file.is_file()
    assert file.parent == tmp_path / "out"
    written = read_verilog([file])
    assert written.source is not None
    assert written.source.name == f"{name}_neurons"
    assert prove(source, map_circuit(written, BUDGETS["w2"]).graph).equal


def test_bits_that_are_no_word(tmp_path: Path, capsys: Capture) -> None:
    r"""A gap, a name that is taken, and both directions under one name stay single bits."""
    text = r"""
    module m (\a[0] , \a[2] , \b[0] , b, \c[0] , \c[1] , a_0, \d[0] );
      input \a[0] , \a[2] , \b[0] , b, \c[0] , a_0, \d[0] ; output \c[1] ;
      assign \c[1] = \a[0] ^ \a[2] ^ \b[0] ^ b ^ \c[0] ^ a_0 ^ \d[0] ;
    endmodule"""
    source, file, figures = mapped(tmp_path, text, capsys)
    assert figures["joined"] == ["d"]
    assert [p.name for p in source.inputs] == ["a_0_2", "a_2", "b_0", "b", "c_0", "a_0", "d"]
    assert prove(source, map_circuit(read_verilog([file]), BUDGETS["w2"]).graph).equal


def test_plain_names_need_no_second_module(tmp_path: Path, capsys: Capture) -> None:
    text = "module m (output y, input [2:0] a); assign y = ^a; endmodule"
    _, file, figures = mapped(tmp_path, text, capsys)
    assert figures["joined"] == []
    assert "_core" not in file.read_text(encoding="utf-8")
