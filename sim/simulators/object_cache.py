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

#: Precompiled headers of Verilator's own, which it makes for large designs.
_OWN_PRECOMPILED = (".h.fast.gch", ".h.slow.gch")

#: The model's header, and a port in it: a reference, which is of one size for all widths.
_MODEL_HEADER = Path("Vtop.h")
_PORT = re.compile(r"VL_(IN|OUT|INOUT)\w*\(&\w+(, *\d+)*\);")


def main(argv: list[str]) -> int:
    """Compile, or copy what was compiled before. Return the exit status of the compiler."""
    cache, command = Path(argv[0]), argv[1:]
    source, target = Path(command[-1]), _target(command)
    if source.name.endswith(_OWN_PRECOMPILED):
        if _precompiled_header(cache, command) is None:
            return _run(command)
        source.touch()  # the file that is to be made; see `_compile_design`
        return 0
    if source.suffix != ".cpp":
        return _run(command)
    if target is not None and source.name.startswith("verilated"):
        key = _key(command, source)
    elif target is not None and source.name == "verilator.cpp" and _MODEL_HEADER.is_file():
        model = _PORT.sub("port", _MODEL_HEADER.read_text(encoding="utf-8"))
        key = _key(command, source, *_headers(command), seen=model)
    else:
        return _compile_design(cache, command)
    cached = cache / f"{key}.o"
    if cached.is_file():
        shutil.copyfile(cached, target)
        return 0
    status = _run(command)
    if status == 0:
        _keep(target, cached)
    return status


def _compile_design(cache: Path, command: list[str]) -> int:
    """Compile a file of the design, with the library's headers first.

    For a large design Verilator has its own headers and the library's precompiled. Only one such
    header can be used at once, and its own are short, so that file is left empty.
    """
    if "-include" in command:
        at = command.index("-include") + 1
        own = Path(command[at])
        precompiled = own.with_name(f"{own.name}.gch")
        if not precompiled.is_file() or precompiled.stat().st_size:
            return _run(command)
        command = [*command[:at], str(own.with_suffix("")), *command[at + 1 :]]
    header = _precompiled_header(cache, command)
    first = [] if header is None else ["-include", str(header)]
    return _run([command[0], *first, *command[1:]])


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


def _precompiled_header(cache: Path, command: list[str]) -> Path | None:
    """Return the library's headers as one, precompiled for the flags of a command, if it can be."""
    headers = _headers(command)
    if len(headers) != len(_HEADERS):
        return None
    flags, words = [], iter(command)
    for word in words:
        if word in ("-o", "-x", "-include"):
            next(words)
        elif word not in ("-c", "-MMD") and not word.endswith((".cpp", ".h")):
            flags.append(word)
    folder = cache / _key(flags, *headers, seen="header")
    if not folder.is_dir():
        _precompile(folder, flags)
    header = folder / _PREFIX_HEADER
    return header if header.with_name(f"{_PREFIX_HEADER}.gch").is_file() else None


def _precompile(folder: Path, command: list[str]) -> None:
    """Make a folder with a header that includes the library's, and what GCC makes of it."""
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
        return  # another process was quicker, or it is no cache


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
