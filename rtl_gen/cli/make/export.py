# SPDX-License-Identifier: Apache-2.0
"""``spikefloat export``: designs in the exchange format of neuromorphic simulators and chips."""

import argparse
from typing import Any

from spikefloat.rtl_gen.cli.devices import label_columns, targets
from spikefloat.rtl_gen.cli.make.verilog import add_once
from spikefloat.rtl_gen.cli.output import Table, show, tracked
from spikefloat.rtl_gen.cli.selection import check_name
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import find_extra
from spikefloat.rtl_gen.files import write_files
from spikefloat.sim.devices.operands import all_operands
from spikefloat.sim.exchange.nir_export import export
from spikefloat.sim.exchange.nir_run import run_in_norse

__all__ = ["run"]

#: Most operand bits that are checked exhaustively.
_MAX_BITS = 20


def run(args: argparse.Namespace) -> int:
    """Write a NIR file for each circuit, all or none, and run them where asked for."""
    selected = targets(args, takes_vectors=True)
    check_name(args, len(selected))
    if args.check:
        if wide := [t.graph.name for t in selected if t.graph.input_count > _MAX_BITS]:
            raise InputError(
                f"Checked design must have at most {_MAX_BITS} operand bits, "
                f"not more ({', '.join(wide)})"
            )
        for package in ("nir", "torch", "norse"):  # before anything is built
            find_extra(package, package, "norse")
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
        if args.check:
            operands = list(all_operands(target.graph).values())
            wrong = run_in_norse(path, operands) != target.reference.expected(operands)
            row |= {"checked": len(wrong), "wrong": int(wrong.sum())}
        rows.append(row)
    own = [name for name in rows[0] if name not in selected[0].label]
    columns = [*label_columns(rows), *own]
    shown = [{**row, "file": path.name} for row, path in zip(rows, paths, strict=True)]
    show(args, rows, Table(title=f"NIR networks in {args.output}", columns=columns, rows=shown))
    return int(any(row.get("wrong") for row in rows))
