# SPDX-License-Identifier: Apache-2.0
"""What is not ideal about a device: noise, spread, drift, faults, coarse weights, and leak."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from spikefloat.rtl_gen.errors import InputError

__all__ = ["IDEAL", "Physics"]

#: Fields that are probabilities.
_PROBABILITIES = ("dropped_spikes", "stuck_at_0", "stuck_at_1")

#: What a neuron is: at rest for every operation, or a membrane that keeps a residue.
_STYLES = ("spatial", "spiking")
_RESETS = ("soft", "hard")

#: What only membranes with a residue have.
_SPIKING_ONLY = ("leak", "reset", "waves", "potential_bits")

#: Waves divide a block of trials evenly if their number is a power of two up to this.
_MAX_WAVES = 16384


@dataclass(frozen=True, kw_only=True)
class Physics:
    """How a device departs from the ideal neuron. The default is the ideal one.

    Noise is drawn anew for every neuron in every trial, spread once for each device. The unit of
    noise is one spike: a synapse of weight 2 with noise 0.1 adds noise of 0.2 to the membrane.

    Raises
    ------
    ValueError
        If a standard deviation is negative, a probability not from 0 to 1, the number of levels
        not positive, a name unknown, or leak given where there is none.
    """

    #: Standard deviation of the noise on a spike as one synapse sees it; each synapse has its own.
    synapse_noise: float = 0.0
    #: Standard deviation of noise on a membrane, where a weight of 1 adds 1.
    membrane_noise: float = 0.0
    #: Standard deviation of noise on a spike at an input of the circuit; all its synapses see the
    #: same.
    input_noise: float = 0.0
    #: Whether noisy spikes at the inputs of the circuit are clipped to the range from 0 to 1.
    clamp_inputs: bool = False
    #: Standard deviation of the relative error of each weight.
    weight_mismatch: float = 0.0
    #: Standard deviation of the relative error of each analog threshold.
    threshold_mismatch: float = 0.0
    #: Common relative change of all analog thresholds, as temperature causes.
    threshold_drift: float = 0.0
    #: Number of steps from 0 to the largest weight that a weight can take; None for no limit.
    weight_levels: int | None = None
    #: Probability that a spike is lost before it reaches any synapse.
    dropped_spikes: float = 0.0
    stuck_at_0: float = 0.0  #: Probability that a neuron never fires.
    stuck_at_1: float = 0.0  #: Probability that a neuron always fires.
    #: ``"spatial"``: every neuron is at rest before every operation. ``"spiking"``: operations
    #: follow each other in waves, and each finds the membranes as the one before left them.
    style: str = "spatial"
    #: Share of a potential that is left for the next wave: 0 forgets all, 1 nothing.
    leak: float = 0.0
    #: What a spike does to the potential: ``"soft"`` takes the threshold, ``"hard"`` all of it.
    reset: str = "soft"
    #: How many waves follow each other from rest, a power of two. With 1 every membrane is
    #: discharged before every wave.
    waves: int = 64
    #: Bits of a potential below the point, as in digital hardware: noise is rounded to them, what
    #: leak leaves is cut toward zero. None for a potential that is not quantised.
    potential_bits: int | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name.endswith(("noise", "mismatch")) and not value >= 0:
                raise InputError(f"Physics {name} must not be negative, not {value!r}")
            if name in _PROBABILITIES and not 0 <= value <= 1:
                raise InputError(f"Physics {name} must be from 0 to 1, not {value!r}")
        if self.stuck_at_0 + self.stuck_at_1 > 1:
            raise InputError(
                "Physics stuck_at_0 and stuck_at_1 must add up to at most 1, not "
                f"{self.stuck_at_0 + self.stuck_at_1!r}"
            )
        if self.weight_levels is not None and self.weight_levels < 1:
            raise InputError(f"Physics weight_levels must be positive, not {self.weight_levels!r}")
        self._check_style()

    def _check_style(self) -> None:
        for name, known in (("style", _STYLES), ("reset", _RESETS)):
            if getattr(self, name) not in known:
                raise InputError(
                    f"Physics {name} must be {' or '.join(known)}, not {getattr(self, name)!r}"
                )
        if not 0 <= self.leak <= 1:
            raise InputError(f"Physics leak must be from 0 to 1, not {self.leak!r}")
        if not 1 <= self.waves <= _MAX_WAVES or self.waves & (self.waves - 1):
            raise InputError(
                f"Physics waves must be a power of two from 1 to {_MAX_WAVES}, not {self.waves!r}"
            )
        if self.potential_bits is not None and not 1 <= self.potential_bits <= 24:
            raise InputError(
                f"Physics potential_bits must be from 1 to 24, not {self.potential_bits!r}"
            )
        if self.style == "spatial":
            # Leak would have nothing to act on, so that any sweep over it would look flawless.
            for field in fields(self):
                value = getattr(self, field.name)
                if field.name in _SPIKING_ONLY and value != field.default:
                    raise InputError(
                        f"Physics {field.name} must be left out in the spatial style, where "
                        f"nothing stays on a membrane, not {value!r}"
                    )

    @property
    def varies(self) -> bool:
        """Whether one device differs from the next."""
        return bool(
            self.weight_mismatch or self.threshold_mismatch or self.stuck_at_0 or self.stuck_at_1
        )

    @property
    def has_residue(self) -> bool:
        """Whether a result can depend on the operations before it."""
        return self.style == "spiking" and self.leak > 0 and self.waves > 1

    def as_dict(self) -> dict[str, Any]:
        """Return every knob by name."""
        return asdict(self)


#: A device without flaws.
IDEAL = Physics()
