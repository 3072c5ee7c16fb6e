# SPDX-License-Identifier: Apache-2.0
"""The step-by-step multiplier and adder: a sample of pairs, latency, and what is refused."""

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.rtl.temporal.add import TemporalAdder
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL, dot_product_clocks
from spikefloat.rtl_gen.rtl.temporal.multiply import TemporalMultiplier
from spikefloat.sim.golden.operations import expected
from tests.helpers.handshake import operate
from tests.helpers.oracle import NARROW_FORMATS

SMALL = [fmt for fmt in NARROW_FORMATS if fmt.has_zero] + [FORMATS["binary4p2sf"]]


@pytest.mark.parametrize("name", TEMPORAL)
@pytest.mark.parametrize("fmt", SMALL, ids=lambda fmt: fmt.name)
def test_sample(fmt, name):
    operation = TEMPORAL[name](fmt, fmt.default_overflow)
    pairs = np.random.default_rng(1).integers(0, 1 << fmt.width, (200, 2))
    found = operate(operation, pairs, ("a", "b"), ("y",))
    wanted = expected(name, fmt, (pairs[:, 0], pairs[:, 1]), fmt.default_overflow)
    assert [code for (code,) in found] == wanted.tolist()


@pytest.mark.parametrize(
    "name, multiply, add",
    [("e4m3fn", 1 + 20 + 12, 1 + 7 + 4 + 7 + 8 + 9), ("e5m2", 1 + 12 + 9, 1 + 7 + 5 + 6 + 7 + 7)],
)
def test_latency(name, multiply, add):
    fmt = FORMATS[name]
    assert TemporalMultiplier.clocks(fmt) == multiply
    assert TemporalAdder.clocks(fmt) == add
    assert dot_product_clocks(fmt, 1) == multiply + add
    assert dot_product_clocks(fmt, 128) == 128 * (multiply + add)


def test_neurons():
    assert (TemporalMultiplier.neurons, TemporalAdder.neurons) == (9, 3)


def test_dot_product_of_nothing():
    with pytest.raises(ValueError, match=r"^Terms must be 1 or more, not 0$"):
        dot_product_clocks(FORMATS["e4m3fn"], 0)
