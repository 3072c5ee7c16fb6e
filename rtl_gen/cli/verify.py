# SPDX-License-Identifier: Apache-2.0
"""``spikefloat verify``: simulate designs and compare every result with the golden model."""

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.status import Status

from rtl_gen.clocked_designs import CLOCKED_DESIGNS
from rtl_gen.designs import module_name
from rtl_gen.hardware import Hardware, make_hardware
from sim.operands import PAIRS, operand_cases
from sim.runner import BenchError
from sim.samples import SEED, is_exhaustive, sampled_operands
from sim.tools import find_simulator
from sim.verify import BenchDesign, VerifyResult, verify
from sim.verify_handshake import HandshakeResult, operation_check, verify_handshake
from sim.verify_layer import LayerDesign, LayerResult, layer_cases, verify_layer
from sim.verify_stream import Scene, StreamDesign, verify_streams
from sim.verify_vectors import DotDesign, DotResult, vector_cases, verify_dot
from synth.gate_level import gate_level_verilog
from synth.targets import TARGETS, find_target

from .clocked import add_clocked_options, clocked_instances, verify_clocked_instances
from .options import (
    Selection,
    add_command,
    add_design_options,
    add_json_option,
    command_line,
    selections,
)
from .output import print_json, print_table
from .verilog import design_hardware

__all__ = ["layer_bench", "register"]

#: How streams are tried: as fast as they go, and with pauses at both ends.
_SCENES = (Scene(source="never", sink="never"), Scene(source="random", sink="random"))

_SIMULATORS = {"verilator": ("verilator",), "icarus": ("icarus",), "both": ("icarus", "verilator")}


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "verify", "simulate a design and compare every result with the golden model",
        "spikefloat verify multiply --sim both --pairs all", _run)
    add_design_options(parser)
    add_clocked_options(parser)
    parser.add_argument(
        "--sim", metavar="S", default="verilator",
        help="verilator, icarus or both (default: verilator)")
    parser.add_argument(
        "--pairs", metavar="P", default="all",
        help="all operand pairs, or published: the pairs of non-negative finite codes, 16,129 for "
             "e4m3fn (default: all; where there are more than a million cases, directed corner "
             "cases and --random random ones)")
    parser.add_argument(
        "--random", metavar="N", type=int, default=100_000,
        help="random cases where not all can be tried (default: 100000)")
    parser.add_argument(
        "--build-dir", metavar="DIR", type=Path,
        help="folder for what the simulator builds, kept (default: a temporary one)")
    parser.add_argument(
        "--gate-level", metavar="T",
        help="check the netlist after synthesis, made of the cells of a target: "
             f"{', '.join(TARGETS)}")
    add_json_option(parser)


def _source(args: argparse.Namespace, verilog: str, module: str) -> str:
    """Return what is to be simulated: generated Verilog, or what synthesis makes of it."""
    if args.gate_level is None:
        return verilog
    return gate_level_verilog(verilog, module, find_target(args.gate_level))


def _bench_design(args: argparse.Namespace, selection: Selection) -> BenchDesign:
    design, options = selection
    module = "_".join((
        module_name(design, options), options.overflow.value, options.library,
        options.budget.name, options.objective))
    hardware = design_hardware(selection, module)
    kind = StreamDesign if options.is_stream else BenchDesign
    return kind(
        name=module, verilog=_source(args, hardware.verilog, module), module=module,
        operation=design.name,
        fmt=options.format, to=options.to, overflow=options.overflow, library=options.library,
        latency=hardware.latency if hardware.is_clocked or options.is_stream else None,
        discharge="first" if hardware.has_discharge else None)


def _row(
    selection: Selection, result: VerifyResult | DotResult | HandshakeResult | LayerResult,
    simulator: str,
) -> dict:
    design, options = selection
    return {
        "design": design.name, "format": options.format.name,
        "to": (options.to or options.format).name,
        "overflow": options.overflow.value, "library": options.library,
        "simulator": simulator, "cases": result.cases,
        "exact": result.cases - result.mismatches, "mismatches": result.mismatches,
        "seconds": round(result.seconds, 3), "report": result.report,
        "command": command_line("verify", selection),
    }


