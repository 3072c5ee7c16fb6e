# SPDX-License-Identifier: Apache-2.0
"""Netlists after synthesis, in models of the cells, give the same results as the golden model."""

import re
from pathlib import Path

import pytest

from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.fpga.synthesis.gate_level import cell_models, gate_level_verilog
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Contract, Outcome
from spikefloat.sim.benches.scalars import ScalarDesign, scalar_checks

OPERATIONS = ("multiply", "add")


def gate_level_design(operation: str, target: str, style: str = "spatial") -> ScalarDesign:
    instance = make_instance(operation, overflow="nan", style=style)
    hardware = make_hardware(instance, module=f"{operation}_{target}_{style}")
    return ScalarDesign(
        name=hardware.module,
        module=hardware.module,
        operation=operation,
        fmt=instance.circuit.format,
        overflow=instance.circuit.overflow,
        verilog=gate_level_verilog(hardware.verilog, hardware.module, TARGETS[target]),
        contract=Contract.CLOCKED if hardware.is_clocked else Contract.COMBINATIONAL,
        latency=hardware.latency,
    )


def with_verilog(design: ScalarDesign, verilog: str) -> ScalarDesign:
    return ScalarDesign(**{**vars(design), "verilog": verilog})


def figures(results: list[Outcome]) -> list[tuple[int, int]]:
    return [(result.cases, result.mismatches) for result in results]


def test_models_are_only_those_needed() -> None:
    models = cell_models(TARGETS["ecp5"], "LUT4 #(.INIT(16'h1)) x (.A(a)); TRELLIS_FF y ();")
    assert re.findall(r"^\s*module (\w+)", models, re.M) == ["LUT4", "TRELLIS_FF"]
    # Carry cells are made of other cells.
    models = cell_models(TARGETS["ecp5"], "CCU2C x ();")
    assert set(re.findall(r"^\s*module (\w+)", models, re.M)) == {"CCU2C", "LUT2", "LUT4"}


def test_no_models_for_plain_verilog() -> None:
    assert cell_models(TARGETS["generic6"], "assign y = 16'h1 >> {a, b, c, d};") == ""


@pytest.mark.slow
@pytest.mark.tool
def test_ecp5_all_pairs(tmp_path: Path) -> None:
    """A netlist with one wrong bit in one table is driven with them, and found."""
    designs = [gate_level_design(operation, "ecp5") for operation in OPERATIONS]
    assert all("LUT4 #(" in design.verilog for design in designs)
    tables = list(re.finditer(r"\.INIT\(16'h([0-9a-f]{4})\)", designs[0].verilog))
    assert len(tables) > 100
    place = tables[len(tables) // 2]
    wrong = f"{int(place[1], 16) ^ 1:04x}"
    text = designs[0].verilog
    broken = with_verilog(designs[0], text[: place.start(1)] + wrong + text[place.end(1) :])
    results = verify(scalar_checks([*designs, broken], "all"), "verilator", tmp_path)
    assert figures(results[:2]) == [(65536, 0)] * 2
    assert results[2].mismatches > 0


@pytest.mark.tool
@pytest.mark.slow
def test_other_targets_all_pairs(tmp_path: Path) -> None:
    designs = [
        gate_level_design(operation, target)
        for operation in OPERATIONS
        for target in ("ice40", "gowin", "generic6")
    ]
    assert figures(verify(scalar_checks(designs, "all"), "verilator", tmp_path)) == [(65536, 0)] * 6


@pytest.mark.tool
@pytest.mark.slow
def test_spiking_netlists_all_pairs(tmp_path: Path) -> None:
    """Those of one target come after a timescale, which is not the bench's."""
    designs = [
        gate_level_design(operation, target, "spiking")
        for operation, target in zip(OPERATIONS, ("ice40", "ecp5"), strict=True)
    ]
    assert figures(verify(scalar_checks(designs, "all"), "verilator", tmp_path)) == [(65536, 0)] * 2
