# SPDX-License-Identifier: Apache-2.0
"""The queue, clock by clock beside that of Amaranth, which tells when it is full."""

import random

import pytest
from amaranth.hdl import Module
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.sim import Simulator

from spikefloat.rtl_gen.rtl.components.queue import Queue


@pytest.mark.parametrize("places", [2, 3, 5, 9])
def test_as_the_queue_of_amaranth(places):
    """It fills and runs empty, at random; what is offered is the same in each clock."""
    m = Module()
    m.submodules.queue = queue = Queue(4, places)
    m.submodules.model = model = SyncFIFOBuffered(width=4, depth=places)
    m.d.comb += [
        model.w_data.eq(queue.entry),
        model.w_en.eq(queue.put),
        model.r_en.eq(queue.ready),
    ]
    rng = random.Random(places)
    levels = set()

    async def bench(ctx):
        for clock in range(1200):
            level = ctx.get(model.level)
            levels.add(level)
            often = (clock // 100) % 3 / 2  # takes never, in every other clock, always
            ctx.set(queue.entry, rng.randrange(16))
            ctx.set(queue.ready, rng.random() < often)
            ctx.set(queue.put, ctx.get(model.w_rdy) and rng.random() < 0.7)
            assert ctx.get(queue.valid) == ctx.get(model.r_rdy), clock
            if ctx.get(queue.valid):
                assert ctx.get(queue.offered) == ctx.get(model.r_data), clock
            await ctx.tick()

    simulator = Simulator(m)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    assert levels == set(range(places + 1))


def test_places():
    with pytest.raises(ValueError, match=r"^Places of a queue must be at least 2, not 1$"):
        Queue(4, 1)
