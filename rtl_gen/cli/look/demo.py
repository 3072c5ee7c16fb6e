# SPDX-License-Identifier: Apache-2.0
"""``spikefloat demo``: a network on real data, as neurons, in RTL simulation."""

import argparse
import json
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.status import Status

from spikefloat.rtl_gen.checks.plan import layer_design
from spikefloat.rtl_gen.cli.figures.raster import draw_raster
from spikefloat.rtl_gen.cli.options import add_command, add_json_option, add_output_option
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import DEFAULT_FORMAT, Instance, make_instance
from spikefloat.rtl_gen.designs.shapes import make_layer_shape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import make_folder, temporary_folder, write_files
from spikefloat.rtl_gen.formats import find_format
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.weights.parameters import make_layers
from spikefloat.rtl_gen.weights.rounding import quantise
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.sums import layer_check
from spikefloat.sim.cases.vectors import LayerCases
from spikefloat.sim.exchange.digits import Digits, load_digits, train
from spikefloat.sim.golden.arithmetic import decode
from spikefloat.sim.golden.layer import network
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.simulators.find import find_simulator
from spikefloat.sim.simulators.runner import BenchError

__all__ = ["register"]

Codes = NDArray[np.int64]

_DEMOS = ("digits",)
_SIMULATORS = ("verilator", "icarus", "network")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "demo",
        "train a network on the digits of scikit-learn, and run it as Verilog",
        "spikefloat demo digits -o digits",
        _run,
    )
    parser.add_argument("demo", metavar="DEMO", help=f"which: {', '.join(_DEMOS)}")
    parser.add_argument(
        "--hidden",
        metavar="N",
        type=int,
        default=12,
        help="neurons of the hidden layer (default: 12)",
    )
    parser.add_argument(
        "--kept",
        metavar="SHARE",
        type=float,
        default=0.35,
        help="share of the weights of the first layer that are not zero (default: 0.35)",
    )
    parser.add_argument(
        "--images", metavar="N", type=int, help="images of the test set to run (default: all 360)"
    )
    parser.add_argument(
        "--sim",
        metavar="S",
        default="verilator",
        help="verilator, icarus, or network: the exact simulator of the neurons, which needs no "
        "other program (default: verilator)",
    )
    parser.add_argument(
        "--build-dir",
        metavar="DIR",
        type=Path,
        help="folder for what the simulator builds, kept (default: a temporary one)",
    )
    add_output_option(parser)
    add_json_option(parser)


def _check(args: argparse.Namespace) -> None:
    if args.demo not in _DEMOS:
        raise InputError(f"Demo must be {' or '.join(_DEMOS)}, not {args.demo!r}")
    if args.sim not in _SIMULATORS:
        raise InputError(
            f"Simulator must be {', '.join(_SIMULATORS[:-1])} or "
            f"{_SIMULATORS[-1]}, not {args.sim!r}"
        )
    if args.images is not None and args.images < 1:
        raise InputError(f"Number of images must be at least 1, not {args.images}")
    if args.sim != "network":
        find_simulator(args.sim)


def _outputs(
    args: argparse.Namespace,
    instance: Instance,
    x: Codes,
    folder: Path,
    status: Status,
) -> tuple[Codes, dict[str, float]]:
    """Return what the circuit gives for each image, and how long that took."""
    hardware = design_hardware(instance)
    write_files(args.output, {f"{hardware.module}.v": hardware.verilog})
    if args.sim == "network":
        start = time.perf_counter()
        bits = Network(instance.graph).run({"x": x.astype(np.uint8)})["y"]
        codes = np.packbits(bits, axis=-1, bitorder="little").astype(np.int64)
        return codes, {"build_seconds": 0.0, "run_seconds": time.perf_counter() - start}
    check = layer_check(
        layer_design(instance, hardware.module, hardware.verilog), LayerCases(x=x[None])
    )
    (result,) = verify([check], args.sim, folder, progress=status.update, is_quick=True)
    seconds = {"build_seconds": result.build_seconds, "run_seconds": result.seconds}
    return result.results["y"], seconds


