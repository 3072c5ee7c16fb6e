# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as Verilog: the text, and the component that stands for it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from spikefloat.rtl_gen.neurons.builder import ZERO, NeuronGraphBuilder
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from tests.helpers.spatial_examples import FULL_ADDER, GRAPHS, design_graph, full_adder_bits


def module_text(verilog: str, name: str) -> str:
    match = re.search(rf"^module {name} \(.*?^endmodule\n", verilog, re.DOTALL | re.MULTILINE)
    assert match is not None, f"no module {name} in:\n{verilog}"
    return match[0]


def test_whole_text():
    assert spatial_verilog(GRAPHS["full_adder"], header=["Adds three bits."]) == FULL_ADDER


def test_module_name_begins_every_module():
    text = spatial_verilog(GRAPHS["ripple_adder"], module="other")
    names = re.findall(r"^module (\w+)", text, re.MULTILINE)
    assert names[0] == "other"
    assert len(names) == 8
    assert all(name.startswith("other_") for name in names[1:])


def test_equal_scopes_share_a_module():
    text = spatial_verilog(GRAPHS["ripple_adder"])
    assert (
        module_text(text, "ripple_adder_add")
        == """\
module ripple_adder_add (
    input  wire [3:0] left,
    input  wire [3:0] right,
    output wire       bit_0_sum,
    output wire       bit_1_sum,
    output wire       bit_2_sum,
    output wire       bit_3_carry,
    output wire       bit_3_sum
);
    wire bit_0_carry, bit_1_carry, bit_2_carry;

    ripple_adder_bit_0 bit_0 (.a(left[0]), .b(right[0]), .carry(bit_0_carry), .sum(bit_0_sum));
    ripple_adder_bit bit_1 (
        .a(left[1]),
        .b(right[1]),
        .carry_in(bit_0_carry),
        .carry(bit_1_carry),
        .sum(bit_1_sum));
    ripple_adder_bit bit_2 (
        .a(left[2]),
        .b(right[2]),
        .carry_in(bit_1_carry),
        .carry(bit_2_carry),
        .sum(bit_2_sum));
    ripple_adder_bit bit_3 (
        .a(left[3]),
        .b(right[3]),
        .carry_in(bit_2_carry),
        .carry(bit_3_carry),
        .sum(bit_3_sum));
endmodule
"""
    )
    assert "// add/bit_1, add/bit_2 and add/bit_3: 2 neurons each.\n" in text
    assert text.count("module ripple_adder_bit (") == 1


def test_scopes_are_equal_whatever_surrounds_them():
    """A part reads its operands under two names and in two orders, and its result is used twice."""
    builder = NeuronGraphBuilder("chain")
    total, *others = (builder.input(name, 2) for name in "abcd")
    for other in others:
        with builder.scope("add", left=total, right=other):
            with builder.scope("low"):
                low, carry = full_adder_bits(builder, total[0], other[0], ZERO)
            with builder.scope("high"):
                high, _ = full_adder_bits(builder, other[1], total[1], carry)
            total = builder.name_word("sum", (low, high))
    builder.output("y", total)
    text = spatial_verilog(builder.build())
    assert re.findall(r"^module (\w+) ", text, re.MULTILINE)[:4] == [
        "chain",
        "chain_add",
        "chain_low",
        "chain_high",
    ]
    assert text.count("    chain_add add") == 3
    assert "// add, add_2 and add_3: 4 neurons each.\n" in text
    assert (
        module_text(text, "chain_high")
        == """\
module chain_high (
    input  wire low_carry,
    input  wire left_1,
    input  wire right_1,
    output wire sum
);
    wire carry;

    chain_neuron_p1_p1_p1_t2 carry_cell (.x({right_1, left_1, low_carry}), .spike(carry));
    chain_neuron_p1_p1_p1_m2_t1 sum_cell (.x({carry, right_1, left_1, low_carry}), .spike(sum));
endmodule
"""
    )


