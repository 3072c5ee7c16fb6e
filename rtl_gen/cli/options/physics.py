# SPDX-License-Identifier: Apache-2.0
"""Options that say what is not ideal about a device, and how often it is tried."""

from spikefloat.rtl_gen.cli.options.option import Option
from spikefloat.rtl_gen.cli.options.readers import (
    Reader,
    integer,
    one_of,
    path,
    ranges,
    real,
    several,
    text,
    words,
)
from spikefloat.sim.devices.presets import PRESETS, find_preset

__all__ = ["CAMPAIGN", "KNOBS", "PHYSICS", "WAVES"]

_SIZE = real(0, 1_000_000)
_PROBABILITY = real(0, 1)


def _knob(name: str, help: str, read: Reader = _SIZE) -> Option:
    return Option(
        name=name, group="devices", metavar="X,...", read=ranges(read), help=help, default="0"
    )


_NOISE = (
    _knob("synapse-noise", "noise on a spike as one synapse sees it, in spikes"),
    _knob("membrane-noise", "noise on a membrane, in weights of 1"),
)

#: Each knob of the physics.
KNOBS = (
    *_NOISE,
    _knob("input-noise", "noise on a spike at an input, common to its synapses"),
    _knob("weight-mismatch", "spread of the weights among devices, relative"),
    _knob("threshold-mismatch", "spread of the thresholds among devices, relative"),
    _knob("threshold-drift", "common change of all thresholds, relative", real(-1, 1)),
    Option(
        name="weight-levels",
        group="devices",
        metavar="N,...",
        read=ranges(integer(1, 1 << 20)),
        otherwise="any weight",
        help="steps from 0 to the largest weight that a weight can take",
    ),
    _knob("dropped-spikes", "probability that a spike is lost", _PROBABILITY),
    _knob("stuck-at-0", "probability that a neuron never fires", _PROBABILITY),
    _knob("stuck-at-1", "probability that a neuron always fires", _PROBABILITY),
)

PHYSICS = (
    *KNOBS,
    Option(
        name="clamp-inputs",
        group="devices",
        help="clip noisy spikes at the inputs to the range from 0 to 1",
    ),
)

WAVES = (
    Option(
        name="waves",
        group="spiking style",
        metavar="N,...",
        read=ranges(integer(1, 1 << 20)),
        otherwise="64",
        help="operations that follow each other from rest, a power of two",
    ),
    Option(
        name="potential-bits",
        group="spiking style",
        metavar="N,...",
        read=ranges(integer(0, 64)),
        otherwise="not quantised",
        help="bits of a potential below the point, as in hardware",
    ),
    Option(
        name="order",
        group="spiking style",
        metavar="O,...",
        read=words,
        default="random",
        help="how operands follow each other: random, or provoking (a few that charge a neuron, "
        "then one that it decides wrongly if it leaks too slowly)",
        words=("random", "provoking"),
    ),
)

_DEVICES = several(lambda noun, given: find_preset(given))

CAMPAIGN = (
    Option(
        name="device",
        group="devices",
        metavar="D,...",
        read=_DEVICES,
        help="published devices, which set what is known of them: see --list-devices",
        words=tuple(name for name, preset in PRESETS.items() if preset.knobs),
    ),
    Option(
        name="energy",
        group="devices",
        metavar="D,...",
        read=_DEVICES,
        help="also the energy of an operation on published devices: see --list-devices",
        words=tuple(name for name, preset in PRESETS.items() if preset.has_energy),
    ),
    Option(
        name="list-devices",
        group="devices",
        help="list the published devices with their figures and sources, and do nothing else",
        is_alone=True,
    ),
    Option(
        name="precision",
        group="effort",
        metavar="H",
        read=real(0, 0.5, is_open=True),
        default="0.005",
        help="half-width of the 95 % confidence interval at which to stop",
    ),
    Option(
        name="workers",
        group="effort",
        metavar="N",
        read=integer(0, 1024),
        default="1",
        noun="Number of workers",
        help="processes on this machine; 0 for one on each core",
    ),
    Option(
        name="scheduler",
        group="effort",
        metavar="URL",
        help="address of a Dask scheduler whose workers to use",
    ),
    Option(
        name="store",
        group="effort",
        metavar="FILE",
        read=path,
        help="SQLite file that keeps results; what is there is not run again",
    ),
    Option(
        name="knob",
        group="devices",
        metavar="K",
        read=one_of([*(option.key for option in KNOBS), "leak"]),
        default="synapse_noise",
        help="what to increase, such as membrane_noise or threshold_mismatch",
        words=(*(option.key for option in KNOBS), "leak"),
    ),
    Option(
        name="exact-rate",
        group="effort",
        metavar="P",
        read=real(0, 0.999999, is_open=True),
        default="0.999",
        help="share of the results that must be exact",
    ),
    Option(
        name="resolution",
        group="effort",
        metavar="S",
        read=real(0.000001, 1),
        default="0.001",
        help="how close to come to the largest value",
    ),
    Option(
        name="cost",
        group="effort",
        metavar="C",
        read=text,
        default="devices",
        help="what is to be saved: devices (neurons and synapses), neurons or synapses",
        words=("devices", "neurons", "synapses"),
    ),
    Option(
        name="max-synapses",
        group="effort",
        metavar="N",
        read=integer(1, 1 << 24),
        default="131072",
        help="most synapses that a circuit may have",
    ),
    Option(
        name="stuck",
        group="devices",
        help="hold every neuron at 0 and at 1, instead of noise, and say which faults show",
    ),
)
