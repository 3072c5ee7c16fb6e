# SPDX-License-Identifier: Apache-2.0
"""Packages of every design: each example compiles, and FuseSoC runs each bench."""

import os
import re
import subprocess
from pathlib import Path

import pytest

import spikefloat as sf
from spikefloat.rtl_gen.cli import main
from tests.helpers.fusesoc import fusesoc


@pytest.fixture(scope="module")
def every_core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a core of each design, and of each style of some.

    Of the smallest format, so that a bench has few cases.
    """
    folder = tmp_path_factory.mktemp("cores")
    for arguments in (
        ["all", "--format", "e2m1fn"],
        ["is_nan,unordered,scaled_add,scaled_multiply"],
        ["multiply", "--stages", "3"],
        ["add", "--style", "spiking"],
        ["multiply", "--style", "temporal"],
        ["add", "--stages", "1", "--stream"],
        ["multiply", "--stages", "2", "--stream", "--axi-reset", "--format", "e2m1fn"],
        ["add", "--style", "spiking", "--residue", "leak", "--format", "e5m2"],
    ):
        assert main(["package", *arguments, "-o", str(folder)]) == 0
    return folder


@pytest.mark.slow
@pytest.mark.tool
def test_every_example_compiles(every_core: Path) -> None:
    """The file list has all that the example needs, and Icarus has nothing to say."""
    folders = sorted(every_core.iterdir())
    assert len(folders) > 100
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
@pytest.mark.parametrize(
    "arguments, cases, reference",
    [
        (["multiply", "--rounding", "port", "--flags"], 2048, "the golden model"),
        (["add", "--style", "spiking", "--residue", "leak"], 256, "the golden model"),
        (["add", "--style", "spiking", "--stream"], 256, "the golden model"),
        (["linear", "--accumulate", "tree"], 250, "the golden model"),
        (["decoder"], 16, "the golden model"),
        (["FILE", "--stages", "1"], 256, "its own simulation"),
    ],
)
def test_bench_in_icarus(arguments: list[str], cases: int, reference: str, tmp_path: Path) -> None:
    """The bench has the cases of verify, and notices one that is changed."""
    words = ["--format", "e2m1fn"]
    if arguments[0] == "FILE":
        file = sf.design("multiply", format="e2m1fn").save(tmp_path / "product.json")
        arguments, words = [str(file), *arguments[1:]], []
    assert main(["package", *arguments, *words, "-o", str(tmp_path / "cores")]) == 0
    (folder,) = (tmp_path / "cores").iterdir()
    sources = [f"{folder.name}.v", f"{folder.name}_bench.sv"]
    build = ["iverilog", "-g2012", "-o", "bench.vvp", *sources]
    subprocess.run(build, cwd=folder, check=True)

    def run(cwd: Path = folder, *plusargs: str) -> str:
        words = ["vvp", "-n", str(folder / "bench.vvp"), *plusargs]
        done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
        return done.stdout

    assert f"{cases} results are those of {reference}\n" in run()
    hexadecimal = folder / f"{folder.name}_cases.hex"
    assert f"run where {hexadecimal.name} is, or give +cases=FILE" in run(tmp_path)
    assert f"{cases} results are those of" in run(tmp_path, f"+cases={hexadecimal}")
    *others, last = hexadecimal.read_text().split()
    hexadecimal.write_text("\n".join([*others, f"{int(last, 16) ^ 1:0{len(last)}x}"]))
    assert f"case {cases - 1} must give" in run()


@pytest.mark.tool
@pytest.mark.slow
def test_targets_of_every_kind_of_core(every_core: Path) -> None:
    """FuseSoC lints and simulates a core of each kind of bench.

    Those of one kind differ in names and numbers (widths, cases) alone: the smallest is taken.
    """

    def size(folder: Path) -> tuple[int, str]:
        return sum(path.stat().st_size for path in folder.iterdir()), folder.name

    root = every_core.parent / "root"
    root.mkdir()
    (root / "cores").symlink_to(every_core)
    seen = set()
    simulated = 0
    for folder in sorted(every_core.iterdir(), key=size):
        name = folder.name
        bench = folder / f"{name}_bench.sv"
        text = bench.read_text() if bench.exists() else ""
        if (kind := re.sub(r"//.*|\d+", "", text.replace(name, ""))) in seen:
            continue
        seen.add(kind)
        lint = fusesoc(root, "lint", name)
        assert lint.returncode == 0, lint.stdout + lint.stderr
        if bench.exists():
            sim = fusesoc(root, "sim", name)
            assert sim.returncode == 0, sim.stdout + sim.stderr
            assert "results are those of the golden model" in sim.stdout
            simulated += 1
    assert simulated >= 15
