# SPDX-License-Identifier: Apache-2.0
"""What is missing is installed if the user may, or named with the command that installs it."""

import shutil
import subprocess

import pytest

from tests.helpers.paths import ROOT

SETUP = ROOT / "scripts" / "setup.sh"


@pytest.fixture
def system(tmp_path):
    """Make a system of stub programs; return a function that adds one, and one that sets it up."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "env", "chmod", "cp"):
        (programs / name).symlink_to(shutil.which(name))

    def add(name, script):
        (programs / name).write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
        (programs / name).chmod(0o755)

    def run(*arguments, **env):
        return subprocess.run(
            [str(SETUP), *arguments],
            env={"PATH": str(programs), "SYSTEM_PYTHON": "", **env},
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )

    add("id", "echo 1000")
    add("apt-get", f'[ "$1" = update ] || cp {programs}/id {programs}/iverilog')
    return add, run


def test_icarus_present(system):
    add, run = system
    add("iverilog", "")
    add("apt-get", "exit 1")
    done = run("icarus")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_icarus_installed_by_root(system):
    add, run = system
    add("id", "echo 0")
    done = run("icarus")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Installing iverilog\n", "")


def test_icarus_installed_by_sudo(system):
    add, run = system
    add("sudo", '[ "$1" = -n ] && shift && "$@"')
    add("true", "")
    done = run("icarus")
    assert (done.returncode, done.stdout, done.stderr) == (0, "Installing iverilog\n", "")


MISSING = "error: Icarus Verilog is not installed; run `sudo apt-get install -y iverilog`\n"


def test_icarus_missing_and_user_may_not_install(system):
    add, run = system
    add("sudo", "exit 1")
    done = run("icarus")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", MISSING)


def test_icarus_cannot_be_installed(system):
    add, run = system
    add("id", "echo 0")
    add("apt-get", "exit 100")
    done = run("icarus")
    assert (done.returncode, done.stderr) == (1, MISSING)


@pytest.mark.parametrize(
    "version, env, message",
    [
        ("Python 3.10.2", {}, "3.11 or newer, not Python 3.10.2: run `make PYTHON=...` with one"),
        (
            "Python 3.9.1",
            {"PYTHON": "my"},
            "3.11 or newer, not Python 3.9.1: run `make PYTHON=...`",
        ),
        (None, {}, "3.11 or newer, not missing: run `make PYTHON=...` with one that is"),
    ],
)
def test_python_too_old(system, version, env, message):
    add, run = system
    if version:
        for name in ("python3", "my"):
            add(name, f'[ "$1" = -c ] && exit 1; echo {version}')
    done = run("python", "venv", **env)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: Python must be {message}")
    assert len(done.stderr.splitlines()) == 1


def test_venv_module_missing(system):
    add, run = system
    add("python3", 'case "$2" in *ensurepip*) exit 1;; *print*) echo 3.11;; esac')
    done = run("python", "venv")
    assert (done.returncode, done.stderr) == (
        1,
        "error: Python's venv module is not installed; "
        "run `sudo apt-get install -y python3.11-venv`\n",
    )


def test_wrong_argument(system):
    done = system[1]("verilator")
    assert (done.returncode, done.stderr) == (
        1,
        "error: First argument must be python, simulators, icarus or chromium, not 'verilator'\n",
    )


#: A Python that takes a given time for the loop, has or has not a module, and makes no environment.
PYTHON = """
case "$*" in
    *timeit*) echo {time} ;;
    "-c import {missing}"*|"-m {missing} "*|"-m venv "*) exit 1 ;;
    "-m pip --version") ;;
    *version_info*version_info*) echo 3.11 ;;
    --version) echo {name} ;;
    "-m pip"*) echo "packages into {name}" ;;
esac
"""


@pytest.mark.parametrize(
    "time, missing, variables, chosen",
    [
        (949, "nothing", {}, "system"),
        (951, "nothing", {}, "first"),
        (500, "tkinter", {}, "first"),
        (500, "ensurepip", {}, "first"),
        (500, "sys; sys.exit", {}, "first"),
        (500, "nothing", {"PYTHON": "python3"}, "first"),
    ],
)
def test_clearly_quicker_python_of_the_system(system, tmp_path, time, missing, variables, chosen):
    add, run = system
    add("python3", PYTHON.format(time=1000, missing="nothing", name="first"))
    add("python-system", PYTHON.format(time=time, missing=missing, name="system"))
    for name in ("c++", "perl"):
        add(name, "")
    path = str(tmp_path / "bin" / "python-system")
    done = run("python", "venv", SYSTEM_PYTHON=path, **variables)
    assert done.returncode == 1
    assert done.stdout == f"Setting up venv with {chosen}: this takes a minute or two\n"


@pytest.mark.parametrize(
    "missing, variables, said",
    [
        ("nothing", {}, "Setting up venv again with own\npackages into own\n"),
        ("sys; sys.exit", {}, "Setting up venv with first: this takes a minute or two\n"),
        ("pip", {}, "Setting up venv with first: this takes a minute or two\n"),
        (
            "nothing",
            {"PYTHON": "python3"},
            "Setting up venv with first: this takes a minute or two\n",
        ),
    ],
)
def test_environment_that_is_there(system, tmp_path, missing, variables, said):
    """It keeps its Python, in which its packages run, if that works and no other is asked for."""
    add, run = system
    add("own", PYTHON.format(time=0, missing=missing, name="own"))
    add("python3", PYTHON.format(time=1000, missing="nothing", name="first"))
    for name in ("c++", "perl"):
        add(name, "")
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "venv" / "bin" / "python").symlink_to(tmp_path / "bin" / "own")
    done = run("python", "venv", **variables)
    assert done.stdout == said
    assert done.returncode == (0 if "again" in said else 1)
