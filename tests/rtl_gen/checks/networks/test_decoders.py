# SPDX-License-Identifier: Apache-2.0
"""The engine of a small decoder in Verilog: every result of every token, clocks, and planted faults."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.networks import decoders
from spikefloat.rtl_gen.checks.networks.decoders import DecoderRun, run_on_decoder
from spikefloat.rtl_gen.designs.engines.decoder import decoder_hardware, make_decoder_engine
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.rtl.engine.decoder import DecoderEngine
from spikefloat.sim.benches.networks.decoders import DecoderRecording, DecoderShape, run_decoder
from spikefloat.sim.benches.session import Session
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.simulators.runner import BenchError
from tests.helpers.language import GELU, TINY, tiny_model

#: Cuts that are found in no time.
CUTS = {"norm": {"step": 1}, "softmax": {"settle": 2}}
NO_CUTS: dict[str, dict[str, int]] = {"norm": {}, "softmax": {}}


@cache
def weights_of(decoder: Decoder) -> dict[str, NDArray[np.int64]]:
    return encode_weights(decoder.network(), tiny_model(decoder).arrays)


@cache
def tiny_engine(decoder: Decoder = TINY) -> tuple[DecoderEngine, Hardware]:
    engine = make_decoder_engine(decoder.network(), weights_of(decoder), "tiny", CUTS)
    return engine, decoder_hardware(engine)


def run(
    sequences: list[list[int]], folder: Path, decoder: Decoder = TINY, **options: Any
) -> list[DecoderRun]:
    engine, hardware = tiny_engine(decoder)
    session = Session(simulator="verilator", folder=folder, is_quick=True)
    return run_on_decoder(engine, hardware, weights_of(decoder), sequences, session, **options)


def test_hardware() -> None:
    engine, hardware = tiny_engine()
    head = hardware.verilog[: hardware.verilog.index("module ")]
    assert f"neurons: {engine.neurons}" in head
    assert (
        f"{engine.clocks(0)} for the first of a sequence, {engine.clocks(19)} for the last" in head
    )
    assert hardware.initiation_interval == engine.clocks(19) > engine.clocks(0)


@pytest.mark.tool
@pytest.mark.slow
def test_all_equal(tmp_path: Path) -> None:
    """Beyond a word of tokens and with pauses; then a sequence that must not see the one before."""
    engine, _ = tiny_engine()
    random = np.random.default_rng(1)
    sequences = [random.integers(0, 11, count).tolist() for count in (18, 1)]
    gap = 2
    runs = run(sequences, tmp_path, tokens=3, gap=gap)
    for sequence, one in zip(sequences, runs, strict=True):
        count = len(sequence) + 2
        assert one.logits == one.logits_equal == 11 * count
        assert one.intermediates == one.intermediates_equal > 250 * count
        assert one.classes == one.classes_equal == len(one.tokens) == count
        # Each result waits, the token does before what is counted.
        pauses = gap * (engine.program.outputs + 1)
        assert one.clocks == [engine.clocks(position) + pauses for position in range(count)]


@pytest.mark.tool
@pytest.mark.slow
def test_layer_norm_and_gelu(tmp_path: Path) -> None:
    """An engine with the units of LayerNorm and GELU: every code, and offsets in their places."""
    decoder = replace(GELU, width=4, hidden=3, context=2)
    engine = make_decoder_engine(decoder.network(), weights_of(decoder), "least", NO_CUTS)
    hardware = decoder_hardware(engine)
    assert "layer_norm, softmax, rope and gelu" in hardware.verilog
    assert {"gelu", "norm_give"} < set(engine.graphs)
    assert "gate" not in engine.graphs
    session = Session(simulator="icarus", folder=tmp_path)
    (one,) = run_on_decoder(engine, hardware, weights_of(decoder), [[3, 10]], session)
    assert one.logits == one.logits_equal == 11 * 2
    # Embedding, three normalisations, mixed values and both that are added; queries and keys, turned
    # too; values; what comes of GELU. Then scores and shares of two heads.
    codes = 4 + 3 * 4 + 4 + 2 * 4 + 2 * (4 + 2) + 2 + 3
    assert one.intermediates == one.intermediates_equal == 2 * codes + 2 * 2 * (1 + 2)
    assert one.classes_equal == 2
    assert one.clocks == [engine.clocks(position) for position in range(2)]


@pytest.mark.tool
@pytest.mark.slow
def test_frame_errors(tmp_path: Path) -> None:
    """A token that there is not, and a sequence that is longer than the context, but not one that ends."""
    decoder = replace(TINY, width=4, hidden=2, layers=1, context=2)
    network = decoder.network()
    weights = encode_weights(network, tiny_model(decoder).arrays)
    engine = make_decoder_engine(network, weights, "least", NO_CUTS)
    verilog = decoder_hardware(engine).verilog
    shape = DecoderShape(
        module="least", token_width=8, result_width=16, results=12, code_width=8, codes=200
    )

    def clocks(tokens: list[int], ends: list[bool]) -> list[int]:
        session = Session(simulator="icarus", folder=tmp_path)
        recording = run_decoder(verilog, shape, np.array(tokens), np.array(ends), session)
        return recording.clocks.tolist()

    for tokens, ends in (([11], [True]), ([3, 3, 3], [False, False, False])):
        with pytest.raises(BenchError, match="Streams must obey AXI4-Stream"):
            clocks(tokens, ends)
    first, second = engine.clocks(0), engine.clocks(1)
    assert clocks([3, 3, 3], [False, True, False]) == [first, second, first]


def test_faults_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is recorded wrong is counted: a logit, a code, a token, and codes that are missing."""
    seen: dict[str, Any] = {}

    def recorded(verilog: str, shape: DecoderShape, fed: Any, ends: Any, *_: Any) -> Any:
        seen.update(fed=fed.tolist(), ends=ends.tolist(), shape=shape)
        return recording

    monkeypatch.setattr(decoders, "run_decoder", recorded)
    network = TINY.network()
    golden = decoders._Expected(network, weights_of(TINY), [3, 1], 2)
    results = np.column_stack([golden._logits, golden._following])
    clocks = np.arange(3)

    def made(results: Any, codes: Any) -> DecoderRun:
        nonlocal recording
        recording = DecoderRecording(
            results=results, codes=codes, clocks=clocks, build_seconds=0, run_seconds=0
        )
        (one,) = run([[3, 1]], tmp_path, tokens=2)
        return one

    recording: DecoderRecording
    right = made(results, golden.codes)
    assert seen["fed"] == [3, 1, right.tokens[1]]
    assert seen["ends"] == [False, False, True]
    assert seen["shape"].results == 12
    assert right.logits == right.logits_equal == 33
    assert right.intermediates == right.intermediates_equal
    assert right.classes == right.classes_equal == 3
    results[1, 2] ^= 1
    results[2, -1] += 1
    codes = [own.copy() for own in golden.codes]
    codes[0][5] ^= 128
    codes[1] = codes[1][:-1]
    wrong = made(results, codes)
    assert (wrong.logits_equal, wrong.classes_equal) == (32, 2)
    assert wrong.intermediates_equal == right.intermediates - 1 - len(golden.codes[1])
