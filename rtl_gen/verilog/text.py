# SPDX-License-Identifier: Apache-2.0
"""Preprocessed Verilog as text: its modules, which of them use which, and their parameters."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from spikefloat.rtl_gen.errors import InputError

__all__ = ["ModuleText", "VerilogError", "needed_modules", "split_modules", "top_modules"]

# Strings and comments are tokens, so that nothing inside them is read.
_TOKEN = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|\\(?P<escaped>\S+)|`?[A-Za-z_][\w$]*|[^\s\w]', re.DOTALL
)


class VerilogError(InputError):
    """A Verilog source that cannot be read, or not for what is asked."""


@dataclass(frozen=True)
class _Token:
    """A word or symbol of a source."""

    text: str  #: As it stands there.
    name: str  #: Without the backslash of an escaped name.
    start: int
    end: int


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        if not match[0].startswith(("/*", "//")):
            yield _Token(match[0], match["escaped"] or match[0], *match.span())


@dataclass(frozen=True)
class ModuleText:
    """A module of a source; with an empty name, what stands between modules."""

    name: str
    text: str

    @cached_property
    def tokens(self) -> tuple[_Token, ...]:
        """Words and symbols, without comments."""
        return tuple(_tokens(self.text))

    @property
    def has_ports(self) -> bool:
        """Whether the module has a list of ports that is not plainly empty."""
        start = self._name_place() + 1
        after = [token.text for token in self.tokens[start : start + 2]]
        return after[:1] != [";"] and after != ["(", ")"]

    def uses(self, names: Iterable[str]) -> set[str]:
        """Return which of some modules this one has instances of."""
        names = set(names) - {self.name}
        return {
            token.name
            for token, after in zip(self.tokens, self.tokens[1:], strict=False)
            if token.name in names and re.match(r"[#\\A-Za-z_]", after.text)
        }

    def blanked(self) -> str:
        """Return nothing but the ends of lines, so that what follows keeps its place."""
        lines = self.text.split("\n")
        return "\n".join(line if line.lstrip().startswith("`") else "" for line in lines)

    def changed(self, name: str, parameters: Mapping[str, str]) -> str:
        """Return the text with another name and other defaults of parameters.

        Raises
        ------
        VerilogError
            If the module has no parameter of that name.
        """
        place = self.tokens[self._name_place()]
        edits = {(place.start, place.end): name if name != self.name else place.text}
        defaults = dict(self._defaults())
        for parameter, value in parameters.items():
            if parameter not in defaults:
                raise VerilogError(
                    f"Parameter of {self.name} must be one of {', '.join(defaults)}, "
                    f"not {parameter!r}"
                    if defaults
                    else f"Module {self.name} has no parameters, so {parameter!r} cannot be set"
                )
            edits[defaults[parameter]] = f" {value} "
        text = self.text
        for (start, end), new in sorted(edits.items(), reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def _name_place(self) -> int:
        return next(i for i, token in enumerate(self.tokens[1:], 1) if token.name == self.name)

    def _defaults(self) -> Iterator[tuple[str, tuple[int, int]]]:
        """Yield each parameter, with where its default begins and ends."""
        depth = level = 0
        in_list = False
        name, start = "", 0
        for index, token in enumerate(self.tokens):
            depth += (token.text in ("(", "[", "{")) - (token.text in (")", "]", "}"))
            if token.text in ("parameter", "localparam"):
                in_list, level = token.text == "parameter", depth
            elif in_list and not name and token.text == "=" and depth == level:
                name, start = self.tokens[index - 1].name, token.end
            elif in_list and (depth < level or (depth == level and token.text in (",", ";"))):
                if name:
                    yield name, (start, token.start)
                name, in_list = "", token.text == ","


def split_modules(text: str) -> list[ModuleText]:
    """Return the modules of a text and what stands between them; joined they are the text."""
    parts: list[ModuleText] = []
    done, name, is_named = 0, "", True
    tokens = list(_tokens(text))
    for index, token in enumerate(tokens):
        if not is_named:
            name, is_named = token.name, True
        elif not name and token.text in ("module", "macromodule"):
            parts.append(ModuleText("", text[done : token.start]))
            done, is_named = token.start, False
        elif name and token.text == "endmodule":
            label = tokens[index + 1 : index + 3]
            is_labelled = [after.name for after in label] == [":", name]
            end = label[1].end if is_labelled else token.end
            parts.append(ModuleText(name, text[done:end]))
            done, name = end, ""
    return [*parts, ModuleText("", text[done:])]


def top_modules(parts: Iterable[ModuleText]) -> list[str]:
    """Return the modules of which nothing else has an instance, in the order of the source."""
    parts = list(parts)
    names = list(dict.fromkeys(part.name for part in parts if part.name))
    used = {name for part in parts for name in part.uses(names)}
    return [name for name in names if name not in used]


def needed_modules(parts: Iterable[ModuleText], top: str) -> set[str]:
    """Return a module and all that it has instances of, directly or not."""
    parts = list(parts)
    names = {part.name for part in parts if part.name}
    used: dict[str, set[str]] = {}
    for part in parts:
        used.setdefault(part.name, set()).update(part.uses(names))
    needed: set[str] = set()
    stack = [top, *used[""]]  # what stands between modules may bind some
    while stack:
        name = stack.pop()
        if name not in needed:
            needed.add(name)
            stack.extend(used[name])
    return needed
