# SPDX-License-Identifier: Apache-2.0
"""Small circuits for the tests of the Verilog, each with a difficulty of its own."""

import random
from importlib.metadata import version

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, NeuronGraphBuilder
from spikefloat.rtl_gen.neurons.carry_chain import carry_chain
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["FULL_ADDER", "GRAPHS", "design_graph", "full_adder_bits", "random_kinds"]

FULL_ADDER = """\
// full_adder
// Adds three bits.
//
// 2 neurons in 2 layers; 7 synapses; largest fan-in 4; largest weight 2.
//
// Each neuron is an instance of one of the neuron modules at the end of the file, whose names give
// weights and threshold: p1_m2_t1 is +1, -2 and threshold 1. The first weight belongs to x[0].
// Everything else is wires.
//
// generator: spikefloat VERSION
//
// DECLFILENAME: the file holds one whole design and is named after its top module
// verilator lint_off DECLFILENAME
// TIMESCALEMOD: nothing here takes time, so there is no timescale
// verilator lint_off TIMESCALEMOD
// UNOPTFLAT: a bit of a word may depend on another, through neurons: no loop, though it may look
// like one
// verilator lint_off UNOPTFLAT

`default_nettype none

module full_adder (
    input  wire       a,
    input  wire       b,
    input  wire       c,
    output wire [1:0] y
);
    full_adder_neuron_p1_p1_p1_t2 y_1_cell (.x({c, b, a}), .spike(y[1]));
    full_adder_neuron_p1_p1_p1_m2_t1 y_0_cell (.x({y[1], c, b, a}), .spike(y[0]));
endmodule

// Fires when x[0] + x[1] + x[2] >= 2: the majority, which is the carry of a full adder.
module full_adder_neuron_p1_p1_p1_t2 (
    input  wire [2:0] x,
    output wire       spike
);
    wire [7:0] fires = 8'b1110_1000;
    assign spike = fires[x];
endmodule

// Fires when x[0] + x[1] + x[2] - 2*x[3] >= 1: the parity of x[0], x[1], x[2], if x[3] is their
// majority.
module full_adder_neuron_p1_p1_p1_m2_t1 (
    input  wire [3:0] x,
    output wire       spike
);
    wire [15:0] fires = 16'b1000_0000_1111_1110;
    assign spike = fires[x];
endmodule

`default_nettype wire
""".replace("VERSION", version("spikefloat"))


def full_adder_bits(builder: NeuronGraphBuilder, a: Bit, b: Bit, c: Bit) -> tuple[Bit, Bit]:
    carry = builder.neuron([(a, 1), (b, 1), (c, 1)], 2, "carry")
    return builder.neuron([(a, 1), (b, 1), (c, 1), (carry, -2)], 1, "sum"), carry


def full_adder() -> NeuronGraph:
    builder = NeuronGraphBuilder("full_adder")
    (a,), (b,), (c,) = (builder.input(name, 1) for name in "abc")
    total, carry = full_adder_bits(builder, a, b, c)
    builder.output("y", builder.name_word("y", (total, carry)))
    return builder.build()


def ripple_adder() -> NeuronGraph:
    """Scopes in a scope; three of the four are the same."""
    builder = NeuronGraphBuilder("ripple_adder")
    a, b = builder.input("a", 4), builder.input("b", 4)
    carry, sums = ZERO, []
    with builder.scope("add", left=a, right=b):
        for i in range(4):
            with builder.scope(f"bit_{i}", a=(a[i],), b=(b[i],), carry_in=(carry,)):
                total, carry = full_adder_bits(builder, a[i], b[i], carry)
            sums.append(total)
    builder.output("y", (*sums, carry))
    return builder.build()


def carry_chains() -> NeuronGraph:
    """Scopes that are written as additions: with a carry, of complements, with a bit that is zero.

    The last adds a word to itself, which takes no neuron.
    """
    gates = make_gates("carry_chains")
    a, b, c = (gates.builder.input(name, width) for name, width in (("a", 4), ("b", 3), ("c", 2)))
    first = carry_chain(gates, a, b, ~c[0])[:4]
    second = carry_chain(gates, tuple(~bit for bit in first), (c[1], ZERO, a[0]))
    third = carry_chain(gates, second[1:], carry_in=b[1])
    gates.builder.output("y", third)
    gates.builder.output("z", carry_chain(gates, b, b))
    return gates.builder.build()


def inverted_outputs() -> NeuronGraph:
    builder = NeuronGraphBuilder("inverted_outputs")
    a = builder.input("a", 3)
    both = builder.neuron([(a[0], 1), (a[1], 1)], 2, "both")
    builder.output("y", (~both, both, ~a[2]))
    return builder.build()


def constants_and_wires() -> NeuronGraph:
    """Outputs that are constants, inputs, or one spike twice; an input bit without effect."""
    builder = NeuronGraphBuilder("constants_and_wires")
    a = builder.input("a", 4)
    either = builder.neuron([(a[0], 1), (a[2], 1)], 1, "either")
    builder.output("y", (ONE, a[2], either, either, ZERO, a[0]))
    builder.output("z", (a[2],))
    return builder.build()


