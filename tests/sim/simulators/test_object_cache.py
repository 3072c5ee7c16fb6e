# SPDX-License-Identifier: Apache-2.0
"""Objects of Verilator's run-time library are compiled once for each set of flags."""

import sys

import pytest

from spikefloat.sim.simulators.object_cache import main

#: A compiler that writes its last argument to the object, and a line to a list of calls.
COMPILER = f"""#!{sys.executable}
import pathlib, sys
folder = pathlib.Path(__file__).parent
with (folder / "calls").open("a") as calls:
    calls.write("called\\n")
if "fail" in sys.argv:
    sys.exit(3)
source = pathlib.Path(sys.argv[-1])
pathlib.Path(sys.argv[sys.argv.index("-o") + 1]).write_text(source.read_text())
"""


@pytest.fixture
def compile_once(tmp_path, monkeypatch):
    """Return a function that compiles a file and tells status and calls of the compiler."""
    monkeypatch.chdir(tmp_path)
    compiler = tmp_path / "compiler"
    compiler.write_text(COMPILER, encoding="utf-8")
    compiler.chmod(0o755)

    def run(name, *flags, cache="cache"):
        source = tmp_path / name
        if not source.exists():
            source.write_text(f"text of {name}", encoding="utf-8")
        target = tmp_path / "object.o"
        target.unlink(missing_ok=True)
        status = main([cache, str(compiler), *flags, "-c", "-o", str(target), str(source)])
        calls = tmp_path / "calls"
        count = len(calls.read_text().splitlines()) if calls.exists() else 0
        return status, count, target.read_text() if target.exists() else None

    return run


def test_library_is_compiled_once(compile_once):
    assert compile_once("verilated.cpp") == (0, 1, "text of verilated.cpp")
    assert compile_once("verilated.cpp") == (0, 1, "text of verilated.cpp")
    assert compile_once("verilated_vpi.cpp") == (0, 2, "text of verilated_vpi.cpp")


def test_flags_and_sources_tell_objects_apart(compile_once, tmp_path):
    assert compile_once("verilated.cpp", "-O1")[:2] == (0, 1)
    assert compile_once("verilated.cpp", "-O2")[:2] == (0, 2)
    (tmp_path / "verilated.cpp").write_text("another version", encoding="utf-8")
    assert compile_once("verilated.cpp", "-O2") == (0, 3, "another version")


def test_design_is_always_compiled(compile_once):
    assert compile_once("Vtop__ALL.cpp")[:2] == (0, 1)
    assert compile_once("Vtop__ALL.cpp")[:2] == (0, 2)


def test_failure_is_passed_on_and_not_kept(compile_once):
    assert compile_once("verilated.cpp", "fail") == (3, 1, None)
    assert compile_once("verilated.cpp", "fail") == (3, 2, None)


def test_cache_that_cannot_be_written(compile_once, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert compile_once("verilated.cpp", cache="file/cache")[:2] == (0, 1)
    assert compile_once("verilated.cpp", cache="file/cache")[:2] == (0, 2)
