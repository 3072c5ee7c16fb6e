# SPDX-License-Identifier: Apache-2.0
"""Names of circuits, ports, scopes and neurons."""

__all__ = ["NameGiver", "add_suffix", "check_name"]


def check_name(name: str, what: str) -> None:
    """Refuse a name that cannot be used in Verilog as it is.

    Raises
    ------
    TypeError
        If the name is no string.
    ValueError
        If the name is no identifier.
    """
    if not isinstance(name, str):
        raise TypeError(f"{what} must be a string, not {name!r}")
    if not name.isidentifier() or not name.isascii():
        raise ValueError(f"{what} must be an identifier, not {name!r}")


def add_suffix(name: str, suffix: str) -> str:
    """Return ``name_suffix``, or ``name_suffix[3]`` for the name ``name[3]``."""
    base, bracket, index = name.partition("[")
    return f"{base}_{suffix}{bracket}{index}"


class NameGiver:
    """Gives each neuron a name that is unique in its scope."""

    def __init__(self) -> None:
        self._taken: set[tuple[int, str]] = set()
        self._next: dict[tuple[int, str], int] = {}

    def unique(self, scope: int, hint: str) -> str:
        """Return the hint, or where it is taken the hint with a number."""
        name = hint
        while (scope, name) in self._taken:
            number = self._next[scope, hint] = self._next.get((scope, hint), 1) + 1
            # Words get a number without an underscore: with one, it would look like an index.
            base, bracket, index = hint.partition("[")
            separator = "" if bracket and not base[-1:].isdigit() else "_"
            name = f"{base}{separator}{number}{bracket}{index}"
        self._taken.add((scope, name))
        return name
