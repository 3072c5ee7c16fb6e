# SPDX-License-Identifier: Apache-2.0
"""Driving any clocked circuit with one set of operands per clock, under Icarus."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.simulators.find import find_simulator

__all__ = ["run_clocked"]


def run_clocked(
    verilog: str,
    graph: NeuronGraph,
    inputs: Mapping[str, NDArray],
    latency: int,
    folder: Path,
    discharge: NDArray | None = None,
) -> dict[str, NDArray]:
    """Return the output codes of a module called like its graph, each ``latency`` clocks late.

    First the module is in reset for as long as a wave takes. Before that all is undefined, and a
    result that still is afterwards is an error.
    """
    ports = {port.name: len(port.nodes) for port in graph.inputs}
    codes = dict(inputs)
    if discharge is not None:
        ports = {"discharge": 1, **ports}
        codes["discharge"] = discharge
    clocks = len(next(iter(codes.values())))
    words = np.zeros(clocks, object)
    fields, low = [], 0
    for name, width in ports.items():
        words = words | (np.asarray(codes[name]).astype(object) << low)
        fields.append(f".{name}(now[{low + width - 1}:{low}])")
        low += width
    results = {port.name: len(port.nodes) for port in graph.outputs}
    outside = ", ".join([*fields, *(f".{name}({name})" for name in results)])
    wires = "\n".join(f"  wire [{width - 1}:0] {name};" for name, width in results.items())
    shown = " ".join(["%b"] * len(results))
    (folder / "words.hex").write_text("\n".join(f"{word:x}" for word in words) + "\n")
    (folder / "bench.v").write_text(
        verilog
        + f"""
module bench;
  reg clk = 1'b0, rst = 1'b1;
  reg [{low - 1}:0] words [0:{clocks - 1}];
  reg [{low - 1}:0] now = 0;
{wires}
  {graph.name} dut (.clk(clk), .rst(rst), {outside});
  integer i;
  initial begin
    $readmemh("words.hex", words);
    for (i = 0; i <= {latency}; i = i + 1) begin #1 clk = 1'b1; #1 clk = 1'b0; end
    rst = 1'b0;
    for (i = 0; i < {clocks + latency}; i = i + 1) begin
      now = i < {clocks} ? words[i] : 0;
      #1 if (i >= {latency}) $display("{shown}", {", ".join(results)});
      clk = 1'b1; #1 clk = 1'b0;
    end
  end
endmodule
"""
    )
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
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    rows = [line.split() for line in done.stdout.splitlines()]
    assert len(rows) == clocks
    return {
        name: np.array([int(row[index], 2) for row in rows]) for index, name in enumerate(results)
    }
