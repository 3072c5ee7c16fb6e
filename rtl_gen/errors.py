# SPDX-License-Identifier: Apache-2.0
"""What a user can cause, as exceptions with one base.

The command line turns a :class:`UserError`, and nothing else, into one sentence and exit status 2.
Every other exception is a bug: it shows its traceback and asks for a report. In Python, the two
kinds of bad arguments are the usual ``ValueError`` and ``TypeError`` as well.
"""

__all__ = ["InputError", "InputTypeError", "UserError"]


class UserError(Exception):
    """Something that the user asked for cannot be done; the message says why and what helps."""


class InputError(UserError, ValueError):
    """An argument, an option or a file has a value that is not supported."""


class InputTypeError(UserError, TypeError):
    """An argument is of the wrong kind."""
