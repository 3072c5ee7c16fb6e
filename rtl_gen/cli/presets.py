# SPDX-License-Identifier: Apache-2.0
"""Published devices on the command line: what is known of them, and what they set."""

import argparse
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from spikefloat.rtl_gen.cli.devices import device_grid
from spikefloat.rtl_gen.cli.output import Table, show
from spikefloat.rtl_gen.cli.selection import refuse
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.devices.presets import PRESETS, Preset

__all__ = ["check_energy", "list_devices", "named_grid", "on_device"]


def list_devices(args: argparse.Namespace) -> int:
    """Print the published devices, and return the exit status.

    Raises
    ------
    InputError
        If anything else is asked for.
    """
    if args.design:
        raise InputError(f"Design {','.join(args.design)} has no effect with --list-devices")
    silent = {"list-devices", "json", "csv", "wide", "quiet", "verbose"}
    refuse(args, " ".join(sorted(args.given - silent)), "with --list-devices")
    rows: list[dict[str, Any]] = [
        {
            "name": preset.name,
            "summary": preset.summary,
            "figures": [figure.text for figure in preset.figures],
            "sets": preset.knobs,
            "has_energy": preset.has_energy,
            "source": preset.source,
            "year": preset.year,
            "note": preset.note or None,
        }
        for preset in PRESETS.values()
    ]
    shown = [{**row, "figures": "; ".join(row["figures"])} for row in rows]
    columns = ("name", "figures", "source")
    show(
        args,
        rows,
        Table(title="Published devices", columns=columns, rows=shown, more=("summary", "note")),
        f"for --device: {_names(preset for preset in PRESETS.values() if preset.knobs)}",
        f"for --energy: {_names(preset for preset in PRESETS.values() if preset.has_energy)}",
    )
    return 0


def named_grid(args: argparse.Namespace, sought: str = "") -> list[tuple[Preset | None, Physics]]:
    """Return the physics of every combination of values, on each device that the options name.

    Parameters
    ----------
    args : argparse.Namespace
        What was given.
    sought : str
        Knob whose value is not given because it is looked for.

    Raises
    ------
    InputError
        If a device sets nothing, or something that is given or looked for as well; and as
        :func:`~spikefloat.rtl_gen.cli.devices.device_grid` does.
    """
    devices: list[Preset | None] = [None] if args.device is None else list(args.device)
    for preset in args.device or ():
        _check(args, preset, sought)
    return [
        (preset, physics)
        for preset in devices
        for physics in device_grid(args, sought, preset.knobs if preset else {})
    ]


def _check(args: argparse.Namespace, preset: Preset, sought: str) -> None:
    if not preset.knobs:
        able = _names(other for other in PRESETS.values() if other.knobs)
        raise InputError(
            f"Device must be one whose spread or resolution is published ({able}), "
            f"not {preset.name!r}"
        )
    if sought in preset.knobs:
        raise InputError(f"Knob must be one that {preset.name} does not set, not {sought!r}")
    names = " ".join(preset.knobs).replace("_", "-")
    refuse(args, names, f"with --device {preset.name}, which sets it")


def check_energy(presets: Iterable[Preset]) -> None:
    """Refuse devices on which the energy of an operation is not known.

    Raises
    ------
    InputError
        If there is one.
    """
    able = _names(preset for preset in PRESETS.values() if preset.has_energy)
    for preset in presets:
        if not preset.has_energy:
            raise InputError(
                f"Device must be one whose energy per spike or synaptic operation is published "
                f"({able}), not {preset.name!r}"
            )


def on_device(target: Target, preset: Preset | None) -> Target:
    """Return a circuit whose label names the device, too, if there is one."""
    return replace(target, label={**target.label, "device": preset.name}) if preset else target


def _names(some: Iterable[Preset]) -> str:
    return ", ".join(preset.name for preset in some)