def words_with_holes() -> NeuronGraph:
    builder = NeuronGraphBuilder("words_with_holes")
    a = builder.input("a", 8)
    with builder.scope("inner", word=a, flag=(a[7],)):
        odd = [builder.neuron([(a[i], 1), (a[7], -1)], 1, f"odd[{i}]") for i in (1, 3, 4, 5)]
        used_inside = builder.neuron([(odd[1], 1), (odd[2], 1)], 1, "odd_3")
        out = builder.neuron([(used_inside, 1), (odd[0], 1)], 2, "out[4]")
    builder.output("y", (odd[0], odd[3], out))
    return builder.build()


def name_collisions() -> NeuronGraph:
    """Keywords, and ports, words, scopes and cells that want the same name."""
    builder = NeuronGraphBuilder("name_collisions")
    a, carry = builder.input("a", 2), builder.input("carry", 1)
    wire = builder.neuron([(a[0], 1), (a[1], 1)], 1, "wire")
    with builder.scope("reg"):
        reg = builder.neuron([(wire, 1), (carry[0], 1)], 2, "wire")
        cell = builder.neuron([(wire, 1), (reg, -1)], 1, "wire_cell")
    with builder.scope("carry"):
        word = [builder.neuron([(a[i], 1), (cell, -1)], 0, f"y[{i}]") for i in range(2)]
        scalar = builder.neuron([(word[0], 1), (word[1], 1)], 2, "y")
    with builder.scope("neuron_p1_p1_t2"):
        last = builder.neuron([(scalar, 1), (reg, 1), (a[0], -1)], 1, "a")
        odd = builder.neuron([(last, 1), (wire, -1)], 1, "1st-try[x]")
    builder.output("y", (last, *word, scalar, wire, odd))
    return builder.build()


def unused_neurons() -> NeuronGraph:
    """Without simplification, neurons and inputs that nothing uses stay."""
    builder = NeuronGraphBuilder("unused_neurons", simplify=False)
    a = builder.input("a", 3)
    with builder.scope("inner", a=a):
        for i in range(2):
            builder.neuron([(a[i], 1)], 1, f"copy[{i}]")
        never = builder.neuron([(a[0], 1), (a[1], -1)], 5, "never")
    builder.neuron([], 1, "nothing")
    builder.output("y", (never,))
    return builder.build()


def wide_neurons() -> NeuronGraph:
    """Fan-ins beyond a lookup table: a comparison, a majority, and one that becomes a sum."""
    builder = NeuronGraphBuilder("wide_neurons")
    a, b = builder.input("a", 8), builder.input("b", 8)
    greater = builder.neuron(
        [(a[i], 1 << i) for i in range(8)] + [(b[i], -(1 << i)) for i in range(8)], 1, "greater"
    )
    mixed = builder.neuron(
        [(bit, weight) for bit, weight in zip(a, (8, -7, 5, 5, -3, 2, 2, 1), strict=True)],
        -1,
        "mixed",
    )
    majority = builder.neuron([(bit, 1) for bit in (*a, *b)], 8, "majority")
    builder.output("y", (greater, mixed, majority))
    return builder.build()


def random_graph(seed: int) -> NeuronGraph:
    """Neurons in random scopes, which read anything before them."""
    rng = random.Random(seed)
    builder = NeuronGraphBuilder(f"random_{seed}", simplify=bool(seed % 2))
    lines = [*builder.input("a", 4), *builder.input("b", 3), *builder.input("c", 1)]

    def fill(depth: int) -> None:
        for _ in range(rng.randint(1, 5)):
            if depth < 3 and rng.random() < 0.4:
                ports = {
                    name: [rng.choice(lines) for _ in range(rng.randint(1, 5))]
                    for name in ("a", "sum")[: rng.randint(0, 2)]
                }
                with builder.scope(rng.choice(("a", "sum", "part")), **ports):
                    fill(depth + 1)
            sources = rng.sample(lines, rng.randint(1, 6))
            terms = [(bit, rng.choice((-2, -1, 1, 2))) for bit in sources]
            name = rng.choice(("sum", "carry", "a", f"sum[{rng.randint(0, 5)}]"))
            lines.append(builder.neuron(terms, rng.randint(-1, 3), name))

    fill(0)
    fill(0)
    builder.output("y", [rng.choice(lines) for _ in range(8)])
    builder.output("z", lines[-3:])
    return builder.build()


EXAMPLES = (
    full_adder,
    ripple_adder,
    carry_chains,
    inverted_outputs,
    constants_and_wires,
    words_with_holes,
    name_collisions,
    unused_neurons,
    wide_neurons,
)
GRAPHS = {example.__name__: example() for example in EXAMPLES}
GRAPHS.update((f"random_{seed}", random_graph(seed)) for seed in range(40))


def design_graph(name: str, library: str) -> NeuronGraph:
    return make_instance(name, library=library).graph


def random_kinds(count: int, fan_in: int) -> list[tuple[tuple[int, ...], int]]:
    rng = random.Random(fan_in)
    kinds = []
    for _ in range(count):
        weights = tuple(rng.choice((-3, -2, -1, 1, 2, 3)) for _ in range(rng.randint(1, fan_in)))
        kinds.append((weights, rng.randint(-4, 5)))
    return kinds
