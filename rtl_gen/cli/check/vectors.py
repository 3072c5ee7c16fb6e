# SPDX-License-Identifier: Apache-2.0
"""``spikefloat vectors``, which writes test vectors, and what ``verify --vectors`` does with a file."""

import argparse
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.golden import golden_operation
from spikefloat.rtl_gen.checks.verifying.designs import scalar_design
from spikefloat.rtl_gen.checks.verifying.plan import Checked, Selected, Subject
from spikefloat.rtl_gen.checks.verifying.rows import checked_row, planned_rows
from spikefloat.rtl_gen.checks.verifying.steps import run_steps
from spikefloat.rtl_gen.cli.output import Table, note, progress, show
from spikefloat.rtl_gen.cli.selection import refuse, select
from spikefloat.rtl_gen.cli.simulators import build_folder, simulators
from spikefloat.rtl_gen.designs.build import build_steps
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.header import command_line
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.options import Style
from spikefloat.rtl_gen.designs.rounding import Flags
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_text, write_file
from spikefloat.rtl_gen.formats import Format, Rounding
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Cases, Check
from spikefloat.sim.cases.sampled import EXHAUSTIVE_CASES, mixed_cases
from spikefloat.sim.exchange.vector_files import Vectors, parse_vectors, print_vectors
from spikefloat.sim.golden.operations import (
    expected,
    expected_rounded,
    find_operation,
    require_cases,
    wide_cases,
)
from spikefloat.sim.golden.rounding import Rounded, Rounder
from spikefloat.sim.golden.values import unpack
from spikefloat.sim.graphs.network import Network

__all__ = ["judge", "run"]

#: Codes by the names of ports.
_Codes = dict[str, NDArray[np.int64]]

_COLUMNS = (
    "design",
    "format",
    "format_2",
    "to",
    "overflow",
    "library",
    "budget",
    "objective",
    "rounding",
    "hardware",
    "pauses",
    "simulator",
    "cases",
    "exact",
    "result",
)

#: Codes of 64 bits are numbers in two's complement.
_ALL_BITS = (1 << 64) - 1

#: Wrong lines that are shown.
_MOST_WRONG = 8


def run(args: argparse.Namespace) -> int:
    """Write the cases of one operation, with what the golden model gives for them."""
    design = find_design(args.design)
    if design.converts is None and not design.mixes:
        refuse(args, "to", f"for {design.name}")
    if not design.mixes:
        refuse(args, "format-b format-c", f"for {design.name}")
    if not design.rounds:
        refuse(args, "overflow", f"for {design.name}")
    instance = make_instance(
        design,
        format=args.format,
        to=args.to,
        format_b=args.format_b,
        format_c=args.format_c,
        overflow=args.overflow,
        rounding=args.rounding,
        flags=args.tininess if "tininess" in args.given else None,
    )
    _require_one_mode([instance])
    circuit, widths = instance.circuit, list(instance.operand_widths.values())
    require_cases(instance.design.name, circuit.format)
    if 1 << sum(widths) <= EXHAUSTIVE_CASES:
        refuse(args, "trials seed", f"where all cases are written, as for {circuit.format.name}")
        axes = np.meshgrid(*(np.arange(1 << width) for width in widths), indexing="ij")
        operands = [axis.ravel() for axis in axes]
    elif circuit.is_mixed:
        operands = list(mixed_cases(_formats(instance), args.trials, args.seed).T)
    else:
        operands = list(wide_cases(instance.design.name, circuit.format, args.trials, args.seed).T)
    right = _golden(instance, operands)
    text = print_vectors(Vectors(operands, *right), widths, _result_width(instance))
    if args.output is None:
        sys.stdout.write(text)
    else:
        write_file(args.output, text)
        note(f"{len(right.codes):,} vectors in {args.output}")
    return 0


def judge(args: argparse.Namespace) -> int:
    """Compare circuits with the vectors of a file: their graphs, or with ``--sim`` their Verilog.

    In the sequential style there are several graphs, which are run in turn.

    Any NaN is as good as another. Flags count only for circuits that have them.

    Raises
    ------
    InputError
        If the file cannot be read or is not for the circuits, or an option has no effect.
    """
    refuse(args, "pairs trials every seed store verilog top waves", "with --vectors")
    is_graph = "sim" not in args.given
    if is_graph:
        hardware = "build-dir gate-level stages stream backend"
        hardware += " style" * (args.style != [Style.SEQUENTIAL])
        refuse(args, hardware, "with --vectors and without --sim")
    names = () if is_graph else simulators(args.sim)
    circuits, cells = select(args)
    _require_one_mode([*cells, *circuits])
    text = read_text(args.vectors)
    selected = Selected(gate_level=args.gate_level)
    rows = []
    with progress("Comparing with vectors") as tell, build_folder(args.build_dir) as folder:
        for instance in circuits:
            assert isinstance(instance, Instance)
            inputs, right = _read(instance, text)
            if is_graph:
                rows.append(_judge_graph(instance, inputs, right))
            for simulator in names:
                dut = scalar_design(instance, selected).dut
                check = Check(dut=dut, cases=Cases(operands=inputs, expected=right))
                outcomes = verify([check], simulator, folder / instance.name, progress=tell)
                rows += [checked_row(Checked(instance, "vectors", one, check)) for one in outcomes]
    rows = [{**row, "reference": str(args.vectors)} for row in rows]
    reports = []
    for row in rows:
        if row["mismatches"]:
            words = [] if is_graph else ["--sim", row["simulator"]]
            words += ["--gate-level", args.gate_level] if args.gate_level else []
            again = shlex.join([*words, "--vectors", str(args.vectors)])
            reports += [row["report"], f"repeat with: {row['command']} {again}"]
    table = Table(
        title=f"Compared with {args.vectors}",
        columns=_COLUMNS,
        rows=rows,
        keep=("cases", "exact", "result"),
    )
    show(args, rows, table, *reports)
    return int(any(row["mismatches"] for row in rows))


