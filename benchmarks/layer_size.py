# SPDX-License-Identifier: Apache-2.0
"""How much smaller a layer is with its weights hard-wired, in neurons.

Run as ``python benchmarks/layer_size.py [--json]``. The weights are random, of a normal
distribution as after training; rounding is exact, the activation ReLU.
"""

import argparse
import json
import sys

import numpy as np

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.shapes import make_layer_shape
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.rtl_gen.weights.parameters import make_layer

#: Inputs and outputs.
SIZES = ((4, 2), (16, 4), (16, 16), (32, 16))


def sizes(inputs: int, outputs: int) -> dict[str, float]:
    """Return neurons and depth of a layer with weights as operands, and with weights known."""
    rng = np.random.default_rng(1)
    layer = make_layer(
        make_instance("linear").circuit.format,
        rng.normal(size=(outputs, inputs)) / np.sqrt(inputs),
        rng.normal(size=outputs) / 4,
    )
    ports, known = (
        measure(make_instance("linear", layer=shape).graph)
        for shape in (
            make_layer_shape(inputs=inputs, outputs=outputs, activation="relu"),
            make_layer_shape([layer], activation="relu"),
        )
    )
    return {
        "inputs": inputs,
        "outputs": outputs,
        "neurons_ports": ports.neurons,
        "depth_ports": ports.depth,
        "neurons_hardwired": known.neurons,
        "depth_hardwired": known.depth,
        "ratio": ports.neurons / known.neurons,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object for each size")
    args = parser.parse_args()
    for inputs, outputs in SIZES:
        row = sizes(inputs, outputs)
        if args.json:
            print(json.dumps(row))
        else:
            print(
                f"{inputs:3} -> {outputs:2}   ports {row['neurons_ports']:7,} / "
                f"{row['depth_ports']:3}   hard-wired {row['neurons_hardwired']:6,} / "
                f"{row['depth_hardwired']:3}   {row['ratio']:.1f} times smaller",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
