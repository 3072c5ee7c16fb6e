# SPDX-License-Identifier: Apache-2.0
"""Dot products in steps, against the golden model of a layer."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.sums.lane import LaneOptions
from spikefloat.rtl_gen.formats import FORMATS, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.sim.cases.vectors import vector_cases
from spikefloat.sim.golden.vectors.layer import layer
from spikefloat.sim.graphs.network import Network
from tests.helpers.lanes import run_lane


def make_options(fmt="e4m3fn", to=None, overflow=None, **kwargs):
    to = FORMATS[to or fmt]
    return LaneOptions(
        **{
            "format": FORMATS[fmt],
            "to": to,
            "overflow": resolve_overflow(to, overflow),
            "accumulate": "exact",
            "products": 1,
            "steps": 4,
            "has_bias": False,
            "activation": "none",
            **kwargs,
        }
    )


def expected(options, x, w, bias):
    """Return what a layer of one output must give for each row of inputs and of weights."""
    return np.array(
        [
            layer(
                options.format,
                row,
                weights[None],
                None if bias is None else bias[i : i + 1],
                accumulate=options.accumulate,
                activation=options.activation,
                to=options.to,
                overflow=options.overflow,
            )[0]
            for i, (row, weights) in enumerate(zip(x, w, strict=True))
        ]
    )


def check(options, length, count, seed=1):
    """Demand that directed and random vectors give what they must, and return their number."""
    x, w = vector_cases(options.format, length, count, seed)
    bias = None
    if options.has_bias:
        bias = np.random.default_rng(seed).integers(0, 1 << options.format.width, len(x))
    actual = run_lane(options.graphs(), options, x, w, bias)
    wrong = np.flatnonzero(actual != expected(options, x, w, bias))
    assert wrong.size == 0, (x[wrong[0]], w[wrong[0]], None if bias is None else bias[wrong[0]])
    return len(x)


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e4m3fnuz", "e3m4", "e2m1fn", "e3m2fn"])
@pytest.mark.parametrize(
    "kwargs, length",
    [
        ({"products": 1, "steps": 3}, 3),
        ({"products": 4, "steps": 3, "has_bias": True}, 10),
        ({"products": 3, "steps": 2, "has_bias": True, "activation": "relu"}, 5),
        ({"accumulate": "chain", "steps": 7}, 7),
        ({"accumulate": "chain", "steps": 5, "has_bias": True, "activation": "relu"}, 5),
    ],
)
def test_golden(fmt, kwargs, length):
    assert check(make_options(fmt, **kwargs), length, 300) == 308


@pytest.mark.parametrize(
    "kwargs",
    [
        {"to": "binary16"},
        {"to": "e5m2"},
        {"overflow": "saturate"},
        {"to": "bfloat16", "activation": "relu"},
        {"to": "bfloat16", "accumulate": "chain"},
        {"library": "published"},
    ],
)
def test_options(kwargs):
    products = 1 if kwargs.get("accumulate") == "chain" else 4
    options = make_options(products=products, steps=8 // products, has_bias=True, **kwargs)
    assert check(options, 8, 200, seed=2) == 208


def test_fault_is_found():
    """A lane that takes the number of steps, and so what each has added, for another one."""
    options = make_options(products=2, steps=2)
    graphs = options.graphs()
    x, w = vector_cases(options.format, 4, 50, 1)
    right = expected(options, x, w, None)
    assert (run_lane(graphs, options, x, w) == right).all()
    other = make_options(products=2, steps=3).graphs()
    faulty = replace(graphs, finish=other.finish)
    assert (run_lane(faulty, options, x, w) != right).mean() > 0.5


def test_order_does_not_matter():
    options = make_options(products=4, steps=3, to="binary32")
    graphs = options.graphs()
    x, w = vector_cases(options.format, 12, 100, 3)
    results = run_lane(graphs, options, x, w)
    order = np.random.default_rng(4).permutation(12)
    np.testing.assert_array_equal(run_lane(graphs, options, x[:, order], w[:, order]), results)


def test_depth_of_a_step():
    """A step is as deep for a long sum as for a short one: no carry runs along a word."""
    depths = {
        make_options(fmt, products=q, steps=steps).graphs().accumulate.depth
        for fmt in ("e4m3fn", "e5m2")
        for q in (1, 8)
        for steps in (2, 500)
    }
    assert depths == {5}


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"accumulate": "tree"}, r"^Accumulation in steps must be exact or chain, not 'tree'$"),
        (
            {"accumulate": "chain", "products": 2},
            r"^Products in each step of chain must be 1, as it rounds after each, not 2$",
        ),
        ({"activation": "tanh"}, r"^Activation must be none or relu, not 'tanh'$"),
        ({"to": "e2m1fn"}, r"^Result format must have a NaN, as e4m3fn has, not 'e2m1fn'$"),
    ],
)
def test_wrong_options(kwargs, message):
    with pytest.raises(ValueError, match=message):
        make_options(overflow=Overflow.SATURATE, **kwargs)


def test_rows():
    gates = make_gates("rows")
    words = [gates.builder.input(f"x{i}", 4) for i in range(5)]
    columns = Columns(7)
    for word in words:
        columns.add(word)
    first, second = columns.rows(gates)
    gates.builder.output("y", (*first, *second))
    graph = gates.builder.build()
    codes = np.random.default_rng(1).integers(0, 16, (5, 1000))
    y = Network(graph).run({f"x{i}": row for i, row in enumerate(codes)})["y"].astype(np.int64)
    np.testing.assert_array_equal((y & 127) + (y >> 7), codes.sum(axis=0))
