# SPDX-License-Identifier: Apache-2.0
"""What an option of the command line is."""

from dataclasses import dataclass
from typing import Any

from spikefloat.rtl_gen.cli.options.readers import Reader, text

__all__ = ["Option"]


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option, which means the same in every command that takes it."""

    name: str  #: Without dashes before it.
    group: str  #: Heading in the help of a command.
    help: str  #: What it says, in a few words.
    metavar: str | None = None  #: What stands for its value; None for a flag, which has none.
    read: Reader = text  #: Reads the value.
    default: str | None = None  #: Text that is read if it is not given.
    #: What is done if it is not given, for the help, where that is no text.
    otherwise: str | None = None
    noun: str | None = None  #: What the value is called in a message; by default as the option.
    words: tuple[str, ...] = ()  #: Values, for the completion of a shell.
    short: str | None = None  #: A letter that stands for it.
    is_alone: bool = False  #: Whether nothing else is needed if it is given, no argument either.
    is_repeated: bool = False  #: Whether it may be given again and again; the value is a list.

    @property
    def key(self) -> str:
        """Name of the attribute that has the value."""
        return self.name.replace("-", "_")

    @property
    def flags(self) -> tuple[str, ...]:
        """How it is given: ``-o`` and ``--output``."""
        return (f"--{self.name}",) if self.short is None else (f"-{self.short}", f"--{self.name}")

    def value(self, given: str) -> Any:
        """Return the value that a text stands for.

        Raises
        ------
        InputError
            If it stands for none, or one out of range.
        """
        noun = self.noun or self.name.replace("-", " ").capitalize()
        return self.read(noun, given)
