# SPDX-License-Identifier: Apache-2.0
"""The integrate-and-fire cell against the model of it, step by step."""

import itertools
import random
from fractions import Fraction

import pytest
from amaranth.sim import Simulator

from spikefloat.rtl_gen.rtl.cells.cell import NeuronCell, cell_verilog
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.sim.golden.cell import CellModel

AND = {"weights": (1, 1), "threshold": 1.5}
OR = {"weights": (1, 1), "threshold": 0.5}
NOT = {"weights": (-1,), "bias": 1, "threshold": 0.5}
XOR_OUTPUT = {"weights": (1, 1, -2), "threshold": 0.5}

CELLS = [
    AND,
    OR,
    NOT,
    XOR_OUTPUT,
    {**NOT, "leak": 0, "reset": "hard"},
    {"weights": (1, 1, -2), "threshold": 1.5, "leak": 0.25},
    {"weights": (1, 1, -2), "threshold": 1.5, "leak": 0},
    {"weights": (1, 1, -2), "threshold": 1.5, "leak": Fraction(85, 256), "reset": "hard"},
    {"weights": (-1, -2), "threshold": 2.5},
    {"weights": (-1, -2), "threshold": 2.5, "leak": 0, "bias": 3},
    {"weights": (3, 1, -2, 1, -1), "threshold": 2.5, "leak": 0.625, "membrane_width": 7},
    {"weights": (3, 1, -2, 1, -1), "threshold": 2.5, "leak": 0.875, "fraction_bits": 1},
    {"weights": (5, -7, 3), "threshold": 7.25, "leak": 0.9375, "reset": "hard"},
    {"weights": (1,), "threshold": 3, "membrane_width": 12},
    {"weights": (4, 4), "threshold": 1, "membrane_width": 5},
    {"weights": (4, 4), "threshold": 8, "leak": Fraction(65535, 65536), "fraction_bits": 0},
    {"weights": (9, -11), "threshold": 1, "bias": -1, "leak": 1 - 2**-6},
]


def model_of(parameters):
    """Return the model of a cell with these parameters."""
    return CellModel(
        weights=parameters.weights,
        threshold=parameters.threshold,
        leak=parameters.leak,
        reset=parameters.reset,
        bias=parameters.bias,
        fraction_bits=parameters.fraction_bits,
        membrane_width=parameters.membrane_width,
    )


def run(parameters, train):
    """Return spike and membrane after each clock of a train of (spikes, enable, discharge)."""
    dut = NeuronCell(parameters)
    seen = []

    async def testbench(ctx):
        for spikes, enable, discharge in train:
            ctx.set(dut.synapses, sum(spike << i for i, spike in enumerate(spikes)))
            ctx.set(dut.enable, enable)
            ctx.set(dut.discharge, discharge)
            await ctx.tick()
            seen.append((ctx.get(dut.spike), ctx.get(dut.membrane)))

    simulator = Simulator(dut)
    simulator.add_clock(1e-6)
    simulator.add_testbench(testbench)
    simulator.run()
    assert len(seen) == len(train)
    return seen


def expected(parameters, train):
    """Return what :func:`run` must return."""
    model = model_of(parameters)
    seen = []
    for spikes, enable, discharge in train:
        spike = model.clock(spikes, enable=enable, discharge=discharge)
        seen.append((spike, model.membrane))
    return seen


def random_train(random_, parameters, length):
    """Return a train whose density of spikes drifts, so that each rail comes near at times."""
    train = []
    density = 0.5
    for _ in range(length):
        if random_.random() < 0.05:
            density = random_.choice([0.0, 0.1, 0.5, 0.9, 1.0])
        spikes = [int(random_.random() < density) for _ in parameters.weights]
        train.append((spikes, int(random_.random() < 0.9), int(random_.random() < 0.02)))
    return train


def steps(*trains):
    """Return a train that takes a step in every clock."""
    return [(spikes, 1, 0) for spikes in trains]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_every_step_is_that_of_the_model(cell):
    parameters = CellParameters(**cell)
    train = random_train(random.Random(1), parameters, 1000)
    assert run(parameters, train) == expected(parameters, train)


@pytest.mark.parametrize("seed", range(40))
def test_every_step_of_a_random_cell_is_that_of_the_model(seed):
    random_ = random.Random(seed)
    bits = random_.randint(1, 8)
    leak = random_.choice([0, 1, Fraction(random_.randrange(1 << bits), 1 << bits)])
    fan_in = random_.randint(1, 6)
    weights = [random_.choice([-1, 1]) * random_.randint(1, 20) for _ in range(fan_in)]
    shape = {
        "weights": weights,
        "threshold": Fraction(random_.randint(1, 200), 1 << random_.randint(0, 3)),
        "leak": leak,
        "reset": random_.choice(["soft", "hard"]),
        "bias": random_.choice([0, 0, random_.randint(-9, 9)]),
        "fraction_bits": random_.choice([None, random_.randint(3, 9)]),
    }
    parameters = CellParameters(**shape)
    if random_.random() < 0.5:
        width = parameters.membrane_width + random_.randint(0, 3)
        parameters = CellParameters(**shape, membrane_width=width)
    train = random_train(random_, parameters, 500)
    assert run(parameters, train) == expected(parameters, train)


