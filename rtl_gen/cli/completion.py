# SPDX-License-Identifier: Apache-2.0
"""Scripts that complete commands, options and their values in a shell."""

from collections.abc import Callable, Mapping

from spikefloat.rtl_gen.cli.commands import ALWAYS, COMMANDS
from spikefloat.rtl_gen.cli.commands.command import Command
from spikefloat.rtl_gen.cli.options import OPTIONS, Option

__all__ = ["SHELLS"]

_BASH = """\
# Completion of spikefloat for bash. Made by: spikefloat completion bash
_spikefloat() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  local command=${{COMP_WORDS[1]}} words=""
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W "{commands} help --help --version" -- "$word"))
    return
  fi
  case $before in
{values}
  esac
  if [ -z "$words" ]; then
    case $command in
{options}
    esac
    case $word in
      -*) COMPREPLY=($(compgen -W "$words" -- "$word")); return ;;
    esac
    words=""
    case $command in
{arguments}
      *) COMPREPLY=($(compgen -f -- "$word")); return ;;
    esac
  fi
  # Of a list, the last part is completed.
  local start=""
  case $word in *,*) start=${{word%,*}}, ;; esac
  COMPREPLY=($(compgen -P "$start" -W "$words" -- "${{word##*,}}"))
}}
complete -o default -F _spikefloat spikefloat
"""


def _options(command: Command) -> tuple[Option, ...]:
    return (*command.options, *ALWAYS)


def _arguments(designs: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the words that the first argument of each command may be."""
    own = {
        "board": (*OPTIONS["simulate"].words, "all"),
        "host": ("identify", "compute", "sweep"),
        "demo": ("digits", "attention"),
        "completion": tuple(SHELLS),
        "help": tuple(COMMANDS),
    }
    for command in COMMANDS.values():
        if any(argument.name.startswith("DESIGN") for argument in command.arguments):
            own[command.name] = (*designs, "all")
    return own


def _bash(designs: tuple[str, ...]) -> str:
    cases = [
        (f"    --{option.name}) words=", option.words)
        for option in OPTIONS.values()
        if option.words
    ]
    options = [
        (f"      {command.name}) words=", [f"--{option.name}" for option in _options(command)])
        for command in COMMANDS.values()
    ]
    arguments = [(f"      {name}) words=", words) for name, words in _arguments(designs).items()]
    values, taken, given = (
        "\n".join(f'{start}"{" ".join(words)}" ;;' for start, words in part)
        for part in (cases, options, arguments)
    )
    return _BASH.format(commands=" ".join(COMMANDS), values=values, options=taken, arguments=given)


def _zsh(designs: tuple[str, ...]) -> str:
    return "#compdef spikefloat\nautoload -U +X bashcompinit && bashcompinit\n" + _bash(designs)


def _fish(designs: tuple[str, ...]) -> str:
    lines = ["# Completion of spikefloat for fish. Made by: spikefloat completion fish"]
    for command in COMMANDS.values():
        lines.append(
            f"complete -c spikefloat -n __fish_use_subcommand -f -a {command.name} "
            f"-d {_quoted(command.summary)}"
        )
    for name, words in _arguments(designs).items():
        lines.append(
            f"complete -c spikefloat -n '__fish_seen_subcommand_from {name}' "
            f"-f -a {_quoted(' '.join(words))}"
        )
    for option in OPTIONS.values():
        names = [
            command.name
            for command in COMMANDS.values()
            if option.name in {own.name for own in _options(command)}
        ]
        values = (
            f" -x -a {_quoted(' '.join(option.words))}"
            if option.words
            else (" -r" if option.metavar else "")
        )
        short = f" -s {option.short}" if option.short else ""
        lines.append(
            f"complete -c spikefloat -n '__fish_seen_subcommand_from {' '.join(names)}' "
            f"-l {option.name}{short}{values} -d {_quoted(option.help)}"
        )
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


#: What makes the script of each shell, from the names of all designs.
SHELLS: Mapping[str, Callable[[tuple[str, ...]], str]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
