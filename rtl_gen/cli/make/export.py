# SPDX-License-Identifier: Apache-2.0
"""``spikefloat export``: designs in the exchange format of neuromorphic simulators and chips."""

import argparse
from typing import Any

import numpy as np

from spikefloat.rtl_gen.cli.options import (
    add_command,
    add_design_options,
    add_json_option,
    add_output_option,
)
from spikefloat.rtl_gen.cli.output import print_json, print_table, tracked
from spikefloat.rtl_gen.cli.physics_options import targets
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.exchange.nir_export import export
from spikefloat.sim.exchange.nir_run import run_in_norse

__all__ = ["register"]

#: Most operand bits that are checked exhaustively.
_MAX_BITS = 20


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "export",
        "write designs as NIR networks for other simulators",
        "spikefloat export multiply --objective neurons --check -o build",
        _run,
    )
    add_design_options(parser)
    parser.add_argument(
        "--check",
        action="store_true",
        help="run each file in Norse, an independent simulator, on every operand, and compare "
        "with the golden model",
    )
    add_output_option(parser)
    add_json_option(parser)
    parser.epilog = (
        f"{parser.epilog}\n\nDESIGN, --budget and --objective take several names, "
        "separated by commas; DESIGN may also be\nand, or, xor, full_adder or "
        "ripple4, made of the gates of the paper. Every file is one design in\nthe "
        "spatial style: layers of integrate-and-fire neurons, one after another."
    )


def _run(args: argparse.Namespace) -> int:
    if args.style not in (None, "spatial") or args.stages or args.stream:
        raise InputError("Exported design must be combinational, not clocked")
    chosen = targets(args, takes_vectors=True)
    names = [_file_name(target) for target in chosen]
    networks = [export(target.graph) for target in chosen]
    if args.check and (
        wide := [target.graph.name for target in chosen if target.graph.input_count > _MAX_BITS]
    ):
        raise InputError(
            f"Checked design must have at most {_MAX_BITS} operand bits, "
            f"not more ({', '.join(wide)})"
        )
    paths = write_files(
        args.output,
        {name: network.to_bytes() for name, network in zip(names, networks, strict=True)},
    )
    rows: list[dict[str, Any]] = []
    for target, network, path in tracked(
        list(zip(chosen, networks, paths, strict=True)), "Exporting"
    ):
        row = {
            **target.label,
            "file": str(path),
            "layers": network.layers,
            "neurons": len(target.graph.neurons),
            "relays": network.relays,
        }
        if args.check:
            operands = _all_operands(target.graph)
            wrong = run_in_norse(path, operands) != target.reference.expected(operands)
            row |= {"checked": len(wrong), "wrong": int(wrong.sum())}
        rows.append(row)
    if args.json:
        print_json(rows)
    else:
        columns = [key for key in rows[0] if key not in chosen[0].label]
        print_table(
            "NIR networks",
            columns,
            [[row[c] for c in columns] for row in rows],
            numbers=columns[1:],
        )
    return int(any(row.get("wrong") for row in rows))


def _file_name(target: Target) -> str:
    """Return a name that tells all designs of one call apart."""
    parts = [target.graph.name, *(target.label[key] for key in ("library", "budget", "objective"))]
    return "_".join(part for part in parts if part != "-") + ".nir"


def _all_operands(graph: NeuronGraph) -> list[np.ndarray]:
    """Return every combination of operands, one array for each port."""
    every = np.arange(1 << graph.input_count)
    operands, start = [], 0
    for port in graph.inputs:
        operands.append(every >> start & (1 << len(port.nodes)) - 1)
        start += len(port.nodes)
    return operands
