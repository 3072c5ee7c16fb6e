# SPDX-License-Identifier: Apache-2.0
"""A small network on an engine in Verilog: every result, its place, clocks, and planted faults."""

import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.networks.comparison import compare
from spikefloat.rtl_gen.checks.networks.engines import run_on_engine
from spikefloat.rtl_gen.designs.engines.engine import engine_hardware, make_engine
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.rtl.engine.engine import Engine
from spikefloat.sim.benches.session import Session
from spikefloat.sim.golden.network import run_network
from spikefloat.sim.golden.values import decode
from spikefloat.sim.simulators.runner import BenchError
from tests.helpers.networks import inputs_of, small_network, small_weights

NETWORK = small_network()

pytestmark = [
    pytest.mark.tool,
    pytest.mark.skipif(shutil.which("iverilog") is None, reason="Icarus is not installed"),
]


@cache
def small_engine() -> tuple[Engine, Hardware]:
    weights = {name: codes.tolist() for name, codes in small_weights(NETWORK).items()}
    engine = make_engine(NETWORK, weights)
    return engine, engine_hardware(engine, "small_engine")


def icarus(folder: Path) -> Session:
    return Session(simulator="icarus", folder=folder)


@pytest.mark.parametrize("gap", [pytest.param(0, marks=pytest.mark.slow), 3])
def test_all_equal(gap: int, tmp_path: Path) -> None:
    engine, hardware = small_engine()
    x = inputs_of(NETWORK, 2)
    expected = run_network(NETWORK, small_weights(NETWORK), x)
    run = run_on_engine(engine, hardware, x, icarus(tmp_path), gap=gap)
    found = compare(NETWORK, expected, run.made)
    assert found.first_wrong is None
    assert (found.logits, found.logits_equal) == (10, 10)
    assert found.intermediates == found.intermediates_equal > 800
    logits = decode(NETWORK.stream_format, expected["head"]["stream"])[:, 0]
    np.testing.assert_array_equal(run.classes, logits.argmax(axis=1))
    # Two more transfers of the input and one of the result wait for the gap.
    assert run.clocks == engine.interval + 3 * gap


@pytest.mark.slow
def test_wrong_weight_is_found(tmp_path: Path) -> None:
    """One bit in the memory of weights."""
    engine, hardware = small_engine()
    words = list(re.finditer(r"40'h([0-9a-f]{10});", hardware.verilog))
    target = "".join(f"{code:02x}" for code in reversed(engine.program.weights[0]))
    (word,) = [match for match in words if match[1] == target][:1]
    changed = f"{int(target, 16) ^ 8:010x}"
    text = hardware.verilog[: word.start(1)] + changed + hardware.verilog[word.end(1) :]
    x = inputs_of(NETWORK, 1)
    expected = run_network(NETWORK, small_weights(NETWORK), x)
    run = run_on_engine(engine, replace(hardware, verilog=text), x, icarus(tmp_path))
    assert compare(NETWORK, expected, run.made).first_wrong == "embedding: sum"


@pytest.mark.slow
def test_wrong_place_is_found(tmp_path: Path) -> None:
    """An engine with a program whose first instruction writes one word too far."""
    engine, _ = small_engine()
    program = engine.program
    first = program.instructions[0]
    moved = replace(first, into=first.into + 1)
    wrong = replace(program, instructions=(moved, *program.instructions[1:]))
    other = Engine(wrong, engine.units)
    with pytest.raises(BenchError, match=r"Results of embedding must be written to 3, not 4"):
        run_on_engine(
            engine, engine_hardware(other, "moved"), inputs_of(NETWORK, 1), icarus(tmp_path)
        )


def test_header_says_what_it_is() -> None:
    engine, hardware = small_engine()
    head = hardware.verilog[: hardware.verilog.index("module ")]
    assert "layer0_up: 3 x 4 by 4 x 6 gated" in head
    assert "layer0_down: 3 x 3 by 3 x 4 + x1 transposed" in head
    assert "layer0_head0_shares: softmax of 3 rows of 3" in head
    assert f"neurons: {engine.units.neurons}\n//   product 2754, add 447" in head
    assert f"latency: {engine.interval - 1} clocks" in head
