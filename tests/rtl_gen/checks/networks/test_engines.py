# SPDX-License-Identifier: Apache-2.0
"""A small network on an engine in Verilog: every result, its place, clocks, and planted faults."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.networks.comparison import Made, compare
from spikefloat.rtl_gen.checks.networks.engines import (
    engine_shape,
    recorded_steps,
    run_on_engine,
)
from spikefloat.rtl_gen.designs.engines.engine import engine_hardware, make_engine
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.networks.description import Product
from spikefloat.rtl_gen.rtl.engine.engine import Engine
from spikefloat.sim.benches.networks.engines import EngineRecording, EngineShape
from spikefloat.sim.benches.session import Session
from spikefloat.sim.golden.networks.network import run_network
from spikefloat.sim.golden.values import decode
from spikefloat.sim.simulators.runner import BenchError
from tests.helpers.networks import inputs_of, small_network, small_weights, with_few_cuts

NETWORK = small_network()


@cache
def small_engine() -> tuple[Engine, Hardware]:
    weights = {name: codes.tolist() for name, codes in small_weights(NETWORK).items()}
    engine = make_engine(NETWORK, weights, "small_engine")
    engine = Engine(engine.program, with_few_cuts(engine.units))
    return engine, engine_hardware(engine)


def icarus(folder: Path) -> Session:
    return Session(simulator="icarus", folder=folder)


@pytest.mark.tool
@pytest.mark.slow
def test_all_equal(tmp_path: Path) -> None:
    """Every result, its place, the clocks, and the streams with pauses at both ends."""
    engine, hardware = small_engine()
    x = inputs_of(NETWORK, 2)
    expected = run_network(NETWORK, small_weights(NETWORK), x)
    run = run_on_engine(engine, hardware, x, icarus(tmp_path), gap=3)
    found = compare(NETWORK, expected, run.made)
    assert found.first_wrong is None
    assert (found.logits, found.logits_equal) == (10, 10)
    assert found.intermediates == found.intermediates_equal > 800
    logits = decode(NETWORK.stream_format, expected["head"]["stream"])[:, 0]
    np.testing.assert_array_equal(run.classes, logits.argmax(axis=1))
    # Two more transfers of the input and one of the result wait for the gap.
    assert run.clocks == engine.interval + 3 * 3


def with_wrong_weight() -> Hardware:
    """Return the engine with one wrong bit in the memory of weights."""
    engine, hardware = small_engine()
    target = "".join(f"{code:02x}" for code in reversed(engine.program.weights[0]))
    place = hardware.verilog.index(f"40'h{target};") + len("40'h")
    changed = f"{int(target, 16) ^ 8:010x}"
    text = hardware.verilog[:place] + changed + hardware.verilog[place + len(changed) :]
    return replace(hardware, verilog=text)


def with_wrong_threshold() -> Hardware:
    """Return the engine with one neuron of the conversion whose threshold is too high."""
    engine, _ = small_engine()
    graph = engine.units.narrow
    place = graph.outputs[0].nodes[0] - graph.input_count
    neurons = list(graph.neurons)
    neurons[place] = neurons[place]._replace(threshold=neurons[place].threshold + 1)
    wrong = replace(engine.units, narrow=replace(graph, neurons=tuple(neurons)))
    return engine_hardware(Engine(engine.program, wrong))


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize(
    "make, first_wrong",
    [(with_wrong_weight, "embedding: sum"), (with_wrong_threshold, "embedding: codes")],
)
def test_fault_is_found(make: Callable[[], Hardware], first_wrong: str, tmp_path: Path) -> None:
    engine, _ = small_engine()
    x = inputs_of(NETWORK, 1)
    expected = run_network(NETWORK, small_weights(NETWORK), x)
    run = run_on_engine(engine, make(), x, icarus(tmp_path))
    assert compare(NETWORK, expected, run.made).first_wrong == first_wrong


def recorded(engine: Engine, shape: EngineShape, made: Made) -> EngineRecording:
    """Return the recording of an engine that makes given results, each written where it belongs."""
    wide, width = NETWORK.stream_format.width, NETWORK.code_format.width
    elements, rows = [], []
    for step, one in zip(NETWORK.steps, engine.program.instructions, strict=True):
        own = {kind: codes[0].tolist() for kind, codes in made[step.name].items()}
        if not isinstance(step, Product):
            for number, codes in enumerate(own["codes"]):
                data = sum(code << width * place for place, code in enumerate(codes))
                rows.append(data | one.into + number << shape.data_width)
            continue
        for row, column in np.ndindex(one.rows, one.columns):
            element = own["sum"][row][column] | own["stream"][row][column] << wide
            if one.writes:
                element |= own["codes"][row][column] << 2 * wide
            if one.is_gated and column % 2:
                element |= own["gated"][row][column // 2] << 2 * wide + width
            along = one.first + (column // 2 if one.is_gated else column)
            word, place = (along, row) if one.is_transposed else (row, along)
            element |= one.into + word << shape.element_width
            elements.append(element | place << shape.element_width + shape.word_width)

    def as_bytes(entries: list[int], bits: int) -> np.ndarray[Any, Any]:
        data = b"".join(entry.to_bytes(bits // 8, "little") for entry in entries)
        return np.frombuffer(data, np.uint8).reshape(1, len(entries), bits // 8)

    return EngineRecording(
        results=np.zeros((1, 11), np.uint8),
        elements=as_bytes(elements, shape.element_entry),
        rows=as_bytes(rows, shape.row_entry),
        clocks=np.array([engine.interval]),
        build_seconds=0,
        run_seconds=0,
    )


def test_recording_is_read() -> None:
    """What an engine must record reads as what it must make; one bit of an address, and it does not."""
    engine, hardware = small_engine()
    shape = engine_shape(engine, hardware)
    made = run_network(NETWORK, small_weights(NETWORK), inputs_of(NETWORK, 1))
    recording = recorded(engine, shape, made)
    assert (shape.elements, shape.rows) == (recording.elements.shape[1], recording.rows.shape[1])
    found = compare(NETWORK, made, recorded_steps(engine, shape, recording))
    assert found.first_wrong is None

    elements = recording.elements.copy()
    elements[0, 0, shape.element_width // 8] ^= 1
    with pytest.raises(BenchError, match=r"Results of embedding must be written to 3, not 2"):
        recorded_steps(engine, shape, replace(recording, elements=elements))
    rows = recording.rows.copy()
    rows[0, -1, shape.data_width // 8] ^= 1
    with pytest.raises(BenchError, match=r"Results of head_norm must be written to \d+, not \d+"):
        recorded_steps(engine, shape, replace(recording, rows=rows))


def test_header_says_what_it_is() -> None:
    engine, hardware = small_engine()
    head = hardware.verilog[: hardware.verilog.index("module ")]
    assert "layer0_up: 3 x 4 by 4 x 6 gated" in head
    assert "layer0_down: 3 x 3 by 3 x 4 + x1 transposed" in head
    assert "layer0_head0_shares: softmax of 3 rows of 3" in head
    assert f"neurons: {engine.units.neurons}\n//   product 2754, add 447" in head
    assert f"latency: {engine.interval - 1} clocks" in head
