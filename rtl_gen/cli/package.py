# SPDX-License-Identifier: Apache-2.0
"""``spikefloat package``: designs as cores for FuseSoC, each in a folder of its own."""

import argparse
import importlib.metadata
from typing import Any

import numpy as np

from rtl_gen.clocked_designs import CLOCKED_DESIGNS
from rtl_gen.rtl.verilog import LINT_WAIVERS, write_files
from sim import reference
from sim.operands import operand_cases
from sim.samples import sampled_operands
from synth.package import Cases, CoreSource, core_files

from .clocked import add_clocked_options, clocked_instances
from .options import (
    Selection,
    add_command,
    add_design_options,
    add_json_option,
    add_output_option,
    selections,
)
from .output import print_json, print_table, tracked
from .verilog import design_hardware

__all__ = ["register"]

#: With more cases than this, corners and random ones are put into the bench.
_MAX_CASES = 2**16
_RANDOM_CASES = 4096


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "package", "write designs as FuseSoC cores, with file list, example and bench",
        "spikefloat package multiply --stages 2 -o cores\n"
        "  fusesoc --cores-root cores run --target=sim multiply_e4m3fn_p2", _run)
    add_design_options(parser)
    add_clocked_options(parser)
    add_output_option(parser)
    add_json_option(parser)


def _version() -> str:
    try:
        return importlib.metadata.version("spikefloat")
    except importlib.metadata.PackageNotFoundError:
        return "0"


def _source(selection: Selection) -> CoreSource:
    design, options = selection
    hardware = design_hardware(selection)
    # Streams and the step-by-step engine have a handshake, and membranes that are discharged from
    # outside an input of their own.
    is_fixed = not (options.is_stream or options.style == "temporal" or hardware.has_discharge)
    return CoreSource(
        module=hardware.module, verilog=hardware.verilog,
        summary=f"{design.summary} ({options.format.name}), made of spiking neurons",
        latency=hardware.latency if is_fixed else None,
        cases=_cases(selection) if is_fixed else None,
        waivers=LINT_WAIVERS.read_text(encoding="utf-8"), version=_version())


def _cases(selection: Selection) -> Cases | None:
    design, options = selection
    if design.name not in reference.OPERATIONS:
        return None
    fmt, count = options.format, len(design.operands)
    if 1 << fmt.width * count <= _MAX_CASES:
        operands = operand_cases([fmt], count, "all")
    else:
        operands = tuple(sampled_operands(fmt, count, _RANDOM_CASES).T)
    results = reference.expected(
        design.name, fmt, operands, options.overflow, options.to)
    rows = np.stack([*operands, results], axis=1)
    return Cases(operands=design.operands, rows=rows.tolist())


def _run(args: argparse.Namespace) -> int:
    sources = [
        CoreSource(module=instance.module, verilog=instance.verilog, latency=None, cases=None,
                   summary=f"{CLOCKED_DESIGNS[instance.design].summary}",
                   waivers=LINT_WAIVERS.read_text(encoding="utf-8"), version=_version())
        for instance in clocked_instances(args)]
    chosen = [] if args.design in CLOCKED_DESIGNS else selections(args)
    sources += [_source(selection) for selection in tracked(chosen, "Packaging")]
    cores = {}
    for source in sources:
        if source.module in cores:
            raise ValueError(
                f"Core {source.module} must be written once, not for several libraries or "
                "overflow policies; use a folder for each")
        cores[source.module] = core_files(source)
    rows: list[dict[str, Any]] = []
    for source in sources:
        folder = args.output / source.module
        files = cores[source.module]
        write_files(folder, files)
        rows.append({
            "core": f"spikefloat:arithmetic:{source.module}:{source.version}",
            "cases": len(source.cases.rows) if source.cases else 0,
            "targets": ["lint", "sim"] if source.cases else ["lint"],
            "files": [str(folder / name) for name in files]})
    if args.json:
        print_json(rows)
    else:
        print_table(
            f"Written {len(rows)} cores into {args.output}", ("core", "targets", "cases"),
            [[row["core"], ", ".join(row["targets"]), row["cases"]] for row in rows],
            numbers=("cases",))
    return 0
