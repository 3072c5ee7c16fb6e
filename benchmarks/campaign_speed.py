# SPDX-License-Identifier: Apache-2.0
"""How much faster a campaign is with two processes than with one. Needs two cores that are idle.

Run as ``python benchmarks/campaign_speed.py``. The results must be the same.
"""

import sys
import time

from spikefloat.rtl_gen.checks.targets import design_target
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.campaigns.campaign import Cell
from spikefloat.sim.campaigns.store import run_campaign
from spikefloat.sim.devices.physics import Physics

REQUIRED_RATIO = 1.7


def main() -> int:
    target = design_target(make_instance("multiply", library="published"))
    # So much work that starting the processes, half a second each, does not matter.
    cells = [
        Cell(target=target, physics=Physics(synapse_noise=0.1), seed=seed, precision=1e-9)
        for seed in range(24)
    ]
    seconds, results = {}, []
    for workers in (1, 2):
        begin = time.perf_counter()
        results.append(run_campaign(cells, workers=workers))
        seconds[workers] = time.perf_counter() - begin
        evaluations = len(target.graph.neurons) * sum(r["trials"] for r in results[-1])
        print(
            f"{workers} worker(s): {seconds[workers]:.1f} s, "
            f"{evaluations / seconds[workers] / 1e6:.0f} M evaluations/s"
        )
    if results[0] != results[1]:
        print("Results must be the same with one and two workers", file=sys.stderr)
        return 2
    ratio = seconds[1] / seconds[2]
    print(f"two workers are {ratio:.2f} times as fast as one (asked: {REQUIRED_RATIO})")
    return 0 if ratio >= REQUIRED_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
