# SPDX-License-Identifier: Apache-2.0
"""Verilog as Yosys writes it, laid out for a reader.

Yosys declares every wire far from where it is defined, orders ports by when they were first used,
writes numbers as bit patterns, and keeps the sign of a number out of its declaration. This module
moves and respells; it never changes what a line means, and the tests prove the two texts equal.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.rtl.text.tidy import ASSIGN, WORD, Net, tidy
from spikefloat.rtl_gen.rtl.text.widths import widen

__all__ = ["lay_out_module", "split_modules"]

_MODULE = re.compile(r"^module (\S+?) *\((.*?)\);\n(.*?)^endmodule$", re.M | re.S)
_MEMORY = re.compile(r"^  reg (?:\[\d+:0\] )?\w+ \[\d+:0\];$")
_NUMBER = re.compile(r"(\d+)'h([0-9a-f]+)")
_SIGNED_NUMBER = re.compile(r"\$signed\((\d+)'h([0-9a-f]+)\)")
_INDENT = "    "


def split_modules(text: str) -> Iterator[tuple[str, str]]:
    """Yield name and body of each module in the text that Yosys wrote."""
    for match in _MODULE.finditer(text):
        yield match[1].removeprefix("\\"), match[3]


def lay_out_module(
    name: str,
    body: str,
    *,
    ports: Sequence[str],
    signs: Mapping[str, bool],
    notes: Mapping[str, str] | None = None,
) -> str:
    """Return one module, laid out.

    Parameters
    ----------
    name : str
        Name of the module.
    body : str
        The lines between ``module`` and ``endmodule``, as Yosys wrote them.
    ports : sequence of str
        Ports in the wanted order.
    signs : mapping of str to bool
        Tells, in the order of definition, which names stand for two's complement numbers.
    notes : mapping of str to str, optional
        Comments for the lines that define a name.

    Returns
    -------
    str
        The module, with a line break at the end.

    Raises
    ------
    ValueError
        If the name of a port is a keyword, or not an identifier.
    """
    nets, statements = tidy(body)
    for port in ports:
        if port not in nets:
            raise InputError(f"Port must have a name that Verilog allows, not {port!r}")
    for net_name, net in nets.items():
        net.is_signed = signs.get(net_name, False) and net.width > 1
    signed = {net_name for net_name, net in nets.items() if net.is_signed}
    wide = {net_name for net_name, net in nets.items() if net.width > 1}
    statements = [
        widen(_respell(_without_wide_not(line, wide), signed), nets) for line in statements
    ]

    # A wire that one statement defines whole is declared there.
    definitions: dict[str, str] = {}
    for line in statements:
        if (match := ASSIGN.match(line)) and match[1] in nets and not nets[match[1]].direction:
            definitions[match[1]] = match[2]
    notes = notes or {}

    lines = [f"module {name} (", *_port_lines(nets, ports), ");"]
    for net_name, net in nets.items():
        if not net.direction and net_name not in definitions:
            lines.append(f"{_INDENT}{_declaration(net_name, net)};")
    lines += [_reindent(line) for line in statements if _MEMORY.match(line)]
    roots = [wire for wire in signs if wire in definitions]
    for net_name in _definition_order([*roots, *definitions], definitions):
        if net_name in notes:
            lines += [""] * (lines[-1] != ");") + [f"{_INDENT}// {notes[net_name]}"]
        declaration = _declaration(net_name, nets[net_name])
        lines.append(f"{_INDENT}{declaration} = {definitions[net_name]};")
    # What a register holds at first, apart from its declaration: there it would be a second driver.
    registers = [net_name for net_name, net in nets.items() if net.init is not None]
    lines += [""] * bool(registers)
    for net_name in registers:
        net = nets[net_name]
        init = _number(net.init or "", net.is_signed, exact=True)
        lines.append(f"{_INDENT}initial {net_name} = {init};")
    for line in statements:
        match = ASSIGN.match(line)
        if (match and match[1] in definitions) or _MEMORY.match(line):
            continue
        if line.startswith("  always"):
            lines.append("")
        lines.append(_reindent(line))
    return "\n".join([*lines, "endmodule", ""])


def _declaration(name: str, net: Net, *, type_width: int = 0, range_width: int = 0) -> str:
    """Return the declaration, in columns if their widths are given."""
    types = [net.direction, net.kind, "signed" if net.is_signed else ""]
    words = " ".join(word for word in types if word)
    bits = f"[{net.width - 1}:0]" if net.width > 1 else ""
    parts = [words.ljust(type_width), bits.rjust(range_width), name]
    return " ".join(part for part in parts if part)


def _port_lines(nets: Mapping[str, Net], ports: Sequence[str]) -> list[str]:
    """Return the declarations of the ports, in columns."""
    types = max(len(_declaration("", nets[port]).split(" [")[0]) for port in ports)
    ranges = max(len(f"[{nets[port].width - 1}:0]") for port in ports)
    if all(nets[port].width == 1 for port in ports):
        ranges = 0
    lines = [
        _INDENT + _declaration(port, nets[port], type_width=types, range_width=ranges)
        for port in ports
    ]
    return [line + "," for line in lines[:-1]] + lines[-1:]


def _respell(line: str, signed: Collection[str]) -> str:
    """Write numbers in decimal, and drop the casts that the declarations make superfluous."""
    line = _SIGNED_NUMBER.sub(lambda match: _number(match[0][8:-1], True), line)
    assign = re.match(r"^  assign (.*?) = (.*);$", line)
    expression = assign[2] if assign else ""
    # The arms of a choice are as wide as its result, so there the sign has no effect.
    is_choice = " ? " in expression
    if assign and not is_choice and not re.fullmatch(r"\w+", expression):
        line = f"  assign {assign[1]} = {_without_sign(expression, signed)};"
    line = re.sub(
        r"\$signed\((\w+)\)", lambda match: match[1] if match[1] in signed else match[0], line
    )
    target = assign[1] if assign and is_choice else "".join(re.findall(r"(\w+) <= ", line)[:1])
    gives_signed = target in signed
    # Each arm is exactly as wide as the result, so the most negative number fits as it stands.
    return _NUMBER.sub(lambda match: _number(match[0], gives_signed, exact=True), line)


def _without_wide_not(line: str, wide: Collection[str]) -> str:
    """Write "none of the bits" of a word as such, not as the opposite of the word."""
    match = re.search(r"= ! (\w+);$", line)
    return (
        line
        if match is None or match[1] not in wide
        else (f"{line[: match.start()]}= ~| {match[1]};")
    )


def _without_sign(expression: str, signed: Collection[str]) -> str:
    """Mark signed names that an expression takes as bit patterns."""
    depth = 0
    result = []
    for part in re.split(r"(\$signed\(\w+\)|[{}]|\w+(?:'\w+)?(?: *\[[\d:]+\])?)", expression):
        depth += {"{": 1, "}": -1}.get(part, 0)
        result.append(f"$unsigned({part})" if part in signed and not depth else part)
    return "".join(result)


def _number(text: str, is_signed: bool, *, exact: bool = False) -> str:
    """Return a number such as ``5'h1c`` in decimal, if it is short enough to be read.

    If it is not known that its place is ``exact``\\ ly as wide as the number, the most negative
    number gets one more bit, as it has no positive counterpart in its own width.
    """
    match = _NUMBER.fullmatch(text)
    if match is None or int(match[1]) > 32:
        return text
    width, value = int(match[1]), int(match[2], 16)
    if width == 1 and (exact or not is_signed):
        return f"1'b{value}"
    if not is_signed:
        return f"{width}'d{value}"
    magnitude = (1 << width) - value
    if not value >> (width - 1):
        return f"{width}'sd{value}"
    return f"-{width + (magnitude == 1 << (width - 1) and not exact)}'sd{magnitude}"


def _definition_order(roots: Sequence[str], definitions: Mapping[str, str]) -> Iterator[str]:
    """Yield names so that each comes after those that its definition uses."""
    done: set[str] = set()
    for root in roots:
        stack = [(root, False)]
        while stack:
            name, ready = stack.pop()
            if ready:
                yield name
            elif name not in done:
                done.add(name)
                stack.append((name, True))
                used = [word for word in WORD.findall(definitions[name]) if word in definitions]
                stack += [(word, False) for word in reversed(used)]


def _reindent(line: str) -> str:
    """Double the indentation, and drop a hint: selections are exclusive, or come in order."""
    text = line.lstrip(" ")
    indent = " " * (2 * (len(line) - len(text)))
    return indent + text.removesuffix(" // synopsys parallel_case")
