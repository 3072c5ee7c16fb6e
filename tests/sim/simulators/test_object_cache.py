# SPDX-License-Identifier: Apache-2.0
"""What is the same in every build of Verilator is compiled once for each set of flags."""

import sys

import pytest

from spikefloat.sim.simulators import object_cache
from spikefloat.sim.simulators.object_cache import main

#: A compiler that writes its last argument to the object, and a line to a list of calls.
COMPILER = f"""#!{sys.executable}
import pathlib, sys
folder = pathlib.Path(__file__).parent
with (folder / "calls").open("a") as calls:
    calls.write("called\\n")
if "--version" in sys.argv:
    sys.exit(print("Free Software Foundation" if (folder / "is_gcc").exists() else "another"))
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


def test_main_program_is_compiled_once_for_each_number_of_ports(compile_once, tmp_path):
    model = tmp_path / "Vtop.h"
    model.write_text("{ VL_IN8(&a,7,0);\n VL_OUTW(&y,99,0,4);\n }", encoding="utf-8")
    assert compile_once("verilator.cpp")[:2] == (0, 1)
    model.write_text("{ VL_IN64(&b,63,0);\n VL_OUT(&z,31,0);\n }", encoding="utf-8")
    assert compile_once("verilator.cpp") == (0, 1, "text of verilator.cpp")
    model.write_text("{ VL_IN8(&a,7,0);\n VL_IN8(&b,7,0);\n VL_OUT(&z,31,0);\n }")
    assert compile_once("verilator.cpp")[:2] == (0, 2)
    model.write_text("{ VL_IN64(&b,63,0);\n VL_OUT(&z,31,0);\n int more;\n }", encoding="utf-8")
    assert compile_once("verilator.cpp")[:2] == (0, 3)


@pytest.fixture
def headers(tmp_path):
    """Return a folder with the headers of the library."""
    folder = tmp_path / "include"
    folder.mkdir()
    for name in ("verilated.h", "verilated_dpi.h", "verilated_vpi.h"):
        (folder / name).write_text(name, encoding="utf-8")
    return folder


def test_headers_of_the_library_are_compiled_once(compile_once, headers, tmp_path):
    (tmp_path / "is_gcc").touch()
    flags = ("-I.", f"-I{headers}", "-MMD")
    # That it is GCC, the headers, the design.
    assert compile_once("Vtop__ALL.cpp", *flags) == (0, 3, "text of Vtop__ALL.cpp")
    (compiled,) = tmp_path.glob("cache/*/library.h.gch")
    assert '#include "verilated.h"\n' in compiled.read_text()
    assert compile_once("Vtop__ALL.cpp", *flags)[:2] == (0, 4)
    assert compile_once("Vtop__ALL.cpp", *flags, "-include", "other.h")[:2] == (0, 5)
    (headers / "verilated.h").write_text("another version", encoding="utf-8")
    assert compile_once("Vtop__ALL.cpp", *flags)[:2] == (0, 8)
    assert len(list(tmp_path.glob("cache/*"))) == 2


def test_headers_are_not_precompiled_by_others(compile_once, headers, tmp_path):
    assert compile_once("Vtop__ALL.cpp", f"-I{headers}")[:2] == (0, 2)
    assert compile_once("Vtop__ALL.cpp", f"-I{headers}")[:2] == (0, 3)
    (header,) = tmp_path.glob("cache/*/*")
    assert header.name == "library.h"
    assert compile_once("Vtop__ALL.cpp", f"-I{headers}", cache="compiler/none")[0] == 0


def test_precompiled_header_of_a_large_design_is_left_empty(
    compile_once, headers, tmp_path, monkeypatch
):
    (tmp_path / "is_gcc").touch()
    flags = (f"-I{headers}", "-O1")
    own = tmp_path / "Vtop__pch.h.fast.gch"
    cache, compiler = str(tmp_path / "cache"), str(tmp_path / "compiler")
    words = ("-x", "c++-header", "Vtop__pch.h", "-o", str(own))
    assert main([cache, compiler, *flags, *words]) == 0
    assert own.read_text() == ""
    (header,) = tmp_path.glob("cache/*/library.h")
    ran = []
    monkeypatch.setattr(object_cache, "_run", lambda command: ran.append(command) or 0)
    words = ("-include", "Vtop__pch.h.fast", "-c", "Vtop.cpp")
    assert main([cache, compiler, *flags, *words]) == 0
    (command,) = ran
    assert command[1:] == [
        *("-include", str(header)),
        *flags,
        *("-include", "Vtop__pch.h", "-c", "Vtop.cpp"),
    ]
    own.write_text("made by the compiler")
    assert main([cache, compiler, *flags, *words]) == 0
    assert ran[1][1:] == [*flags, *words]
