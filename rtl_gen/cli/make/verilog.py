# SPDX-License-Identifier: Apache-2.0
"""``spikefloat verilog``: write designs as Verilog."""

import argparse
from dataclasses import replace
from typing import Any

from spikefloat.rtl_gen.checks.hardened import hardened_name, hardened_verilog
from spikefloat.rtl_gen.checks.targets import design_target
from spikefloat.rtl_gen.cli.output import Table, show, tracked
from spikefloat.rtl_gen.cli.selection import check_name, select
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.labels import labels, size
from spikefloat.rtl_gen.designs.options import Style
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import write_files
from spikefloat.sim.campaigns.hardening import find_cheapest
from spikefloat.sim.devices.physics import Physics

__all__ = ["add_once", "run"]


def run(args: argparse.Namespace) -> int:
    """Write a file for each instance, all or none."""
    circuits, cells = select(args)
    hardened = [(circuit, noise) for circuit in circuits for noise in args.harden or [None]]
    check_name(args, len(hardened) + len(cells))
    names: dict[str, None] = {}
    modules = [args.name or cell.name for cell in cells]
    modules += [args.name or _module_name(*one) for one in hardened]
    for module in modules:
        add_once(names, f"{module}.v", None)
    files: dict[str, str] = {}
    rows = []
    for cell in cells:
        module = args.name or cell.name
        files[f"{module}.v"] = replace(cell, module=module).verilog
        rows.append({**labels(cell), "harden": None, "module": module, **size(cell)})
    for circuit, noise in tracked(hardened, "Writing Verilog"):
        module = args.name or _module_name(circuit, noise)
        text, figures = (
            (design_hardware(circuit, module).verilog, size(circuit))
            if noise is None
            else _hardened(circuit, noise, module)
        )
        files[f"{module}.v"] = text
        rows.append({**labels(circuit), "harden": noise, "module": module, **figures})
    for row, path in zip(rows, write_files(args.output, files), strict=True):
        row["file"] = str(path)
    columns = ("design", "format", "overflow", "library", "neurons", "depth", "module")
    count = "1 Verilog file" if len(files) == 1 else f"{len(files)} Verilog files"
    title = f"Written {count} to {args.output}"
    show(args, rows, Table(title=title, columns=columns, rows=rows, keep=("neurons", "module")))
    return 0


def _module_name(circuit: Instance | SavedCircuit, noise: float | None) -> str:
    return circuit.name if noise is None else hardened_name(circuit.name, noise)


def add_once(files: dict[str, Any], name: str, content: Any) -> None:
    """Add a file, if there is none of its name yet.

    Raises
    ------
    InputError
        If there is.
    """
    if name in files:
        raise InputError(
            f"Output {name} must be written once, not for two circuits of the same name; use a "
            "folder or a --name for each"
        )
    files[name] = content


def _hardened(
    instance: Instance | SavedCircuit, noise: float, module: str
) -> tuple[str, dict[str, int | None]]:
    options = instance.hardware
    if options.style is not Style.SPATIAL or options.stages or options.is_stream:
        raise InputError(
            "Style of a hardened design must be spatial without stages, not "
            f"{options.style} with {options.stages}{' and streams' * options.is_stream}"
        )
    found = find_cheapest([design_target(instance)], Physics(synapse_noise=noise))
    graph = found.target.graph
    return hardened_verilog(found, noise, module=module), {
        "neurons": len(graph.neurons),
        "depth": graph.depth,
    }
