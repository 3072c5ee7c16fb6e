# SPDX-License-Identifier: Apache-2.0
"""The commands, as data, so that only the one that was asked for is imported."""

from spikefloat.rtl_gen.cli.commands.command import GROUPS, Argument, Command
from spikefloat.rtl_gen.cli.commands.looking import LOOKING
from spikefloat.rtl_gen.cli.commands.making import MAKING
from spikefloat.rtl_gen.cli.commands.sets import ALWAYS

__all__ = ["ALWAYS", "COMMANDS", "GROUPS", "Argument", "Command"]

#: Every command, by name.
COMMANDS: dict[str, Command] = {command.name: command for command in (*MAKING, *LOOKING)}
