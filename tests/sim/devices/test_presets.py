# SPDX-License-Identifier: Apache-2.0
"""Records of published devices: complete, in range, and refused where they are not."""

from dataclasses import fields, replace

import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.devices.physics import IDEAL, Physics
from spikefloat.sim.devices.presets import FIGURES, PRESETS, Figure, Preset, find_preset


def figure(**changes):
    return Figure(**{"name": "energy_per_spike", "low": 1.0, "high": 2.0, **changes})


@pytest.mark.parametrize("name", PRESETS)
def test_a_record_is_complete(name):
    preset = PRESETS[name]
    assert preset.name == name
    assert preset.summary
    assert preset.source
    assert 2017 <= preset.year <= 2025
    assert preset.figures or preset.note, "silence must be said"
    assert all(preset.figure(one.name) is one for one in preset.figures)
    # What it sets is a device that can be simulated, and nothing else than its figures.
    physics = Physics(**preset.knobs)
    changed = {key for key, value in physics.as_dict().items() if value != getattr(IDEAL, key)}
    assert changed == {FIGURES[one.name].knob for one in preset.figures} - {None}


def test_meanings_name_knobs_of_the_physics():
    knobs = {meaning.knob for meaning in FIGURES.values()} - {None}
    assert knobs <= {field.name for field in fields(Physics)}
    used = {one.name for preset in PRESETS.values() for one in preset.figures}
    assert used == set(FIGURES)


def test_static_spread_is_mismatch_and_not_noise():
    for preset in PRESETS.values():
        assert not any("noise" in knob for knob in preset.knobs)
    knobs = {name: preset.knobs for name, preset in PRESETS.items() if preset.knobs}
    assert knobs == {
        "pcm-weights": {"weight_mismatch": 0.0422},
        "reram-weights": {"weight_mismatch": 0.3},
        "ecram-weights": {"weight_mismatch": 0.05},
        "capacitor-weights": {"weight_mismatch": 0.07},
        "fowler-nordheim": {"weight_levels": 16383},
    }
    # The formula of the source, at the full weight, of 25 uS.
    assert (0.26348 + 1.9650 - 1.1731) / 25 == pytest.approx(0.0422, abs=5e-5)


def test_nothing_is_claimed_for_the_device_of_the_paper():
    mof = find_preset("mof")
    assert (mof.figures, mof.knobs, mof.has_energy) == ((), {}, False)
    assert "Nothing is public" in mof.note


def test_energies():
    """In femtojoules, as the sources give them."""
    names = ("energy_per_spike", "energy_per_synaptic_operation")
    found = {
        preset.name: (one.low, one.high)
        for preset in PRESETS.values()
        for one in preset.figures
        if one.name in names
    }
    assert found == {
        "afefet": (37, 37),
        "fefet": (1e3, 1e4),
        "nbox-mott": (3e3, 52e3),
        "ag-hfo2": (18e3, 18e3),
        "pcm-neuron": (50e3, None),
        "mtj": (7, 7),
        "nanofluidic-2d": (1e-4, 0.1),
        "loihi": (23_600, 23_600),
    }
    assert set(found) == {name for name, preset in PRESETS.items() if preset.has_energy}


@pytest.mark.parametrize(
    "low, high, text",
    [
        (5, 5, "energy per spike 5 fJ"),
        (5, 7000, "energy per spike 5 to 7,000 fJ"),
        (5, None, "energy per spike at least 5 fJ"),
        (None, 0.5, "energy per spike at most 0.5 fJ"),
    ],
)
def test_text(low, high, text):
    assert figure(low=low, high=high).text == text
    assert figure(low=low, high=high, note="simulated").text == f"{text} (simulated)"


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"name": "beauty"}, "Figure of a device must be one of weight_mismatch, "),
        ({"low": None, "high": None}, "Figure energy_per_spike must be one or two numbers above 0"),
        ({"low": 3.0}, "the smaller one first, not 3.0 and 2.0"),
        ({"low": 0.0}, "not 0.0 and 2.0"),
        ({"name": "weight_mismatch"}, "above 0 and at most 1, "),
    ],
)
def test_a_wrong_figure_is_refused(changes, message):
    with pytest.raises(InputError, match=message):
        figure(**changes)


def test_a_wrong_record_is_refused():
    right = Preset(name="x", summary="x", source="x", year=2020, figures=(figure(),))
    with pytest.raises(InputError, match=r"^Device x must have a source and its year, not '' and"):
        replace(right, source="")
    with pytest.raises(InputError, match="not 'x' and 20"):
        replace(right, year=20)
    with pytest.raises(InputError, match=r"^Figures of x must be given once each, not \['energy"):
        replace(right, figures=(figure(), figure()))


def test_an_unknown_device_names_all():
    with pytest.raises(InputError) as caught:
        find_preset("pcm-weight")
    assert str(caught.value) == (
        f"Device must be one of {', '.join(PRESETS)}, not 'pcm-weight'; did you mean 'pcm-weights'?"
    )
