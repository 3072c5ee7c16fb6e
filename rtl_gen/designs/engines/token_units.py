# SPDX-License-Identifier: Apache-2.0
"""The circuits that a decoder is computed with: one of each kind, none as long as a vector.

Dot products are done a few terms at a time, normalisations and softmax element after element, so
the circuits hardly grow with the sizes of a network.
"""

from dataclasses import dataclass, replace
from typing import Any

from spikefloat.rtl_gen.circuits.sums.lane import LaneGraphs, LaneOptions, lane_graphs
from spikefloat.rtl_gen.designs.engines.units import norm_passes, softmax_passes
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import Overflow
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.pass_circuits import PassCircuits

__all__ = ["TERMS", "TokenUnits", "make_token_units"]

#: Products of a dot product that are made at a time.
TERMS = 16


@dataclass(frozen=True, kw_only=True)
class TokenUnits:
    """Neuron graphs, each made once."""

    terms: int  #: Products that are made at a time.
    steps: int  #: How often that is done for a dot product; shorter ones begin with steps of zeros.
    lane: LaneGraphs  #: Exact dot products, into the format of the stream.
    widen: NeuronGraph  #: From the format of codes into that of the stream.
    scale: NeuronGraph  #: ``a`` of the stream times two to the power of ``b``.
    add: NeuronGraph  #: Sum of ``a`` and ``b`` of the stream.
    narrow: NeuronGraph  #: From the format of the stream into that of codes, saturating.
    gate: NeuronGraph  #: SiLU(a) * b.
    turn: NeuronGraph  #: A pair ``a``, turned with ``cos`` and ``sin``.
    norm: PassCircuits
    softmax: PassCircuits

    @property
    def graphs(self) -> dict[str, NeuronGraph]:
        """All circuits, by what a reader calls them."""
        own = ("widen", "scale", "add", "narrow", "gate", "turn")
        return {
            **{f"product_{name}": graph for name, graph in vars(self.lane).items()},
            **{name: getattr(self, name) for name in own},
            **{f"norm_{name}": graph for name, graph in self.norm.named.items()},
            **{f"softmax_{name}": graph for name, graph in self.softmax.named.items()},
        }

    @property
    def neurons(self) -> int:
        """Neurons of all circuits."""
        return sum(len(graph.neurons) for graph in self.graphs.values())


def make_token_units(network: Network) -> TokenUnits:
    """Return the circuits that all steps of a decoder can be done with.

    Parameters
    ----------
    network : Network
        The description.

    Raises
    ------
    InputError
        If normalisations are of several lengths or have several epsilons, or a format is not
        supported.
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
        lane=lane_graphs(lane, "product"),
        widen=make("widen", "convert", format=fmt, to=wide),
        scale=make("scale", "scale_by_power_of_two", format=wide),
        add=make("add", "add", format=wide),
        narrow=make("narrow", "convert", **codes | {"format": wide, "to": fmt}),
        gate=make("gate", "swiglu", **codes, length=1),
        turn=make("turn", "rope", **codes, length=2),
        norm=norm_passes(network),
        softmax=softmax_passes(network, network.shape(network.input)[0]),
    )
