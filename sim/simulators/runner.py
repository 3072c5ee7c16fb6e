# SPDX-License-Identifier: Apache-2.0
"""Building Verilog with a simulator and running a cocotb bench on it.

Everything that is written goes into the build folder, and nothing passes by default: a bench that
runs no test is an error, like one that fails.
"""

import logging
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from spikefloat.rtl_gen.errors import UserError
from spikefloat.rtl_gen.files import make_folder
from spikefloat.sim.simulators.find import find_simulator
from spikefloat.sim.simulators.plain_paths import is_plain, plain_folder

if TYPE_CHECKING:
    from cocotb_tools.runner import Runner

__all__ = ["WAIVERS", "BenchError", "BenchFailure", "BenchResult", "run_bench"]

#: Lint warnings that do not matter in generated Verilog, each with its reason.
WAIVERS = Path(str(files("spikefloat.rtl_gen.rtl.text"))) / "lint_waivers.vlt"

_TIMESCALE = ("1ns", "1ps")
_LOG_LINES = 20


class BenchError(UserError):
    """A bench could not be built, or did not run to its end: a check that failed."""

    exit_status = 1

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
    waves: Path | None  #: Waveforms, if they were asked for.


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
    from cocotb_tools.runner import get_runner  # which is there, as the simulator is

    build_dir = make_folder(build_dir).resolve()
    # COCOTB_TRUST_INERTIAL_WRITES lets Icarus apply writes at once, a third faster; it is what
    # cocotb does with Verilator. Bytecode would end up beside the sources.
    variables = {**found.env, "COCOTB_TRUST_INERTIAL_WRITES": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    if is_quick:
        flags = [variables.get("MAKEFLAGS", ""), "OPT_FAST=-O0", "OPT_SLOW=-O0"]
        variables["MAKEFLAGS"] = " ".join(flag for flag in flags if flag)
    with _environment(variables), _build_place(found.name, build_dir) as place:
        runner = get_runner(found.name)
        runner.log.setLevel(logging.CRITICAL)  # our errors say all that it would
        start = time.perf_counter()
        tell = progress or (lambda step: None)
        tell(f"building {toplevel} with {found.name}")
        _build(
            runner,
            found.name,
            sources,
            toplevel,
            build_dir,
            place,
            parameters or {},
            has_delays,
            waves,
        )
        built = time.perf_counter()
        tell(f"driving {toplevel} with {found.name}")
        results = _run(runner, toplevel, test_module, build_dir, place, env or {}, waves, seed)
        ended = time.perf_counter()
    log = build_dir / "test.log"
    tests, failures = _read_results(results, log)
    if tests == 0 or expected_tests not in (None, tests):
        wanted = expected_tests or "at least 1"
        raise BenchError(f"Number of tests run by {test_module} must be {wanted}, not {tests}")
    if failures and check:
        raise BenchFailure(f"{len(failures)} of {tests} tests failed:\n" + "\n".join(failures))
    waves_name = "dump.vcd" if found.name == "verilator" else f"build/{toplevel}.fst"
    return BenchResult(
        tests=tests,
        failures=failures,
        build_seconds=built - start,
        run_seconds=ended - built,
        log=log,
        waves=build_dir / waves_name if waves else None,
    )


@contextmanager
def _build_place(simulator: str, build_dir: Path) -> Iterator[Path]:
    """Yield the folder to build in: inside the build folder, or elsewhere if make needs that.

    What cocotb has installed is then reached by links, too, and Verilator by a copy, as it follows
    links to where they lead.
    """
    from cocotb_tools import config

    libraries = {"share_dir": config.share_dir, "libs_dir": config.libs_dir}
    program = shutil.which(simulator) or ""
    if simulator != "verilator" or all(map(is_plain, (build_dir, *libraries.values(), program))):
        yield build_dir / "build"
        return
    with plain_folder() as folder, ExitStack() as undo:
        for name, target in libraries.items():
            undo.callback(setattr, config, name, target)
            (folder / name).symlink_to(target, target_is_directory=True)
            setattr(config, name, folder / name)
        if not is_plain(program):
            copy = shutil.copytree(Path(program).parent.parent, folder / "verilator")
            os.environ["PATH"] = os.pathsep.join([str(copy / "bin"), os.environ["PATH"]])
        yield folder / "build"


def _build(
    runner: "Runner",
    simulator: str,
    sources: Sequence[Path],
    toplevel: str,
    build_dir: Path,
    place: Path,
    parameters: Mapping[str, object],
    has_delays: bool,
    waves: bool,
) -> None:
    from cocotb_tools.runner import VerilatorControlFile

    inputs: list[Path | VerilatorControlFile] = []
    arguments = []
    if simulator == "verilator":
        visible = build_dir / "visible.vlt"
        visible.write_text(
            f'`verilator_config\npublic_flat_rw -module "{toplevel}" -var "*"\n', encoding="utf-8"
        )
        controls = [visible, *([WAIVERS] if WAIVERS.is_file() else [])]
        inputs += [VerilatorControlFile(path) for path in controls]
        # The first takes back an option of cocotb's; the file above is enough.
        arguments = ["--no-public-flat-rw", "--timing" if has_delays else "--no-timing"]
    inputs += [path for path in sources if simulator == "verilator" or path.suffix != ".vlt"]
    log = build_dir / "build.log"
    try:
        runner.build(
            sources=inputs,
            hdl_toplevel=toplevel,
            build_dir=place,
            clean=True,
            timescale=_TIMESCALE,
            parameters=parameters,
            build_args=arguments,
            waves=waves,
            log_file=log,
        )
    except (RuntimeError, subprocess.CalledProcessError, SystemExit) as error:
        raise BenchError(
            f"Build of {toplevel} with {simulator} failed; {log} ends:\n{_tail(log)}"
        ) from error


def _run(
    runner: "Runner",
    toplevel: str,
    test_module: str,
    build_dir: Path,
    place: Path,
    env: Mapping[str, str],
    waves: bool,
    seed: int,
) -> Path:
    """Run the simulation and return the name of its results file."""
    results = build_dir / "results.xml"
    try:
        runner.test(
            test_module=test_module,
            hdl_toplevel=toplevel,
            hdl_toplevel_lang="verilog",
            build_dir=place,
            test_dir=build_dir,
            results_xml=str(results),
            extra_env=dict(env),
            waves=waves,
            seed=seed,
            timescale=_TIMESCALE,
            log_file=build_dir / "test.log",
        )
    except (RuntimeError, subprocess.CalledProcessError, SystemExit):
        pass  # the results file tells, or is missing
    return results


def _read_results(results: Path, log: Path) -> tuple[int, tuple[str, ...]]:
    """Return the number of tests, and a text for each that failed."""
    if not results.is_file():
        raise BenchError(f"The simulation ended before it wrote results; {log} ends:\n{_tail(log)}")
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


def _tail(log: Path) -> str:
    """Return the end of a log, which is where the trouble is."""
    if not log.is_file():
        return "(nothing)"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-_LOG_LINES:])


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables for a while: cocotb's runner takes its own from there.

    The name of the pytest test is hidden, because the runner behaves differently under pytest.
    """
    before = dict(os.environ)
    os.environ.update(variables)
    os.environ.pop("PYTEST_CURRENT_TEST", None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
