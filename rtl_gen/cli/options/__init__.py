# SPDX-License-Identifier: Apache-2.0
"""The options of the command line, each once."""

from spikefloat.rtl_gen.cli.options.circuit import CIRCUIT, SHAPE
from spikefloat.rtl_gen.cli.options.hardware import BACKEND, CELLS, HARDEN, HARDWARE
from spikefloat.rtl_gen.cli.options.language import LANGUAGE
from spikefloat.rtl_gen.cli.options.option import Option
from spikefloat.rtl_gen.cli.options.output import OUTPUT
from spikefloat.rtl_gen.cli.options.physics import CAMPAIGN, PHYSICS, WAVES
from spikefloat.rtl_gen.cli.options.run import BOARD, SIMULATION
from spikefloat.rtl_gen.cli.options.synthesis import SOURCES, SYNTHESIS

__all__ = [
    "BACKEND",
    "CELLS",
    "CIRCUIT",
    "HARDWARE",
    "OPTIONS",
    "PHYSICS",
    "SHAPE",
    "WAVES",
    "Option",
    "pick",
]

#: Every option, by name.
OPTIONS: dict[str, Option] = {
    option.name: option
    for group in (
        CIRCUIT,
        SHAPE,
        HARDWARE,
        BACKEND,
        CELLS,
        HARDEN,
        PHYSICS,
        WAVES,
        CAMPAIGN,
        SIMULATION,
        SYNTHESIS,
        SOURCES,
        BOARD,
        LANGUAGE,
        OUTPUT,
    )
    for option in group
}


def pick(names: str) -> tuple[Option, ...]:
    """Return options by their names, given with spaces between."""
    return tuple(OPTIONS[name] for name in names.split())
