# SPDX-License-Identifier: Apache-2.0
"""What the circuits for lookup tables cost, by Yosys and nextpnr, beside the figures promised.

The tools give the same figures again for the same versions; other versions may differ by a few
percent, for which the figures asked for leave room.
"""

import pytest

from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.fpga.synthesis.flow import Measurement, measure
from spikefloat.rtl_gen.rtl.timing.tables import count_tables


def measured(
    operation: str, objective: str, target: str, *, seeds: tuple[int, ...] = (), **others: object
) -> Measurement:
    """Return the figures of an E4M3FN circuit."""
    instance = make_instance(operation, objective=objective, **others)
    hardware = make_hardware(instance)
    return measure(
        hardware.verilog, hardware.module, TARGETS[target], ports=hardware.ports, seeds=seeds
    )


@pytest.mark.tool
@pytest.mark.parametrize("operation, tables, depth", [("multiply", 100, 6), ("add", 115, 12)])
def test_tables_of_six_inputs(operation: str, tables: int, depth: int) -> None:
    found = measured(operation, "luts", "generic6")
    assert found.lut6 is not None
    assert found.lut6_depth is not None
    assert found.lut6 <= tables
    assert found.lut6_depth <= depth
    # The estimate, by which other circuits are chosen, is not far off.
    estimate = count_tables(make_instance(operation, objective="luts").graph, 6)
    assert found.lut6 <= estimate.tables <= 1.6 * found.lut6
    assert abs(estimate.depth - found.lut6_depth) <= 6


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize(
    "operation, stages, clock",
    [
        ("multiply", 0, 85),
        ("multiply", 2, 160),
        ("multiply", 4, 220),
        ("add", 0, 60),
        ("add", 1, 110),
        ("add", 3, 150),
    ],
)
def test_clock(operation: str, stages: int, clock: float) -> None:
    found = measured(operation, "fmax", "ecp5", seeds=(1, 2, 3), stages=stages)
    assert found.fmax_mhz is not None
    assert found.fmax_mhz >= clock


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("operation, registers", [("multiply", 1069), ("add", 1469)])
def test_clock_of_the_spiking_style(operation: str, registers: int) -> None:
    found = measured(operation, "fmax", "ecp5", seeds=(1, 2, 3), style="spiking")
    assert found.fmax_mhz is not None
    assert found.fmax_mhz >= 360
    assert found.ff <= registers
