# SPDX-License-Identifier: Apache-2.0
"""A small network behind the serial line of a simulated board, and a host that sends inputs."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.networks.digits import NetworkCase
from spikefloat.rtl_gen.checks.networks.hosted import (
    CLOCKS_PER_BIT,
    TIMEOUT_BITS,
    classify,
    simulated_network,
)
from spikefloat.rtl_gen.designs.engines.units import make_units
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS
from spikefloat.rtl_gen.fpga.boards.link import Link, LinkError, open_line
from spikefloat.rtl_gen.fpga.boards.top import network_verilog
from spikefloat.rtl_gen.networks.program import make_program
from spikefloat.rtl_gen.rtl.engine.engine import Engine
from spikefloat.sim.board.line import play_line
from spikefloat.sim.board.line_top import Symbol, pack_symbols
from spikefloat.sim.board.model import request_bytes
from spikefloat.sim.board.terminal import board_terminal
from spikefloat.sim.board.verify import read_replies
from spikefloat.sim.golden.networks.network import run_network
from tests.helpers.networks import small_network, small_weights, with_few_cuts

NETWORK = small_network()


@cache
def small_engine() -> Engine:
    units = with_few_cuts(make_units(NETWORK, "small_engine"))
    return Engine(make_program(NETWORK, small_weights(NETWORK)), units)


def case(count: int) -> NetworkCase:
    pixels = np.random.default_rng(5).normal(size=(count, 3, NETWORK.values))
    labels = np.zeros(count, np.int64)
    return NetworkCase(
        network=NETWORK, weights=small_weights(NETWORK), pixels=pixels, labels=labels
    )


@pytest.mark.tool
@pytest.mark.slow
def test_host(tmp_path: Path) -> None:
    """Two inputs through a terminal, every logit equal; and a weight that is another than the host's."""
    subject = case(2)
    with board_terminal(
        simulated_network(small_engine(), "digits"),
        "board",
        clocks_per_bit=CLOCKS_PER_BIT,
        timeout_bits=TIMEOUT_BITS,
        simulator="icarus",
    ) as terminal:
        with open_line(terminal, timeout=60) as line:
            link = Link(line)
            assert link.identify() == "digits"
            done: list[int] = []
            found = classify(link, subject, patience=300, progress=done.append)
            assert (found["logits"], found["logits_equal"]) == (10, 10)
            assert (found["classes_equal"], found["first_wrong"], found["retries"]) == (2, None, 0)
            assert done == [1, 2]
            weights = dict(subject.weights)
            weights["head"] = weights["head"] ^ 0x80
            other = NetworkCase(**{**vars(subject), "weights": weights})
            found = classify(link, other, patience=300)
            assert (found["logits_equal"], found["first_wrong"]) == (0, 0)
            with pytest.raises(LinkError, match="Board must have the network whose input is sent"):
                link.infer(bytes(7), 11)


@pytest.mark.tool
@pytest.mark.slow
def test_requests(tmp_path: Path) -> None:
    """No result before the first input; what is refused; a result that stays until the next."""
    codes = case(1).x[0].ravel().tolist()
    first = [(10, 0, 0), (8, 6, 0x38), (0, 0x38, 0x38), *((8, n, c) for n, c in enumerate(codes))]
    waits = [(10, 0, 0)] * 5
    requests = [*first, (9, 0, 0), *waits, *((10, place, 0) for place in range(12)), (31, 0, 0)]
    data = b"".join(request_bytes(*request) for request in requests)
    heard = play_line(
        simulated_network(small_engine(), "digits"),
        "board",
        pack_symbols([Symbol(byte) for byte in data]),
        clocks_per_bit=CLOCKS_PER_BIT,
        build_dir=tmp_path,
        simulator="icarus",
    )
    replies = read_replies(heard.data)
    assert replies[:3] == [(5, 0), (1, 8), (1, 0)]
    assert replies[3:9] == [(0, code) for code in codes]
    assert replies[9:11] == [(0, 0), (5, 0)]
    made = run_network(NETWORK, small_weights(NETWORK), case(1).x)["head"]["stream"][0, 0]
    results = made.astype("<u2").tobytes()
    assert replies[15:25] == [(0, byte) for byte in results]
    assert replies[26:] == [(1, 10), (0, 0xC0)]


def test_top() -> None:
    """The top module has the pins of the board, and one engine."""
    text = network_verilog(BOARDS["ulx3s-85f"].for_network("digits"), small_engine(), "digits")
    head = text[: text.index("module ")]
    assert "network digits, a result" in head
    assert "clocks of 12.5 MHz (25 MHz of the oscillator, divided by 2)" in head
    assert "serial line: 115200 baud, 109 clocks per bit" in head
    (ports,) = re.findall(r"^module top\s*\((.*?)\);", text, re.MULTILINE | re.DOTALL)
    assert [name in ports for name in ("clk_25mhz", "ftdi_txd", "ftdi_rxd", "led")] == [True] * 4
    assert len(re.findall(r"^module small_engine\b", text, re.MULTILINE)) == 1
