# SPDX-License-Identifier: Apache-2.0
"""Packages of every design: each example compiles, and FuseSoC runs each bench."""

import os
import subprocess
from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from tests.helpers.fusesoc import fusesoc


@pytest.fixture(scope="module")
def every_core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a core of each design, and of each style of some."""
    folder = tmp_path_factory.mktemp("cores")
    for arguments in (
        ["all"],
        ["multiply", "--stages", "3"],
        ["add", "--style", "spiking"],
        ["multiply", "--style", "temporal"],
        ["add", "--stages", "1", "--stream"],
        ["add", "--style", "spiking", "--residue", "leak", "--format", "e5m2"],
    ):
        assert main(["package", *arguments, "-o", str(folder)]) == 0
    return folder


@pytest.mark.tool
def test_every_example_compiles(every_core: Path) -> None:
    """The file list has all that the example needs, and Icarus has nothing to say."""
    folders = sorted(every_core.iterdir())
    assert len(folders) > 20
    for folder in folders:
        name = folder.name
        done = subprocess.run(
            [
                "iverilog",
                "-g2005",
                "-Wall",
                "-Wno-timescale",
                "-s",
                f"{name}_example",
                "-o",
                os.devnull,
                "-f",
                "files.f",
                f"{name}_example.v",
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout + done.stderr) == (0, ""), name


@pytest.mark.tool
@pytest.mark.slow
def test_targets_of_every_core(every_core: Path) -> None:
    """FuseSoC lints every core, and simulates all that have a bench."""
    root = every_core.parent / "root"
    root.mkdir()
    (root / "cores").symlink_to(every_core)
    simulated = 0
    for folder in sorted(every_core.iterdir()):
        name = folder.name
        lint = fusesoc(root, "lint", name)
        assert lint.returncode == 0, lint.stdout + lint.stderr
        if (folder / f"{name}_bench.sv").exists() and not name.startswith("fma"):  # half a minute
            sim = fusesoc(root, "sim", name)
            assert sim.returncode == 0, sim.stdout + sim.stderr
            assert "results are those of the golden model" in sim.stdout
            simulated += 1
    assert simulated >= 15
