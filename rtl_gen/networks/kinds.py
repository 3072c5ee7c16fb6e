# SPDX-License-Identifier: Apache-2.0
"""Kinds of normalisations, and of what is between the two products of a feed-forward layer."""

from spikefloat.rtl_gen.errors import unknown_name

__all__ = ["FEED_FORWARDS", "FUNCTIONS", "NORMS", "check_kinds"]

#: Functions that the elements of a product can go through.
FUNCTIONS = ("gelu", "gelu_tanh")

#: Normalisations, by the designs that they have the roundings of.
NORMS = ("rms_norm", "layer_norm")

#: Feed-forward layers: gated, or a function of each element.
FEED_FORWARDS = ("swiglu", *FUNCTIONS)


def check_kinds(norm: str = NORMS[0], feed_forward: str = FEED_FORWARDS[0]) -> None:
    """Refuse kinds that there are not.

    Parameters
    ----------
    norm : str
        Should be one of :data:`NORMS`.
    feed_forward : str
        Should be one of :data:`FEED_FORWARDS`.

    Raises
    ------
    InputError
        If one is another.
    """
    for noun, name, names in (
        ("Normalisation", norm, NORMS),
        ("Feed-forward layer", feed_forward, FEED_FORWARDS),
    ):
        if name not in names:
            raise unknown_name(noun, name, names)
