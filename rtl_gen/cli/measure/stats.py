# SPDX-License-Identifier: Apache-2.0
"""``spikefloat stats``: neurons, depth, synapses, weights and margins of designs."""

import argparse

from spikefloat.rtl_gen.cli.output import Table, show, tracked
from spikefloat.rtl_gen.cli.selection import select
from spikefloat.rtl_gen.designs.labels import figures

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Count each instance; the neurons of its scopes, if there is one."""
    circuits, cells = select(args)
    rows = [figures(one) for one in tracked([*cells, *circuits], "Counting")]
    columns = list(dict.fromkeys(name for row in rows for name in row if name != "scopes"))
    parts = [
        Table(
            title="Circuits",
            columns=columns,
            rows=rows,
            keep=("neurons", "depth", "synapses", "latency"),
        )
    ]
    if len(rows) == 1:
        scopes = [{"scope": name, "neurons": n} for name, n in rows[0]["scopes"].items()]
        parts.append(Table(title="Neurons by scope", columns=("scope", "neurons"), rows=scopes))
    show(args, rows, *parts)
    return 0
