# SPDX-License-Identifier: Apache-2.0
"""What a user can cause, as exceptions with one base.

The command line turns a :class:`UserError`, and nothing else, into one sentence. Every other
exception is a bug: it shows its traceback and asks for a report. In Python, the two kinds of bad
arguments are the usual ``ValueError`` and ``TypeError`` as well.

Exit statuses of all commands:

=== ==================================================================
  0 done, and every check passed
  1 a check failed, or could not be carried out to its end
  2 what was asked for cannot be done; one sentence says why
 70 a bug of the program; a traceback and a request to report it
130 interrupted from the keyboard
143 terminated by another process
=== ==================================================================
"""

import difflib
from collections.abc import Iterable
from enum import StrEnum
from typing import TypeVar

__all__ = [
    "BUG_STATUS",
    "INTERRUPTED_STATUS",
    "TERMINATED_STATUS",
    "InputError",
    "InputTypeError",
    "OutOfReach",
    "UserError",
    "find_member",
    "unknown_name",
]

_Member = TypeVar("_Member", bound=StrEnum)

BUG_STATUS = 70
INTERRUPTED_STATUS = 130
TERMINATED_STATUS = 143


class UserError(Exception):
    """Something that the user asked for cannot be done; the message says why and what helps."""

    exit_status = 2


class InputError(UserError, ValueError):
    """An argument, an option or a file has a value that is not supported."""


class OutOfReach(InputError):
    """A goal that nothing within the given limits meets."""


class InputTypeError(UserError, TypeError):
    """An argument is of the wrong kind."""


def unknown_name(noun: str, name: object, known: Iterable[str]) -> InputError:
    """Return the error for a name that is none of the known ones; it suggests the nearest.

    Parameters
    ----------
    noun : str
        What the name is of, with a capital: ``Design``.
    name : object
        What was given.
    known : iterable of str
        Every name that is accepted.
    """
    names = list(known)
    accepted = " or ".join(names) if len(names) <= 2 else f"one of {', '.join(names)}"
    near = difflib.get_close_matches(str(name), names, 1, cutoff=0.7)
    hint = f"; did you mean {str(near[0])!r}?" if near else ""
    return InputError(f"{noun} must be {accepted}, not {name!r}{hint}")


def find_member(members: type[_Member], noun: str, name: str) -> _Member:
    """Return the member of an enumeration with a value.

    Parameters
    ----------
    members : type of StrEnum
        The enumeration.
    noun : str
        What it is, with a capital: ``Style``.
    name : str
        Value of a member.

    Raises
    ------
    InputError
        If no member has the value.
    """
    try:
        return members(name)
    except ValueError:
        raise unknown_name(noun, name, members) from None
