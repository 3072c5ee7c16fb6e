# SPDX-License-Identifier: Apache-2.0
"""The commands, as data, so that only the one that was asked for is imported."""

import importlib
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

from spikefloat.rtl_gen.cli.options import (
    CELLS,
    CIRCUIT,
    HARDWARE,
    OPTIONS,
    PHYSICS,
    SHAPE,
    Option,
    pick,
)
from spikefloat.rtl_gen.cli.options.readers import Reader, integer, path, several, text, words

__all__ = ["ALWAYS", "COMMANDS", "GROUPS", "Argument", "Command"]

#: Options of every command.
ALWAYS = pick("quiet verbose")

#: What commands are for, in the order of ``spikefloat --help``.
GROUPS = {
    "make": "make circuits",
    "check": "check them",
    "measure": "measure them",
    "look": "look at them",
}


@dataclass(frozen=True)
class Argument:
    """What is given without the name of an option."""

    name: str  #: In capitals, as in the help.
    help: str
    is_list: bool = False  #: Whether there may be several.
    is_needed: bool = True
    read: Reader = text  #: Reads it.

    @property
    def noun(self) -> str:
        """What it is called in a message."""
        return self.name.partition(",")[0].capitalize()

    @property
    def key(self) -> str:
        """Name of the attribute that has the value."""
        return self.noun.lower()


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command of the command line."""

    name: str
    group: str  #: One of :data:`GROUPS`, and the folder of its module.
    summary: str  #: One line for a reader.
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()
    examples: tuple[str, ...]

    def load(self) -> ModuleType:
        """Return the module of the command, which has a function ``run``."""
        return importlib.import_module(f"spikefloat.rtl_gen.cli.{self.group}.{self.name}")


def _with(name: str, **changes: Any) -> tuple[Option, ...]:
    """Return an option with another default or range, for one command."""
    return (replace(OPTIONS[name], **changes),)


def _circuit(**defaults: str) -> tuple[Option, ...]:
    """Return the options of circuits with other defaults."""
    return tuple(
        replace(option, default=defaults.get(option.name, option.default)) for option in CIRCUIT
    )


def _trials(most: int, default: int, help: str, least: int = 1) -> tuple[Option, ...]:
    return _with("trials", read=integer(least, most), default=str(default), help=help)


_DESIGN = Argument("DESIGN,...", "designs, or all: see `spikefloat list`", read=words)
_TABLE = pick("json csv wide")
_NOISE = pick("synapse-noise membrane-noise")
_DEVICE = (*_with("style", help="spatial or spiking"), *pick("residue leak waves potential-bits"))
_OPTIONAL_FOLDER = _with("output", default=None, otherwise="nothing is written")
_EVERY_INSTANCE = (*CIRCUIT, *SHAPE, *HARDWARE, *CELLS)

_COMMANDS = (
    Command(
        name="verilog",
        group="make",
        summary="write designs as self-contained Verilog files",
        arguments=(_DESIGN,),
        options=(*_EVERY_INSTANCE, *pick("backend harden output name"), *_TABLE),
        examples=("multiply,add --format e4m3fn,e5m2 -o build",),
    ),
    Command(
        name="map",
        group="make",
        summary="map any combinational Verilog module to neurons, proved equal",
        arguments=(Argument("FILE", "Verilog sources", is_list=True, read=path),),
        options=(
            *pick("top language include define parameter"),
            *_with(
                "budget",
                help="limits of a neuron: w1, w2, w8, free, or such as w3f5: weights up to 3, "
                "fan-in up to 5",
            ),
            *_with(
                "objective",
                default="neurons",
                words=("neurons", "depth", "product"),
                help="what is to be small: neurons, depth or product",
            ),
            *pick("effort seconds seed output name"),
            *_TABLE,
        ),
        examples=("adder.v --budget w2 --objective neurons -o build",),
    ),
    Command(
        name="harden",
        group="make",
        summary="find the cheapest circuit that tolerates a given noise",
        arguments=(_DESIGN,),
        options=(
            *_circuit(budget="all", objective="neurons"),
            *_NOISE,
            *pick("exact-rate cost max-synapses seed"),
            *_OPTIONAL_FOLDER,
            *pick("name"),
            *_TABLE,
        ),
        examples=("multiply --synapse-noise 0.2 -o build",),
    ),
    Command(
        name="export",
        group="make",
        summary="write designs as NIR networks for other simulators",
        arguments=(_DESIGN,),
        options=(*CIRCUIT, *SHAPE, *pick("check output name"), *_TABLE),
        examples=("multiply,xor --objective neurons --check -o build",),
    ),
    Command(
        name="package",
        group="make",
        summary="write designs as FuseSoC cores, with file list, example and bench",
        arguments=(_DESIGN,),
        options=(*_EVERY_INSTANCE, *pick("backend output name"), *_TABLE),
        examples=("multiply --stages 2 -o cores",),
    ),
    Command(
        name="board",
        group="make",
        summary="write what a board needs, up to its bitstream, or check it in simulation",
        arguments=(
            Argument("BOARD,...", f"{', '.join(OPTIONS['simulate'].words)}, or all", read=words),
        ),
        options=(
            *pick("format overflow"),
            *_with("stages", default=None, otherwise="what the clock of the board needs"),
            *pick("bitstream verify faults sample sim"),
            *_with("seed", default="1"),
            *pick("output name"),
            *_TABLE,
        ),
        examples=("icebreaker --bitstream -o build", "icebreaker --verify multiply,add"),
    ),
    Command(
        name="verify",
        group="check",
        summary="simulate designs and compare every result with the golden model",
        arguments=(_DESIGN,),
        options=(
            *_EVERY_INSTANCE,
            *pick("backend sim pairs"),
            *_trials(10_000_000, 100_000, "random cases where not all can be tried", 0),
            *_with("seed", default="1", help="seed of random cases, spikes and pauses"),
            *pick("vectors store build-dir gate-level verilog"),
            *_with(
                "waves",
                group="simulation",
                metavar="FILE|DIR",
                read=path,
                otherwise="none",
                help="write the waveforms of the first wrong case: to a .vcd or .fst file, or into "
                "a folder",
            ),
            *_with("top", group="simulation", help="top module of --verilog"),
            *_TABLE,
        ),
        examples=("multiply --sim both --pairs all", "multiply --verilog mine.v --top product"),
    ),
    Command(
        name="vectors",
        group="check",
        summary="write test vectors of an operation, in the form of Berkeley TestFloat",
        arguments=(Argument("DESIGN", "an operation: see `spikefloat list`"),),
        options=(
            *_with("format", metavar="F", read=text, help="format of the operands"),
            *_with("to", metavar="F", read=text, help="format of the result"),
            *_with("format-b", metavar="F", read=text),
            *_with("format-c", metavar="F", read=text),
            *_with("overflow", metavar="P", read=text, help="nan, saturate or saturate-finite"),
            *_with("rounding", metavar="R", read=text, help="rne, rtz, rdn, rup, rna or odd"),
            *pick("tininess"),
            *_trials(10_000_000, 10_000, "random cases where there are over a million", 0),
            *_with("seed", default="1"),
            *_with("output", metavar="FILE", default=None, otherwise="printed", help="the file"),
        ),
        examples=("divide --format binary16 --rounding rup -o divide.txt",),
    ),
    Command(
        name="inject",
        group="check",
        summary="repeat a campaign, or stick every neuron, in the Verilog of designs",
        arguments=(_DESIGN,),
        options=(
            *CIRCUIT,
            *_NOISE,
            *_DEVICE,
            *pick("stuck sim seed build-dir"),
            *_trials(1 << 20, 16384, "operations to run in hardware with noise"),
            *_TABLE,
        ),
        examples=(
            "multiply --objective neurons --synapse-noise 0.1",
            "multiply --objective neurons --stuck --sim icarus",
        ),
    ),
    Command(
        name="report",
        group="check",
        summary="turn results of verify into a table, printed or put into a file",
        arguments=(
            Argument("FILE", "what `spikefloat verify --json` printed", is_list=True, read=path),
        ),
        options=pick("into"),
        examples=("results.json --into README.md",),
    ),
    Command(
        name="stats",
        group="measure",
        summary="count neurons, depth and synapses of designs",
        arguments=(_DESIGN,),
        options=(*_EVERY_INSTANCE, *_TABLE),
        examples=("multiply --library published --json",),
    ),
    Command(
        name="latency",
        group="measure",
        summary="tell how long operations take in each style of hardware, in clocks",
        options=(
            *pick("format"),
            *_with("stages", default="1,2,3,4", read=several(integer(1, 10_000))),
            *_with("length", help="terms of the dot product"),
            *pick("check into"),
            *_TABLE,
        ),
        examples=("--format e4m3fn,e5m2 --check",),
    ),
    Command(
        name="explore",
        group="measure",
        summary="compare every known circuit for designs: neurons, depth, margin",
        arguments=(_DESIGN,),
        options=(*pick("format overflow plot"), *_TABLE),
        examples=("multiply --plot build/multiply",),
    ),
    Command(
        name="synth",
        group="measure",
        summary="synthesize designs, place and route them: size and clock",
        arguments=(_DESIGN,),
        options=(*_EVERY_INSTANCE, *pick("backend target delay matrix jobs no-cache"), *_TABLE),
        examples=("multiply --stages 2 --target ecp5,generic6",),
    ),
    Command(
        name="sweep",
        group="measure",
        summary="measure how often designs are right on devices that are not ideal",
        arguments=(_DESIGN,),
        options=(
            *CIRCUIT,
            *PHYSICS,
            *_DEVICE,
            *pick("order precision"),
            *_trials(1 << 30, 1 << 20, "trials at which to stop in any case"),
            *pick("seed workers scheduler store plot"),
            *_TABLE,
        ),
        examples=("multiply,add --budget w1,w2 --synapse-noise 0.05,0.1 --store noise.db",),
    ),
    Command(
        name="tolerance",
        group="measure",
        summary="find the largest noise at which 99.9 % of the results are exact",
        arguments=(_DESIGN,),
        options=(
            *CIRCUIT,
            *_with("knob"),
            *_with("harden", help="also each circuit hardened for these values of the knob"),
            *_DEVICE,
            *pick("order exact-rate resolution"),
            *_trials(1 << 30, 1 << 18, "trials of each step"),
            *pick("seed plot"),
            *_TABLE,
        ),
        examples=("multiply,add --budget w1,w2 --objective neurons",),
    ),
    Command(
        name="criticality",
        group="measure",
        summary="say whose mistakes reach the output, and how many stuck neurons show",
        arguments=(_DESIGN,),
        options=(*CIRCUIT, *pick("rows seed plot"), *_TABLE),
        examples=("multiply --library published --rows 5",),
    ),
    Command(
        name="list",
        group="look",
        summary="list the designs, their formats and how each is checked",
        arguments=(Argument("DESIGN,...", "only these", is_needed=False, read=words),),
        options=_TABLE,
        examples=("", "multiply --json"),
    ),
    Command(
        name="waves",
        group="look",
        summary="simulate a short scene and write its waveforms for GTKWave",
        arguments=(_DESIGN,),
        options=(*_EVERY_INSTANCE, *pick("backend sim fst output"), *_TABLE),
        examples=("multiply -o waves",),
    ),
    Command(
        name="env",
        group="look",
        summary="print what a shell must run for other programs to find Verilator",
        examples=("> env.sh && . ./env.sh",),
    ),
    Command(
        name="host",
        group="look",
        summary="talk to a board over its serial line, real or simulated",
        arguments=(
            Argument("ACTION", "identify, compute or sweep"),
            Argument(
                "ARGUMENT",
                "for compute an operation and two operands, codes such as 0x38 or numbers such as "
                "1.5; for sweep operations with commas between, or all",
                is_list=True,
                is_needed=False,
            ),
        ),
        options=(
            *pick("port baud simulate"),
            *_with("format", metavar="F", read=text, help="number format of the simulated board"),
            *_with("overflow", metavar="P", read=text, help="its overflow: nan or saturate"),
            *pick("sim sample"),
            *_TABLE,
        ),
        examples=(
            "--port /dev/ttyUSB0 compute multiply 0x38 0x40",
            "--simulate icebreaker compute multiply 1.5 -2",
            "--simulate icebreaker sweep multiply --sample 16",
        ),
    ),
    Command(
        name="demo",
        group="look",
        summary="train a network on the digits of scikit-learn, and run it as Verilog",
        arguments=(Argument("DEMO", "digits"),),
        options=(*pick("hidden kept images sim no-rtl build-dir output"), *_TABLE),
        examples=("digits -o digits",),
    ),
    Command(
        name="completion",
        group="look",
        summary="print what completes these commands in a shell",
        arguments=(Argument("SHELL", "bash, zsh or fish"),),
        examples=("bash > ~/.local/share/bash-completion/completions/spikefloat",),
    ),
)

#: Every command, by name.
COMMANDS: dict[str, Command] = {command.name: command for command in _COMMANDS}
