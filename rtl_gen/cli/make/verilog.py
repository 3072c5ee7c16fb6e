# SPDX-License-Identifier: Apache-2.0
"""``spikefloat verilog``: write designs as Verilog."""

import argparse
from pathlib import Path

from spikefloat.rtl_gen.checks.targets import design_target
from spikefloat.rtl_gen.cli.clocked import ClockedInstance, add_clocked_options, clocked_instances
from spikefloat.rtl_gen.cli.make.harden import hardened_verilog
from spikefloat.rtl_gen.cli.options import (
    add_backend_option,
    add_command,
    add_design_options,
    add_json_option,
    add_output_option,
    selections,
)
from spikefloat.rtl_gen.cli.output import print_json, print_table, tracked
from spikefloat.rtl_gen.designs.arrays import array_neurons
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Cell
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import Style
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL
from spikefloat.sim.campaigns.hardening import Hardened, find_cheapest
from spikefloat.sim.devices.physics import Physics

__all__ = ["register"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "verilog",
        "write a design as one self-contained Verilog file",
        "spikefloat verilog multiply --format e4m3fn,e5m2 -o build",
        _run,
    )
    add_design_options(parser)
    add_backend_option(parser)
    add_clocked_options(parser)
    add_output_option(parser)
    parser.add_argument(
        "--harden",
        type=float,
        metavar="SIGMA",
        help="make the circuit stand that much noise on every synapse, with 99.9 %% of the results "
        "exact",
    )
    add_json_option(parser)


def _clocked_files(
    instances: list[ClockedInstance], folder: Path
) -> tuple[dict[str, str], list[dict]]:
    files: dict[str, str] = {}
    rows = []
    for instance in instances:
        _add_file(files, f"{instance.module}.v", instance.verilog)
        rows.append(
            {
                **instance.labels,
                "file": str(folder / f"{instance.module}.v"),
                "module": instance.module,
                "neurons": instance.neurons,
                "latency": instance.latency,
            }
        )
    return files, rows


def _add_file(files: dict[str, str], name: str, text: str) -> None:
    if name in files:
        raise InputError(
            f"Output {name} must be written once, not for several libraries or overflow "
            "policies; use a folder for each"
        )
    files[name] = text


def _harden(instance: Instance, sigma: float) -> Hardened:
    options = instance.hardware
    if options.style is not Style.SPATIAL or options.stages:
        raise InputError(
            f"Style of a hardened design must be spatial without stages, not {options.style} with "
            f"{options.stages}"
        )
    return find_cheapest([design_target(instance)], Physics(synapse_noise=sigma))


def _circuit_files(args: argparse.Namespace) -> tuple[dict[str, str], list[dict]]:
    files: dict[str, str] = {}
    rows = []
    for instance in tracked(selections(args), "Writing Verilog"):
        name = f"{instance.name}.v"
        if args.harden is None:
            text, size = design_hardware(instance).verilog, _size(instance)
        else:
            found = _harden(instance, args.harden)
            text, size = hardened_verilog(found, args.harden), _graph_size(found.target.graph)
        _add_file(files, name, text)
        rows.append(
            {
                "design": instance.design.name,
                "file": str(args.output / name),
                "module": instance.name,
                "format": instance.circuit.format.name,
                "overflow": instance.circuit.overflow.value,
                "library": instance.circuit.library,
                **size,
            }
        )
    return files, rows


def _size(instance: Instance) -> dict[str, int]:
    if instance.hardware.style is Style.TEMPORAL:
        return {"neurons": TEMPORAL[instance.design.name].neurons}
    if instance.is_array:
        return array_neurons(instance)
    return _graph_size(instance.graph)


def _graph_size(graph: NeuronGraph) -> dict[str, int]:
    metrics = measure(graph)
    return {"neurons": metrics.neurons, "depth": metrics.depth}


def _run(args: argparse.Namespace) -> int:
    files, rows = _clocked_files(clocked_instances(args), args.output)
    if args.design not in entries(Cell):
        circuit_files, circuit_rows = _circuit_files(args)
        files |= circuit_files
        rows += circuit_rows
    write_files(args.output, files)
    if args.json:
        print_json(rows)
    else:
        columns = ("design", "format", "overflow", "library", "neurons", "depth", "file")
        print_table(
            f"Written {len(files)} Verilog files",
            columns,
            [[row.get(column, "-") for column in columns] for row in rows],
            numbers=("neurons", "depth"),
        )
    return 0
