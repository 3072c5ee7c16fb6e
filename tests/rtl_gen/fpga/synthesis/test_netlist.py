# SPDX-License-Identifier: Apache-2.0
"""Cells are counted by kind, and depth is that of the longest path between registers."""

from typing import Any

import pytest

from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.fpga.synthesis.netlist import Counts, count_cells
from spikefloat.rtl_gen.fpga.synthesis.targets import find_target

INPUTS = {"A", "B", "C", "D", "CIN", "BLUT", "ALUT", "C0", "DI", "CLK", "WCK", "RAD"}


def cell(kind: str, **nets: int | str) -> dict[str, Any]:
    return {
        "type": kind,
        "connections": {port: [net] for port, net in nets.items()},
        "port_directions": {port: "input" if port in INPUTS else "output" for port in nets},
    }


def netlist(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"modules": {"m": {"cells": {f"c{i}": entry for i, entry in enumerate(cells)}}}}


def test_chain_and_parallel_paths() -> None:
    found = count_cells(
        netlist(
            cell("LUT4", A=1, B="0", Z=2),
            cell("LUT4", A=2, B=1, Z=3),
            cell("LUT4", A=1, Z=4),
            cell("LUT4", A=3, B=4, Z=5),
        ),
        "m",
        TARGETS["ecp5"],
    )
    assert found == Counts(lut=4, depth=3, carry=0, ff=0, bram=0)


def test_register_cuts_the_path() -> None:
    found = count_cells(
        netlist(
            cell("LUT4", A=1, Z=2),
            cell("TRELLIS_FF", DI=2, CLK=9, Q=3),
            cell("LUT4", A=3, Z=4),
            cell("LUT4", A=4, Z=5),
            cell("DP16KD", A=5, Z=6),
            cell("LUT4", A=6, Z=7),
        ),
        "m",
        TARGETS["ecp5"],
    )
    assert found == Counts(lut=4, depth=2, carry=0, ff=1, bram=1)


def test_memory_of_tables_is_a_level_where_it_is_read() -> None:
    found = count_cells(
        netlist(
            cell("LUT4", A=1, Z=2),
            cell("TRELLIS_DPR16X4", DI=4, WCK=9, RAD=2, DO=3),
            cell("LUT4", A=3, Z=4),
        ),
        "m",
        TARGETS["ecp5"],
    )
    assert found == Counts(lut=2, depth=3, carry=0, ff=0, bram=0, lutram=1)


def test_loop_through_a_register_is_none() -> None:
    found = count_cells(
        netlist(cell("LUT4", A=3, Z=2), cell("TRELLIS_FF", DI=2, CLK=9, Q=3)), "m", TARGETS["ecp5"]
    )
    assert found.depth == 1


def test_carry_and_wide_muxes_are_no_level() -> None:
    found = count_cells(
        netlist(
            cell("LUT4", A=1, Z=2),
            cell("PFUMX", BLUT=2, ALUT=1, C0=1, Z=3),
            cell("CCU2C", A=3, Z=4),
            cell("CCU2C", CIN=4, Z=5),
            cell("LUT4", A=5, Z=6),
        ),
        "m",
        TARGETS["ecp5"],
    )
    assert found == Counts(lut=2, depth=2, carry=2, ff=0, bram=0)


@pytest.mark.parametrize(
    "entry, has_path",
    [
        (cell("TRELLIS_FF", DI=1, CLK=9, Q=2), True),
        (cell("MULT18X18D", A=1, Z=2), True),
        (cell("VCC", Z=2), False),
        (cell("$scopeinfo"), False),
    ],
)
def test_whether_there_is_anything(entry: dict[str, Any], has_path: bool) -> None:
    assert count_cells(netlist(entry), "m", TARGETS["ecp5"]).has_path is has_path
    assert not count_cells(netlist(), "m", TARGETS["ecp5"]).has_path


def test_loop_is_an_error() -> None:
    loop = netlist(cell("LUT4", A=3, Z=2), cell("LUT4", A=2, Z=3))
    with pytest.raises(ValueError, match="^Module m must be without combinational loops$"):
        count_cells(loop, "m", TARGETS["ecp5"])


def test_missing_module() -> None:
    with pytest.raises(ValueError, match="^No module named 'n' in the netlist$"):
        count_cells(netlist(), "n", TARGETS["ecp5"])


@pytest.mark.parametrize(
    "target, kinds",
    [
        (
            "ecp5",
            {
                "LUT4": "lut",
                "TRELLIS_FF": "ff",
                "CCU2C": "carry",
                "DP16KD": "bram",
                "TRELLIS_DPR16X4": "lutram",
                "L6MUX21": "wire",
                "MULT18X18D": "other",
            },
        ),
        (
            "ice40",
            {
                "SB_LUT4": "lut",
                "SB_DFFESR": "ff",
                "SB_CARRY": "carry",
                "SB_RAM40_4K": "bram",
                "$scopeinfo": "other",
            },
        ),
        (
            "gowin",
            {
                "LUT1": "lut",
                "LUT4": "lut",
                "DFFRE": "ff",
                "ALU": "carry",
                "SDPB": "bram",
                "RAM16SDP4": "lutram",
                "IBUF": "wire",
                "GND": "other",
            },
        ),
        (
            "generic6",
            {"$lut": "lut", "$_DFF_P_": "ff", "$_SDFFE_PP0P_": "ff", "$scopeinfo": "other"},
        ),
        (
            "gates",
            {"$_ANDNOT_": "lut", "$_XOR_": "lut", "$_NOT_": "wire", "$_DLATCH_P_": "ff"},
        ),
    ],
)
def test_kind(target: str, kinds: dict[str, str]) -> None:
    assert {name: find_target(target).kind(name) for name in kinds} == kinds


def test_unknown_target() -> None:
    with pytest.raises(
        ValueError,
        match="^Target must be one of ecp5, ecp5-85f, ice40, gowin, generic6, gates, not 'xilinx'$",
    ):
        find_target("xilinx")
