# SPDX-License-Identifier: Apache-2.0
"""Pipelines by their structure: what is none is refused with what was found."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from spikefloat.rtl_gen.checks.proving.registers import UnequalPaths, without_registers
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.mapping.equivalence import prove_same
from spikefloat.rtl_gen.mapping.netlist import circuit_of_netlist
from spikefloat.rtl_gen.mapping.verilog_source import read_netlist

pytestmark = pytest.mark.tool

Module = dict[str, Any]


def read(folder: Any, stages: int, style: str = "spatial") -> Module:
    instance = make_instance("minimum", format="e2m1fn", stages=stages, style=style)
    hardware = design_hardware(instance)
    path = folder.mktemp("verilog") / "a.v"
    path.write_text(hardware.verilog, encoding="utf-8")
    return read_netlist(path, hardware.module)


@pytest.fixture(scope="module")
def piped(tmp_path_factory: pytest.TempPathFactory) -> Module:
    return read(tmp_path_factory, 2)


def registers(module: Module) -> list[Module]:
    return [cell for cell in module["cells"].values() if cell["type"] == "$_DFF_P_"]


def test_a_pipeline(piped: Module, tmp_path_factory: pytest.TempPathFactory) -> None:
    plain = circuit_of_netlist(read(tmp_path_factory, 0), "plain")
    assert prove_same(without_registers(piped, "piped", 2), plain).equal
    with pytest.raises(UnequalPaths, match=r"^y\[0\] is 2 registers behind, not 3$"):
        without_registers(piped, "piped", 3)


def test_spiking(piped: Module, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neurons are registers with a reset: what they compute while it is low is what is asked."""
    module = read(tmp_path_factory, 0, "spiking")
    plain = without_registers(piped, "piped", 2)
    assert prove_same(without_registers(module, "spiking", 7, has_reset=True), plain).equal
    with pytest.raises(UnequalPaths, match="^logic depends on the clock or the reset$"):
        without_registers(module, "spiking", 7)
    use_reset(module)
    assert not prove_same(without_registers(module, "spiking", 7, has_reset=True), plain).equal


def drop(module: Module) -> None:
    """Make the first register a buffer of two inverters."""
    name, cell = next(c for c in module["cells"].items() if c[1]["type"] == "$_DFF_P_")
    pins = cell["connections"]
    module["cells"][name] = {"type": "$_NOT_", "connections": {"A": pins["D"], "Y": ["middle"]}}
    module["cells"]["other"] = {
        "type": "$_NOT_",
        "connections": {"A": ["middle"], "Y": pins["Q"]},
    }


def feed_itself(module: Module) -> None:
    pins = registers(module)[0]["connections"]
    pins["D"] = pins["Q"]


def other_clock(module: Module) -> None:
    registers(module)[0]["connections"]["C"] = module["ports"]["a"]["bits"][:1]


def reset(module: Module) -> None:
    registers(module)[0]["type"] = "$_SDFF_PP0_"


def use_reset(module: Module) -> None:
    registers(module)[0]["connections"]["D"] = module["ports"]["rst"]["bits"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (drop, r"paths of \d and \d registers meet|is 1 registers behind, not 2"),
        (feed_itself, "a register feeds itself"),
        (other_clock, "a register has another clock"),
        (reset, r"a register is a \$_SDFF_PP0_, not a plain one"),
        (use_reset, "logic depends on the clock or the reset"),
    ],
)
def test_faults(piped: Module, change: Callable[[Module], None], message: str) -> None:
    module = copy.deepcopy(piped)
    change(module)
    with pytest.raises(UnequalPaths, match=message):
        without_registers(module, "piped", 2)