def _verify(
    designs: list[BenchDesign], simulator: str, pairs: str | Path, folder: Path, status: Status
) -> list[VerifyResult]:
    """Check designs that are all streams, or none of them."""
    streams = [design for design in designs if isinstance(design, StreamDesign)]
    if not streams:
        return verify(designs, simulator, pairs, folder, status.update)
    results = verify_streams(streams, simulator, pairs, _SCENES, folder, status.update)
    return [
        VerifyResult(
            design=design, simulator=simulator, cases=sum(result.cases for result in mine),
            mismatches=sum(result.mismatches + result.broken for result in mine),
            seconds=sum(result.seconds for result in mine),
            cpu_seconds=sum(result.cpu_seconds for result in mine),
            report="\n".join(result.report for result in mine if result.report))
        for design in streams
        for mine in [[result for result in results if result.design is design]]]


def _verify_circuits(
    args: argparse.Namespace, chosen: list[Selection], folder: Path, status: Status
) -> list[dict]:
    """Check circuits, those with the same operands in one build for each simulator."""
    groups: dict[tuple[str, str], list[int]] = {}
    for index, (design, options) in enumerate(chosen):
        count = len(design.operands)
        sampled = args.pairs == "all" and not is_exhaustive(options.format, count)
        group = f"{options.format.name}_{count}" if sampled else args.pairs
        # Streams have whole bytes, and sources of their own.
        kind = f"stream_{options.format.width}_{count}" if options.is_stream else "plain"
        groups.setdefault((group, kind), []).append(index)
    rows: dict[tuple[str, int], dict] = {}
    for (group, kind), indices in groups.items():
        pairs: str | Path = group
        if group not in PAIRS:
            design, options = chosen[indices[0]]
            pairs = folder / f"{group}.npy"
            folder.mkdir(parents=True, exist_ok=True)
            np.save(pairs, sampled_operands(options.format, len(design.operands), args.random))
        designs = [_bench_design(args, chosen[index]) for index in indices]
        for simulator in _SIMULATORS[args.sim]:
            results = _verify(
                designs, simulator, pairs, folder / group / f"{kind}_{simulator}", status)
            for index, result in zip(indices, results, strict=True):
                rows[simulator, index] = _row(chosen[index], result, simulator) | {
                    "pairs": group if group in PAIRS else "sampled"}
    return [rows[simulator, index] for simulator in _SIMULATORS[args.sim]
            for index in range(len(chosen))]


def _verify_temporal(
    args: argparse.Namespace, chosen: list[Selection], folder: Path, status: Status
) -> list[dict]:
    """Check operations of the step-by-step engine, all in one build for each simulator."""
    checks = []
    for selection in chosen:
        design, options = selection
        name = f"{module_name(design, options)}_{options.overflow.value}"
        header = (f"{design.summary} ({options.format.name})",)
        hardware = make_hardware(design, options, module=name, header=header)
        checks.append(operation_check(
            name=name, verilog=_source(args, hardware.verilog, name), module=name,
            latency=hardware.latency, operation=design.name, fmt=options.format,
            overflow=options.overflow,
            operands=operand_cases([options.format], len(design.operands), args.pairs)))
    rows = []
    for simulator in _SIMULATORS[args.sim] if checks else ():
        results = verify_handshake(checks, simulator, folder / "temporal", progress=status.update)
        rows += [_row(selection, result, simulator) | {"pairs": args.pairs}
                 for selection, result in zip(chosen, results, strict=True)]
    return rows


def _verify_dots(
    args: argparse.Namespace, chosen: list[Selection], folder: Path, status: Status
) -> list[dict]:
    """Check dot products, each on directed and random vectors."""
    rows = []
    for simulator in _SIMULATORS[args.sim]:
        for selection in chosen:
            options = selection.options
            hardware = design_hardware(selection)
            if hardware.is_clocked:
                raise ValueError(
                    f"Dot product must be combinational to be verified, not {hardware.module!r}; "
                    "leave out --style, --stages and --stream")
            result = verify_dot(
                DotDesign(
                    verilog=_source(args, hardware.verilog, hardware.module),
                    module=hardware.module,
                    fmt=options.format, to=options.to or options.format, length=options.length,
                    accumulate=options.accumulate, overflow=options.overflow, wide=options.wide),
                simulator, vector_cases(options.format, options.length, args.random, SEED),
                folder, status.update)
            rows.append(_row(selection, result, simulator) | {"pairs": "sampled"})
    return rows


