# SPDX-License-Identifier: Apache-2.0
"""From words on the command line to values, and what ``--help`` prints."""

import argparse
import difflib
import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import NoReturn

from spikefloat.rtl_gen.cli.commands import ALWAYS, COMMANDS
from spikefloat.rtl_gen.cli.commands.command import GROUPS, Command
from spikefloat.rtl_gen.cli.options import OPTIONS, Option
from spikefloat.rtl_gen.errors import InputError

__all__ = ["command_help", "overview", "parse"]

_WIDTH = 80


class _Parser(argparse.ArgumentParser):
    """A parser whose mistakes are errors as all others, with a sentence."""

    def error(self, message: str) -> NoReturn:
        if option := re.match(r"argument (?:-\w/)?(--[\w-]+): expected one argument", message):
            raise InputError(f"Option {option[1]} must be followed by a value")
        if option := re.match(r"argument (?:-\w/)?(--[\w-]+): ignored explicit .* ('.*')", message):
            raise InputError(f"Option {option[1]} must have no value, not {option[2]}")
        raise InputError(f"Command line must be as in `{self.prog} --help`: {message}")


def parse(command: Command, words: Sequence[str]) -> argparse.Namespace:
    """Return the values of the arguments and options of a command.

    The attribute ``given`` has the names of the options that were given.

    Raises
    ------
    InputError
        If an option is unknown or a value is none of those that it may have.
    """
    for word in words:
        if re.fullmatch(r"--[\w-]+=--", word):  # argparse would fail
            raise InputError(f"Option {word[:-3]} must have a value, not '--'")
    args, rest = _parser(command).parse_known_args(words)
    for word in rest:
        if word.startswith("-") and word != "--":
            raise _unknown_option(command, word.partition("=")[0])
    if rest:
        raise InputError(f"Arguments of {command.name} must be {_usage(command)}, not {rest[-1]!r}")
    options = (*command.options, *ALWAYS)
    is_alone = any(option.is_alone and getattr(args, option.key) for option in options)
    for argument in command.arguments:
        value = getattr(args, argument.key)
        if argument.is_needed and not value and not is_alone:
            raise InputError(
                f"Argument {argument.name} is missing, as in: "
                f"spikefloat {command.name} {command.examples[0]}"
            )
        if argument.is_list:
            setattr(args, argument.key, [argument.read(argument.noun, one) for one in value])
        elif value is not None:
            setattr(args, argument.key, argument.read(argument.noun, value))
    args.given = frozenset(
        option.name for option in options if getattr(args, option.key) is not None
    )
    for option in options:
        text = getattr(args, option.key)
        if option.metavar is None:
            setattr(args, option.key, bool(text))
        elif option.is_repeated:
            setattr(args, option.key, [option.value(one) for one in text or ()])
        else:
            given = option.default if text is None else text
            setattr(args, option.key, None if given is None else option.value(given))
    args.command = command.name
    return args


def _usage(command: Command) -> str:
    words = [
        argument.name + " ..." * argument.is_list
        if argument.is_needed
        else f"[{argument.name}{' ...' * argument.is_list}]"
        for argument in command.arguments
    ]
    return " ".join([*words, "[OPTIONS]"])


def _unknown_option(command: Command, word: str) -> InputError:
    name = word.removeprefix("--")
    if name in OPTIONS:
        return InputError(f"Option {word} has no effect for the command {command.name}")
    names = [option.name for option in (*command.options, *ALWAYS)]
    near = difflib.get_close_matches(name, names, 1)
    hint = f"; did you mean --{near[0]}?" if near else f" (see `spikefloat help {command.name}`)"
    return InputError(f"Option must be one that {command.name} has, not {word!r}{hint}")


def _parser(command: Command) -> _Parser:
    parser = _Parser(
        prog=f"spikefloat {command.name}",
        usage=f"spikefloat {command.name} {_usage(command)}",
        description=f"{command.summary[0].upper()}{command.summary[1:]}.",
        epilog="\n".join(
            [
                "example:" if len(command.examples) == 1 else "examples:",
                *(f"  spikefloat {command.name} {text}".rstrip() for text in command.examples),
            ]
        ),
        formatter_class=partial(
            argparse.RawDescriptionHelpFormatter, width=_WIDTH, max_help_position=26
        ),
        add_help=False,
        allow_abbrev=False,
    )
    # What looks like a number is one, also with an exponent: a value, and no option.
    parser._negative_number_matcher = re.compile(r"-(\d|\.\d|inf|nan)")
    positional = parser.add_argument_group("arguments")
    for argument in command.arguments:
        positional.add_argument(
            argument.key,
            metavar=argument.name,
            nargs="*" if argument.is_list else "?",
            help=_escaped(argument.help),
        )
    headings: dict[str, argparse._ArgumentGroup] = {}
    for option in (*command.options, *ALWAYS):
        if option.group not in headings:
            headings[option.group] = parser.add_argument_group(option.group)
        if option.metavar is None:
            headings[option.group].add_argument(
                *option.flags, action="store_const", const=True, help=_escaped(option.help)
            )
        else:
            headings[option.group].add_argument(
                *option.flags,
                action="append" if option.is_repeated else "store",
                metavar=option.metavar,
                help=_escaped(_with_default(option)),
            )
    return parser


def _with_default(option: Option) -> str:
    default = option.otherwise if option.default is None else option.default
    return option.help if default is None else f"{option.help} (default: {default})"


def _escaped(text: str) -> str:
    """Return a text in which argparse takes no percent sign for the start of a format."""
    return text.replace("%", "%%")


def command_help(command: Command) -> str:
    """Return what ``--help`` of a command prints."""
    return _parser(command).format_help()


def overview() -> str:
    """Return what ``spikefloat --help`` prints: the commands, by what they are for."""
    lines = [
        "usage: spikefloat COMMAND [ARGUMENTS] [OPTIONS]",
        "",
        "Bit-exact float arithmetic made of spiking neurons.",
    ]
    for group, heading in GROUPS.items():
        lines += ["", f"{heading}:"]
        lines += _listed(
            (command.name, command.summary)
            for command in COMMANDS.values()
            if command.group == group
        )
    lines += [
        "",
        "more:",
        *_listed(
            [
                ("help COMMAND", "what a command takes, with an example"),
                ("--version", "version of the program"),
            ]
        ),
        "",
        "example:",
        "  spikefloat verilog multiply --format e4m3fn -o build",
        "  spikefloat verify multiply --sim both",
    ]
    return "\n".join(lines) + "\n"


def _listed(items: Iterable[tuple[str, str]]) -> list[str]:
    return [f"  {name:13} {text}" for name, text in items]