def _read(instance: Instance, text: str) -> tuple[_Codes, _Codes]:
    """Return operands and results of lines, by the names of the ports."""
    has_flags = instance.circuit.rounding.flags is not Flags.NONE
    names = [instance.design.result, *["flags"] * has_flags]
    widths = list(instance.operand_widths.values())
    vectors = parse_vectors(text, widths, _result_width(instance), needs_flags=has_flags)
    inputs = dict(zip(instance.design.operands, vectors.operands, strict=True))
    return inputs, dict(zip(names, _right(instance, vectors), strict=False))


def _judge_graph(
    instance: Instance,
    inputs: _Codes,
    right: _Codes,
) -> dict[str, Any]:
    """Return how the neuron graph does, or the graphs of the sequential style in turn."""
    is_stepped = instance.hardware.style is Style.SEQUENTIAL
    run: Callable[[Mapping[str, NDArray[np.uint64]]], Mapping[str, NDArray[Any]]] = (
        partial(run_steps, build_steps(instance.design, instance.circuit))
        if is_stepped
        else Network(instance.graph).run
    )
    begin = time.monotonic()
    words = {name: codes.astype(np.uint64) for name, codes in inputs.items()}
    outputs = {name: codes.astype(np.int64) for name, codes in run(words).items()}
    seconds = time.monotonic() - begin
    wrong = np.logical_or.reduce([outputs[name] != codes for name, codes in right.items()])
    lines = []
    for case in np.flatnonzero(wrong)[:_MOST_WRONG]:
        given, gives, asked = (
            ", ".join(f"{name} {int(columns[name][case]) & _ALL_BITS:#x}" for name in names)
            for columns, names in ((inputs, inputs), (outputs, right), (right, right))
        )
        lines.append(f"line {case + 1}: {given} gives {gives}, not {asked}")
    count = int(wrong.sum())
    return planned_rows(instance, "vectors", "graph")[0] | {
        "hardware": "neuron graphs in turn" if is_stepped else "neuron graph",
        "cases": wrong.size,
        "exact": wrong.size - count,
        "mismatches": count,
        "seconds": round(seconds, 3),
        "report": "\n".join(lines),
        "command": command_line("verify", instance),
        "result": "FAILED" if count else "bit-exact",
    }


def _require_one_mode(subjects: Sequence[Subject]) -> None:
    """Refuse circuits that a line does not say all about."""
    for instance in subjects:
        if not isinstance(instance, Instance) or instance.shape is not None:
            name = instance.design.name if isinstance(instance, Instance) else instance.name
            raise InputError(f"Design of vectors must be a scalar operation, not {name!r}")
        if extra := instance.circuit.rounding.operand_widths:
            raise InputError(
                f"Rounding of vectors must be one mode, such as rne, without {' and '.join(extra)} "
                f"as an operand, not {instance.circuit.rounding.mode_name!r}"
            )


def _formats(instance: Instance) -> tuple[Format, ...]:
    """Return the format of each operand; of one that is an integer, that of the result."""
    circuit = instance.circuit
    if circuit.is_mixed:
        return (circuit.format, *circuit.others)
    return (circuit.format,) * len(instance.design.operands)


def _result_width(instance: Instance) -> int:
    operation = find_operation(golden_operation(instance))
    return operation.result_width(instance.circuit.format, instance.circuit.to)


def _golden(instance: Instance, operands: Sequence[NDArray[np.int64]]) -> Rounded:
    """Return results and flags of the golden model; an operation without rounding raises none."""
    circuit = instance.circuit
    name, fmt = golden_operation(instance), circuit.format
    policy, to = circuit.overflow, circuit.to
    if find_operation(name).rounded is None:
        codes = expected(name, fmt, operands, policy, to)
        return Rounded(codes, np.zeros_like(codes))
    mode = circuit.rounding.mode or Rounding.NEAREST_EVEN
    rounder = Rounder(mode, is_tiny_before=circuit.rounding.flags is Flags.BEFORE)
    return expected_rounded(name, fmt, operands, policy, to, rounder, circuit.others)


def _right(instance: Instance, vectors: Vectors) -> tuple[NDArray[np.int64], ...]:
    """Return result and flags of a file, as far as they are to be had here."""
    circuit, operation = instance.circuit, find_operation(golden_operation(instance))
    golden = _golden(instance, vectors.operands)
    result = vectors.result
    if not operation.bits:
        either = (unpack(circuit.result_format, codes).is_nan for codes in (result, golden.codes))
        result = np.where(np.logical_and(*either), golden.codes, result)
    if vectors.flags is None:
        return (result,)
    return result, vectors.flags
