# SPDX-License-Identifier: Apache-2.0
"""What is in a NIR file that ``spikefloat export`` wrote, as its metadata and nodes say.

Nothing of the generator takes part: the file is read by the package ``nir``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import import_extra

if TYPE_CHECKING:
    import nir

__all__ = ["NirChain", "NirLayer", "NirRun", "read_chain"]

Spikes = NDArray[np.bool_]
Floats = NDArray[np.float64]


class NirLayer(NamedTuple):
    """One layer of integrate-and-fire neurons, and the synapses into it."""

    name: str  #: Name of the node.
    weights: Floats  #: One row for each neuron, one column for each of the layer below.
    thresholds: Floats
    neurons: tuple[str, ...]  #: Names with their scopes, or ``relay:`` and what is relayed.


class NirRun(NamedTuple):
    """What a simulator made of a network."""

    codes: NDArray[np.int64]  #: Code of the first output for each trial.
    spikes: Spikes  #: Of each neuron of the recorded layers in each trial, or empty.
    #: Membranes of neurons that did not fire, after the trial, or empty; where one fired, Norse and
    #: NEST have 0, snnTorch what made it fire.
    membranes: Floats

    @classmethod
    def of_codes(cls, codes: NDArray[np.int64]) -> "NirRun":
        """Return a run of which nothing else was recorded."""
        return cls(codes, np.empty((0, 0), np.bool_), np.empty((0, 0)))


@dataclass(frozen=True)
class NirChain:
    """A network that is one layer after another."""

    graph: "nir.NIRGraph"
    inputs: dict[str, int]  #: Bits of each operand.
    outputs: dict[str, int]  #: Bits of each result.
    layers: tuple[NirLayer, ...]

    def spikes(self, operands: Sequence[NDArray[np.int64]]) -> Spikes:
        """Return what the inputs do, one row for each trial.

        Raises
        ------
        InputError
            If there are too many operands, or too few.
        """
        if len(operands) != len(self.inputs):
            raise InputError(f"Operands must be {len(self.inputs)}, not {len(operands)}")
        bits = [
            codes[:, np.newaxis] >> np.arange(width) & 1
            for codes, width in zip(operands, self.inputs.values(), strict=True)
        ]
        return np.concatenate(bits, axis=1).astype(np.bool_)

    def codes(self, fired: Spikes) -> NDArray[np.int64]:
        """Return the first result of each trial from the spikes of the last layer, a row each."""
        width = next(iter(self.outputs.values()))
        return np.asarray((fired[:, :width].astype(np.int64) << np.arange(width)).sum(axis=1))


def read_chain(path: Path, extra: str = "nir") -> NirChain:
    """Return the network of a file.

    Parameters
    ----------
    path : Path
        A file written by ``spikefloat export``.
    extra : str
        The extra of this package that the caller needs.

    Raises
    ------
    MissingPackage
        If the package ``nir`` is not installed.
    InputError
        If the file is not such a network.
    """
    nir = import_extra("nir", "nir", extra)
    try:
        graph = nir.read(path)
        inputs, outputs = (_ports(_text(graph.metadata[side])) for side in ("inputs", "outputs"))
        layers = tuple(_layers(graph))
    except (OSError, KeyError, ValueError) as error:
        raise InputError(
            f"File must be a network written by spikefloat export, not {str(path)!r}"
        ) from error
    return NirChain(graph, inputs, outputs, layers)


def _layers(graph: Any) -> list[NirLayer]:
    """Return the layers in the order of the edges."""
    following = dict(graph.edges)
    found = []
    synapses = following["input"]
    while synapses != "output":
        name = following[synapses]
        node = graph.nodes[name]
        found.append(
            NirLayer(
                name,
                graph.nodes[synapses].weight.astype(np.float64),
                node.v_threshold.astype(np.float64),
                tuple(_text(node.metadata["neurons"]).split()),
            )
        )
        synapses = following[name]
    return found


def _text(stored: str | bytes) -> str:
    return stored.decode() if isinstance(stored, bytes) else stored


def _ports(names: str) -> dict[str, int]:
    """Return the width of each port from the names of all bits."""
    widths: dict[str, int] = {}
    for bit in names.split():
        port = bit.partition("[")[0]
        widths[port] = widths.get(port, 0) + 1
    return widths
