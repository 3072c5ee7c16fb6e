# SPDX-License-Identifier: Apache-2.0
"""Run cocotb's runner in a process of its own.

The runner takes its settings from the environment, and changes what it does under pytest. In a
process of its own it gets an environment of its own, and that of the caller, which may have other
threads, stays as it is.

Usage: ``python -m spikefloat.sim.simulators.launch JOB``, a JSON file that
:mod:`spikefloat.sim.simulators.runner` writes. Prints ``built`` when the build has ended.
"""

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from spikefloat.sim.simulators.find import ToolError
from spikefloat.sim.simulators.plain_paths import is_plain, plain_folder

__all__ = ["BUILD_FAILED", "BUILT", "TOOL_MISSING", "main"]

#: Exit status when the build has failed, and when something it needs is missing.
BUILD_FAILED, TOOL_MISSING = 3, 4

#: What is printed when it has not.
BUILT = "built"

_FAILURES = (RuntimeError, subprocess.CalledProcessError, SystemExit)


def main(path: str) -> int:
    """Build and test, and return the exit status. Failing tests are for the reader of results."""
    job = json.loads(Path(path).read_text(encoding="utf-8"))
    try:
        with _build_place(job["simulator"], Path(job["build_dir"])) as place:
            return _run(job, place)
    except ToolError as error:
        print(error, file=sys.stderr)
        return TOOL_MISSING


def _run(job: dict[str, Any], place: Path) -> int:
    from cocotb_tools.runner import VerilatorControlFile, get_runner

    runner = get_runner(job["simulator"])
    runner.log.setLevel(logging.CRITICAL)  # the caller's errors say all that it would
    folder = Path(job["build_dir"])
    common = {"hdl_toplevel": job["toplevel"], "waves": job["waves"]}
    common |= {"build_dir": place, "timescale": tuple(job["timescale"])}
    try:
        runner.build(
            sources=[*map(VerilatorControlFile, job["controls"]), *map(Path, job["sources"])],
            clean=True,
            parameters=job["parameters"],
            build_args=job["build_args"],
            log_file=folder / "build.log",
            **common,
        )
    except _FAILURES:
        return BUILD_FAILED
    print(BUILT, flush=True)
    if job["simulator"] == "icarus":
        # Waveforms in VCD form, as those of Verilator: to read FST takes another program.
        test_command = runner._test_command
        runner._test_command = lambda: [  # type: ignore[method-assign]
            ["-vcd" if word == "-fst" else word for word in words] for words in test_command()
        ]
    try:
        runner.test(
            test_module=job["test_module"],
            hdl_toplevel_lang="verilog",
            test_dir=folder,
            results_xml=job["results"],
            seed=job["seed"],
            log_file=folder / "test.log",
            **common,
        )
    except _FAILURES:
        pass  # the results file tells, or is missing
    return 0


@contextmanager
def _build_place(simulator: str, build_dir: Path) -> Iterator[Path]:
    """Yield the folder to build in: inside the build folder, or elsewhere if make needs that.

    What cocotb has installed is then reached by links, too, and Verilator by a copy, as it follows
    links to where they lead.
    """
    from cocotb_tools import config

    libraries: dict[str, Path] = {"share_dir": config.share_dir, "libs_dir": config.libs_dir}
    program = shutil.which(simulator) or ""
    if (
        simulator != "verilator"
        or is_plain(program)
        and all(map(is_plain, (build_dir, *libraries.values())))
    ):
        yield build_dir / "build"
        return
    with plain_folder() as folder:
        for name, target in libraries.items():
            (folder / name).symlink_to(target, target_is_directory=True)
            setattr(config, name, folder / name)
        if not is_plain(program):
            copy = shutil.copytree(Path(program).parent.parent, folder / "verilator")
            os.environ["PATH"] = os.pathsep.join([str(copy / "bin"), os.environ["PATH"]])
        yield folder / "build"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