def _draw(
    args: argparse.Namespace, graph: NeuronGraph, digits: Digits, x: Codes, logits: NDArray
) -> Path:
    """Draw the first image of the test set as spikes."""
    simulator = Network(graph)
    planes, _ = simulator.pack({"x": x[:1].astype(np.uint8)})
    fires = (simulator.node_planes(planes)[graph.input_count :, 0] & np.uint64(1)).astype(bool)
    path = args.output / "digits_spikes.png"
    draw_raster(
        path,
        graph,
        fires,
        digits.test_images[0].reshape(8, 8),
        logits[0].tolist(),
        int(digits.test_labels[0]),
    )
    return path


def _run(args: argparse.Namespace) -> int:
    _check(args)
    digits = load_digits()
    console = Console(stderr=True)
    with (
        console.status("Training") as status,
        temporary_folder() as temporary,
    ):
        perceptron = train(digits, args.hidden, args.kept)
        fmt = find_format(DEFAULT_FORMAT)
        layers = make_layers(fmt, perceptron.arrays)
        make_folder(args.output)
        weights = args.output / "digits.npz"
        np.savez(weights, **perceptron.arrays)  # type: ignore[arg-type]
        shape = make_layer_shape(layers, source=str(weights))
        instance = make_instance("linear", format=fmt, layer=shape)
        status.update("Building the neurons")
        graph = instance.graph
        x = quantise(fmt, digits.test_images)[: args.images]
        labels = digits.test_labels[: args.images]
        expected = network(
            fmt,
            x,
            [
                (layer.weight_codes, layer.bias_codes, activation)
                for layer, activation in zip(layers, shape.activations, strict=True)
            ],
        )[-1]
        status.update("Generating Verilog")
        try:
            found, times = _outputs(
                args, instance, x, make_folder(args.build_dir or temporary), status
            )
        except BenchError as error:
            console.print(f"spikefloat: {error}", markup=False, highlight=False)
            return 1
        status.update("Drawing")
        picture = _draw(args, graph, digits, x, decode(fmt, found))
    floats = perceptron.logits(digits.test_images[: args.images])
    in_float = float((floats.argmax(axis=1) == labels).mean())
    in_codes = float((decode(fmt, found).argmax(axis=1) == labels).mean())
    result = {
        "network": "-".join(map(str, shape.sizes)),
        "format": fmt.name,
        "weights": sum(len(layer.weight) * layer.inputs for layer in layers),
        "nonzero_weights": int(
            sum((layer.weight_codes & fmt.magnitude_mask != 0).sum() for layer in layers)
        ),
        "neurons": len(graph.neurons),
        "depth": graph.depth,
        "simulator": args.sim,
        "images": len(x),
        "logits": int(found.size),
        "logits_equal": int((found == expected).sum()),
        "accuracy_float": in_float,
        "accuracy_fp8": in_codes,
        "loss_points": round(100 * (in_float - in_codes), 3),
        **times,
        "picture": str(picture),
    }
    (args.output / "digits.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    _print(result, args.json)
    return 0 if result["logits_equal"] == result["logits"] else 1


def _print(result: dict, as_json: bool) -> None:
    if as_json:
        print_json(result)
        return
    print_table(
        "Digits of scikit-learn, in neurons",
        ("what", "value"),
        [
            ("network, all weights hard-wired", f"{result['network']}, {result['format']}"),
            ("weights that are not zero", f"{result['nonzero_weights']} of {result['weights']}"),
            ("neurons / depth", f"{result['neurons']:,} / {result['depth']}"),
            (f"images of the test set, in {result['simulator']}", result["images"]),
            (
                "logits equal to the golden model, bit for bit",
                f"{result['logits_equal']:,} of {result['logits']:,}",
            ),
            ("accuracy in float64", f"{100 * result['accuracy_float']:.2f} %"),
            ("accuracy in FP8", f"{100 * result['accuracy_fp8']:.2f} %"),
            ("loss", f"{result['loss_points']:g} points"),
            ("spikes of one inference", result["picture"]),
        ],
    )
