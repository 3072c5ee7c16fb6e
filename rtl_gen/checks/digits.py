# SPDX-License-Identifier: Apache-2.0
"""A network on the digits of scikit-learn: trained, as neurons, and compared with the golden model."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.verifying.designs import layer_design
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import DEFAULT_FORMAT, Instance, make_instance
from spikefloat.rtl_gen.designs.shapes import make_layer_shape
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.formats import Format, find_format
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.weights.parameters import LayerParameters, make_layers
from spikefloat.rtl_gen.weights.rounding import quantise
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.sums import layer_check
from spikefloat.sim.cases.vectors import LayerCases
from spikefloat.sim.exchange.digits import load_digits, train, weight_file
from spikefloat.sim.golden.arithmetic import decode
from spikefloat.sim.golden.vectors.layer import network
from spikefloat.sim.graphs.network import Network

__all__ = ["DigitsRun", "run_digits"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class DigitsRun:
    """What the network did, and its first inference for a picture."""

    figures: dict[str, Any]
    graph: NeuronGraph
    spikes: NDArray[np.bool_]  #: Whether each neuron fires for the first image.
    image: NDArray[np.float64]  #: The first image, of shape (8, 8).
    logits: list[float]  #: Results of the network for it.
    label: int  #: What it shows.


def run_digits(
    simulator: str,
    *,
    hidden: int,
    kept: float,
    images: int | None,
    output: Path,
    folder: Path,
    progress: Callable[[str], None],
) -> DigitsRun:
    """Train a network, write its weights and its Verilog, and run the images of the test set.

    Parameters
    ----------
    simulator : str
        Name of a simulator, or ``network`` for the exact one of the neurons.
    hidden : int
        Neurons of the hidden layer.
    kept : float
        Share of the weights of the first layer that are not zero.
    images : int, optional
        Number of images to run; by default all.
    output : Path
        Folder for weights and Verilog.
    folder : Path
        Folder for what the simulator builds.
    progress : callable
        Called with a few words at the start of each step.

    Raises
    ------
    BenchError
        If the simulation cannot be built, or breaks off.
    """
    digits = load_digits()
    perceptron = train(digits, hidden, kept)
    fmt = find_format(DEFAULT_FORMAT)
    layers = make_layers(fmt, perceptron.arrays)
    shape = make_layer_shape(layers, source=str(output / "digits.npz"))
    instance = make_instance("linear", format=fmt, layer=shape)
    progress("Building the neurons")
    graph = instance.graph
    x = quantise(fmt, digits.test_images)[:images]
    labels = digits.test_labels[:images]
    expected = _expected(fmt, x, layers, shape.activations)
    progress("Generating Verilog")
    hardware = design_hardware(instance)
    files: dict[str, str | bytes] = {
        "digits.npz": weight_file(perceptron.arrays),
        f"{hardware.module}.v": hardware.verilog,
    }
    write_files(output, files)
    result, times = (
        _simulate(graph, x)
        if simulator == "network"
        else _simulate_verilog(instance, hardware, x, simulator, folder, progress)
    )
    logits = decode(fmt, result)
    in_float = float((perceptron.logits(digits.test_images[:images]).argmax(1) == labels).mean())
    in_codes = float((logits.argmax(axis=1) == labels).mean())
    return DigitsRun(
        figures={
            "network": "-".join(map(str, shape.sizes)),
            "format": fmt.name,
            **_weight_figures(fmt, layers),
            "neurons": len(graph.neurons),
            "depth": graph.depth,
            "simulator": simulator,
            "images": len(x),
            "logits": int(result.size),
            "logits_equal": int((result == expected).sum()),
            "accuracy_float": in_float,
            "accuracy_fp8": in_codes,
            "loss_points": round(100 * (in_float - in_codes), 3),
            **times,
        },
        graph=graph,
        spikes=_spikes(graph, x),
        image=digits.test_images[0].reshape(8, 8),
        logits=logits[0].tolist(),
        label=int(digits.test_labels[0]),
    )


def _expected(
    fmt: Format, x: Codes, layers: Sequence[LayerParameters], activations: Sequence[str]
) -> Codes:
    """Return the logits of the golden model for each image."""
    codes = [
        (layer.weight_codes, layer.bias_codes, activation)
        for layer, activation in zip(layers, activations, strict=True)
    ]
    return network(fmt, x, codes)[-1]


def _weight_figures(fmt: Format, layers: Sequence[LayerParameters]) -> dict[str, int]:
    nonzero = sum((layer.weight_codes & fmt.magnitude_mask != 0).sum() for layer in layers)
    return {
        "weights": sum(len(layer.weight) * layer.inputs for layer in layers),
        "nonzero_weights": int(nonzero),
    }


def _simulate_verilog(
    instance: Instance,
    hardware: Hardware,
    x: Codes,
    simulator: str,
    folder: Path,
    progress: Callable[[str], None],
) -> tuple[Codes, dict[str, float]]:
    """Return what the Verilog gives for each image, and how long that took."""
    design = layer_design(instance, hardware.module, hardware.verilog)
    check = layer_check(design, LayerCases(x=x[None]))
    (outcome,) = verify([check], simulator, folder, progress=progress)
    times = {"build_seconds": outcome.build_seconds, "run_seconds": outcome.seconds}
    return outcome.results["y"], times


def _simulate(graph: NeuronGraph, x: Codes) -> tuple[Codes, dict[str, float]]:
    """Return what the neurons give for each image, and how long that took."""
    start = time.perf_counter()
    bits = Network(graph).run({"x": x.astype(np.uint8)})["y"]
    codes = np.packbits(bits, axis=-1, bitorder="little").astype(np.int64)
    return codes, {"build_seconds": 0.0, "run_seconds": time.perf_counter() - start}


def _spikes(graph: NeuronGraph, x: Codes) -> NDArray[np.bool_]:
    """Return whether each neuron fires for the first image."""
    simulator = Network(graph)
    planes, _ = simulator.pack({"x": x[:1].astype(np.uint8)})
    fires = simulator.node_planes(planes)[graph.input_count :, 0] & np.uint64(1)
    return fires.astype(bool)
