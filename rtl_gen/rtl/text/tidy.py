# SPDX-License-Identifier: Apache-2.0
"""Modules as Yosys writes them, without what only a program would write.

Every step moves or renames: names without a backslash, registers with their conditions, values
whole and as wide as they are used, and the name of a part of a word in place of the part.
"""

import itertools
import re
from dataclasses import dataclass

__all__ = ["ASSIGN", "WORD", "Net", "tidy"]

#: A statement that gives a net one value, and any name in a text.
ASSIGN = re.compile(r"^  assign (\w+) = (.*);$")
WORD = re.compile(r"(?<![\w'$])[A-Za-z_]\w*")

_DECLARATION = re.compile(
    r"^  (input|output|inout|wire|reg) (?:\[(\d+):0\] )?(\S+?)(?: = (\S+))?;$"
)
_ESCAPED = re.compile(r"\\(\S+) ")


@dataclass
class Net:
    """What is known of a name: its type and its place among the ports."""

    direction: str = ""
    kind: str = "wire"
    width: int = 1
    is_signed: bool = False
    init: str | None = None


def tidy(body: str) -> tuple[dict[str, Net], list[str]]:
    """Return the nets of a module by name, and the lines of its statements.

    Parameters
    ----------
    body : str
        The lines between ``module`` and ``endmodule``, as Yosys wrote them.
    """
    nets, statements = _parse(_plain_names(body))
    statements = _name_reads(statements, nets)
    statements = _unfold_registers(_rejoin(statements), nets)
    return nets, _use_aliases(_narrow(statements, nets), nets)


def _parse(body: str) -> tuple[dict[str, Net], list[str]]:
    """Separate the declarations of a module from its statements."""
    nets: dict[str, Net] = {}
    statements = []
    for line in body.splitlines():
        match = _DECLARATION.match(line)
        if match is None:
            statements.append(line)
            continue
        word, top, name, init = match.groups()
        net = nets.setdefault(name, Net())
        net.width = int(top or 0) + 1
        if word in ("wire", "reg"):
            net.kind = word
            net.init = init
        else:
            net.direction = word
    return nets, statements


def _is_temporary(name: str) -> bool:
    """Tell whether a name is one that :func:`_plain_names` made up."""
    return re.fullmatch(r"value_\d+", name) is not None


def _name_reads(statements: list[str], nets: dict[str, Net]) -> list[str]:
    """Give the register behind a memory, which Yosys calls ``_0_``, the name of what it is."""
    for line in tuple(statements):
        match = re.fullmatch(r"  assign (\w+) = (_\d+_);", line)
        if match and match[1] in nets and nets[match[1]].width == nets[match[2]].width:
            name, register = match.groups()
            statements.remove(line)
            statements = [re.sub(rf"\b{register}\b", name, other) for other in statements]
            nets[name].kind = nets.pop(register).kind
    return statements


def _rejoin(statements: list[str]) -> list[str]:
    """Define an intermediate value whole where Yosys defines only its unused top in its own name.

    ``{ v[8:6], x } = ...`` and ``v[5:0] = x`` become ``v = ...`` and ``x = v[5:0]``.
    """
    text = "\n".join(statements)
    for match in re.finditer(r"^  assign \{ (value_\d+)\[[\d:]+\], (\w+) \} = (.*);$", text, re.M):
        name, low, expression = match.groups()
        lower = re.search(rf"^  assign ({name}\[[\d:]+\]) = {low};$", text, re.M)
        if lower and len(re.findall(rf"\b{name}\b", text)) == 2:
            text = text.replace(match[0], f"  assign {name} = {expression};")
            text = text.replace(lower[0], f"  assign {low} = {lower[1]};")
    return text.split("\n")


