# SPDX-License-Identifier: Apache-2.0
"""Building Verilog with a simulator and running a cocotb bench on it.

Everything that is written goes into the build folder, and nothing passes by default: a bench that
runs no test is an error, like one that fails.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from spikefloat.rtl_gen.errors import UserError
from spikefloat.rtl_gen.files import make_folder
from spikefloat.sim.simulators.find import ToolError, find_simulator
from spikefloat.sim.simulators.launch import BUILD_FAILED, BUILT, TOOL_MISSING

__all__ = ["BenchError", "BenchFailure", "BenchResult", "run_bench", "tail"]

_TIMESCALE = ("1ns", "1ps")
_LOG_LINES = 20

#: Verilator's files of C++ ten times as large as by default, of functions no larger: each file has
#: the library's headers, which cost the compiler up to two thirds of its time. The largest designs
#: are still several files, for as many cores.
_FEW_FILES = ("--output-split", "200000", "--output-split-cfuncs", "20000")

#: For quick builds: words whose bits depend on others of the same word stay whole. To take them apart,
#: Verilator copies logic, which makes the C++ of a design with streams 40 % larger. A warning that it
#: may then evaluate such a word more than once is no error. Not every Verilator has the first
#: option; this version and those after it do.
_NO_COPIES, _WITH_NO_COPIES = ("-fno-dfg-break-cycles", "-Wno-UNOPTFLAT"), (5, 48)


class BenchError(UserError):
    """A bench could not be built, or did not run to its end: a check that failed."""

    exit_status = 1


class BenchFailure(AssertionError):
    """A bench ran, and found the design wrong."""


@dataclass(frozen=True)
class BenchResult:
    """What came of one run of a bench."""

    tests: int  #: How many tests ran.
    failures: tuple[str, ...]  #: One text for each test that failed.
    build_seconds: float
    run_seconds: float
    log: Path  #: What the simulation printed.
    waves: Path | None  #: Waveforms in VCD form, if they were asked for.


def run_bench(
    simulator: str,
    sources: Sequence[Path],
    toplevel: str,
    test_module: str,
    build_dir: Path,
    *,
    env: Mapping[str, str] | None = None,
    parameters: Mapping[str, object] | None = None,
    has_delays: bool = False,
    waves: bool = False,
    seed: int = 1,
    expected_tests: int | None = None,
    check: bool = True,
    progress: Callable[[str], None] | None = None,
    is_quick: bool = False,
) -> BenchResult:
    """Build ``toplevel`` and run the cocotb tests of ``test_module`` on it.

    Only the signals of the top module itself can be reached from Python: Verilator is then free to
    optimise all others, which makes a large design build many times faster.

    Parameters
    ----------
    simulator
        "icarus" or "verilator".
    sources
        Verilog files, and control files of Verilator (``.vlt``), which Icarus is not given.
    test_module
        Name of a module that Python can import from here.
    build_dir
        Folder for all that is written. Use one for each bench.
    env
        Variables for the test module, in addition to the present environment.
    parameters
        Verilog parameters of the top module.
    has_delays
        Whether there are delays in the sources; Verilator must be told.
    waves
        Whether to record waveforms.
    seed
        Seed of Python's random numbers in the test module.
    expected_tests
        How many tests there must be. By default, any number but zero will do.
    check
        Whether failing tests raise :exc:`BenchFailure`.
    progress
        Called with a few words at the start of each step.
    is_quick
        Whether to leave out the C++ compiler's optimisation: a large design then builds several
        times faster, and runs slower.

    Raises
    ------
    BenchError
        If the build fails, the simulation ends early, or the number of tests is wrong.
    BenchFailure
        If a test fails.
    ToolError
        If the simulator is missing.
    ValueError
        If there is no simulator of that name.
    """
    found = find_simulator(simulator)
    build_dir = make_folder(build_dir).resolve()
    results = build_dir / "results.xml"
    results.unlink(missing_ok=True)
    job: dict[str, Any] = {
        "simulator": found.name,
        "controls": [],
        "sources": [str(path) for path in sources if path.suffix != ".vlt"],
        "toplevel": toplevel,
        "test_module": test_module,
        "build_dir": str(build_dir),
        "build_args": [],
        "parameters": dict(parameters or {}),
        "results": str(results),
        "waves": waves,
        "seed": seed,
        "timescale": _TIMESCALE,
    }
    if found.name == "verilator":
        job["controls"] = _control_files(build_dir, toplevel, sources)
        job["build_args"] = _verilator_options(found.version, has_delays, is_quick)
    path = build_dir / "launch.json"
    path.write_text(json.dumps(job, indent=1), encoding="utf-8")
    variables = {**_variables(found.env, is_quick), **(env or {})}
    times = _launch(path, variables, progress or (lambda step: None), job)
    log = build_dir / "test.log"
    tests, failures = _read_results(results, log)
    if tests == 0 or expected_tests not in (None, tests):
        number = expected_tests or "at least 1"
        raise BenchError(f"Number of tests run by {test_module} must be {number}, not {tests}")
    if failures and check:
        raise BenchFailure(f"{len(failures)} of {tests} tests failed:\n" + "\n".join(failures))
    waves_name = "dump.vcd" if found.name == "verilator" else f"build/{toplevel}.fst"
    return BenchResult(
        tests=tests,
        failures=failures,
        build_seconds=times[0],
        run_seconds=times[1],
        log=log,
        waves=build_dir / waves_name if waves else None,
    )


def _verilator_options(version: str, has_delays: bool, is_quick: bool) -> list[str]:
    # The first takes back an option of cocotb's; a control file is enough.
    options = ["--no-public-flat-rw", "--timing" if has_delays else "--no-timing", *_FEW_FILES]
    is_known = tuple(map(int, version.split(".")[:2])) >= _WITH_NO_COPIES
    return [*options, *_NO_COPIES] if is_quick and is_known else options


def _control_files(build_dir: Path, toplevel: str, sources: Sequence[Path]) -> list[str]:
    """Return the control files of Verilator, with one that makes the top module visible."""
    visible = build_dir / "visible.vlt"
    visible.write_text(
        f'`verilator_config\npublic_flat_rw -module "{toplevel}" -var "*"\n', encoding="utf-8"
    )
    return [str(visible), *(str(path) for path in sources if path.suffix == ".vlt")]


def _variables(own: Mapping[str, str], is_quick: bool) -> dict[str, str]:
    """Return the variables of the environment that a run needs, with those of the simulator."""
    # COCOTB_TRUST_INERTIAL_WRITES lets Icarus apply writes at once, a third faster; it is what
    # cocotb does with Verilator. Bytecode would end up beside the sources. Without a pattern for
    # COCOTB_REWRITE_ASSERTION_FILES, pytest does not compile again all that is imported, numpy
    # included, to tell more of assertions, which takes longer than most simulations.
    variables = {
        **own,
        "COCOTB_TRUST_INERTIAL_WRITES": "1",
        "COCOTB_REWRITE_ASSERTION_FILES": "",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if is_quick:
        flags = [variables.get("MAKEFLAGS", ""), "OPT_FAST=-O0", "OPT_SLOW=-O0"]
        variables["MAKEFLAGS"] = " ".join(flag for flag in flags if flag)
    return variables


def _launch(
    path: Path, variables: Mapping[str, str], tell: Callable[[str], None], job: Mapping[str, Any]
) -> tuple[float, float]:
    """Run cocotb's runner on a job, and return the seconds that building and running took."""
    # The runner behaves differently under pytest.
    own = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    environment = {**own, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **variables}
    toplevel, simulator = job["toplevel"], job["simulator"]
    start = time.perf_counter()
    built = None
    tell(f"building {toplevel} with {simulator}")
    errors = path.with_name("launch.log")
    with (
        errors.open("w", encoding="utf-8") as stderr,
        subprocess.Popen(
            [sys.executable, "-m", "spikefloat.sim.simulators.launch", str(path)],
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment,
            text=True,
            start_new_session=True,
        ) as process,
        _ended_with_all(process),
    ):
        assert process.stdout is not None
        for line in process.stdout:
            if line.strip() == BUILT:
                built = time.perf_counter()
                tell(f"driving {toplevel} with {simulator}")
    ended = time.perf_counter()
    if process.returncode == BUILD_FAILED:
        log = path.with_name("build.log")
        raise BenchError(f"Build of {toplevel} with {simulator} failed; its log ends:\n{tail(log)}")
    if process.returncode == TOOL_MISSING:
        raise ToolError(tail(errors))
    if process.returncode or built is None:
        raise RuntimeError(f"cocotb's runner ended with {process.returncode}:\n{tail(errors)}")
    return built - start, ended - built


@contextmanager
def _ended_with_all(process: subprocess.Popen[str]) -> Iterator[None]:
    """End a process and all that it has started, compiler and simulator, if the block is left early.

    They have a session of their own: an interrupt reaches them by way of this process only.
    """
    try:
        yield
    except BaseException:
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        raise


def _read_results(results: Path, log: Path) -> tuple[int, tuple[str, ...]]:
    """Return the number of tests, and a text for each that failed."""
    if not results.is_file():
        raise BenchError(
            f"The simulation ended before it wrote results; its log ends:\n{tail(log)}"
        )
    tests = 0
    failures = []
    for case in ElementTree.parse(results).iter("testcase"):
        if case.find("skipped") is not None:
            continue
        tests += 1
        for outcome in (*case.findall("failure"), *case.findall("error")):
            reason = outcome.get("message") or outcome.text or "no message"
            failures.append(f"{case.get('classname')}.{case.get('name')}: {reason}")
    return tests, tuple(failures)


def tail(log: Path) -> str:
    """Return the end of a log, which is where the trouble is."""
    if not log.is_file():
        return "(nothing)"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LOG_LINES:])
