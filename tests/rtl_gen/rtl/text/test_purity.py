# SPDX-License-Identifier: Apache-2.0
"""The check that a file is made only of neurons, and that it finds what is not."""

import re

import pytest

import spikefloat as sf
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from tests.helpers.purity import logic_outside_neurons
from tests.helpers.spatial_examples import FULL_ADDER, GRAPHS, design_graph


@pytest.mark.parametrize("name", [name for name in GRAPHS if name != "carry_chains"])
def test_made_only_of_neurons(name):
    assert logic_outside_neurons(spatial_verilog(GRAPHS[name])) == []


@pytest.mark.parametrize("design", ["multiply", "add"])
@pytest.mark.parametrize("library", ["native", "published"])
def test_designs_are_made_only_of_neurons(design, library):
    assert logic_outside_neurons(spatial_verilog(design_graph(design, library))) == []


def test_parts_that_synthesis_maps_by_themselves():
    circuit = sf.design("block_sum", block="mxfp4", block_size=2, objective="luts")
    text = circuit.hardware().verilog()
    assert logic_outside_neurons(text) == []
    other = text.replace('"yes" *)', '"yes" *) assign a = ~b;', 1)
    assert "assign a = ~b" in logic_outside_neurons(other)[0]


@pytest.mark.parametrize(
    "old, new, finding",
    [
        (".x({c, b, a})", ".x({c, b & c, a})", r"full_adder: full_adder_neuron_.* & c.*"),
        ("endmodule", "    assign y[0] = ~a;\nendmodule", r"full_adder: assign y\[0\] = ~a"),
        ("endmodule", "    always @* z = a;\nendmodule", r"full_adder: always @\* z = a"),
        ("endmodule", "    nand gate (y[0], a, b);\nendmodule", r"full_adder: nand gate .*"),
        ("8'b1110_1000", "8'b1110_1001", r".*_p1_p1_p1_t2: is not the neuron of its name"),
        ("fires[x]", "fires[x] & x[0]", r".*_p1_p1_p1_t2: is not the neuron of its name"),
        ("\n`default_nettype wire", "assign a = ~b;", r"outside modules: .*assign a = ~b"),
    ],
)
def test_other_logic_is_found(old, new, finding):
    assert FULL_ADDER.count(old) >= 1
    found = logic_outside_neurons(FULL_ADDER.replace(old, new, 1))
    assert len(found) == 1
    assert re.fullmatch(finding, found[0])
