# SPDX-License-Identifier: Apache-2.0
"""The Verilog of a campaign: noise and faults in the hardware of a circuit."""

from fractions import Fraction

from spikefloat.rtl_gen.rtl.cells.membrane import Membrane
from spikefloat.rtl_gen.rtl.styles.injected import InjectedCircuit, injected_circuit
from spikefloat.sim.campaigns.injection import FRACTION_BITS, hardware_physics, noise_width
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.physics import Physics

__all__ = ["injected_hardware"]


def injected_hardware(target: Target, physics: Physics) -> InjectedCircuit:
    """Return the Verilog for a campaign cell: with its leak, and with room for its noise.

    Raises
    ------
    ValueError
        If the physics is one that hardware cannot have, such as a leak of 1 with noise.
    """
    device = hardware_physics(physics)
    return injected_circuit(
        target.graph,
        Membrane(leak=Fraction(device.leak), reset=device.reset),
        fraction_bits=FRACTION_BITS,
        noise_width=noise_width(target.graph, physics),
    )
