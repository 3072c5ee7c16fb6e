# SPDX-License-Identifier: Apache-2.0
"""What ``spikefloat verify`` does with circuits: one build for as many as fit."""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.status import Status

from spikefloat.rtl_gen.checks.arrays import array_bench, array_vectors
from spikefloat.rtl_gen.designs.hardware import Hardware, make_hardware
from spikefloat.rtl_gen.designs.header import command_line, design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import Delays, Style
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.synthesis.gate_level import gate_level_verilog
from spikefloat.rtl_gen.fpga.synthesis.targets import find_target
from spikefloat.rtl_gen.neurons.residue import Residue
from spikefloat.sim.benches.arrays import ArrayResult, verify_arrays
from spikefloat.sim.benches.layers import LayerDesign, LayerResult, layer_cases, verify_layer
from spikefloat.sim.benches.operations import HandshakeResult, operation_check, verify_handshake
from spikefloat.sim.benches.pairs import BenchDesign, VerifyResult, verify
from spikefloat.sim.benches.streams import Scene, StreamDesign, verify_streams
from spikefloat.sim.benches.vectors import (
    DotDesign,
    DotResult,
    lattice_cases,
    vector_cases,
    verify_dot,
    verify_dot_stream,
)
from spikefloat.sim.cases.exhaustive import PAIRS, operand_cases
from spikefloat.sim.cases.sampled import SEED, is_exhaustive, sampled_operands

__all__ = [
    "SIMULATOR_CHOICES",
    "checked_source",
    "layer_bench",
    "verify_circuits",
    "verify_dots",
    "verify_layers",
    "verify_temporal",
]

#: How streams are tried: as fast as they go, and with pauses at both ends.
SCENES = (Scene(source="never", sink="never"), Scene(source="random", sink="random"))

#: Simulators for each value of ``--sim``.
SIMULATOR_CHOICES = {
    "verilator": ("verilator",),
    "icarus": ("icarus",),
    "both": ("icarus", "verilator"),
}


def checked_source(args: argparse.Namespace, verilog: str, module: str) -> str:
    """Return what is to be simulated: generated Verilog, or what synthesis makes of it."""
    if args.gate_level is None:
        return verilog
    return gate_level_verilog(verilog, module, find_target(args.gate_level))


def _bench_design(args: argparse.Namespace, instance: Instance) -> BenchDesign:
    options = instance.circuit
    module = "_".join(
        (
            instance.name,
            options.overflow.value,
            options.library,
            options.budget.name,
            options.objective,
        )
    )
    hardware = design_hardware(instance, module)
    kind = StreamDesign if hardware.is_stream else BenchDesign
    return kind(
        name=module,
        verilog=checked_source(args, hardware.verilog, module),
        module=module,
        operation=instance.design.name,
        fmt=options.format,
        to=options.to,
        overflow=options.overflow,
        library=options.library,
        latency=hardware.latency if hardware.is_clocked or hardware.is_stream else None,
        discharge="first" if hardware.has_discharge else None,
    )


def _row(
    instance: Instance,
    result: VerifyResult | DotResult | HandshakeResult | LayerResult | ArrayResult,
    simulator: str,
    pauses: str = "-",
) -> dict:
    options = instance.circuit
    return {
        "design": instance.design.name,
        "format": options.format.name,
        "to": options.result_format.name,
        "overflow": options.overflow.value,
        "library": options.library,
        "hardware": _hardware_words(instance),
        "pauses": pauses,
        "simulator": simulator,
        "cases": result.cases,
        "exact": result.cases - result.mismatches,
        "mismatches": result.mismatches,
        "seconds": round(result.seconds, 3),
        "report": result.report,
        "command": command_line("verify", instance),
    }


