# SPDX-License-Identifier: Apache-2.0
"""A compiler launcher that keeps what is the same in every build of Verilator.

Every Verilator build compiles the same library, which takes ten times as long as the design
itself. Put before the compiler by Verilator's OBJCACHE variable, this script compiles once for each
set of flags:

- each file of the library;
- cocotb's main program, which sees of the design how many ports it has;
- the headers of the library, as a precompiled header for the files of the design, where the
  compiler is GCC: others may refuse one that they take for outdated.

Usage: ``python object_cache.py CACHE COMPILER ARGUMENT...``. It imports nothing of the project,
so that it starts quickly.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["main"]


#: The headers that the files of a design begin with.
_HEADERS = ("verilated.h", "verilated_dpi.h", "verilated_vpi.h")
_PREFIX_HEADER = "library.h"

#: The model's header, and a port in it: a reference, which is of one size for all widths.
_MODEL_HEADER = Path("Vtop.h")
_PORT = re.compile(r"VL_(IN|OUT|INOUT)\w*\(&\w+(, *\d+)*\);")


def main(argv: list[str]) -> int:
    """Compile, or copy what was compiled before. Return the exit status of the compiler."""
    cache, command = Path(argv[0]), argv[1:]
    source, target = Path(command[-1]), _target(command)
    if target is None or source.suffix != ".cpp":
        return _run(command)
    if source.name.startswith("verilated"):
        key = _key(command, source)
    elif source.name == "verilator.cpp" and _MODEL_HEADER.is_file():
        model = _PORT.sub("port", _MODEL_HEADER.read_text(encoding="utf-8"))
        key = _key(command, source, *_headers(command), seen=model)
    else:
        return _run(_with_precompiled_header(cache, command))
    cached = cache / f"{key}.o"
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


def _key(command: list[str], *files: Path, seen: str = "") -> str:
    """Identify a result by all it depends on: compiler, flags, versions of files, and a text."""
    compiler = Path(shutil.which(command[0]) or command[0]).resolve()
    stamps = [(file.stat().st_mtime_ns, file.stat().st_size) for file in (compiler, *files)]
    return hashlib.sha256(repr((str(compiler), command, stamps, seen)).encode()).hexdigest()[:32]


def _headers(command: list[str]) -> list[Path]:
    """Return the library's headers in the folders that the command searches."""
    folders = [Path(word[2:]) for word in command if word.startswith("-I")]
    return [path for name in _HEADERS for folder in folders if (path := folder / name).is_file()]


def _with_precompiled_header(cache: Path, command: list[str]) -> list[str]:
    """Return the command with the library's headers first, compiled before, if that can be."""
    headers = _headers(command)
    if len(headers) != len(_HEADERS) or "-include" in command:  # only the first is precompiled
        return command
    at = command.index("-o")
    general = [word for word in command[:at] + command[at + 2 : -1] if word not in ("-c", "-MMD")]
    folder = cache / _key(general, *headers, seen="header")
    if not folder.is_dir() and not _precompile(folder, general):
        return command
    return [*command[:1], "-include", str(folder / _PREFIX_HEADER), *command[1:]]


def _precompile(folder: Path, command: list[str]) -> bool:
    """Make a folder with the header that includes the library's, and what GCC makes of it.

    Without the latter, the header itself is included, which changes nothing.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as partial:
            header = Path(partial) / folder.name / _PREFIX_HEADER
            header.parent.mkdir()
            lines = [f'#include "{name}"\n' for name in _HEADERS]
            header.write_text("".join(lines), encoding="utf-8")
            compiled = header.with_name(f"{_PREFIX_HEADER}.gch")
            if _is_gcc(command[0]) and _run(
                [*command, "-x", "c++-header", "-o", str(compiled), str(header)]
            ):
                compiled.unlink(missing_ok=True)
            header.parent.replace(folder)
    except OSError:
        return folder.is_dir()  # another process was quicker
    return True


def _is_gcc(compiler: str) -> bool:
    done = subprocess.run([compiler, "--version"], capture_output=True, check=False)
    return b"Free Software Foundation" in done.stdout


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
