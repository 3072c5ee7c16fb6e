# SPDX-License-Identifier: Apache-2.0
"""What is not ideal about a device: noise, spread, drift, faults and coarse weights."""

from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["IDEAL", "Physics"]

#: Fields that are probabilities.
_PROBABILITIES = ("dropped_spikes", "stuck_at_0", "stuck_at_1")


@dataclass(frozen=True, kw_only=True)
class Physics:
    """How a device departs from the ideal neuron. The default is the ideal one.

    Noise is drawn anew for every neuron in every trial, spread once for each device. The unit of
    noise is one spike: a synapse of weight 2 with noise 0.1 adds noise of 0.2 to the membrane.

    Raises
    ------
    ValueError
        If a standard deviation is negative, a probability not from 0 to 1, or the number of levels
        not positive.
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

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name.endswith(("noise", "mismatch")) and not value >= 0:
                raise ValueError(f"Physics {name} must not be negative, not {value!r}")
            if name in _PROBABILITIES and not 0 <= value <= 1:
                raise ValueError(f"Physics {name} must be from 0 to 1, not {value!r}")
        if self.stuck_at_0 + self.stuck_at_1 > 1:
            raise ValueError(
                "Physics stuck_at_0 and stuck_at_1 must add up to at most 1, not "
                f"{self.stuck_at_0 + self.stuck_at_1!r}")
        if self.weight_levels is not None and self.weight_levels < 1:
            raise ValueError(f"Physics weight_levels must be positive, not {self.weight_levels!r}")

    @property
    def varies(self) -> bool:
        """Whether one device differs from the next."""
        return bool(self.weight_mismatch or self.threshold_mismatch or self.stuck_at_0
                    or self.stuck_at_1)

    def as_dict(self) -> dict[str, Any]:
        """Return every knob by name."""
        return asdict(self)


#: A device without flaws.
IDEAL = Physics()
