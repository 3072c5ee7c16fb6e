# SPDX-License-Identifier: Apache-2.0
"""Running a NIR file in simulators of spiking networks that are not ours.

Norse and snnTorch make PyTorch modules of the layers and run them for one time step from rest.
NEST sends spikes as events through synapses with a delay (``nir_nest``). Nothing of the generator
takes part. Only the order of the bits has to be known, which the file tells.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.extras import find_extra, import_extra
from spikefloat.sim.exchange.nir_chain import NirChain, NirRun, read_chain
from spikefloat.sim.exchange.nir_nest import run_in_nest
from spikefloat.sim.exchange.nir_simulators import NIR_SIMULATORS

__all__ = ["find_nir_simulator", "run_network"]

_BATCH = 1 << 14


def find_nir_simulator(name: str) -> None:
    """Do nothing if a simulator is installed; it is not loaded.

    Raises
    ------
    MissingPackage
        If it is not.
    """
    for module, package in NIR_SIMULATORS[name].items():
        find_extra(module, package, name)


def run_network(
    path: Path, operands: Sequence[NDArray[np.int64]], simulator: str, *, record: bool = False
) -> NirRun:
    """Return what a network in a NIR file computes in a simulator, each trial from rest.

    Parameters
    ----------
    path : Path
        A file written by ``spikefloat export``.
    operands : sequence of arrays of int
        One array of codes for each operand, all of the same length.
    simulator : str
        One of :data:`NIR_SIMULATORS`.
    record : bool
        Whether to keep the spikes and membranes of all neurons.

    Returns
    -------
    NirRun

    Raises
    ------
    MissingPackage
        If the simulator or the package ``nir`` is not installed.
    InputError
        If the file is not such a network, or there are too many operands or too few.
    """
    chain = read_chain(path, simulator)
    spikes = chain.spikes(operands)
    if simulator == "nest":
        return run_in_nest(chain, spikes, record=record)
    torch = import_extra("torch", "torch", simulator)
    make = {"norse": _norse_module, "snntorch": _snntorch_module}[simulator]
    module, membranes_of = make(chain)
    seen = _Recorder(chain, module, membranes_of) if record else None
    fired = []
    with torch.no_grad():
        for batch in np.array_split(spikes, -(-len(spikes) // _BATCH)):
            for layer in module.modules():
                if hasattr(layer, "reset_mem"):  # snnTorch keeps the state in its neurons
                    layer.reset_mem()
            fired.append(module(torch.from_numpy(batch).float())[0].numpy() > 0)
    codes = chain.codes(np.concatenate(fired))
    return NirRun.of_codes(codes) if seen is None else seen.result(codes)


#: Finds the membranes of a layer in its module or in what that returned.
_Membranes = Callable[[Any, Any], Any]


def _norse_module(chain: NirChain) -> tuple[Any, _Membranes]:
    """Return what Norse makes of a network."""
    norse = import_extra("norse.torch", "norse", "norse")
    return norse.from_nir(chain.graph), lambda _, result: result[1].v


def _snntorch_module(chain: NirChain) -> tuple[Any, _Membranes]:
    """Return a network of snnTorch's neurons without leak.

    snnTorch's own reader takes one threshold for a layer and gives IF neurons a leak, so it is told
    what a node becomes.
    """
    torch = import_extra("torch", "torch", "snntorch")
    nir = import_extra("nir", "nir", "snntorch")
    nirtorch = import_extra("nirtorch", "nirtorch", "snntorch")
    snntorch = import_extra("snntorch", "snntorch", "snntorch")

    def synapses(node: Any) -> Any:
        layer = torch.nn.Linear(node.weight.shape[1], node.weight.shape[0], bias=False)
        layer.weight.data = torch.from_numpy(node.weight)
        return layer

    def neurons(node: Any) -> Any:
        return snntorch.Leaky(
            beta=1.0,
            threshold=torch.from_numpy(node.v_threshold),
            reset_mechanism="none",  # a single step needs none, and shows what reached a membrane
            init_hidden=True,
        )

    nodes = {nir.Linear: synapses, nir.IF: neurons}
    return nirtorch.nir_to_torch(chain.graph, nodes), lambda layer, _: layer.mem


class _Recorder:
    """Keeps the spikes and membranes of each layer of a module that runs."""

    def __init__(self, chain: NirChain, module: Any, membranes_of: _Membranes) -> None:
        self._spikes: list[list[NDArray[np.bool_]]] = [[] for _ in chain.layers]
        self._membranes: list[list[NDArray[np.float64]]] = [[] for _ in chain.layers]
        parts = dict(module.named_modules())
        for number, layer in enumerate(chain.layers):

            def keep(part: Any, _: Any, result: Any, number: int = number) -> None:
                fired = result[0] if isinstance(result, tuple) else result
                self._spikes[number].append(fired.numpy().T > 0)
                self._membranes[number].append(membranes_of(part, result).numpy().T)

            parts[layer.name].register_forward_hook(keep)

    def result(self, codes: NDArray[np.int64]) -> NirRun:
        """Return what was seen."""
        spikes = [np.concatenate(batches, axis=1) for batches in self._spikes]
        membranes = [np.concatenate(batches, axis=1) for batches in self._membranes]
        return NirRun(codes, np.concatenate(spikes), np.concatenate(membranes).astype(np.float64))
