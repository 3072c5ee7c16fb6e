# SPDX-License-Identifier: Apache-2.0
"""The circuits of an engine."""

from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.vectors.softmax_steps import SoftmaxSteps
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["Units"]


@dataclass(frozen=True, kw_only=True)
class Units:
    """Neuron graphs, each made once, and named after the engine.

    So a project can have other circuits beside it.
    """

    module: str  #: Name of the engine's module, with which the names of the circuits begin.
    product: NeuronGraph  #: Exact dot product of ``a`` and ``b``, into the format of the stream.
    add: NeuronGraph  #: Sum of ``a`` and ``b`` of the stream.
    narrow: NeuronGraph  #: From the format of the stream into that of codes, saturating.
    gate: NeuronGraph  #: SiLU(a) * b.
    norm: NeuronGraph  #: RMSNorm of ``x`` with gains ``g``.
    softmax: SoftmaxSteps
    argmax: NeuronGraph  #: Index of the largest result.

    @property
    def graphs(self) -> dict[str, NeuronGraph]:
        """All circuits, by what a reader calls them."""
        steps = {f"softmax_{graph.name.rsplit('_', 1)[1]}": graph for graph in self.softmax.graphs}
        own = ("product", "add", "narrow", "gate", "norm", "argmax")
        return {name: getattr(self, name) for name in own} | steps

    @property
    def neurons(self) -> int:
        """Neurons of all circuits."""
        return sum(len(graph.neurons) for graph in self.graphs.values())
