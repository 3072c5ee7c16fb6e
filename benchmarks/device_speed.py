# SPDX-License-Identifier: Apache-2.0
"""How many neurons with noise the device model evaluates per second, on one core.

Run as ``python benchmarks/device_speed.py [--json]``. The noise is on every synapse; the result is
compared with the golden model, and must be neither all right nor all wrong, before it is timed.
"""

import argparse
import json
import sys
import time
from typing import Any

import numpy as np

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.devices.device import Device
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.golden import arithmetic as golden

#: Neuron evaluations per second and core that are asked for.
REQUIRED_SPEED = 50e6
SIGMA = 0.1


def measure(library: str, objective: str, seconds: float) -> dict[str, Any]:
    """Return the speed for the multiplier of one library."""
    instance = make_instance("multiply", library=library, objective=objective)
    graph = instance.graph
    a, b = np.divmod(np.arange(1 << 16), 256)
    expected = golden.multiply(instance.circuit.format, a, b, instance.circuit.overflow)
    device = Device(graph, Physics(synapse_noise=SIGMA))
    exact = float(np.mean(device.run({"a": a, "b": b}, seed=0).outputs["y"] == expected))
    if not 0.01 < exact < 0.99:
        raise ValueError(f"Share of exact results must be from 0.01 to 0.99, not {exact}")
    best, end, seed = float("inf"), time.perf_counter() + seconds, 0
    while (begin := time.perf_counter()) < end:
        seed += 1
        device.run({"a": a, "b": b}, seed=seed)
        best = min(best, time.perf_counter() - begin)
    return {
        "design": graph.name,
        "library": library,
        "objective": objective,
        "neurons": len(graph.neurons),
        "trials": len(a),
        "exact_rate": exact,
        "evaluations_per_second": len(graph.neurons) * len(a) / best,
        "required": REQUIRED_SPEED,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2.0, help="how long to measure each")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    rows = [
        measure("published", "structure", args.seconds),
        measure("native", "structure", args.seconds),
        measure("native", "neurons", args.seconds),
    ]
    if args.json:
        print(json.dumps(rows, indent=2))
    else:
        for row in rows:
            print(
                f"{row['design']} ({row['library']}, {row['objective']}): {row['neurons']} "
                f"neurons, {row['evaluations_per_second'] / 1e6:.0f} M evaluations/s "
                f"(asked: {REQUIRED_SPEED / 1e6:.0f} M)"
            )
    return 0 if rows[0]["evaluations_per_second"] >= REQUIRED_SPEED else 1


if __name__ == "__main__":
    sys.exit(main())
