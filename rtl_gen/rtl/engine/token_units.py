# SPDX-License-Identifier: Apache-2.0
"""The circuits of a decoder: one of each kind, none as long as a vector."""

from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.sums.lane import LaneGraphs
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.passes import PassSteps

__all__ = ["TokenUnits"]


@dataclass(frozen=True, kw_only=True)
class TokenUnits:
    """Neuron graphs, each made once."""

    terms: int  #: Products that are made at a time.
    steps: int  #: How often that is done for a dot product; shorter ones begin with steps of zeros.
    lane: LaneGraphs  #: Exact dot products, into the format of the stream.
    begun: tuple[int, ...]  #: State of a dot product after so many steps of zeros, as a number.
    widen: NeuronGraph  #: From the format of codes into that of the stream.
    scale: NeuronGraph  #: ``a`` of the stream times two to the power of ``b``.
    add: NeuronGraph  #: Sum of ``a`` and ``b`` of the stream.
    narrow: NeuronGraph  #: From the format of the stream into that of codes, saturating.
    gate: NeuronGraph  #: SiLU(a) * b.
    turn: NeuronGraph  #: A pair ``a``, turned with ``cos`` and ``sin``.
    norm: PassSteps
    softmax: PassSteps

    @property
    def whole(self) -> dict[str, NeuronGraph]:
        """Circuits that are used by themselves, by what a reader calls them."""
        own = ("widen", "scale", "add", "narrow", "gate", "turn")
        return {
            **{f"product_{name}": graph for name, graph in vars(self.lane).items()},
            **{name: getattr(self, name) for name in own},
        }

    @property
    def passes(self) -> dict[str, PassSteps]:
        """Circuits that go over a vector."""
        return {"norm": self.norm, "softmax": self.softmax}

    @property
    def graphs(self) -> dict[str, NeuronGraph]:
        """All circuits, by what a reader calls them."""
        parts = {
            f"{name}_{part}": graph
            for name, steps in self.passes.items()
            for part, graph in steps.named.items()
        }
        return self.whole | parts

    @property
    def neurons(self) -> int:
        """Neurons of all circuits."""
        return sum(len(graph.neurons) for graph in self.graphs.values())