def test_a_wrong_weight_is_seen():
    train = random_train(random.Random(1), CellParameters(**XOR_OUTPUT), 100)
    wrong = CellParameters(**{**XOR_OUTPUT, "weights": (1, 1, -1)}, membrane_width=6)
    right = CellParameters(**XOR_OUTPUT, membrane_width=6)
    assert run(right, train) == expected(right, train)
    assert run(wrong, train) != expected(right, train)


GATES = {
    "and": (AND, lambda a, b: a & b),
    "or": (OR, lambda a, b: a | b),
    "not": (NOT, lambda a: 1 - a),
    # The third synapse of XOR's output neuron comes from an AND of the other two.
    "xor": (XOR_OUTPUT, lambda a, b, h: a ^ b),
}


@pytest.mark.parametrize("remedy", [{"discharge": 1}, {"leak": 0}], ids=str)
@pytest.mark.parametrize("gate", GATES)
def test_gate_is_exact_in_any_order(gate, remedy):
    """Each operand pair follows each other one, with nothing left in the membrane between."""
    cell, function = GATES[gate]
    parameters = CellParameters(**cell, leak=remedy.get("leak", 1))
    operands = list(itertools.product((0, 1), repeat=min(len(parameters.weights), 2)))
    if gate == "xor":
        operands = [(a, b, a & b) for a, b in operands]
    train = [
        (spikes, 1, remedy.get("discharge", 0))
        for pair in itertools.product(operands, repeat=2)
        for spikes in pair
    ]
    assert len(train) == 2 * len(operands) ** 2
    assert [spike for spike, _ in run(parameters, train)] == [
        function(*spikes) for spikes, _, _ in train
    ]


def test_residue_without_discharge_makes_gates_fail():
    parameters = CellParameters(**AND)
    train = steps((1, 0), (1, 0), (1, 1), (1, 0))
    assert [spike for spike, _ in run(parameters, train)] == [0, 1, 1, 1]


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_membrane_stays_at_the_rails(reset):
    """Once at a rail, the membrane stays there, and leaves it at the right time."""
    parameters = CellParameters(weights=(5, -3), threshold=4, reset=reset, membrane_width=7)
    down = run(parameters, steps(*[(0, 1)] * 200))
    assert [membrane for _, membrane in down[-150:]] == [-64] * 150
    assert not any(spike for spike, _ in down)
    assert all(b <= a for (_, a), (_, b) in itertools.pairwise(down))

    up = run(parameters, steps(*[(1, 0)] * 200))
    if reset == "soft":
        assert [membrane for _, membrane in up[-100:]] == [63] * 100
        assert all(b >= a for (_, a), (_, b) in itertools.pairwise(up))
    assert all(spike for spike, _ in up)

    back = run(parameters, steps(*[(0, 1)] * 40, *[(1, 0)] * 20))
    assert [spike for spike, _ in back[40:]].index(1) == 13  # -64 + 14 * 5 is the first above 4


@pytest.mark.parametrize("cell", [cell for cell in CELLS if "membrane_width" not in cell], ids=str)
def test_default_membrane_is_wide_enough(cell):
    """With leak, nothing ever saturates; without, eight of the strongest steps do not."""
    parameters = CellParameters(**cell)
    wide = CellParameters(**cell, membrane_width=parameters.membrane_width + 8)
    spikes = [[int(weight * sign > 0) for weight in parameters.weights] for sign in (1, -1)]
    for strongest, opposite in (spikes, spikes[::-1]):
        length = 8 if parameters.leak == 1 else 300
        train = steps(*[strongest] * length, *[opposite] * (length if parameters.leak < 1 else 0))
        assert expected(parameters, train) == expected(wide, train)


def test_soft_reset_keeps_the_residue_and_hard_reset_does_not():
    train = steps((1, 1), (0, 0))
    cell = {"weights": (3, 4), "threshold": 5}
    assert run(CellParameters(**cell, reset="soft"), train) == [(1, 2), (0, 2)]
    assert run(CellParameters(**cell, reset="hard"), train) == [(1, 0), (0, 0)]


def test_leak_rounds_toward_zero():
    cell = {"weights": (1, -1), "threshold": 100, "leak": 0.5, "fraction_bits": 0}
    parameters = CellParameters(**cell, bias=0)
    up = run(parameters, steps(*[(1, 0)] * 4, (0, 0)))
    down = run(parameters, steps(*[(0, 1)] * 4, (0, 0)))
    assert [membrane for _, membrane in up] == [1, 1, 1, 1, 0]
    assert [membrane for _, membrane in down] == [-1, -1, -1, -1, 0]


def test_without_enable_everything_is_kept():
    parameters = CellParameters(weights=(3, 4), threshold=5)
    train = [((1, 1), 1, 0), *[((0, 1), 0, 0)] * 3, ((0, 1), 1, 0)]
    assert run(parameters, train) == [(1, 2)] * 4 + [(1, 1)]


def test_discharge_comes_before_the_step_and_needs_no_enable():
    parameters = CellParameters(weights=(3, 4), threshold=5)
    train = [((1, 1), 1, 0), ((1, 0), 1, 1), ((1, 1), 0, 1), ((0, 0), 1, 0)]
    assert run(parameters, train) == [(1, 2), (0, 3), (0, 0), (0, 0)]


def test_bias_keeps_its_sign():
    """A bias that no sum without a sign may hold stays positive; Verilator rejected the other."""
    _, text = cell_verilog(CellParameters(weights=(-1, -1), threshold=0.5, bias=1, leak=0.25))
    assert "wire signed [4:0] raised = $signed({ {2{leaked[2]}}, leaked }) + 5'sd8;" in text