def _unfold_registers(statements: list[str], nets: dict[str, Net]) -> list[str]:
    """Write the multiplexers before a register, for reset and enable, as conditions."""
    text = "\n".join(statements)
    for match in re.finditer(r"^  always @\(posedge \w+\)\n    (\w+) <= (\w+);$", text, re.M):
        register, source = match.groups()
        branches = []
        while _is_temporary(source) and len(re.findall(rf"\b{source}\b", text)) == 2:
            choice = re.search(rf"^  assign {source} = (\S+) \? (.*) : (.*);$", text, re.M)
            if choice is None:
                break
            text = text.replace(choice[0] + "\n", "").replace("\n" + choice[0], "")
            del nets[source]
            condition, value, rest = choice.groups()
            branches.append(f"if ({condition}) {register} <= {value};")
            text = text.replace(f"{register} <= {source};", f"{register} <= {rest};")
            source = rest
        if branches:
            last = [f"{register} <= {source};"] if source != register else []
            new = "\n    else ".join([*branches, *last])
            text = text.replace(f"    {register} <= {source};", f"    {new}")
    return text.split("\n")


def _narrow(statements: list[str], nets: dict[str, Net]) -> list[str]:
    """Cut intermediate values to the low bits that are used: Yosys leaves the carry behind."""
    text = "\n".join(statements)
    # Of all names in one go, as there may be thousands.
    uses: dict[str, set[str]] = {}
    for name, bits in re.findall(r"\b(value_\d+)\b(\[[\d:]+\])?", text):
        uses.setdefault(name, set()).add(bits)
    narrowed = {}
    for name, own in uses.items():
        (only, *others) = own
        match = re.fullmatch(r"\[(\d+):0\]", only)
        if match and not others and name in nets:
            nets[name].width = int(match[1]) + 1
            narrowed[name + match[0]] = name
    text = re.sub(r"\bvalue_\d+\[\d+:0\]", lambda part: narrowed.get(part[0], part[0]), text)
    return text.split("\n")


def _use_aliases(statements: list[str], nets: dict[str, Net]) -> list[str]:
    """Use the name of a part of a word where Yosys wrote out the part; drop names of no use."""
    parts: dict[str, str] = {}
    for line in statements:
        if (match := ASSIGN.match(line)) and re.fullmatch(r"\w+\[[\d:]+\]", match[2]):
            if match[1] in nets and not nets[match[1]].direction:
                if _is_temporary(parts.get(match[2], "value_0")):
                    parts[match[2]] = match[1]
    replaced = []
    named = set(parts.values())
    for line in statements:
        match = ASSIGN.match(line)
        if not match or match[1] not in named:
            target, value = _split_assignment(line)
            line = target + re.sub(
                r"\w+\[[\d:]+\](?! <?= )", lambda m: parts.get(m[0], m[0]), value
            )
        replaced.append(line)

    # The port of an instance, ``.name(``, is no use of a wire of that name.
    used = set(
        WORD.findall(
            "\n".join(re.sub(r"^  assign \w+ =|\.\w+(?=\()", "", line) for line in replaced)
        )
    )
    retained = []
    for line in replaced:
        match = ASSIGN.match(line)
        # Another name, a constant, or a concatenation; no operation is dropped.
        is_alias = match and re.fullmatch(
            r"\w+(\[[\d:]+\])?|\d+'h\w+|\{ [\w\[\]:', ]+ \}", match[2]
        )
        if match and is_alias and not nets[match[1]].direction and match[1] not in used:
            del nets[match[1]]
        else:
            retained.append(line)
    return retained


def _split_assignment(line: str) -> tuple[str, str]:
    """Return the concatenation that a statement assigns to, and the rest; or nothing and all."""
    match = re.match(r"\s*(?:assign )?\{ [^{}]* \} <?= ", line)
    return (match[0], line[match.end() :]) if match else ("", line)


def _plain_names(body: str) -> str:
    """Replace names that need a backslash; those of intermediate values by ``value_1``, ..."""
    taken = set(WORD.findall(_ESCAPED.sub(" ", body)))
    plain: dict[str, str] = {}
    values = (f"value_{number}" for number in itertools.count(1))

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name not in plain:
            # A keyword has nothing to replace, and gets an underscore.
            stem = re.sub(r"\W", "_", name)
            choices = (f"{stem}{'_' * count}" for count in itertools.count(stem == name))
            if name.startswith("$"):
                choices = values
            plain[name] = next(choice for choice in choices if choice not in taken)
            taken.add(plain[name])
        return plain[name]  # without the space, which belongs to the backslash

    return re.sub(r"\\(\S+) ", replace, body)
