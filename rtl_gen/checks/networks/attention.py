# SPDX-License-Identifier: Apache-2.0
"""A transformer on the digits of scikit-learn: as neurons, compared with the golden model."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.networks.comparison import Made, compare
from spikefloat.rtl_gen.checks.networks.engines import run_on_engine
from spikefloat.rtl_gen.checks.networks.neurons import neuron_operations, run_argmax
from spikefloat.rtl_gen.designs.engines.engine import engine_hardware, make_engine
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.networks.layers import digits_transformer
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.sim.benches.session import FEW_STEPS, Session
from spikefloat.sim.exchange.digits import load_digits
from spikefloat.sim.golden.arithmetic import decode
from spikefloat.sim.golden.network import encode_weights, run_network
from spikefloat.sim.golden.rounding import encode
from spikefloat.sim.golden.vectors.reductions import argmax
from spikefloat.sim.training.floats import FloatNetwork
from spikefloat.sim.training.transformer import (
    patches,
    read_weights,
    train_transformer,
    weight_file,
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
    weights = encode_weights(network, arrays)
    pixels, labels = patches(digits.test_images[:images]), digits.test_labels[:images]
    x = encode(network.code_format, pixels)
    progress("Computing what is expected")
    expected = run_network(network, weights, x)
    progress("Building the neurons")
    engine = make_engine(network, {name: codes.tolist() for name, codes in weights.items()})
    files: dict[str, bytes | str] = {"attention.npz": weight_file(arrays)}
    clocks: int | None = None
    if simulator == "network":
        write_files(output, files)
        start = time.perf_counter()
        actual: Made = _simulate(network, engine.units, weights, x, progress)
        times = {"build_seconds": 0.0, "run_seconds": time.perf_counter() - start}
        classes = run_argmax(engine.units, actual["head"]["stream"][:, 0])
    else:
        progress("Generating Verilog")
        hardware = engine_hardware(engine, MODULE)
        write_files(output, {**files, f"{MODULE}.v": hardware.verilog})
        session = Session(
            simulator=simulator,
            folder=folder,
            progress=progress,
            is_quick=len(x) * engine.interval <= FEW_STEPS,
        )
        run = run_on_engine(engine, hardware, x, session)
        actual, clocks, classes = run.made, run.clocks, run.classes
        times = {"build_seconds": run.build_seconds, "run_seconds": run.run_seconds}
    found = compare(network, expected, actual)
    spikes: dict[str, int] = {}
    run_network(network, weights, x[:1], neuron_operations(network, engine.units, spikes))
    wide = network.stream_format
    largest = argmax(wide, wide, None, expected["head"]["stream"][:, 0])
    rows, columns = network.shape(network.input)[0], network.stream["x0"][1]
    in_float = _share(FloatNetwork(network, is_rounded=False).run(arrays, pixels), labels)
    in_codes = _share(decode(network.stream_format, actual["head"]["stream"]), labels)
    return {
        "network": f"{rows} tokens of {network.values} pixels, {columns} wide, 2 heads, 1 layer",
        "format": network.code_format.name,
        "stream_format": network.stream_format.name,
        "weights": network.weight_count,
        "neurons": engine.units.neurons,
        "unit_neurons": {name: len(graph.neurons) for name, graph in engine.units.graphs.items()},
        "simulator": simulator,
        "images": len(x),
        **{name: value for name, value in vars(found).items() if value is not None},
        "classes": len(x),
        "classes_equal": int((classes == largest).sum()),
        "accuracy_float": in_float,
        "accuracy_fp8": in_codes,
        "loss_points": round(100 * (in_float - in_codes), 3),
        "clocks": clocks,
        "spikes": sum(spikes.values()),
        **times,
    }


def _share(logits: NDArray[Any], labels: NDArray[np.int64]) -> float:
    """Return the share of images whose largest logit is the right one."""
    return float((logits[:, 0].argmax(axis=1) == labels).mean())


def _simulate(
    network: Network,
    units: Units,
    weights: Mapping[str, Codes],
    x: Codes,
    progress: Callable[[str], None],
) -> dict[str, dict[str, Codes]]:
    """Return what the neurons make, in the exact simulator."""
    operations = neuron_operations(network, units)
    parts = []
    for start in range(0, len(x), _CHUNK):
        progress(f"Running image {start} of {len(x)}")
        parts.append(run_network(network, weights, x[start : start + _CHUNK], operations))
    return {
        step: {kind: np.concatenate([part[step][kind] for part in parts]) for kind in kinds}
        for step, kinds in parts[0].items()
    }
