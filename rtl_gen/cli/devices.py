# SPDX-License-Identifier: Apache-2.0
"""From the options to circuits, and to the devices on which they run."""

import argparse
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from spikefloat.rtl_gen.checks.targets import block_target, design_target
from spikefloat.rtl_gen.cli.options import CIRCUIT, SHAPE, WAVES
from spikefloat.rtl_gen.cli.options.physics import KNOBS
from spikefloat.rtl_gen.cli.selection import circuits_of, instances, refuse
from spikefloat.rtl_gen.cli.variants import Uses
from spikefloat.rtl_gen.designs.catalog import entries, find_entry
from spikefloat.rtl_gen.designs.design import Block, Design, Table
from spikefloat.rtl_gen.designs.saved import is_circuit_file
from spikefloat.rtl_gen.errors import InputError, find_member, unknown_name
from spikefloat.rtl_gen.neurons.residue import Residue
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.physics import Physics

__all__ = ["device_grid", "label_columns", "targets"]

_STYLES = ("spatial", "spiking")


def targets(args: argparse.Namespace, *, takes_vectors: bool = False) -> list[Target]:
    """Return the circuits that the options select, blocks as well.

    Raises
    ------
    InputError
        If a name is unknown, an option has no effect, or a design is one on vectors, unless
        ``takes_vectors``.
    """
    uses = Uses(args)
    selected: list[Target] = []
    designs = entries(Design)
    for name in designs if "all" in args.design else args.design:
        if name in entries(Block):
            selected.append(block_target(name))
            continue
        if is_circuit_file(name):
            selected += map(design_target, circuits_of(args, name, uses))
            continue
        find_entry(name, Design, Table, Block)
        if name in designs and designs[name].is_vector and not takes_vectors:
            if "all" in args.design:
                continue
            raise InputError(f"Design must have one code for each operand, not vectors ({name})")
        selected += map(design_target, instances(args, [name], uses))
    uses.check(option.name for option in (*CIRCUIT, *SHAPE))
    return selected


def label_columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the columns that tell circuits apart; some only where they differ."""
    names = ("format_2", "to", "overflow", "rounding", "random_bits", "flags", "nan")
    usual = {**dict.fromkeys(names), "rounding": "rne", "nan": "keep"}
    return [
        "design",
        "format",
        *(name for name in usual if len({row.get(name) or usual[name] for row in rows}) > 1),
        "library",
        "budget",
        "objective",
        *(["device"] if any("device" in row for row in rows) else []),
    ]


def device_grid(
    args: argparse.Namespace, sought: str = "", known: Mapping[str, Any] | None = None
) -> list[Physics]:
    """Return the physics of every combination of the values that the options give.

    Parameters
    ----------
    args : argparse.Namespace
        What was given.
    sought : str
        Knob whose value is not given because it is looked for.
    known : mapping, optional
        Knobs that are set otherwise, with their values.

    Raises
    ------
    InputError
        If an option has no effect, or the leak is missing.
    """
    uses = Uses(args)
    knobs = {option.key: getattr(args, option.key) for option in KNOBS if option.name in args.given}
    grid = []
    for style in getattr(args, "style", _STYLES[:1]):
        if style not in _STYLES:
            raise unknown_name("Style of a device", style, _STYLES)
        values = knobs if style == "spatial" else _spiking(args, sought, uses) | knobs
        grid += [
            Physics(
                clamp_inputs=getattr(args, "clamp_inputs", False),
                **(known or {}),
                **dict(zip(values, point, strict=True)),
            )
            for point in product(*values.values())
        ]
    uses.check(("residue", "leak", *(option.name for option in WAVES)))
    return grid


def _spiking(args: argparse.Namespace, sought: str, uses: Uses) -> dict[str, list[Any]]:
    """Return style, reset, leak and the rest of the spiking style, each with its values."""
    keeps = args.leak is not None or sought == "leak"
    residue = find_member(Residue, "Residue", args.residue or ("leak" if keeps else "discharge"))
    uses.add("residue leak waves potential-bits order")
    values: dict[str, list[Any]] = {
        "style": ["spiking"],
        "reset": ["hard" if residue is Residue.HARD else "soft"],
    }
    if residue is Residue.DISCHARGE:
        refuse(args, "leak waves", "where membranes are discharged; give --residue leak or hard")
        values["waves"] = [1]
    elif not keeps:
        raise InputError(
            f"Leak must be given where membranes keep a residue ({residue}), not left out"
        )
    if args.leak is not None:
        values["leak"] = [float(leak) for leak in args.leak]
    for name in ("waves", "potential_bits"):
        if getattr(args, name) is not None:
            values[name] = getattr(args, name)
    return values
