# SPDX-License-Identifier: Apache-2.0
"""The circuits that a decoder is computed with: one of each kind, none as long as a vector.

Dot products are done a few terms at a time, normalisations and softmax element after element, so
the circuits hardly grow with the sizes of a network.
"""

from dataclasses import replace
from typing import Any

from spikefloat.rtl_gen.circuits.sums.lane import LaneOptions
from spikefloat.rtl_gen.designs.engines.units import activations, norm_passes, softmax_passes
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import Overflow
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.engine.token_units import TokenUnits

__all__ = ["TERMS", "make_token_units"]

#: Products of a dot product that are made at a time.
TERMS = 16


def make_token_units(network: Network) -> TokenUnits:
    """Return the circuits that all steps of a decoder can be done with.

    Parameters
    ----------
    network : Network
        The description.

    Raises
    ------
    InputError
        If normalisations are of several kinds or lengths or have several epsilons, or a format is
        not supported.
    """
    fmt, wide = network.code_format, network.stream_format
    codes: dict[str, Any] = {"format": fmt, "overflow": Overflow.SATURATE}

    def make(unit: str, design: str, **options: Any) -> NeuronGraph:
        return replace(make_instance(design, **options).graph, name=unit)

    lane = LaneOptions(
        format=fmt,
        to=wide,
        overflow=Overflow.NAN,
        accumulate="exact",
        products=TERMS,
        steps=-(-max(network.lanes, network.shape(network.input)[0]) // TERMS),
        has_bias=False,
        activation="none",
    )
    return TokenUnits(
        terms=TERMS,
        steps=lane.steps,
        lane=lane.graphs("product"),
        begun=tuple(lane.begun(steps) for steps in range(lane.steps + 1)),
        widen=make("widen", "convert", format=fmt, to=wide),
        scale=make("scale", "scale_by_power_of_two", format=wide),
        add=make("add", "add", format=wide),
        narrow=make("narrow", "convert", **codes | {"format": wide, "to": fmt}),
        **activations(network, lambda unit, design, **own: make(unit, design, **codes | own)),
        turn=make("turn", "rope", **codes, length=2),
        norm=norm_passes(network),
        softmax=softmax_passes(network, network.shape(network.input)[0]),
    )
