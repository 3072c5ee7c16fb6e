# SPDX-License-Identifier: Apache-2.0
"""How fast a pipeline is checked under a simulator: all operand pairs, one in each clock.

Run as ``python benchmarks/stream_speed.py [--design D] [--stages P] [--sim S] [--json]``. Every
result is compared with the golden model, in bulk, outside the time that is measured.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from spikefloat.rtl_gen.checks.verifying.plan import scalar_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError, UserError
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.scalars import scalar_checks
from spikefloat.sim.cases.exhaustive import operand_cases
from spikefloat.sim.simulators.find import SIMULATORS

#: Pairs per second that are asked of Verilator.
REQUIRED_SPEED = 700_000


def measure(name: str, stages: int, simulator: str, repeats: int) -> dict[str, Any]:
    """Return the speed of one design, over all its operand pairs, several times in a row."""
    instance = make_instance(name, stages=stages)
    design = scalar_design(instance)
    cases = np.stack(
        operand_cases([instance.circuit.format], len(instance.design.operands), "all"), axis=1
    )
    with tempfile.TemporaryDirectory(prefix="spikefloat-") as folder:
        checks = scalar_checks([design], np.tile(cases, (repeats, 1)))
        (result,) = verify(checks, simulator, Path(folder))
    if result.mismatches:
        raise ValueError(f"Results must be those of the golden model: {result.report}")
    return {
        "design": instance.name,
        "simulator": simulator,
        "latency": design.latency,
        "pairs": result.cases,
        "seconds": result.seconds,
        "cpu_seconds": result.cpu_seconds,
        "pairs_per_second": result.cases / result.seconds,
        # What it would be on a machine with nothing else to do.
        "pairs_per_cpu_second": result.cases / result.cpu_seconds,
    }


def main() -> int:
    """Measure, print, and fail if Verilator is slower than asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--design",
        metavar="D",
        default="multiply",
        help="design with two operands of 8 bits (default: multiply)",
    )
    parser.add_argument(
        "--stages", metavar="P", type=int, default=2, help="register cuts, at least 1 (default: 2)"
    )
    parser.add_argument(
        "--sim",
        metavar="S",
        choices=SIMULATORS,
        default="verilator",
        help=f"{' or '.join(SIMULATORS)} (default: verilator)",
    )
    parser.add_argument(
        "--repeats",
        metavar="N",
        type=int,
        default=8,
        help="how many times all pairs are streamed in a row (default: 8)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    args = parser.parse_args()
    try:
        if args.stages < 1:
            raise InputError(f"Stages must be 1 or more, not {args.stages}")
        figures = measure(args.design, args.stages, args.sim, args.repeats)
    except UserError as error:
        print(f"stream_speed: error: {error}", file=sys.stderr)
        return 2
    if args.json:
        json.dump(figures, sys.stdout, indent=2)
        print()
    else:
        for key, value in figures.items():
            text = (
                f"{value:,.3f}"
                if "seconds" in key
                else (f"{value:,.0f}" if isinstance(value, float) else f"{value}")
            )
            print(f"{key:>20}: {text}")
    fast_enough = figures["pairs_per_cpu_second"] >= REQUIRED_SPEED
    return 0 if fast_enough or args.sim != "verilator" else 1


if __name__ == "__main__":
    sys.exit(main())