def _verify_layers(
    args: argparse.Namespace, chosen: list[Selection], folder: Path, status: Status
) -> list[dict]:
    """Check linear layers, each on directed and random vectors."""
    rows = []
    for simulator in _SIMULATORS[args.sim]:
        for selection in chosen:
            hardware = design_hardware(selection)
            if hardware.is_clocked or hardware.is_stream:
                raise ValueError(
                    f"Layer must be combinational to be verified, not {hardware.module!r}; "
                    "leave out --style, --stages and --stream")
            design = layer_bench(selection, hardware)
            layer = selection.options.layer
            assert layer is not None
            cases = layer_cases(
                selection.options.format, layer.inputs, args.random, SEED,
                None if layer.layers else layer.outputs)
            result = verify_layer(design, simulator, cases, folder, status.update)
            rows.append(_row(selection, result, simulator) | {"pairs": "sampled"})
    return rows


def layer_bench(selection: Selection, hardware: Hardware) -> LayerDesign:
    """Return linear layers as a bench takes them."""
    options = selection.options
    layer = options.layer
    assert layer is not None
    return LayerDesign(
        verilog=hardware.verilog, module=hardware.module, fmt=options.format,
        to=options.to or options.format, accumulate=options.accumulate,
        activations=layer.activations, overflow=options.overflow, wide=options.wide,
        layers=tuple((one.weight_codes, one.bias_codes) for one in layer.layers) or None)


def _run(args: argparse.Namespace) -> int:
    if args.sim not in _SIMULATORS:
        raise ValueError(f"Simulator must be verilator, icarus or both, not {args.sim!r}")
    for simulator in _SIMULATORS[args.sim]:
        find_simulator(simulator)  # a missing one is said before anything is built
    if args.random < 0:
        raise ValueError(f"Number of random cases must be 0 or more, not {args.random}")
    if args.pairs not in PAIRS:
        raise ValueError(f"Pairs must be {' or '.join(PAIRS)}, not {args.pairs!r}")
    if args.gate_level is not None:
        find_target(args.gate_level)
    clocked = [replace(instance, verilog=_source(args, instance.verilog, instance.module))
               for instance in clocked_instances(args)]
    chosen = [] if args.design in CLOCKED_DESIGNS else selections(args)
    console = Console(stderr=True)
    rows: list[dict] = []
    with tempfile.TemporaryDirectory(prefix="spikefloat-") as temporary, console.status(
            "Generating Verilog") as status:
        folder = args.build_dir or Path(temporary)
        try:
            for simulator in _SIMULATORS[args.sim] if clocked else ():
                rows += verify_clocked_instances(
                    clocked, simulator, folder, args.random, status.update)
            temporal = [s for s in chosen if s.options.style == "temporal"]
            rows += _verify_temporal(args, temporal, folder, status)
            chosen = [s for s in chosen if s.options.style != "temporal"]
            scalar = [selection for selection in chosen if not selection.design.is_vector]
            if scalar:
                rows += _verify_circuits(args, scalar, folder, status)
            vector = [selection for selection in chosen
                      if selection.design.is_vector and not selection.design.is_layer]
            rows += _verify_dots(args, vector, folder, status)
            layers = [selection for selection in chosen if selection.design.is_layer]
            rows += _verify_layers(args, layers, folder, status)
        except BenchError as error:
            console.print(f"spikefloat: {error}", markup=False, highlight=False)
            return 1
    _print(rows, args)
    return 1 if any(row["mismatches"] for row in rows) else 0


def _print(rows: list[dict], args: argparse.Namespace) -> None:
    if args.json:
        print_json(rows[0] if len(rows) == 1 else rows)
        return
    columns = ("design", "format", "to", "overflow", "library", "simulator", "pairs", "cases",
               "exact", "result")
    for row in rows:
        row["result"] = "FAILED" if row["mismatches"] else "bit-exact"
    netlist = f", as a netlist of {args.gate_level} cells" if args.gate_level else ""
    print_table(
        f"Compared with the golden model{netlist}", columns,
        [[f"{row[c]:,}" if isinstance(row[c], int) else row[c] for c in columns] for row in rows],
        numbers=("cases", "exact"))
    for row in rows:
        if row["mismatches"]:
            print(row["report"])
            if "command" in row:
                print(f"repeat with: {row['command']} --sim {row['simulator']} "
                      f"--pairs {args.pairs}"
                      + (f" --gate-level {args.gate_level}" if args.gate_level else ""))