def test_word_of_a_child_drives_an_output():
    builder = NeuronGraphBuilder("circuit")
    a = builder.input("a", 2)
    with builder.scope("part", a=a):
        word = [
            builder.neuron([(a[0], 1), (a[1], sign)], 1, f"w[{i}]")
            for i, sign in enumerate((1, -1))
        ]
    builder.output("y", word)
    builder.output("z", word[::-1])
    assert (
        module_text(spatial_verilog(builder.build()), "circuit")
        == """\
module circuit (
    input  wire [1:0] a,
    output wire [1:0] y,
    output wire [1:0] z
);
    circuit_part part (.a(a), .w(y));
    assign z = {y[0], y[1]};
endmodule
"""
    )


def test_constants_inputs_and_unused_bits():
    text = spatial_verilog(GRAPHS["constants_and_wires"])
    assert (
        module_text(text, "constants_and_wires")
        == """\
module constants_and_wires (
    input  wire [3:0] a,
    output wire [5:0] y,
    output wire       z
);
    wire       either, constant, constant_2;
    wire [1:0] unused;

    constants_and_wires_neuron_p1_p1_t1 either_cell (.x({a[2], a[0]}), .spike(either));
    assign constant = 1'b1;
    assign constant_2 = 1'b0;
    assign y = {a[0], constant_2, either, either, a[2], constant};
    assign z = a[2];
    assign unused = {a[3], a[1]};
endmodule
"""
    )


def test_words_with_holes_become_vectors_and_scalars():
    text = spatial_verilog(GRAPHS["words_with_holes"])
    ports = re.findall(r"put +wire +(.*?),?\n", module_text(text, "words_with_holes_inner"))
    assert ports == ["word_1", "[5:3] word", "flag", "odd_1", "odd_5", "out_4"]
    assert ".word_1(a[1]), .word(a[5:3]), .flag(a[7])" in " ".join(text.split())


def test_ports_become_vectors_before_what_is_inside():
    builder = NeuronGraphBuilder("runs")
    a = builder.input("a", 6)
    with builder.scope("inner"):
        word = [builder.neuron([(bit, 1), (a[0], -1)], 0, f"word[{i}]") for i, bit in enumerate(a)]
        out = builder.neuron([(bit, 1) for bit in word[3:]], 2, "out")
    builder.output("y", (*word[1:3], out))
    text = module_text(spatial_verilog(builder.build()), "runs_inner")
    assert re.findall(r"output +wire +(.*?),?\n", text) == ["[2:1] word", "out"]
    assert "wire word_3, word_4, word_5;" in text


def test_names_are_unique_and_no_keywords():
    text = spatial_verilog(GRAPHS["name_collisions"])
    top = module_text(text, "name_collisions")
    names = re.findall(r"put +wire +(?:\[.*?\] )?(\w+)|^    \w+ (\w+) \(", top, re.MULTILINE)
    instances = [second for _, second in names if second]
    assert instances == ["wire_cell_2", "reg_", "carry_2", "neuron_p1_p1_t2"]


def test_header_wraps():
    text = spatial_verilog(GRAPHS["full_adder"], header=["word " * 60, "", "last"])
    assert all(len(line) <= 100 for line in text.splitlines())
    assert "word word\n//\n// last\n//\n" in text


@pytest.mark.parametrize("design", ["multiply", "add"])
@pytest.mark.parametrize("library", ["native", "published"])
def test_line_length(design, library):
    text = spatial_verilog(design_graph(design, library))
    lines = text.splitlines()
    cells = [line for line in lines if "_cell (" in line]
    assert max(len(line) for line in cells) <= 120
    assert max(len(line) for line in lines if line not in cells) <= 100


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"module": "wire"}, "Module name must be an identifier and no keyword, not 'wire'"),
        ({"module": "a-b"}, "Module name must be an identifier and no keyword, not 'a-b'"),
    ],
)
def test_wrong_module_name(kwargs, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        spatial_verilog(GRAPHS["full_adder"], **kwargs)


def test_wrong_port_name():
    builder = NeuronGraphBuilder("circuit")
    builder.output("y", builder.input("reg", 1))
    with pytest.raises(
        ValueError, match=r"^Port name must be an identifier and no keyword, not 'reg'$"
    ):
        spatial_verilog(builder.build())


def test_same_bytes_in_every_process():
    script = (
        "from spikefloat.rtl_gen.designs.instance import make_instance\n"
        "from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog\n"
        "import hashlib\n"
        "print(hashlib.sha256(spatial_verilog(make_instance('multiply').graph).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            text=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd())},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(digests) == 1
