# SPDX-License-Identifier: Apache-2.0
"""The model of the integrate-and-fire cell, on cases worked out by hand."""

from fractions import Fraction

import pytest

from spikefloat.sim.golden.cell import CellModel


def make_model(**changes):
    """Return a model with whole potentials of 8 bits, changed as told."""
    parameters = {
        "weights": (3, -2),
        "threshold": Fraction(5),
        "leak": Fraction(1),
        "reset": "soft",
        "bias": 0,
        "fraction_bits": 0,
        "membrane_width": 8,
        **changes,
    }
    return CellModel(**parameters)


def run(model, *spikes):
    """Return the membrane after each step."""
    membranes = []
    for pair in spikes:
        model.clock(pair)
        membranes.append(model.membrane)
    return membranes


def test_soft_reset_leaves_the_residue():
    model = make_model()
    assert run(model, (1, 0), (1, 0)) == [3, 1]
    assert model.spike


def test_hard_reset_leaves_nothing():
    assert run(make_model(reset="hard"), (1, 0), (1, 0)) == [3, 0]


def test_threshold_itself_fires():
    model = make_model(weights=(5, 4))
    assert model.clock((1, 0))
    assert not model.clock((0, 1))


def test_leak_rounds_toward_zero():
    model = make_model(leak=Fraction(1, 2), weights=(3, -3))
    assert run(model, (1, 0), (0, 0), (0, 0)) == [3, 1, 0]
    assert run(model, (0, 1), (0, 0), (0, 0)) == [-3, -1, 0]


def test_fraction_bits_are_the_grid():
    model = make_model(leak=Fraction(3, 4), weights=(1, -1), fraction_bits=3, threshold=Fraction(9))
    assert run(model, (1, 0), (0, 0), (0, 0)) == [8, 6, 4]  # 1, 0.75, 0.5625 less 0.0625
    assert model.potential == Fraction(1, 2)


def test_membrane_saturates():
    model = make_model(weights=(100, -100), threshold=Fraction(50))
    assert run(model, *[(1, 0)] * 4) == [50, 100, 127, 127]
    assert run(model, *[(0, 1)] * 4) == [27, -73, -128, -128]


def test_bias_comes_in_each_step():
    assert run(make_model(bias=2), (0, 0), (0, 0), (0, 0)) == [2, 4, 1]


def test_enable_discharge_and_rest():
    model = make_model()
    model.clock((1, 0))
    model.clock((1, 0), enable=False)
    assert (model.membrane, model.spike) == (3, False)
    model.clock((1, 0))
    model.clock((1, 1), enable=False, discharge=True)
    assert (model.membrane, model.spike) == (0, True)
    model.clock((1, 0))
    model.clock((1, 0), discharge=True)
    assert (model.membrane, model.spike) == (3, False)
    model.clock((1, 0))
    model.rest()
    assert (model.membrane, model.spike) == (0, False)


def test_potential_off_the_grid_is_refused():
    model = make_model(threshold=Fraction(1, 2))
    model.clock((1, 0))
    with pytest.raises(ArithmeticError, match=r"^Potential must be on the grid, not 5/2$"):
        _ = model.membrane
