# SPDX-License-Identifier: Apache-2.0
"""Driving a clocked component, one operation after the other, in Amaranth's simulator."""

from amaranth.sim import Simulator

__all__ = ["operate"]


def operate(dut, cases, operands, results):
    """Return the results of each case, read in the clock with ``valid``.

    While the component works, ``start`` stays asserted in every second case, and the operands are
    all ones: neither may have an effect. Each case must take exactly ``dut.latency`` clocks.
    """
    seen = []

    async def testbench(ctx):
        for number, case in enumerate(cases):
            assert ctx.get(dut.ready) == 1
            for name, value in zip(operands, case, strict=True):
                ctx.set(getattr(dut, name), int(value))
            ctx.set(dut.start, 1)
            await ctx.tick()
            ctx.set(dut.start, number % 2)
            for name in operands:
                port = getattr(dut, name)
                ctx.set(port, (1 << len(port)) - 1)
            clocks = 1
            while not ctx.get(dut.valid):
                assert ctx.get(dut.ready) == 0
                assert clocks < dut.latency
                await ctx.tick()
                clocks += 1
            assert clocks == dut.latency
            ctx.set(dut.start, 0)
            seen.append(tuple(ctx.get(getattr(dut, name)) for name in results))
            if number % 3 == 0:  # now and then a pause, in which the result is kept
                await ctx.tick().repeat(2)
                assert ctx.get(dut.valid) == 0
                assert tuple(ctx.get(getattr(dut, name)) for name in results) == seen[-1]

    simulator = Simulator(dut)
    simulator.add_clock(1e-6)
    simulator.add_testbench(testbench)
    simulator.run()
    assert len(seen) == len(cases)
    return seen
