# SPDX-License-Identifier: Apache-2.0
"""``spikefloat stats``: neurons, depth, synapses, weights, margins and energy of designs."""

import argparse
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from spikefloat.rtl_gen.cli.output import Table, show, tracked
from spikefloat.rtl_gen.cli.presets import check_energy, list_devices
from spikefloat.rtl_gen.cli.selection import refuse, select
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.exploration import tighter_budget
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.labels import figures
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.devices.presets import Preset

__all__ = ["run"]

_ENERGY = ("energy_device", "energy_low_fj", "energy_high_fj")

#: What is None where an operation is more than one pass through one graph.
_USED = (
    "spikes_per_operation",
    "effective_synaptic_operations",
    "activity_operands",
    "energy_counts",
    "energy_low_fj",
    "energy_high_fj",
)


def run(args: argparse.Namespace) -> int:
    """Count each instance; the neurons of its scopes, if there is one."""
    if args.list_devices:
        return list_devices(args)
    if args.energy is None:
        refuse(args, "seed", "without --energy")
    check_energy(args.energy or ())
    circuits, cells = select(args)
    instances = [*cells, *circuits]
    for one in instances if args.energy else ():
        if not _is_graph(one) and "all" not in (*args.design, *args.style):
            raise InputError(
                f"Option --energy has no effect for {_name(one)}; it is for circuits that are one "
                "graph of neurons"
            )
    rows = [row for one in tracked(instances, "Counting") for row in _rows(args, one)]
    columns = list(dict.fromkeys(name for row in rows for name in row if name != "scopes"))
    parts = [
        Table(
            title="Circuits",
            columns=columns,
            rows=rows,
            keep=("neurons", "depth", "synapses", "latency", *_ENERGY),
        )
    ]
    if len(instances) == 1:
        scopes = [{"scope": name, "neurons": n} for name, n in rows[0]["scopes"].items()]
        parts.append(Table(title="Neurons by scope", columns=("scope", "neurons"), rows=scopes))
    show(args, rows, *parts, *_remarks(circuits))
    return 0


def _remarks(circuits: list[Instance | SavedCircuit]) -> Iterator[str]:
    """Yield a line for each circuit that a tighter budget has, too."""
    for one in circuits:
        if isinstance(one, Instance) and (kept := tighter_budget(one)):
            yield (
                f"{one.name}: no better circuit is known for budget {one.circuit.budget.name} than "
                f"that of budget {kept.name}"
            )


def _name(one: Instance | CellInstance | SavedCircuit) -> str:
    return one.design.name if isinstance(one, Instance) else one.name


def _is_graph(one: Instance | CellInstance | SavedCircuit) -> bool:
    """Tell whether an operation is one pass through one graph of neurons."""
    if isinstance(one, CellInstance) or one.is_array:
        return False
    return not one.hardware.style.has_handshake


def _rows(
    args: argparse.Namespace, one: Instance | CellInstance | SavedCircuit
) -> Iterator[dict[str, Any]]:
    """Yield the figures of an instance, with its energy on each device that is given."""
    own = figures(one)
    if args.energy is None:
        yield own
        return
    scopes = {"scopes": own.pop("scopes")}
    for preset, used in zip(args.energy, _energies(one, args.energy, args.seed), strict=True):
        yield {**own, "energy_device": preset.name, **used, **scopes}


def _energies(
    one: Instance | CellInstance | SavedCircuit, devices: list[Preset], seed: int
) -> Iterator[dict[str, Any]]:
    """Yield activity and energy of one operation on each device."""
    from spikefloat.sim.campaigns.activity import energy, measure_activity

    if isinstance(one, CellInstance) or not _is_graph(one):
        yield from (dict.fromkeys(_USED) for _ in devices)
        return
    activity, operands = measure_activity(one.graph, seed)
    for preset in devices:
        yield {**asdict(activity), "activity_operands": operands, **energy(preset, activity)}
