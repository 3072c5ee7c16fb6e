# SPDX-License-Identifier: Apache-2.0
"""Running a NIR file in Norse, a simulator of spiking networks that is not ours.

Nothing of the generator takes part: the file is read by the package ``nir``, becomes PyTorch
modules by Norse, and runs for one time step from rest. Only the order of the bits has to be known,
which the file tells.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import import_extra

__all__ = ["run_in_norse"]

_BATCH = 1 << 14


def run_in_norse(path: Path, operands: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return what a network in a NIR file computes in Norse.

    Parameters
    ----------
    path : Path
        A file written by ``spikefloat export``.
    operands : sequence of arrays of int
        One array of codes for each operand, all of the same length.

    Returns
    -------
    array of int
        The code of the first output for each trial; the network starts from rest each time.

    Raises
    ------
    MissingPackage
        If Norse or the package ``nir`` is not installed.
    ValueError
        If the file is not such a network.
    """
    nir = import_extra("nir", "nir", "norse")
    norse = import_extra("norse.torch", "norse", "norse")
    torch = import_extra("torch", "torch", "norse")
    try:
        network = nir.read(path)
        inputs, outputs = (_ports(network.metadata[side]) for side in ("inputs", "outputs"))
    except (OSError, KeyError, ValueError) as error:
        raise InputError(
            f"File must be a network written by spikefloat export, not {str(path)!r}"
        ) from error
    if len(operands) != len(inputs):
        raise InputError(f"Operands must be {len(inputs)}, not {len(operands)}")
    spikes = np.concatenate(
        [
            codes[:, np.newaxis] >> np.arange(width) & 1
            for codes, width in zip(operands, inputs.values(), strict=True)
        ],
        axis=1,
    )
    module = norse.from_nir(network)
    batches = []
    with torch.no_grad():
        for batch in np.array_split(spikes, -(-len(spikes) // _BATCH)):
            fired, _ = module(torch.from_numpy(batch).float())
            batches.append(fired.numpy().astype(np.int64))
    width = next(iter(outputs.values()))
    return np.asarray((np.concatenate(batches)[:, :width] << np.arange(width)).sum(axis=1))


def _ports(names: str | bytes) -> dict[str, int]:
    """Return the width of each port from the names of all bits."""
    text = names.decode() if isinstance(names, bytes) else names
    widths: dict[str, int] = {}
    for bit in text.split():
        port = bit.partition("[")[0]
        widths[port] = widths.get(port, 0) + 1
    return widths
