# amaranth: UnusedElaboratable=no
# SPDX-License-Identifier: Apache-2.0
"""The serial line: every byte, clocks that differ, and what is not a byte."""

import re
from collections.abc import Iterable

import pytest
from amaranth.hdl import Module
from amaranth.sim import Simulator

from spikefloat.rtl_gen.fpga.boards.uart import Receiver, Transmitter

CLOCKS = 8


def frame(byte: int, *, stop: int = 1) -> list[int]:
    return [0, *(byte >> bit & 1 for bit in range(8)), stop]


def levels(bits: Iterable[int], clocks_per_bit: float) -> list[int]:
    """Return the level of a line in each clock, for bits that need not be whole clocks long."""
    found: list[int] = []
    for number, bit in enumerate(bits, start=1):
        found += [bit] * (round(number * clocks_per_bit) - len(found))
    return found


def receive(line: list[int], clocks_per_bit: int = CLOCKS) -> list[tuple[int, int]]:
    """Return the bytes that a receiver makes of a line, each with whether it is an error."""
    receiver = Receiver(clocks_per_bit=clocks_per_bit)
    found = []

    async def bench(ctx):
        for level in [*line, *[1] * (2 * clocks_per_bit)]:
            ctx.set(receiver.rx, level)
            await ctx.tick()
            if ctx.get(receiver.valid):
                found.append((ctx.get(receiver.data), ctx.get(receiver.error)))

    simulator = Simulator(receiver)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    return found


@pytest.mark.parametrize("clocks_per_bit", [4, 5, 7])
def test_every_byte(clocks_per_bit):
    """A transmitter sends all bytes without a gap to a receiver."""
    m = Module()
    m.submodules.sender = sender = Transmitter(clocks_per_bit=clocks_per_bit)
    m.submodules.receiver = receiver = Receiver(clocks_per_bit=clocks_per_bit)
    m.d.comb += receiver.rx.eq(sender.tx)
    line, heard = [], []

    async def bench(ctx):
        ctx.set(sender.bytes.valid, 1)
        for byte in range(256):
            ctx.set(sender.bytes.payload, byte)
            while not ctx.get(sender.bytes.ready):
                await step(ctx)
            await step(ctx)
        ctx.set(sender.bytes.valid, 0)
        for _ in range(12 * clocks_per_bit):
            await step(ctx)

    async def step(ctx):
        await ctx.tick()
        line.append(ctx.get(sender.tx))
        if ctx.get(receiver.valid):
            heard.append((ctx.get(receiver.data), ctx.get(receiver.error)))

    simulator = Simulator(m)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()
    assert heard == [(byte, 0) for byte in range(256)]
    sent = [bit for byte in range(256) for bit in frame(byte)]
    start = line.index(0)
    assert line[start : start + len(sent) * clocks_per_bit] == levels(sent, clocks_per_bit)


@pytest.mark.parametrize("error", [-0.04, -0.02, 0.02, 0.04])
def test_other_clock(error):
    """The sender's bits may be up to 4 % longer or shorter."""
    data = [0x00, 0xFF, 0x55, 0xAA, 0x80, 0x01]
    clocks_per_bit = 25
    bits = [bit for byte in data for bit in frame(byte)]
    line = levels(bits, clocks_per_bit * (1 + error))
    assert receive(line, clocks_per_bit) == [(byte, 0) for byte in data]


def test_clock_too_far_off():
    # 8 % too fast: the last data bit is taken for the stop bit.
    line = levels(frame(0x7F) + [1] * 20, 25 * 0.88)
    assert receive(line, 25) != [(0x7F, 0)]


@pytest.mark.parametrize("place", range(10))
def test_glitch_of_one_clock(place):
    """A bit is what two of three samples say, wherever the third one is."""
    for offset in range(CLOCKS):
        line = levels([1, *frame(0x5A), 1], CLOCKS)
        line[(1 + place) * CLOCKS + offset] ^= 1
        if place == 0 and offset == 0 or place == 9 and offset == CLOCKS - 1:
            continue  # that only moves an edge of the start bit, or begins one
        assert receive(line) == [(0x5A, 0)], offset


def test_no_start_bit():
    # Low for less than half a bit, twice, then a byte.
    line = ([0] * 3 + [1] * 12) * 2 + levels(frame(0xC3), CLOCKS)
    assert receive(line) == [(0xC3, 0)]


def test_no_stop_bit():
    line = levels([*frame(0x12, stop=0), 1, *frame(0x34)], CLOCKS)
    assert receive(line) == [(0x12, 1), (0x34, 0)]


def test_line_low():
    """A line that stays low is one error, and the next byte comes through."""
    line = levels([0] * 57 + [1] + frame(0x99), CLOCKS)
    assert receive(line) == [(0x00, 1), (0x99, 0)]


@pytest.mark.parametrize("component", [Receiver, Transmitter])
@pytest.mark.parametrize(
    "clocks, error, message",
    [
        (3, ValueError, "Clocks per bit must be 4 or more, not 3"),
        (4.5, TypeError, "Clocks per bit must be an integer, not 4.5"),
    ],
)
def test_init_wrong(component, clocks, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        component(clocks_per_bit=clocks)


def test_parameters():
    assert Receiver(clocks_per_bit=9).clocks_per_bit == 9
    assert Transmitter(clocks_per_bit=9).clocks_per_bit == 9
