# SPDX-License-Identifier: Apache-2.0
"""Spreading a layer over lanes: groups, steps, streams that are just wide enough, clocks."""

import itertools

import pytest

from spikefloat.rtl_gen.rtl.array.sizes import ArraySizes, parse_lanes


def make_sizes(inputs=128, outputs=64, output_lanes=4, input_lanes=8):
    return ArraySizes(
        inputs=inputs, outputs=outputs, output_lanes=output_lanes, input_lanes=input_lanes
    )


def test_example():
    sizes = make_sizes()
    assert (sizes.steps, sizes.groups, sizes.interval) == (16, 16, 256)
    assert (sizes.x_codes, sizes.x_beats, sizes.y_codes, sizes.y_beats) == (1, 128, 1, 64)
    assert sizes.input_padding == 0


def test_uneven():
    sizes = make_sizes(10, 6, 4, 3)
    assert (sizes.steps, sizes.groups, sizes.interval, sizes.input_padding) == (4, 2, 8, 2)
    assert (sizes.x_codes, sizes.x_beats) == (3, 4)
    assert (sizes.y_codes, sizes.y_beats, sizes.group_beats, sizes.last_beats) == (1, 6, 4, 2)


def test_streams_never_hold_up():
    """In every case, neither stream takes longer than the array, and none is wider than needed."""
    count = 0
    for inputs, outputs in itertools.product(range(1, 13), repeat=2):
        for p, q in itertools.product(range(1, outputs + 1), range(1, inputs + 1)):
            s = make_sizes(inputs, outputs, p, q)
            assert s.interval == -(-inputs // q) * -(-outputs // p)
            assert s.x_beats <= s.interval
            assert s.y_beats <= s.interval
            assert s.group_beats <= s.steps
            assert 1 <= s.last_beats <= s.group_beats
            assert (q % s.x_codes, p % s.y_codes) == (0, 0)
            assert s.x_codes == 1 or q // s.x_codes <= s.groups
            narrower = [n for n in range(1, s.x_codes) if q % n == 0]
            assert all(q // n > s.groups for n in narrower)
            narrower = [n for n in range(1, s.y_codes) if p % n == 0]
            assert all(p // n > s.steps for n in narrower)
            count += 1
    assert count == 78**2


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"inputs": 0}, r"^Inputs of a layer must be at least 1, not 0$"),
        ({"outputs": 0}, r"^Outputs of a layer must be at least 1, not 0$"),
        (
            {"output_lanes": 0},
            r"^Lanes for outputs must be from 1 to 64, as the layer has so many outputs, not 0$",
        ),
        (
            {"output_lanes": 65},
            r"^Lanes for outputs must be from 1 to 64, as the layer has so many outputs, not 65$",
        ),
        (
            {"input_lanes": 129},
            r"^Lanes for inputs must be from 1 to 128, as the layer has so many inputs, not 129$",
        ),
    ],
)
def test_wrong_sizes(kwargs, message):
    with pytest.raises(ValueError, match=message):
        make_sizes(**kwargs)


def test_lanes():
    assert parse_lanes("4x8") == (4, 8)


@pytest.mark.parametrize("text", ["", "4", "4x", "4X8", "4x8x2", "-1x2", "4 x 8", "axb"])
def test_wrong_lanes(text):
    with pytest.raises(
        ValueError, match=rf"^Lanes must be OUTPUTSxINPUTS, such as 4x8, not '{text}'$"
    ):
        parse_lanes(text)
