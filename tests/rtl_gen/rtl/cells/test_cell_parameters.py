# SPDX-License-Identifier: Apache-2.0
"""Parameters of cells: what follows from them, and which are refused."""

from fractions import Fraction

import pytest

from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters, width_of

AND = {"weights": (1, 1), "threshold": 1.5}


@pytest.mark.parametrize(
    "low, high, width",
    [(0, 0, 1), (-1, 0, 1), (0, 1, 2), (-2, 1, 2), (-3, 1, 3), (-4, 3, 3), (-4, 4, 4), (-5, 3, 4)],
)
def test_width_of(low, high, width):
    assert width_of(low, high) == width


@pytest.mark.parametrize(
    "change, bits, width",
    [
        ({}, 1, 5),  # 8 steps of 0.5 above the threshold
        ({"reset": "hard"}, 1, 3),  # the threshold, 3 units
        ({"leak": 0}, 1, 3),
        ({"leak": 0.5}, 2, 4),  # the threshold, 6 units
        ({"weights": (1, -4), "leak": 0.5}, 2, 6),  # -4 / (1 - 0.5) = -8, or -32 units
        ({"weights": (1, -4), "leak": 0}, 1, 4),  # -4, or -8 units
        ({"weights": (1, -4)}, 1, 7),  # 8 steps of -4
        ({"threshold": 3}, 0, 3),
        ({"threshold": 3, "fraction_bits": 4}, 4, 7),
    ],
)
def test_defaults(change, bits, width):
    parameters = CellParameters(**{**AND, **change})
    assert (parameters.fraction_bits, parameters.membrane_width) == (bits, width)


def test_derived_parameters():
    parameters = CellParameters(weights=(1, 1, -2), threshold=1.5, leak=0.25)
    assert parameters.as_dict() == {
        "weights": (1, 1, -2),
        "threshold": "3/2",
        "leak": "1/4",
        "reset": "soft",
        "bias": 0,
        "fraction_bits": 3,
        "membrane_width": 6,
    }
    assert (parameters.low, parameters.high, parameters.threshold_units) == (-32, 31, 12)
    assert parameters == CellParameters(
        weights=[1, 1, -2], threshold=Fraction(3, 2), leak=Fraction(1, 4), reset="soft"
    )


@pytest.mark.parametrize(
    "change, error, message",
    [
        ({"weights": ()}, ValueError, r"^Cell must have at least one weight, not 0$"),
        ({"weights": (1, 0)}, ValueError, r"^Weight 1 must be nonzero, not 0$"),
        ({"weights": (1, "a")}, TypeError, r"^Weight 1 must be an integer, not 'a'$"),
        ({"weights": (True,)}, TypeError, r"^Weight 0 must be an integer, not True$"),
        ({"bias": 0.5}, TypeError, r"^Bias must be an integer, not 0\.5$"),
        ({"threshold": -1}, ValueError, r"^Threshold must be positive, not -1$"),
        ({"threshold": 0}, ValueError, r"^Threshold must be positive, not 0$"),
        ({"threshold": "1"}, TypeError, r"^Threshold must be a number, not '1'$"),
        ({"threshold": float("nan")}, ValueError, r"^Threshold must be finite, not nan$"),
        ({"threshold": 0.1}, ValueError, r"^Threshold must be a multiple of 1/65536, not 0\.1$"),
        (
            {"threshold": 1.25, "fraction_bits": 1},
            ValueError,
            r"^Threshold must be a multiple of 1/2, not 1\.25$",
        ),
        (
            {"threshold": 1.25, "fraction_bits": 0},
            ValueError,
            r"^Threshold must be a multiple of 1, not 1\.25$",
        ),
        ({"leak": 1.5}, ValueError, r"^Leak must be from 0 to 1, not 1\.5$"),
        ({"leak": -0.5}, ValueError, r"^Leak must be from 0 to 1, not -0\.5$"),
        (
            {"leak": Fraction(1, 3)},
            ValueError,
            r"^Leak must be a multiple of 1/65536, not 1/3$",
        ),
        ({"leak": None}, TypeError, r"^Leak must be a number, not None$"),
        ({"reset": "warm"}, ValueError, r"^Reset must be 'soft' or 'hard', not 'warm'$"),
        ({"fraction_bits": -1}, ValueError, r"^Fraction bits must be 0 or more, not -1$"),
        ({"fraction_bits": 1.0}, TypeError, r"^Fraction bits must be an integer, not 1\.0$"),
        ({"membrane_width": 2}, ValueError, r"^Membrane width must be at least 3, not 2$"),
        ({"membrane_width": "8"}, TypeError, r"^Membrane width must be an integer, not '8'$"),
    ],
)
def test_init_wrong(change, error, message):
    with pytest.raises(error, match=message):
        CellParameters(**{**AND, **change})
