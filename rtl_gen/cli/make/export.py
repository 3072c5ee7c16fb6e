# SPDX-License-Identifier: Apache-2.0
"""``spikefloat export``: designs in the exchange format of neuromorphic simulators and chips."""

import argparse
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.cli.devices import label_columns, targets
from spikefloat.rtl_gen.cli.make.verilog import add_once
from spikefloat.rtl_gen.cli.output import Table, show, tracked
from spikefloat.rtl_gen.cli.selection import check_name, refuse
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import write_files
from spikefloat.sim.devices.operands import all_operands
from spikefloat.sim.exchange.nir_export import export
from spikefloat.sim.exchange.nir_run import find_nir_simulator, run_network

__all__ = ["run"]

#: Most operand bits that are checked exhaustively.
_MAX_BITS = 20


def run(args: argparse.Namespace) -> int:
    """Write a NIR file for each circuit, all or none, and run them where asked for."""
    selected = targets(args, takes_vectors=True)
    check_name(args, len(selected))
    if not args.check:
        refuse(args, "simulators", "without --check")
    else:
        if wide := [t.graph.name for t in selected if t.graph.input_count > _MAX_BITS]:
            raise InputError(
                f"Checked design must have at most {_MAX_BITS} operand bits, "
                f"not more ({', '.join(wide)})"
            )
        for simulator in args.simulators:  # before anything is built
            find_nir_simulator(simulator)
    names: dict[str, None] = {}
    for target in selected:
        add_once(names, f"{args.name or target.graph.name}.nir", None)
    networks = [export(target.graph) for target in tracked(selected, "Exporting")]
    paths = write_files(
        args.output,
        {name: network.to_bytes() for name, network in zip(names, networks, strict=True)},
    )
    rows: list[dict[str, Any]] = []
    for target, network, path in zip(selected, networks, paths, strict=True):
        row = {
            **target.label,
            "file": str(path),
            "layers": network.layers,
            "neurons": len(target.graph.neurons),
            "relays": network.relays,
        }
        if not args.check:
            rows.append(row)
            continue
        operands = list(all_operands(target.graph).values())
        expected = target.reference.expected(operands)
        for simulator in args.simulators:
            wrong = run_network(path, operands, simulator).codes != expected
            found = {"simulator": simulator, "checked": len(wrong), "wrong": int(wrong.sum())}
            rows.append(row | found)
    own = [name for name in rows[0] if name not in selected[0].label]
    columns = [*label_columns(rows), *own]
    shown = [{**row, "file": Path(row["file"]).name} for row in rows]
    show(args, rows, Table(title=f"NIR networks in {args.output}", columns=columns, rows=shown))
    return int(any(row.get("wrong") for row in rows))
