# SPDX-License-Identifier: Apache-2.0
"""The commands, as data, so that only the one that was asked for is imported."""

import importlib
from dataclasses import dataclass
from types import ModuleType

__all__ = ["COMMANDS", "GROUPS", "Command"]

#: What commands are for, in the order of ``spikefloat --help``.
GROUPS = {
    "make": "make circuits",
    "check": "check them",
    "measure": "measure them",
    "look": "look at them",
}


@dataclass(frozen=True)
class Command:
    """One command of the command line."""

    name: str
    group: str  #: One of :data:`GROUPS`, and the folder of its module.
    summary: str  #: One line for a reader.

    def load(self) -> ModuleType:
        """Return the module of the command."""
        return importlib.import_module(f"spikefloat.rtl_gen.cli.{self.group}.{self.name}")


_TABLE = (
    Command("verilog", "make", "write a design as one self-contained Verilog file"),
    Command("map", "make", "map any combinational Verilog module to neurons, proved equal"),
    Command("harden", "make", "find the cheapest circuit of a design that tolerates a given noise"),
    Command("export", "make", "write designs as NIR networks for other simulators"),
    Command("package", "make", "write designs as FuseSoC cores, with file list, example and bench"),
    Command(
        "board", "make", "write what a board needs, up to its bitstream, or check it in simulation"
    ),
    Command("verify", "check", "simulate a design and compare every result with the golden model"),
    Command("inject", "check", "repeat a campaign, or stick every neuron, in Verilog"),
    Command("report", "check", "turn results of verify into a table, printed or put into a file"),
    Command("stats", "measure", "count neurons, depth and synapses of a design"),
    Command("latency", "measure", "tell how long operations take in each style of hardware"),
    Command("explore", "measure", "compare every known circuit for a design"),
    Command("synth", "measure", "synthesize a design, place and route it: size and clock"),
    Command(
        "sweep", "measure", "measure how often designs are right on devices that are not ideal"
    ),
    Command(
        "tolerance", "measure", "find the largest noise at which 99.9 % of the results are exact"
    ),
    Command(
        "criticality", "measure", "say whose mistakes reach the output, and which stuck ones show"
    ),
    Command("list", "look", "list the designs, their formats and how each is checked"),
    Command("waves", "look", "simulate a short scene and write its waveforms for GTKWave"),
    Command("env", "look", "print what a shell must run for other programs to find Verilator"),
    Command("host", "look", "talk to a board over its serial line, real or simulated"),
    Command("demo", "look", "train a network on the digits of scikit-learn, and run it as Verilog"),
)

#: Every command, by name.
COMMANDS: dict[str, Command] = {command.name: command for command in _TABLE}
