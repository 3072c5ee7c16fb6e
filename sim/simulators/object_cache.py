# SPDX-License-Identifier: Apache-2.0
"""A compiler launcher that keeps the objects of Verilator's run-time library.

Every Verilator build compiles the same library, which takes ten times as long as the design
itself. Put before the compiler by Verilator's OBJCACHE variable, this script compiles each file of
the library once for each set of flags, and hands every other file on to the compiler.

Usage: ``python object_cache.py CACHE COMPILER ARGUMENT...``. It imports nothing of the project,
so that it starts quickly.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["main"]


def main(argv: list[str]) -> int:
    """Compile, or copy what was compiled before. Return the exit status of the compiler."""
    cache, command = Path(argv[0]), argv[1:]
    source, target = Path(command[-1]), _target(command)
    if target is None or source.suffix != ".cpp" or not source.name.startswith("verilated"):
        return _run(command)
    cached = cache / f"{_key(command, source)}.o"
    if cached.is_file():
        shutil.copyfile(cached, target)
        return 0
    status = _run(command)
    if status == 0:
        _keep(target, cached)
    return status


def _target(command: list[str]) -> Path | None:
    """Return the object that the command makes, if it names one."""
    if "-c" not in command or "-o" not in command:
        return None
    return Path(command[command.index("-o") + 1])


def _key(command: list[str], source: Path) -> str:
    """Identify the object by all it depends on: compiler, flags, and the version of the source."""
    compiler = Path(shutil.which(command[0]) or command[0]).resolve()
    stamps = [(file.stat().st_mtime_ns, file.stat().st_size) for file in (compiler, source)]
    return hashlib.sha256(repr((str(compiler), command, stamps)).encode()).hexdigest()[:32]


def _keep(target: Path, cached: Path) -> None:
    """Add an object to the cache, in one step. A cache that cannot be written is no cache."""
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=cached.parent)
        os.close(handle)
        shutil.copyfile(target, partial)
        Path(partial).replace(cached)
    except OSError:
        return


def _run(command: list[str]) -> int:
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
