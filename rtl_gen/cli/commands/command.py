# SPDX-License-Identifier: Apache-2.0
"""What a command is: its group, what it takes, and the module that carries it out."""

import importlib
import re
from dataclasses import dataclass
from types import ModuleType

from spikefloat.rtl_gen.cli.options import Option
from spikefloat.rtl_gen.cli.options.readers import Reader, text

__all__ = ["GROUPS", "Argument", "Command"]

#: What commands are for, in the order of ``spikefloat --help``.
GROUPS = {
    "make": "make circuits",
    "check": "check them",
    "measure": "measure them",
    "look": "look at them",
}


@dataclass(frozen=True)
class Argument:
    """What is given without the name of an option."""

    name: str  #: In capitals, as in the help.
    help: str
    is_list: bool = False  #: Whether there may be several.
    is_needed: bool = True
    read: Reader = text  #: Reads it.

    @property
    def noun(self) -> str:
        """What it is called in a message."""
        return re.split("[,|]", self.name)[0].capitalize()

    @property
    def key(self) -> str:
        """Name of the attribute that has the value."""
        return self.noun.lower()


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command of the command line."""

    name: str
    group: str  #: One of :data:`GROUPS`, and the folder of its module.
    summary: str  #: One line for a reader.
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()
    examples: tuple[str, ...]

    def load(self) -> ModuleType:
        """Return the module of the command, which has a function ``run``."""
        return importlib.import_module(f"spikefloat.rtl_gen.cli.{self.group}.{self.name}")
