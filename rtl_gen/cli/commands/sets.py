# SPDX-License-Identifier: Apache-2.0
"""Sets of options that several commands have, and options with other defaults."""

from dataclasses import replace
from typing import Any

from spikefloat.rtl_gen.cli.commands.command import Argument
from spikefloat.rtl_gen.cli.options import (
    CELLS,
    CIRCUIT,
    HARDWARE,
    OPTIONS,
    SHAPE,
    Option,
    pick,
)
from spikefloat.rtl_gen.cli.options.readers import integer, words

__all__ = [
    "ALWAYS",
    "DESIGN",
    "DEVICE",
    "EVERY_INSTANCE",
    "NOISE",
    "OPTIONAL_FOLDER",
    "TABLE",
    "circuit_with",
    "trials",
    "with_changes",
]

#: Options of every command.
ALWAYS = pick("quiet verbose")


def with_changes(name: str, **changes: Any) -> tuple[Option, ...]:
    """Return an option with another default or range, for one command."""
    return (replace(OPTIONS[name], **changes),)


def circuit_with(**defaults: str) -> tuple[Option, ...]:
    """Return the options of circuits with other defaults."""
    return tuple(
        replace(option, default=defaults.get(option.name, option.default)) for option in CIRCUIT
    )


def trials(most: int, default: int, help: str, least: int = 1) -> tuple[Option, ...]:
    """Return the option for the number of trials, with a range of its own."""
    return with_changes("trials", read=integer(least, most), default=str(default), help=help)


DESIGN = Argument("DESIGN,...", "designs, or all: see `spikefloat list`", read=words)
TABLE = pick("json csv wide")
NOISE = pick("synapse-noise membrane-noise")
DEVICE = (
    *with_changes("style", help="spatial or spiking"),
    *pick("residue leak waves potential-bits"),
)
OPTIONAL_FOLDER = with_changes("output", default=None, otherwise="nothing is written")
EVERY_INSTANCE = (*CIRCUIT, *SHAPE, *HARDWARE, *CELLS)
