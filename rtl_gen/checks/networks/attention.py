# SPDX-License-Identifier: Apache-2.0
"""A transformer on the digits of scikit-learn: as neurons, compared with the golden model."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.networks.comparison import Made, compare
from spikefloat.rtl_gen.checks.networks.digits import digits_case
from spikefloat.rtl_gen.checks.networks.engines import EngineRun, run_on_engine
from spikefloat.rtl_gen.checks.networks.neurons import neuron_operations, run_argmax
from spikefloat.rtl_gen.designs.engines.engine import engine_hardware
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.networks.layers import digits_transformer
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.sim.benches.session import FEW_STEPS, Session
from spikefloat.sim.exchange.digits import load_digits, weight_file
from spikefloat.sim.golden.arithmetic import decode
from spikefloat.sim.golden.networks.network import run_network
from spikefloat.sim.golden.vectors.reductions import argmax
from spikefloat.sim.training.floats import FloatNetwork
from spikefloat.sim.training.transformer import (
    read_weights,
    train_transformer,
)

__all__ = ["run_attention"]

Codes = NDArray[np.int64]

#: Name of the module and its file.
MODULE = "digits_transformer"

#: Images whose rows go through the neurons together, so that the memory suffices.
_CHUNK = 64


def run_attention(
    simulator: str,
    *,
    is_trained_anew: bool,
    images: int | None,
    output: Path,
    folder: Path,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Run the images of the test set, compare all that is computed, and write the weights.

    Parameters
    ----------
    simulator : str
        Name of a simulator, or ``network`` for the exact one of the neurons.
    is_trained_anew : bool
        Whether weights are trained; otherwise the stored ones are taken.
    images : int, optional
        Number of images to run; by default all.
    output : Path
        Folder for weights and Verilog.
    folder : Path
        Folder for what the simulator builds.
    progress : callable
        Called with a few words at the start of each step.

    Returns
    -------
    dict
        Figures, by name.
    """
    digits, network = load_digits(), digits_transformer()
    arrays = (
        train_transformer(network, digits, progress=progress) if is_trained_anew else read_weights()
    )
    case = digits_case(images, arrays, digits)
    weights, pixels, labels, x = case.weights, case.pixels, case.labels, case.x
    progress("Computing what is expected")
    expected = run_network(network, weights, x)
    progress("Building the neurons")
    engine = case.engine(MODULE)
    files: dict[str, bytes | str] = {"attention.npz": weight_file(arrays)}
    if simulator == "network":
        write_files(output, files)
        run = _run_neurons(network, engine.units, weights, x, progress)
    else:
        progress("Generating Verilog")
        hardware = engine_hardware(engine)
        write_files(output, {**files, f"{MODULE}.v": hardware.verilog})
        session = Session(
            simulator=simulator,
            folder=folder,
            progress=progress,
            is_quick=len(x) * engine.interval <= FEW_STEPS,
        )
        run = run_on_engine(engine, hardware, x, session)
    in_float = _share(FloatNetwork(network, is_rounded=False).run(arrays, pixels), labels)
    in_codes = _share(
        decode(network.stream_format, run.made[network.result_step]["stream"]), labels
    )
    return {
        **_network_figures(network, engine.units),
        "simulator": simulator,
        "images": len(x),
        **_equal_figures(network, expected, run),
        "accuracy_float": in_float,
        "accuracy_fp8": in_codes,
        "loss_points": round(100 * (in_float - in_codes), 3),
        "clocks": run.clocks,
        "spikes": _spikes(network, engine.units, weights, x[:1]),
        "build_seconds": run.build_seconds,
        "run_seconds": run.run_seconds,
    }


def _network_figures(network: Network, units: Units) -> dict[str, Any]:
    """Return what the network is, and its circuits."""
    tokens, columns = network.shape(network.input)[0], network.stream["x0"][1]
    return {
        "network": f"{tokens} tokens of {network.values} pixels, {columns} wide, 2 heads, 1 layer",
        "format": network.code_format.name,
        "stream_format": network.stream_format.name,
        "weights": network.weight_count,
        "neurons": units.neurons,
        "unit_neurons": {name: len(graph.neurons) for name, graph in units.graphs.items()},
    }


def _equal_figures(network: Network, expected: Made, run: EngineRun) -> dict[str, Any]:
    """Return how many codes and classes are equal to those of the golden model."""
    found = compare(network, expected, run.made)
    wide = network.stream_format
    largest = argmax(wide, wide, None, expected[network.result_step]["stream"][:, 0])
    return {
        **{name: value for name, value in vars(found).items() if value is not None},
        "classes": len(largest),
        "classes_equal": int((run.classes == largest).sum()),
    }


def _spikes(network: Network, units: Units, weights: Mapping[str, Codes], x: Codes) -> int:
    """Return how many neurons fire in all operations together."""
    spikes: dict[str, int] = {}
    run_network(network, weights, x, neuron_operations(network, units, spikes))
    return sum(spikes.values())


def _share(logits: NDArray[Any], labels: NDArray[np.int64]) -> float:
    """Return the share of images whose largest logit is the right one."""
    return float((logits[:, 0].argmax(axis=1) == labels).mean())


def _run_neurons(
    network: Network,
    units: Units,
    weights: Mapping[str, Codes],
    x: Codes,
    progress: Callable[[str], None],
) -> EngineRun:
    """Return what the neurons make, in the exact simulator."""
    start = time.perf_counter()
    operations = neuron_operations(network, units)
    parts = []
    for first in range(0, len(x), _CHUNK):
        progress(f"Running image {first} of {len(x)}")
        parts.append(run_network(network, weights, x[first : first + _CHUNK], operations))
    made = {
        step: {kind: np.concatenate([part[step][kind] for part in parts]) for kind in kinds}
        for step, kinds in parts[0].items()
    }
    return EngineRun(
        made=made,
        classes=run_argmax(units, made[network.result_step]["stream"][:, 0]),
        clocks=None,
        build_seconds=0.0,
        run_seconds=time.perf_counter() - start,
    )
