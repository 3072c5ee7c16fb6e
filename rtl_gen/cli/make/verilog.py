# SPDX-License-Identifier: Apache-2.0
"""``spikefloat verilog``: write designs as Verilog."""

import argparse
from pathlib import Path

from spikefloat.rtl_gen.cli.clocked import ClockedInstance, add_clocked_options, clocked_instances
from spikefloat.rtl_gen.cli.make.harden import hardened_verilog
from spikefloat.rtl_gen.cli.options import (
    Selection,
    add_command,
    add_design_options,
    add_json_option,
    add_output_option,
    command_line,
    selections,
)
from spikefloat.rtl_gen.cli.output import print_json, print_table, tracked
from spikefloat.rtl_gen.cli.physics_options import design_target
from spikefloat.rtl_gen.designs.arrays import array_neurons
from spikefloat.rtl_gen.designs.catalog import Options, build, module_name
from spikefloat.rtl_gen.designs.cells import CLOCKED_DESIGNS
from spikefloat.rtl_gen.designs.hardware import Hardware, make_hardware
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL
from spikefloat.rtl_gen.rtl.text.verilog import write_files
from spikefloat.sim.campaigns.hardening import Hardened, find_cheapest
from spikefloat.sim.devices.physics import Physics

__all__ = ["design_hardware", "design_verilog", "register"]


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


def design_hardware(selection: Selection, module: str | None = None) -> Hardware:
    """Return one instance of a design as hardware.

    Parameters
    ----------
    selection : Selection
        Design and options.
    module : str, optional
        Name of the top module; by default that of the design and format.
    """
    design, options = selection
    return make_hardware(
        design,
        options,
        module=module,
        header=(
            f"{design.summary} ({_formats(options)})",
            f"overflow: {_OVERFLOW[options.overflow.value]}",
            *(
                [f"library: {options.library} gates, budget {options.budget}"]
                if options.style != "temporal"
                else []
            ),
            f"made by: {command_line('verilog', selection)}",
        ),
    )


def design_verilog(selection: Selection, module: str | None = None) -> str:
    """Return the Verilog of one instance of a design; see :func:`design_hardware`."""
    return design_hardware(selection, module).verilog


def _formats(options: Options) -> str:
    return options.format.name + (f" to {options.to.name}" if options.to else "")


_OVERFLOW = {
    "nan": "non-saturating (infinity where the format has one, else NaN)",
    "saturate": "saturating (largest finite value)",
}


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


def _harden(selection: Selection, sigma: float) -> Hardened:
    options = selection.options
    if options.style != "spatial" or options.stages:
        raise InputError(
            f"Style of a hardened design must be spatial without stages, not {options.style} with "
            f"{options.stages}"
        )
    return find_cheapest([design_target(selection)], Physics(synapse_noise=sigma))


def _circuit_files(args: argparse.Namespace) -> tuple[dict[str, str], list[dict]]:
    files: dict[str, str] = {}
    rows = []
    for selection in tracked(selections(args), "Writing Verilog"):
        module = module_name(*selection)
        name = f"{module}.v"
        if args.harden is None:
            text, size = design_verilog(selection), _size(selection)
        else:
            found = _harden(selection, args.harden)
            text, size = hardened_verilog(found, args.harden), _graph_size(found.target.graph)
        _add_file(files, name, text)
        rows.append(
            {
                "design": selection.design.name,
                "file": str(args.output / name),
                "module": module,
                "format": selection.options.format.name,
                "overflow": selection.options.overflow.value,
                "library": selection.options.library,
                **size,
            }
        )
    return files, rows


def _size(selection: Selection) -> dict[str, int]:
    design, options = selection
    if options.style == "temporal":
        return {"neurons": TEMPORAL[design.name].neurons}
    if options.layer is not None and options.layer.array is not None:
        return array_neurons(options)
    return _graph_size(build(design, options))


def _graph_size(graph: NeuronGraph) -> dict[str, int]:
    metrics = measure(graph)
    return {"neurons": metrics.neurons, "depth": metrics.depth}


def _run(args: argparse.Namespace) -> int:
    files, rows = _clocked_files(clocked_instances(args), args.output)
    if args.design not in CLOCKED_DESIGNS:
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
