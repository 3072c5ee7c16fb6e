# SPDX-License-Identifier: Apache-2.0
"""Circuits from graph files, which commands take in place of a design."""

from collections.abc import Iterable
from dataclasses import dataclass

from spikefloat.rtl_gen.designs.names import hardware_suffix
from spikefloat.rtl_gen.designs.options import HardwareOptions
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.graph_files import load_with_history

__all__ = ["SavedCircuit", "is_circuit_file", "load_circuits"]

#: How the name of a graph file ends, which no design's name does.
_SUFFIX = ".json"


@dataclass(frozen=True, kw_only=True)
class SavedCircuit:
    """A neuron graph of a file, and what it is to become. It has no golden model but itself."""

    path: str  #: The file, as it was named.
    graph: NeuronGraph
    hardware: HardwareOptions = HardwareOptions()
    history: tuple[str, ...] = ()  #: Commands that found it, in their order.

    #: A graph is never a layer on an array of lanes, nor anything else that has streams in any case.
    is_array = has_own_streams = False

    @property
    def name(self) -> str:
        """Name of the Verilog module and its file."""
        return self.graph.name + hardware_suffix(self.hardware)


def is_circuit_file(name: str) -> bool:
    """Tell whether a name is that of a graph file, and not of a design."""
    return name.endswith(_SUFFIX)


def load_circuits(
    path: str, variants: Iterable[HardwareOptions] = (HardwareOptions(),)
) -> list[SavedCircuit]:
    """Return the circuit of a file as each kind of hardware.

    Raises
    ------
    InputError
        If the file cannot be read, or is no graph or damaged.
    """
    graph, history = load_with_history(path)
    return [
        SavedCircuit(path=path, graph=graph, hardware=hardware, history=history)
        for hardware in variants
    ]
