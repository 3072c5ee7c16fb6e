# SPDX-License-Identifier: Apache-2.0
"""Operands as wide as each other, where Verilog would extend the narrower one by itself."""

import re
from collections.abc import Mapping

from spikefloat.rtl_gen.rtl.text.tidy import Net

__all__ = ["widen"]

_CAST = r"\$unsigned\(\w+\)|\$signed\((?:\w+|\{ [^{}]+ \})\)"
_OPERAND = rf"(?:\w+(?:\[[\d:]+\])?|-?\d+'s?[dbh]\w+|\{{ [^{{}}]+ \}}|{_CAST})"
_OPERATION = re.compile(rf"^  assign (\S+) = ({_OPERAND}) (\+|-|<|<=|>|>=|==|!=) ({_OPERAND});$")
_CONSTANT = re.compile(r"(-?)(\d+)'(s?)([dbh])(\w+)")
_FILLED = re.compile(r"\$signed\(\{ (\d+)'[db]0, (.*) \}\)")


def widen(line: str, nets: Mapping[str, Net]) -> str:
    """Return a statement whose operation has two operands of one width.

    An operation that is spelt in another way is left as it is.

    Parameters
    ----------
    line : str
        A statement in its last spelling.
    nets : mapping of str to Net
        What is known of the names.
    """
    match = _OPERATION.match(line)
    if match is None:
        return line
    target, first, operation, second = match.groups()
    widths = [_width(text, nets) for text in (first, second)]
    width = max(widths)
    if min(widths) == 0 or widths[0] == widths[1]:
        return line
    is_signed = all(_is_signed(text, nets) for text in (first, second))
    first, second = (
        text if own == width else _extended(text, own, width, is_signed)
        for text, own in zip((first, second), widths, strict=True)
    )
    return f"  assign {target} = {first} {operation} {second};"


def _width(text: str, nets: Mapping[str, Net]) -> int:
    """Return the width of an operand, or 0 if it is not known."""
    inner = re.sub(r"^\$(un)?signed\(|\)$", "", text).strip("{} ")
    widths = [_part_width(part, nets) for part in inner.split(", ")]
    return sum(widths) if all(widths) else 0


def _part_width(text: str, nets: Mapping[str, Net]) -> int:
    if constant := _CONSTANT.fullmatch(text):
        return int(constant[2])
    part = re.fullmatch(r"(\w+)\[(\d+)(?::(\d+))?\]", text)
    if part is not None and part[1] in nets:  # and no word of a memory
        return int(part[2]) - int(part[3] or part[2]) + 1
    return nets[text].width if text in nets else 0


def _is_signed(text: str, nets: Mapping[str, Net]) -> bool:
    constant = _CONSTANT.fullmatch(text)
    if constant is not None:
        return constant[3] == "s"
    return text.startswith("$signed") or (text in nets and nets[text].is_signed)


def _extended(text: str, width: int, to: int, is_signed: bool) -> str:
    """Return an operand with more bits at the top; the whole expression decides on their value."""
    more = to - width
    if constant := _CONSTANT.fullmatch(text):
        sign, _, mark, base, digits = constant.groups()
        return f"{sign}{to}'{mark}{base.replace('b', 'd')}{digits}"
    if not is_signed:
        return f"{{ {more}'d0, {text.removeprefix('{ ').removesuffix(' }')} }}"
    if filled := _FILLED.fullmatch(text):
        return f"$signed({{ {more + int(filled[1])}'d0, {filled[2]} }})"
    name = text.removeprefix("$signed(").removesuffix(")")
    if not name.isidentifier():
        return text
    return f"$signed({{ {{{more}{{{name}[{width - 1}]}}}}, {name} }})"
