# SPDX-License-Identifier: Apache-2.0
"""Hardened circuits as Verilog."""

from spikefloat.rtl_gen.designs.names import with_words, word
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.sim.campaigns.hardening import Hardened

__all__ = ["hardened_name", "hardened_verilog"]


def hardened_name(name: str, synapse_noise: float, membrane_noise: float = 0.0) -> str:
    """Return the name of a circuit hardened for some noise: ``multiply_e4m3fn_harden0_2``."""
    words = [f"harden{word(synapse_noise)}"]
    words += [f"membrane{word(membrane_noise)}"] if membrane_noise else []
    return with_words(name, words)


def hardened_verilog(
    found: Hardened,
    synapse_noise: float,
    membrane_noise: float = 0.0,
    *,
    module: str | None = None,
) -> str:
    """Return a hardened circuit as Verilog, with a header that says what it tolerates.

    Parameters
    ----------
    found : Hardened
        The circuit, and what measuring it gave.
    synapse_noise, membrane_noise : float
        The noise it was hardened for.
    module : str, optional
        Name of the top module; by default that of the circuit.
    """
    label, result = found.target.label, found.result
    return spatial_verilog(
        found.target.graph,
        module=module,
        header=(
            f"library: {label['library']} gates, budget {label['budget']}",
            f"hardened: {100 * result['exact_rate']:.2f} % exact with noise of {synapse_noise} on "
            f"every synapse and {membrane_noise} on every membrane",
        ),
    )
