# SPDX-License-Identifier: Apache-2.0
"""The serial adder: every sum, and the neuron whose residue is the carry."""

import itertools
from fractions import Fraction

from amaranth.sim import Simulator

from spikefloat.rtl_gen.rtl.temporal.serial_adder import SerialAdder
from spikefloat.sim.golden.cell import CellModel

WIDTH = 4


def run(cases):
    """Return the sums and carries of cases (a, b, carry in), one after the other."""
    dut = SerialAdder()
    sums = []

    async def testbench(ctx):
        for a, b, carry_in in cases:
            total = 0
            for place in range(WIDTH):
                ctx.set(dut.enable, 1)
                ctx.set(dut.first, place == 0)
                ctx.set(dut.carry_in, carry_in if place == 0 else 0)
                ctx.set(dut.a, a >> place & 1)
                ctx.set(dut.b, b >> place & 1)
                total |= ctx.get(dut.total) << place
                carry = ctx.get(dut.carry)
                await ctx.tick()
                ctx.set(dut.enable, 0)
                await ctx.tick()
            sums.append(total | carry << WIDTH)

    simulator = Simulator(dut)
    simulator.add_clock(1e-6)
    simulator.add_testbench(testbench)
    simulator.run()
    return sums


def test_every_sum():
    cases = list(itertools.product(range(1 << WIDTH), range(1 << WIDTH), (0, 1)))
    assert run(cases) == [a + b + carry for a, b, carry in cases]


def test_residue_is_the_carry():
    """The neuron that the adder has, in the general model: it fires on a carry, and keeps it."""
    for a, b in itertools.product(range(1 << WIDTH), repeat=2):
        memory = CellModel(
            weights=(1, 1, 1, -1),
            threshold=Fraction(1),
            leak=Fraction(1),
            reset="soft",
            bias=0,
            fraction_bits=0,
            membrane_width=3,
        )
        for place in range(WIDTH):
            digits = a >> place & 1, b >> place & 1
            total = (a + b) >> place & 1
            below = (1 << place + 1) - 1
            carry = (a & below) + (b & below) > below
            assert memory.clock((*digits, 0, total)) == carry
            assert memory.membrane == carry
