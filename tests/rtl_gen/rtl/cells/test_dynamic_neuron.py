# SPDX-License-Identifier: Apache-2.0
"""The neuron with a dynamic threshold: its spikes are the digits of the injected value."""

from amaranth.sim import Simulator

from spikefloat.rtl_gen.rtl.cells.dynamic_neuron import DynamicNeuron

WIDTH = 6


def test_every_value_becomes_its_digits():
    dut = DynamicNeuron(WIDTH)
    trains = []

    async def testbench(ctx):
        for value in range(1 << WIDTH):
            # Not discharged in between: after its last digit the membrane is at rest.
            ctx.set(dut.current, value)
            ctx.set(dut.threshold, 1 << WIDTH)
            assert ctx.get(dut.spike) == 0
            await ctx.tick()
            ctx.set(dut.current, 0)
            train = 0
            for place in reversed(range(WIDTH)):
                ctx.set(dut.threshold, 1 << place)
                train = train << 1 | ctx.get(dut.spike)
                await ctx.tick()
            trains.append(train)

    simulator = Simulator(dut)
    simulator.add_clock(1e-6)
    simulator.add_testbench(testbench)
    simulator.run()
    assert trains == list(range(1 << WIDTH))