def _hardware_words(instance: Instance) -> str:
    """Return what the hardware of an instance is, for a column of a table."""
    if instance.is_array:
        return "array {}x{}, streams".format(*instance.layer.lanes or ())
    options = instance.hardware
    words = str(options.style)
    if options.style is Style.SPATIAL:
        words = f"{options.stages} stages" if options.stages != 1 else "1 stage"
        words = words if options.stages else "combinational"
    if options.residue is not Residue.DISCHARGE:
        words += f", {options.residue}"
    if options.delays is not Delays.REGISTERS:
        words += f", {options.delays}"
    return f"{words}, streams" if options.is_stream else words


def _verify(
    designs: list[BenchDesign], simulator: str, pairs: str | Path, folder: Path, status: Status
) -> list[list[tuple[str, VerifyResult]]]:
    """Check designs that are all streams, or none of them; for each, give pauses and result."""
    streams = [design for design in designs if isinstance(design, StreamDesign)]
    if not streams:
        return [
            [("-", result)] for result in verify(designs, simulator, pairs, folder, status.update)
        ]
    results = verify_streams(streams, simulator, pairs, SCENES, folder, status.update)
    return [
        [
            (
                _pauses(result.scene),
                VerifyResult(
                    design=design,
                    simulator=simulator,
                    cases=result.cases,
                    mismatches=result.mismatches + result.broken,
                    seconds=result.seconds,
                    cpu_seconds=result.cpu_seconds,
                    report=result.report,
                ),
            )
            for result in results
            if result.design is design
        ]
        for design in streams
    ]


def _pauses(scene: Scene) -> str:
    return "none" if scene.source == scene.sink == "never" else scene.source


def verify_circuits(
    args: argparse.Namespace, chosen: list[Instance], folder: Path, status: Status
) -> list[dict]:
    """Check circuits, those with the same operands in one build for each simulator."""
    groups: dict[tuple[str, str], list[int]] = {}
    for index, instance in enumerate(chosen):
        fmt, count = instance.circuit.format, len(instance.design.operands)
        sampled = args.pairs == "all" and not is_exhaustive(fmt, count)
        group = f"{fmt.name}_{count}" if sampled else args.pairs
        # Streams have whole bytes, and sources of their own.
        kind = f"stream_{fmt.width}_{count}" if instance.hardware.is_stream else "plain"
        groups.setdefault((group, kind), []).append(index)
    rows: dict[tuple[str, int], list[dict]] = {}
    for (group, kind), indices in groups.items():
        pairs: str | Path = group
        if group not in PAIRS:
            first = chosen[indices[0]]
            fmt, count = first.circuit.format, len(first.design.operands)
            pairs = folder / f"{group}.npy"
            folder.mkdir(parents=True, exist_ok=True)
            np.save(pairs, sampled_operands(fmt, count, args.random))
        designs = [_bench_design(args, chosen[index]) for index in indices]
        for simulator in SIMULATOR_CHOICES[args.sim]:
            results = _verify(
                designs, simulator, pairs, folder / group / f"{kind}_{simulator}", status
            )
            for index, scenes in zip(indices, results, strict=True):
                rows[simulator, index] = [
                    _row(chosen[index], result, simulator, pauses)
                    | {"pairs": group if group in PAIRS else "sampled"}
                    for pauses, result in scenes
                ]
    return [
        row
        for simulator in SIMULATOR_CHOICES[args.sim]
        for index in range(len(chosen))
        for row in rows[simulator, index]
    ]


def verify_temporal(
    args: argparse.Namespace, chosen: list[Instance], folder: Path, status: Status
) -> list[dict]:
    """Check operations of the step-by-step engine, all in one build for each simulator."""
    checks = []
    for instance in chosen:
        design, options = instance.design, instance.circuit
        name = f"{instance.name}_{options.overflow.value}"
        header = (f"{design.summary} ({options.format.name})",)
        hardware = make_hardware(instance, module=name, header=header)
        checks.append(
            operation_check(
                name=name,
                verilog=checked_source(args, hardware.verilog, name),
                module=name,
                latency=hardware.latency,
                operation=design.name,
                fmt=options.format,
                overflow=options.overflow,
                operands=operand_cases([options.format], len(design.operands), args.pairs),
            )
        )
    rows = []
    for simulator in SIMULATOR_CHOICES[args.sim] if checks else ():
        results = verify_handshake(checks, simulator, folder / "temporal", progress=status.update)
        rows += [
            _row(instance, result, simulator) | {"pairs": args.pairs}
            for instance, result in zip(chosen, results, strict=True)
        ]
    return rows


