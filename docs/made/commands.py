# SPDX-License-Identifier: Apache-2.0
"""Tables of the commands and of their options, from the records that the command line is made of."""

from made.common import lines, made
from spikefloat.rtl_gen.cli.commands import ALWAYS, COMMANDS
from spikefloat.rtl_gen.cli.options.option import Option


@made
def commands() -> str:
    rows = []
    for command in COMMANDS.values():
        arguments = " ".join(
            one.name + " ..." * one.is_list if one.is_needed else f"[{one.name}]"
            for one in command.arguments
        ).replace("|", " or ")
        usage = f"`spikefloat {command.name} {arguments}".rstrip() + "`"
        example = f"`spikefloat {command.name} {command.examples[0]}".rstrip() + "`"
        rows.append([usage, _cell(command.summary), example])
    return lines(["command", "what it does", "example"], rows)


@made
def options() -> str:
    users: dict[str, list[str]] = {}
    first: dict[str, Option] = {}
    for command in COMMANDS.values():
        for option in command.options:
            users.setdefault(option.name, []).append(command.name)
            first.setdefault(option.name, option)
    for option in ALWAYS:
        users[option.name] = ["every command"]
        first[option.name] = option
    rows = []
    for name in sorted(first):
        option = first[name]
        value = f" {option.metavar}".replace("|", " or ") if option.metavar else ""
        default = f"`{option.default}`" if option.default else option.otherwise or ""
        flags = ", ".join(option.flags)
        rows.append([f"`{flags}{value}`", _cell(option.help), default, ", ".join(users[name])])
    return lines(["option", "what it is", "by default", "taken by"], rows)


def _cell(text: str) -> str:
    """Return a text of the help as a cell of a table."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
