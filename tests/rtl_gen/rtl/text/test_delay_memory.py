# SPDX-License-Identifier: Apache-2.0
"""Delay lines in memory: how a line is made of them, and that each is as long as it says."""

import os
import subprocess
from itertools import combinations

import pytest

from spikefloat.rtl_gen.rtl.text.delay_memory import (
    LONGEST,
    choose_lengths,
    memory_module,
    place_bits,
    split_line,
)
from spikefloat.sim.simulators.find import find_simulator


@pytest.mark.parametrize(
    "clocks, lengths, parts",
    [
        (3, (), [3]),
        (3, (4,), [3]),
        (4, (4,), [0, 4]),
        (42, (4, 11, 17), [0, 17, 17, 4, 4]),
        (43, (4, 11, 17), [1, 17, 17, 4, 4]),
    ],
)
def test_split_line(clocks, lengths, parts):
    assert split_line(clocks, lengths) == parts
    assert sum(parts) == clocks


def test_a_counter_reaches_every_word():
    for length in range(3, LONGEST + 1):
        assert 2 ** (place_bits(length) - 1) < max(length - 1, 2) <= 2 ** place_bits(length)


def test_few_lines_stay_registers():
    assert choose_lengths({}) == ()
    assert choose_lengths({1: 500, 2: 300, 3: 200}) == ()
    assert choose_lengths({9: 1}) == ()


def test_many_lines_of_one_length():
    assert choose_lengths({9: 40}) == (9,)
    assert choose_lengths({9: 40, 1: 10}) == (9,)
    # Two memories, one after the other.
    assert choose_lengths({34: 40}) == (17,)


def test_no_choice_saves_more():
    """Among all pairs of lengths, none leaves fewer registers, counters and memory counted."""
    lines = {4: 20, 9: 11, 13: 16}
    chosen = choose_lengths(lines)

    def cost(lengths):
        total, widths = 0, {}
        for clocks, count in lines.items():
            registers, *memories = split_line(clocks, lengths)
            total += registers * count
            for length in memories:
                widths[length] = widths.get(length, 0) + count
        return total + sum(
            width + 2 * place_bits(length) + 6 * -(-width // 4) for length, width in widths.items()
        )

    every = [pair for size in range(3) for pair in combinations(range(4, LONGEST + 1), size)]
    assert cost(chosen) <= min(cost(pair) for pair in every)
    assert len(every) == 1 + 14 + 91


@pytest.mark.tool
def test_every_length(tmp_path):
    """What comes out went in LENGTH clocks ago, wherever the counter begins."""
    lengths = range(3, LONGEST + 1)
    lines, checks = [], []
    for length in lengths:
        bits = place_bits(length)
        lines.append(
            f"  wire [7:0] y{length};\n  memory #(.LENGTH({length}), .PLACE_BITS({bits}), "
            f".LAST_PLACE({bits}'d{length - 2}), .WIDTH(8)) m{length} (clk, now, y{length});\n"
            f"  initial #1 m{length}.place = {bits}'d{(1 << bits) - 1};"
        )
        checks.append(
            f'      if (i > 40 && y{length} !== i - {length}) $display("wrong {length}");'
        )
    text = "\n".join(
        [
            memory_module("memory"),
            "module bench;",
            "  reg clk = 1'b0;",
            "  reg [7:0] now = 8'd0;",
            "  integer i;",
            *lines,
            "  initial begin",
            "    #2 for (i = 0; i < 200; i = i + 1) begin",
            "      now = i;",
            "      #1",
            *checks,
            "      clk = 1'b1; #1 clk = 1'b0;",
            "    end",
            '    $display("end");',
            "  end",
            "endmodule",
            "",
        ]
    )

    def run(text):
        (tmp_path / "bench.v").write_text(text)
        env = os.environ | find_simulator("icarus").env
        for command in (
            [
                "iverilog",
                "-g2001",
                "-Wall",
                "-Wno-timescale",
                "-s",
                "bench",
                "-o",
                "bench.vvp",
                "bench.v",
            ],
            ["vvp", "-n", "bench.vvp"],
        ):
            done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True)
            assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    assert run(text) == "end\n"
    # A memory that is a word too long is seen.
    assert run(text.replace(".LAST_PLACE(4'd9)", ".LAST_PLACE(4'd10)", 1)).count("wrong 11") > 100
