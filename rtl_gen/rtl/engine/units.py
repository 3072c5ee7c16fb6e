# SPDX-License-Identifier: Apache-2.0
"""The circuits of an engine, and what those of all engines have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.passes import PassSteps

__all__ = ["EngineUnits", "Units"]


@dataclass(frozen=True, kw_only=True)
class EngineUnits(ABC):
    """Neuron graphs, each made once: those that go over a vector, and others."""

    #: RMSNorm of ``x`` with gains ``g``, or LayerNorm with offsets ``b`` too, element by element.
    norm: PassSteps
    softmax: PassSteps  #: Softmax of ``x``, element by element.
    gate: NeuronGraph | None  #: SiLU(a) * b, if any product is gated.
    functions: Mapping[str, NeuronGraph]  #: Functions of ``a`` that elements go through, by name.

    @property
    @abstractmethod
    def whole(self) -> dict[str, NeuronGraph]:
        """Circuits that are used by themselves, by what a reader calls them."""

    @property
    def activations(self) -> dict[str, NeuronGraph]:
        """Circuits that codes of products go through, by what a reader calls them."""
        return {**({} if self.gate is None else {"gate": self.gate}), **self.functions}

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


@dataclass(frozen=True, kw_only=True)
class Units(EngineUnits):
    """Neuron graphs, each made once, and named after the engine.

    So a project can have other circuits beside it.
    """

    module: str  #: Name of the engine's module, with which the names of the circuits begin.
    product: NeuronGraph  #: Exact dot product of ``a`` and ``b``, into the format of the stream.
    add: NeuronGraph  #: Sum of ``a`` and ``b`` of the stream.
    narrow: NeuronGraph  #: From the format of the stream into that of codes, saturating.
    argmax: NeuronGraph  #: Index of the largest result.

    @property
    def whole(self) -> dict[str, NeuronGraph]:
        """Circuits that are used by themselves, by what a reader calls them."""
        own = {name: getattr(self, name) for name in ("product", "add", "narrow")}
        return {**own, **self.activations, "argmax": self.argmax}
