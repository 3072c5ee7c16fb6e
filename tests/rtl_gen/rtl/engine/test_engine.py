# SPDX-License-Identifier: Apache-2.0
"""What is around the circuits of an engine: the sequencer clock by clock, and the Verilog of all."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from amaranth.sim import Simulator

from spikefloat.rtl_gen.designs.engines.units import make_units
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.program import Program, make_program
from spikefloat.rtl_gen.rtl.engine.engine import Engine, engine_ports, engine_verilog
from spikefloat.rtl_gen.rtl.engine.sequencer import DRAIN, Sequencer
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.sim.simulators.lint import lint
from tests.helpers.networks import small_network, small_weights, with_few_cuts

#: Clocks until a unit has taken a row, in the test, and then until its result is in the memory.
TAKES, GIVES = 7, 3


@cache
def small_program() -> Program:
    network = small_network()
    return make_program(network, small_weights(network))


@cache
def small_engine() -> Engine:
    return Engine(small_program(), with_few_cuts(make_units(small_network(), "transformer")))


def operations(program: Program) -> Iterator[dict[str, int]]:
    """Yield what the sequencer must give, operation by operation."""
    for one in program.instructions:
        is_product = not (one.is_norm or one.is_softmax)
        for row in range(one.rows):
            for column in range(one.columns):
                index = row * one.columns + column
                along = one.first + (column // 2 if one.is_gated else column)
                word, place = (along, row) if one.is_transposed else (row, along)
                yield {
                    "x": one.x + row,
                    "w": one.w + column,
                    "is_product": is_product,
                    "is_norm": one.is_norm,
                    "is_softmax": one.is_softmax,
                    "is_weight": one.is_weight,
                    "is_gated": one.is_gated,
                    "is_output": one.is_output,
                    "adds": one.adds,
                    "keeps": one.keeps,
                    "writes": one.writes and (not one.is_gated or column % 2 == 1),
                    **({"word": one.into + word} if one.writes else {}),
                    **({"place": place} if is_product and one.writes else {}),
                    **({"stream": one.add + index} if one.adds else {}),
                    **({"keep": one.keep + index} if one.keeps else {}),
                }


def run_sequencer(program: Program) -> tuple[list[tuple[int, dict[str, int]]], int]:
    """Return the operations of the sequencer, with their clocks, and the clock in which it is done."""
    sequencer = Sequencer(program)
    seen: list[tuple[int, dict[str, int]]] = []
    ends: list[int] = []

    async def testbench(ctx: Any) -> None:
        ctx.set(sequencer.start, 1)
        await ctx.tick()
        ctx.set(sequencer.start, 0)
        countdown = -GIVES
        for clock in range(1000):
            slot = sequencer.slot
            if ctx.get(slot.is_valid):
                names = list(slot.shape().members)
                numbers = {name: int(ctx.get(getattr(slot, name))) for name in names}
                for name in ("x", "w", "stream"):
                    numbers[name] = ctx.get(getattr(sequencer, name))
                seen.append((clock, numbers))
                if not numbers["is_product"]:
                    countdown = TAKES
            ctx.set(sequencer.row_taken, countdown == 0)
            ctx.set(sequencer.rows_busy, countdown > -GIVES)
            countdown -= 1
            if ctx.get(sequencer.done):
                ends.append(clock)
                return
            await ctx.tick()

    simulator = Simulator(sequencer)
    simulator.add_clock(1e-6)
    simulator.add_testbench(testbench)
    simulator.run()
    (end,) = ends
    return seen, end


def test_sequencer() -> None:
    """Every address of every operation, and a clock for each."""
    program = small_program()
    seen, end = run_sequencer(program)
    expected = list(operations(program))
    assert len(seen) == len(expected) == 129 + 13
    for (_, actual), one in zip(seen, expected, strict=True):
        assert {name: actual[name] for name in one} == one
    clocks = sum(
        1
        + (
            one.rows * (TAKES + 1) + GIVES
            if one.is_softmax or one.is_norm
            else one.rows * one.columns + DRAIN
        )
        for one in program.instructions
    )
    assert end == clocks
    assert [clock for clock, _ in seen[:12]] == list(range(1, 13))
    assert seen[12][0] == 13 + DRAIN + 1


def test_ports() -> None:
    ports = {
        port.name: (port.width, port.is_input) for port in engine_ports(small_engine()).values()
    }
    assert ports == {
        "clk": (1, True),
        "rst": (1, True),
        "s_axis_x_tdata": (16, True),
        "s_axis_x_tvalid": (1, True),
        "s_axis_x_tready": (1, False),
        "s_axis_x_tlast": (1, True),
        "m_axis_y_tdata": (88, False),
        "m_axis_y_tvalid": (1, False),
        "m_axis_y_tready": (1, True),
        "m_axis_y_tlast": (1, False),
        "frame_error": (1, False),
        "trace_valid": (1, False),
        "trace_is_row": (1, False),
        "trace_word": (6, False),
        "trace_place": (3, False),
        "trace_data": (48, False),
    }


def texts(units: Units, name: str) -> list[str]:
    """Return the Verilog of a circuit that is used by itself, or of all of a unit."""
    unit = name.partition("_")[0]
    if unit in units.passes:
        return list(units.passes[unit].circuits_verilog(f"transformer_{unit}"))
    return [spatial_verilog(units.graphs[name])]


@pytest.mark.tool
def test_lint(tmp_path: Path) -> None:
    """Without what is in the circuits, which have a test of their own."""
    engine = small_engine()
    text = engine_verilog(engine)
    stubs = []
    for name, graph in engine.units.graphs.items():
        for own in texts(engine.units, name):
            text = text.replace(own, "")
        unit, _, part = name.partition("_")
        steps = engine.units.passes.get(unit)
        cuts = steps.cuts_of(part) if steps else 0
        controls = ["clk", *(f"enable_{cut + 1}" for cut in range(cuts))] if cuts else []
        ports = ", ".join([*controls, *(port.name for port in (*graph.inputs, *graph.outputs))])
        lines = [
            *(f"input wire {control};" for control in controls),
            *(f"input wire [{len(p.nodes) - 1}:0] {p.name};" for p in graph.inputs),
            *(f"output wire [{len(p.nodes) - 1}:0] {p.name};" for p in graph.outputs),
            *(f"assign {p.name} = 0;" for p in graph.outputs),
        ]
        stubs.append(f"module transformer_{name}({ports});\n" + "\n".join(lines) + "\nendmodule\n")
    top = text.rstrip()
    assert sorted(re.findall(r"^module (\w+)", top, re.MULTILINE)) == [
        "transformer",
        "transformer_norm",
        "transformer_norm_passes",
        "transformer_sequencer",
        "transformer_softmax",
        "transformer_softmax_passes",
    ]
    path = tmp_path / "transformer.v"
    rules = ("DECLFILENAME", "UNUSEDSIGNAL", "WIDTHEXPAND")
    waiver = "".join(f"// verilator lint_off {rule}\n" for rule in rules)
    path.write_text(waiver + "".join(stubs) + waiver.replace("_off", "_on") + top + "\n")
    assert lint(path) == ""


def test_wrong_name() -> None:
    with pytest.raises(InputError, match="Module name must be an identifier and no keyword"):
        make_units(small_network(), "small")


def test_names_of_modules_begin_with_that_of_the_top() -> None:
    names = re.findall(r"^module (\w+)", engine_verilog(small_engine()), re.MULTILINE)
    assert len(names) == len(set(names)) > 100
    assert all(re.match(r"transformer(_|$)|neuron_", name) for name in names)
