# SPDX-License-Identifier: Apache-2.0
"""The circuits of a decoder: one of each kind, none as long as a vector."""

from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.sums.lane_parts import LaneGraphs
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.engine.units import EngineUnits

__all__ = ["TokenUnits"]


@dataclass(frozen=True, kw_only=True)
class TokenUnits(EngineUnits):
    """Neuron graphs, each made once."""

    terms: int  #: Products that are made at a time.
    steps: int  #: How often that is done for a dot product; shorter ones begin with steps of zeros.
    lane: LaneGraphs  #: Exact dot products, into the format of the stream.
    begun: tuple[int, ...]  #: State of a dot product after so many steps of zeros, as a number.
    widen: NeuronGraph  #: From the format of codes into that of the stream.
    scale: NeuronGraph  #: ``a`` of the stream times two to the power of ``b``.
    add: NeuronGraph  #: Sum of ``a`` and ``b`` of the stream.
    narrow: NeuronGraph  #: From the format of the stream into that of codes, saturating.
    turn: NeuronGraph  #: A pair ``a``, turned with ``cos`` and ``sin``.

    @property
    def whole(self) -> dict[str, NeuronGraph]:
        """Circuits that are used by themselves, by what a reader calls them."""
        own = {name: getattr(self, name) for name in ("widen", "scale", "add", "narrow")}
        return {
            **{f"product_{name}": graph for name, graph in vars(self.lane).items()},
            **own,
            **self.activations,
            "turn": self.turn,
        }
