# SPDX-License-Identifier: Apache-2.0
"""Quotients by one long number: at, just below and just above every place where one changes."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.vectors import shared_divisor
from spikefloat.rtl_gen.circuits.vectors.shared_divisor import divide_by_one
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.sim.graphs.network import Network

BITS, DIGITS, WIDTH, COUNT = 5, 6, 40, 3


def cases() -> tuple[np.ndarray, np.ndarray]:
    """Return dividends, one row for each divisor, and divisors that are next to a multiple.

    For every fraction of a dividend and a quotient, the divisors are that fraction, one in the last
    place more and less, and it with few places, where it may be exact. The other dividends are its
    multiples where they fit, so that several quotients are open at once.
    """
    rows, divisors = [], []
    for dividend in range(1, 1 << BITS):
        for quotient in range(1, 1 << DIGITS):
            scaled = (dividend << WIDTH + DIGITS - BITS - 1) // quotient
            shift = WIDTH - scaled.bit_length()
            if shift > 0 and shift < BITS:
                scaled = (dividend << WIDTH + DIGITS - BITS - 1 + shift) // quotient
            for divisor in (scaled - 1, scaled, scaled + 1, scaled + 2):
                if divisor.bit_length() == WIDTH:
                    others = [2 * dividend, 3 * dividend]
                    others = [x if x < 1 << BITS else dividend ^ 1 for x in others]
                    rows.append([dividend, *others])
                    divisors.append(divisor)
    rng = np.random.default_rng(3)
    rows += rng.integers(0, 1 << BITS, (2000, COUNT)).tolist()
    divisors += rng.integers(1 << WIDTH - 1, 1 << WIDTH, 2000).tolist()
    divisors += [1 << WIDTH - 1, (1 << WIDTH) - 1]
    rows += [[1, 0, 31], [31, 16, 1]]
    return np.array(rows), np.array(divisors)


def run() -> tuple[np.ndarray, np.ndarray]:
    """Return what is found and what must be: twice the quotient, and one if it is inexact."""

    def circuit(gates, dividends, divisor):
        words = [dividends[i * BITS : (i + 1) * BITS] for i in range(COUNT)]
        results = divide_by_one(gates, words, divisor, DIGITS)
        return {f"y{i}": (inexact, *quotient) for i, (quotient, inexact) in enumerate(results)}

    graph = build_graph("quotients", {"dividends": COUNT * BITS, "divisor": WIDTH}, circuit)
    rows, divisors = cases()
    packed = sum(rows[:, i] << i * BITS for i in range(COUNT))
    outputs = Network(graph).run({"dividends": packed, "divisor": divisors})
    actual = np.stack([outputs[f"y{i}"] for i in range(COUNT)], axis=1).astype(int)
    dividends = rows.astype(object) << WIDTH - BITS + DIGITS - 1
    quotients = dividends // divisors[:, None].astype(object)
    inexact = quotients * divisors[:, None].astype(object) != dividends
    return actual, 2 * quotients.astype(int) + inexact.astype(int)


def test_every_change():
    actual, expected = run()
    assert len(actual) > 6000
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("fault", ["never falls short", "always falls short"])
def test_a_wrong_comparison_is_noticed(monkeypatch, fault):
    right = shared_divisor._compare

    def wrong(gates, one, below):
        falls_short, is_equal = right(gates, one, below)
        return (ZERO if fault.startswith("never") else gates.not_(ZERO)), is_equal

    monkeypatch.setattr(shared_divisor, "_compare", wrong)
    actual, expected = run()
    assert (actual != expected).any(axis=1).sum() > 20
