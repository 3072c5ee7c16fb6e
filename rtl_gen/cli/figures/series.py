# SPDX-License-Identifier: Apache-2.0
"""How the series of figures about devices look, and what their axes are called."""

from typing import Any

__all__ = ["AXES", "Row", "circuit", "look"]

Row = dict[str, Any]

#: Marker and colour of a series, by library or budget.
_LOOKS = {
    "published": ("P", "tab:red"),
    "w1": ("v", "tab:blue"),
    "w2": ("o", "tab:green"),
    "w8": ("s", "tab:purple"),
    "free": ("D", "tab:orange"),
}
_BLOCK_LOOKS = {
    "and": ("v", "tab:blue"),
    "or": ("^", "tab:green"),
    "xor": ("o", "tab:purple"),
    "full_adder": ("s", "tab:cyan"),
    "ripple4": ("D", "tab:orange"),
}

#: What each knob is called under its axis.
AXES = {
    "synapse_noise": "noise on every synapse, sigma in spikes",
    "membrane_noise": "noise on every membrane, sigma in weights of 1",
    "input_noise": "noise on the inputs of the circuit, sigma in spikes",
    "weight_mismatch": "spread of the weights, sigma as a share of each",
    "leak": "leak beta: share of the potential left for the next wave",
}


def circuit(row: Row) -> str:
    """Return what a circuit is made of: the published gates, or neurons of a budget."""
    return "published gates" if row["library"] == "published" else row["budget"]


def look(row: Row) -> tuple[str, str]:
    """Return marker and colour of the series of a row."""
    if row["format"] == "-":
        return _BLOCK_LOOKS.get(row["design"], ("o", "tab:gray"))
    return _LOOKS.get(
        "published" if row["library"] == "published" else row["budget"], ("o", "tab:gray")
    )
