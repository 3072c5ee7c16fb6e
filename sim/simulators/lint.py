# SPDX-License-Identifier: Apache-2.0
"""Verilator's opinion of Verilog files, with all warnings on.

Run it as ``python -m spikefloat.sim.simulators.lint FILE...``.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from spikefloat.rtl_gen.errors import InputError, UserError
from spikefloat.rtl_gen.files import read_text
from spikefloat.sim.simulators.find import find_simulator
from spikefloat.sim.simulators.modules import top_modules

__all__ = ["lint", "main"]


def lint(path: Path) -> str:
    """Return what Verilator has to say about one self-contained file; nothing if it is clean.

    The module that no other one names is its top; if there are several such, the last of them.

    Raises
    ------
    ToolError
        If Verilator is missing.
    ValueError
        If the file has no module.
    """
    names = top_modules(read_text(path))
    if not names:
        raise InputError(f"File must have a module, not {str(path)!r}")
    done = subprocess.run(
        [
            "verilator",
            "--lint-only",
            "-Wall",
            "--quiet",
            "--timescale",
            "1ns/1ps",
            "--top-module",
            names[-1],
            str(path),
        ],
        env={**os.environ, **find_simulator("verilator").env},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stderr + done.stdout
    return said or ("" if done.returncode == 0 else f"{path}: status {done.returncode}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Check every file and return the exit status: 0 if all are clean."""
    paths = [Path(name) for name in (sys.argv[1:] if argv is None else argv)]
    if not paths:
        print(
            "error: No files given; run python -m spikefloat.sim.simulators.lint FILE...",
            file=sys.stderr,
        )
        return 2
    try:
        said = "".join(lint(path) for path in paths)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    sys.stderr.write(said)
    if said:
        return 1
    print(f"Verilog files without a warning: {len(paths)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