def verify_dots(
    args: argparse.Namespace, chosen: list[Instance], folder: Path, status: Status
) -> list[dict]:
    """Check dot products, each on a lattice, or on directed and random vectors."""
    rows = []
    for simulator in SIMULATOR_CHOICES[args.sim]:
        for instance in chosen:
            options, shape = instance.circuit, instance.vector
            hardware = design_hardware(instance)
            dot = DotDesign(
                verilog=checked_source(args, hardware.verilog, hardware.module),
                module=hardware.module,
                fmt=options.format,
                to=options.result_format,
                length=shape.length,
                accumulate=shape.accumulate,
                overflow=options.overflow,
                wide=shape.wide,
                latency=hardware.latency if hardware.is_clocked else None,
                has_discharge=hardware.has_discharge,
            )
            is_lattice = args.pairs == "lattice"
            operands = (
                lattice_cases(options.format)
                if is_lattice
                else vector_cases(options.format, shape.length, args.random, SEED)
            )
            results = (
                verify_dot_stream(dot, simulator, operands, folder, status.update)
                if hardware.is_stream
                else [verify_dot(dot, simulator, operands, folder, status.update)]
            )
            rows += [
                _row(instance, result, simulator, result.pauses)
                | {"pairs": "lattice" if is_lattice else "sampled"}
                for result in results
            ]
    return rows


def verify_layers(
    args: argparse.Namespace, chosen: list[Instance], folder: Path, status: Status
) -> list[dict]:
    """Check linear layers, each on directed and random vectors."""
    rows = []
    for simulator in SIMULATOR_CHOICES[args.sim]:
        for instance in chosen:
            if instance.is_array:
                rows += _verify_array(args, instance, simulator, folder, status)
                continue
            hardware, layer = design_hardware(instance), instance.layer
            if hardware.is_clocked or hardware.is_stream:
                raise InputError(
                    f"Layer must be combinational to be verified, not {hardware.module!r}; "
                    "leave out --style, --stages and --stream"
                )
            design = layer_bench(instance, hardware)
            cases = layer_cases(
                instance.circuit.format,
                layer.inputs,
                args.random,
                SEED,
                None if layer.layers else layer.outputs,
            )
            result = verify_layer(design, simulator, cases, folder, status.update, is_quick=True)
            rows.append(_row(instance, result, simulator) | {"pairs": "sampled"})
    return rows


def _verify_array(
    args: argparse.Namespace, instance: Instance, simulator: str, folder: Path, status: Status
) -> list[dict]:
    """Check a layer on an array of lanes, as fast as it goes and with pauses."""
    design = array_bench(instance)
    design = replace(design, verilog=checked_source(args, design.verilog, design.module))
    vectors = array_vectors(design, args.random)
    results = verify_arrays(
        [design], [vectors], simulator, SCENES, folder / design.module, status.update
    )
    return [
        _row(instance, result, simulator, _pauses(result.scene)) | {"pairs": "sampled"}
        for result in results
    ]


def layer_bench(instance: Instance, hardware: Hardware) -> LayerDesign:
    """Return linear layers as a bench takes them."""
    options, layer = instance.circuit, instance.layer
    return LayerDesign(
        verilog=hardware.verilog,
        module=hardware.module,
        fmt=options.format,
        to=options.result_format,
        accumulate=layer.accumulate,
        activations=layer.activations,
        overflow=options.overflow,
        wide=layer.wide,
        layers=tuple((one.weight_codes, one.bias_codes) for one in layer.layers) or None,
    )
