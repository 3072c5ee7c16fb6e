# SPDX-License-Identifier: Apache-2.0
"""Reading Verilog: ports, functions, and what is refused, in one sentence each."""

from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.mapper import map_circuit
from spikefloat.rtl_gen.mapping.netlist import circuit_of_netlist
from spikefloat.rtl_gen.mapping.verilog_source import read_verilog
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.verilog.text import VerilogError
from tests.helpers.mapping_examples import outputs_of

pytestmark = pytest.mark.tool


def read(folder: Path, text: str, top: str | None = None, *, shallow: bool = False) -> Circuit:
    path = folder / "source file.v"
    path.write_text(text, encoding="utf-8")
    return read_verilog([path], top, shallow=shallow)


def test_ports_keep_names_order_and_bits(tmp_path: Path) -> None:
    circuit = read(
        tmp_path,
        """
        module pick (z, select, a, y, k);
          input [3:0] z; input select; input [0:3] a; output [3:0] y; output k;
          assign y = select ? a : z;
          assign k = 1'b1;
        endmodule""",
    )
    assert circuit.name == "pick"
    assert [tuple(p) for p in circuit.inputs] == [("z", 4), ("select", 1), ("a", 4)]
    assert [tuple(p) for p in circuit.outputs] == [("y", 4), ("k", 1)]
    inputs, outputs = outputs_of(map_circuit(circuit, BUDGETS["w2"]).graph)
    assert np.array_equal(outputs["y"], np.where(inputs["select"], inputs["a"], inputs["z"]))
    assert (outputs["k"] == 1).all()


@pytest.mark.parametrize("shallow", [False, True])
def test_arithmetic(tmp_path: Path, shallow: bool) -> None:
    circuit = read(
        tmp_path,
        """
        module sub (input [3:0] a, b, output [3:0] d); assign d = a - b; endmodule
        module top (input [3:0] a, b, input c, output [4:0] s, output [3:0] d, output lt,
                    output [7:0] p, output reg [3:0] q);
          assign s = a + b + c;
          sub s0 (.a(a), .b(b), .d(d));
          assign lt = a < b;
          assign p = a * b;
          always @* begin
            q = a;
            case (b) 1: q = a << 1; 2, 3: q = ~a; default: if (c) q = {a[0], a[3:1]}; endcase
          end
        endmodule""",
        shallow=shallow,
    )
    assert circuit.name == "top"
    inputs, outputs = outputs_of(map_circuit(circuit, BUDGETS["w2"], effort=0).graph)
    a, b, c = inputs["a"], inputs["b"], inputs["c"]
    assert np.array_equal(outputs["s"], a + b + c)
    assert np.array_equal(outputs["d"], (a - b) & 15)
    assert np.array_equal(outputs["lt"], a < b)
    assert np.array_equal(outputs["p"], a * b)
    turned = np.where(c, (a & 1) << 3 | a >> 1, a)
    shifted = np.where(b == 1, a << 1 & 15, turned)
    assert np.array_equal(outputs["q"], np.where((b == 2) | (b == 3), 15 - a, shifted))
    assert len(a) == 512


def test_full_adder_takes_two_neurons(tmp_path: Path) -> None:
    circuit = read(
        tmp_path,
        """
        module fa (input a, b, c, output s, k);
          assign s = a ^ b ^ c; assign k = a & b | c & (a | b);
        endmodule""",
    )
    assert len(map_circuit(circuit, BUDGETS["w2"]).graph.neurons) == 2


@pytest.mark.parametrize(
    "body, message",
    [
        (
            "input d, output reg q); always @(posedge a) q <= d;",
            r"^Module m must be combinational, not hold a register$",
        ),
        (
            "input d, output reg q); always @* if (a) q = d;",
            r"^Module m must be combinational, not hold a latch$",
        ),
        (
            "input [1:0] d, output reg q); reg mem [0:3]; always @(posedge a) mem[d] <= a;"
            "always @* q = mem[d];",
            r"^Module m must be combinational, not hold a register$",
        ),
        (
            "input d, output q); wire x; assign x = a & ~q; assign q = x | d;",
            r"^Verilog source must be combinational, not hold a loop$",
        ),
        (
            "input d, output q); assign q = a; assign q = d;",
            r"^Verilog source must drive each bit once, not from several places$",
        ),
        (
            "input d, output q); wire x; assign q = a & x;",
            r"^Verilog source must drive every net that it uses, not leave m\.x open$",
        ),
        (
            "inout d, output q); assign q = a & d;",
            r"^Port 'd' of m must be an input or an output, not inout$",
        ),
        ("input d); ", r"^Module m must have at least one output$"),
        (
            "input d, output q); other o (a, d, q);",
            r"^Verilog source must be accepted by Yosys, which says: .*other.*not part of the design\.$",
        ),
        (
            "input d output q);",
            r"^Verilog source must be accepted by Yosys, which says: .*source file\.v:1: syntax error.*$",
        ),
    ],
)
def test_refuses(tmp_path: Path, body: str, message: str) -> None:
    with pytest.raises(VerilogError, match=message):
        read(tmp_path, f"module m (input a, {body} endmodule")


def test_refuses_unknown_top_and_file(tmp_path: Path) -> None:
    text = "module m (input a, output q); assign q = a; endmodule"
    with pytest.raises(VerilogError, match=r"^Top module must be in .*source file\.v, not 'n'$"):
        read(tmp_path, text, "n")
    with pytest.raises(VerilogError, match=r"^Top module must be in .*, not 'm; x'$"):
        read(tmp_path, text, "m; x")
    with pytest.raises(InputError, match=r"^Cannot read '.*none\.v': No such file or directory$"):
        read_verilog([tmp_path / "none.v"])


def test_refuses_a_loop_that_only_the_netlist_shows() -> None:
    def gate(a: int, b: int, y: int) -> dict:
        return {"type": "$_AND_", "connections": {"A": [a], "B": [b], "Y": [y]}}

    module = {
        "ports": {
            "a": {"direction": "input", "bits": [2]},
            "q": {"direction": "output", "bits": [3]},
        },
        "cells": {"x": gate(2, 4, 3), "y": gate(2, 3, 4)},
    }
    with pytest.raises(VerilogError, match=r"^Module m must be combinational, not hold a loop$"):
        circuit_of_netlist(module, "m")
