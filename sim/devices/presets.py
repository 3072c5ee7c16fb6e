# SPDX-License-Identifier: Apache-2.0
"""Published devices as records: what their sources say, and nothing else.

A figure is in a record only with the source that it names. Most sources give one or
two figures and are silent about the rest; what they are silent about is left ideal, so that a
simulation with a preset is the best that the device could do, not a prediction of what it does.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from spikefloat.rtl_gen.errors import InputError, unknown_name

__all__ = ["FIGURES", "PRESETS", "Figure", "Meaning", "Preset", "find_preset"]


class Meaning(NamedTuple):
    """What a figure of a device is."""

    words: str  #: For a reader.
    unit: str  #: Empty for a number or a share.
    most: float = math.inf  #: Largest value that can be right.
    knob: str | None = None  #: Field of ``Physics`` that it sets.
    event: str | None = None  #: What it is the energy of: a field of ``Activity``.


#: Every figure that a record can have, by name.
FIGURES = {
    "weight_mismatch": Meaning(
        "static spread of the weights, relative to the largest", "", 1, "weight_mismatch"
    ),
    "weight_levels": Meaning("steps of a weight", "", 1 << 20, "weight_levels"),
    "energy_per_spike": Meaning("energy per spike of a neuron", "fJ", event="spikes_per_operation"),
    "energy_per_synaptic_operation": Meaning(
        "energy per spike that arrives at a synapse", "fJ", event="effective_synaptic_operations"
    ),
    "energy_per_update": Meaning("energy per change of a weight", "fJ"),
    "power": Meaning("power", "pW"),
    "update_spread": Meaning("spread of the step by which a weight changes", "", 1),
    "variation": Meaning("variation, which the source does not divide further", "", 1),
    "drift_exponent": Meaning("exponent of the drift of a weight over time", "", 1),
    "lifetime_spread": Meaning("spread of the time in which a weight leaks away", "", 1),
    "endurance": Meaning("spikes until it wears out", ""),
    "read_time": Meaning("time of a read", "ns"),
    "relaxation_time": Meaning("time in which a potential relaxes", "s"),
    "learning_time": Meaning("time in which a weight changes", "ps"),
}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of a device, as the source gives it: a value, a range or a bound.

    Raises
    ------
    ValueError
        If the name is unknown, no bound is given, or they are not positive, in order and in range.
    """

    name: str  #: One of :data:`FIGURES`.
    low: float | None  #: None if the source gives only an upper bound.
    high: float | None  #: None if the source gives only a lower bound.
    note: str = ""  #: What the source says about it, such as that it was simulated.

    def __post_init__(self) -> None:
        if self.name not in FIGURES:
            raise unknown_name("Figure of a device", self.name, FIGURES)
        given = [value for value in (self.low, self.high) if value is not None]
        most = FIGURES[self.name].most
        if not given or given != sorted(given) or not all(0 < value <= most for value in given):
            raise InputError(
                f"Figure {self.name} must be one or two numbers above 0 and at most {most:g}, the "
                f"smaller one first, not {self.low!r} and {self.high!r}"
            )

    @property
    def text(self) -> str:
        """Name, value and unit, for a reader."""
        unit = FIGURES[self.name].unit
        match self.low, self.high:
            case low, None:
                value = f"at least {low:,g}"
            case None, high:
                value = f"at most {high:,g}"
            case low, high if low == high:
                value = f"{low:,g}"
            case low, high:
                value = f"{low:,g} to {high:,g}"
        words = f"{self.name.replace('_', ' ')} {value} {unit}".rstrip()
        return f"{words} ({self.note})" if self.note else words


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A published device.

    Raises
    ------
    ValueError
        If it has no source or year, or a figure twice.
    """

    name: str
    summary: str  #: What it is.
    source: str  #: Where its figures were read.
    year: int  #: When the source was published.
    figures: tuple[Figure, ...]
    note: str = ""  #: What a reader must know beside the figures.

    def __post_init__(self) -> None:
        names = [figure.name for figure in self.figures]
        if len(set(names)) < len(names):
            raise InputError(f"Figures of {self.name} must be given once each, not {names}")
        if not self.source or not 1950 <= self.year <= 2100:
            raise InputError(
                f"Device {self.name} must have a source and its year, not {self.source!r} and "
                f"{self.year!r}"
            )

    def figure(self, name: str) -> Figure | None:
        """Return a figure by name, or None if the source does not give it."""
        return next((figure for figure in self.figures if figure.name == name), None)

    @property
    def knobs(self) -> dict[str, float]:
        """Fields of :class:`~spikefloat.sim.devices.physics.Physics` that it sets."""
        return {
            knob: value
            for figure in self.figures
            if (knob := FIGURES[figure.name].knob) and (value := figure.high) is not None
        }

    @property
    def energies(self) -> dict[str, Figure]:
        """Energies of what an operation consists of, by the field of ``Activity`` that counts it."""
        return {
            event: figure
            for figure in self.figures
            if (event := FIGURES[figure.name].event) is not None
        }

    @property
    def has_energy(self) -> bool:
        """Whether an energy per spike or per synaptic operation is published."""
        return bool(self.energies)


def _is(name: str, value: float, note: str = "") -> Figure:
    return Figure(name=name, low=value, high=value, note=note)


def _between(name: str, low: float | None, high: float | None, note: str = "") -> Figure:
    return Figure(name=name, low=low, high=high, note=note)


_NEURONS = "Nat. Commun. 13 (2022), s41467-022-34774-9, Table 1"
_AIHWKIT = "IBM aihwkit"

_ALL = (
    Preset(
        name="afefet",
        summary="neuron, anti-ferroelectric field-effect transistor",
        source=_NEURONS,
        year=2022,
        figures=(
            _is("energy_per_spike", 37),
            _between("variation", None, 0.0393),
            _between("endurance", 1e12, None),
        ),
    ),
    Preset(
        name="fefet",
        summary="neuron, ferroelectric field-effect transistor",
        source=_NEURONS,
        year=2022,
        figures=(_between("energy_per_spike", 1_000, 10_000),),
    ),
    Preset(
        name="nbox-mott",
        summary="neuron, Mott memristor of niobium oxide",
        source=_NEURONS,
        year=2022,
        figures=(_between("energy_per_spike", 3_000, 52_000, "about; NbOx to NbO2"),),
    ),
    Preset(
        name="ag-hfo2",
        summary="neuron, diffusive memristor of silver in hafnium oxide",
        source=_NEURONS,
        year=2022,
        figures=(_is("energy_per_spike", 18_000),),
    ),
    Preset(
        name="pcm-neuron",
        summary="neuron, phase-change memory",
        source=_NEURONS,
        year=2022,
        figures=(_between("energy_per_spike", 50_000, None),),
    ),
    Preset(
        name="mtj",
        summary="neuron, magnetic tunnel junction",
        source=_NEURONS,
        year=2022,
        figures=(_is("energy_per_spike", 7, "about; simulated"),),
    ),
    Preset(
        name="pcm-weights",
        summary="weights, phase-change memory",
        source=f"{_AIHWKIT}, PCMLikeNoiseModel (Nandakumar et al., ICECS 2019)",
        year=2019,
        figures=(
            _is("weight_mismatch", 0.0422, "1.055 of 25 uS, at the full weight"),
            _between("drift_exponent", 0.049, 0.1),
            _is("read_time", 250),
        ),
        note="The spread is 0.263 + 1.965 g - 1.173 g^2 uS for a share g of the largest weight, so "
        "smaller weights spread more, relative to themselves, than is simulated",
    ),
    Preset(
        name="reram-weights",
        summary="weights, resistive memory",
        source=f"{_AIHWKIT}, ReRamESPresetDevice (Gong et al., Nat. Commun. 2018)",
        year=2018,
        figures=(
            _is("weight_mismatch", 0.3, "of the largest weight, device to device"),
            _is("update_spread", 0.2),
        ),
    ),
    Preset(
        name="ecram-weights",
        summary="weights, electrochemical memory",
        source=f"{_AIHWKIT}, EcRamPresetDevice (Tang et al., IEDM 2018)",
        year=2018,
        figures=(
            _is("weight_mismatch", 0.05, "of the largest weight, device to device"),
            _is("update_spread", 0.1),
        ),
    ),
    Preset(
        name="capacitor-weights",
        summary="weights, charge on capacitors",
        source=f"{_AIHWKIT}, CapacitorPresetDevice (Li et al., VLSI 2018)",
        year=2018,
        figures=(
            _is("weight_mismatch", 0.07, "of the largest weight, device to device"),
            _is("update_spread", 0.1),
            _is("lifetime_spread", 0.3),
        ),
    ),
    Preset(
        name="fowler-nordheim",
        summary="weights, charge behind a barrier that electrons tunnel through",
        source="arXiv 2104.05926",
        year=2021,
        figures=(
            _is("weight_levels", (1 << 14) - 1, "up to 14 bits"),
            _between("energy_per_update", 5, None, "as low as"),
        ),
    ),
    Preset(
        name="fg-leaky",
        summary="neuron, leaky integrator with a floating gate",
        source="Sci. Rep. 7 (2017), s41598-017-17889-8",
        year=2017,
        figures=(_is("power", 34), _is("relaxation_time", 0.5)),
        note="A power says nothing about one spike without a rate",
    ),
    Preset(
        name="nanofluidic-2d",
        summary="neuron, ions in a two-dimensional nanofluidic channel",
        source="arXiv 2406.10510",
        year=2024,
        figures=(_between("energy_per_spike", 0.0001, 0.1, "molecular dynamics"),),
    ),
    Preset(
        name="sfq",
        summary="synapse, superconducting, with single flux quanta",
        source="arXiv 2504.02754",
        year=2025,
        figures=(
            _between("energy_per_update", None, 0.001, "learning part of the synapse"),
            _is("learning_time", 16.1),
        ),
        note="No energy per spike: what was measured is a learning event",
    ),
    Preset(
        name="loihi",
        summary="digital chip of spiking neurons",
        source="Davies et al., IEEE Micro 38 (2018), as used by the follow-up to arXiv 2512.07724",
        year=2018,
        figures=(_is("energy_per_synaptic_operation", 23_600),),
        note="Digital: no spread and no noise",
    ),
    Preset(
        name="mof",
        summary="the paper's own device, of a metal-organic framework",
        source="Science Advances (2025)",
        year=2025,
        figures=(),
        note="Nothing is public on its noise, energy or yield, so nothing is claimed for it",
    ),
)

#: Every device, by name.
PRESETS = {preset.name: preset for preset in _ALL}


def find_preset(name: str) -> Preset:
    """Return a device by its name.

    Raises
    ------
    InputError
        If there is no such device.
    """
    if name not in PRESETS:
        raise unknown_name("Device", name, PRESETS)
    return PRESETS[name]
