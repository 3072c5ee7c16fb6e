# SPDX-License-Identifier: Apache-2.0
"""Native circuits with streams, in Amaranth's simulator: whoever waits, every result is there."""

import random

import pytest
from amaranth.sim import Simulator

from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import Overflow
from spikefloat.rtl_gen.rtl.components.streams import SpikingStream, StreamPipeline
from spikefloat.rtl_gen.rtl.timing.pipeline import cut
from spikefloat.sim.golden.operations import expected
from tests.helpers.equivalence import prove_equal
from tests.rtl_gen.rtl.components.test_circuits import E4M3FN, FLOATS, graph_of, some_pairs


def transfers(
    component: StreamPipeline | SpikingStream, pairs: list, pause: float
) -> tuple[list[int], int]:
    """Return the results, and in how many clocks they came; each end pauses at random."""
    rng = random.Random(5)
    simulator = Simulator(component)
    if component.latency:
        simulator.add_clock(1e-6)
    results: list[int] = []
    clocks = 0

    async def bench(ctx):
        nonlocal clocks
        sent = {"a": 0, "b": 0}
        offered = {"a": False, "b": False}
        while len(results) < len(pairs):
            clocks += 1
            for index, name in enumerate("ab"):
                port = getattr(component, name)
                offered[name] |= rng.random() >= pause and sent[name] < len(pairs)
                ctx.set(port.valid, offered[name])
                if offered[name]:
                    ctx.set(port.payload, pairs[sent[name]][index])
            ctx.set(component.y.ready, rng.random() >= pause)
            # What is asserted before the edge is what is transferred at it.
            taken = {
                name: ctx.get(getattr(component, name).valid & getattr(component, name).ready)
                for name in "aby"
            }
            if taken["y"]:
                results.append(ctx.get(component.y.payload))
            for name in "ab":
                if taken[name]:
                    sent[name] += 1
                    offered[name] = False
            await (ctx.tick() if component.latency else ctx.delay(1e-6))

    simulator.add_testbench(bench)
    simulator.run()
    return results, clocks


STREAMS = {
    "combinational": lambda graph: StreamPipeline(cut(graph, 0)),
    "two stages": lambda graph: StreamPipeline(cut(graph, 2)),
    "spiking": SpikingStream,
    "spiking, memories": lambda graph: SpikingStream(graph, has_memory=True),
}


@pytest.mark.parametrize("pause", [0.0, 0.4])
@pytest.mark.parametrize("kind", STREAMS)
def test_streams_in_simulation_of_amaranth(kind, pause):
    component = STREAMS[kind](graph_of("multiply"))
    pairs = some_pairs(250)
    results, clocks = transfers(component, pairs.tolist(), pause)
    assert results == expected("multiply", E4M3FN, pairs.T, Overflow.NAN).tolist()
    if not pause:
        assert clocks == len(pairs) + component.latency


def test_payloads_are_floats():
    component = StreamPipeline(cut(graph_of("multiply"), 1), shapes=FLOATS)
    assert component.y.payload.shape() == FLOATS["y"]
    results, _ = transfers(component, [(1.5, 2.5), (-4, 0.5)], 0)
    assert results == [3.75, -2]


def test_whole_bytes_have_no_shape():
    with pytest.raises(ValueError, match=r"^Shapes must be given for payloads without padding"):
        StreamPipeline(cut(graph_of("multiply"), 1), has_whole_bytes=True, shapes=FLOATS)


@pytest.mark.tool
@pytest.mark.parametrize("stages", [0, 1])
def test_backends_of_streams_are_proved_equal(stages, tmp_path):
    options = {"format": "e3m2fn", "is_stream": True, "stages": stages}
    printed = make_hardware(make_instance("multiply", **options))
    native = make_hardware(
        make_instance("multiply", backend="amaranth", **options), module=printed.module
    )
    assert printed.ports == native.ports
    prove_equal(tmp_path, [(printed.module, printed.verilog, native.verilog)], 2 * stages)
