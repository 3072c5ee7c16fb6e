# SPDX-License-Identifier: Apache-2.0
"""A release says one version everywhere, and its archives are the same each time."""

import hashlib
import importlib
import shlex
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from tests.helpers.command import run_command
from tests.helpers.paths import ROOT


def load() -> ModuleType:
    """Return scripts/release.py, which imports what stands beside it."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        return importlib.import_module("release")
    finally:
        del sys.path[0]


RELEASE = load()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("pyproject.toml", "CHANGELOG.md", "CITATION.cff"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def test_this_version_can_be_released() -> None:
    version = RELEASE.release_version()
    assert RELEASE.release_version(tag=f"v{version}") == version


@pytest.mark.parametrize(
    "name, old, new, message",
    [
        (
            "pyproject.toml",
            "\nversion = ",
            "\nversion = '9.9.9' #",
            "in CHANGELOG.md must be 9.9.9",
        ),
        ("CITATION.cff", "\nversion: ", "\nversion: 9", "must have the line 'version: "),
        ("CITATION.cff", "date-released: ", "date-released: 1", "line 'date-released: 20"),
        ("CHANGELOG.md", "\n## 0", "\n## x0", "Version in CHANGELOG.md must be "),
    ],
)
def test_other_versions_are_refused(
    root: Path, name: str, old: str, new: str, message: str
) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(SystemExit, match=message):
        RELEASE.release_version(root)


def test_another_tag_is_refused() -> None:
    with pytest.raises(SystemExit, match=r"^Version in tag must be .*, not v0\.0\.1$"):
        RELEASE.release_version(tag="v0.0.1")


def test_archives_are_the_same_each_time(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    (folder / "inner").mkdir(parents=True)
    (folder / "b.txt").write_text("b")
    (folder / "inner" / "a.txt").write_text("a")
    packed = [tmp_path / "one.tar.gz", tmp_path / "two.tar.gz"]
    for path in packed:
        RELEASE.archive(folder, path)
        (folder / "b.txt").touch()
    assert packed[0].read_bytes() == packed[1].read_bytes()
    with tarfile.open(packed[0]) as tar:
        assert tar.getnames() == ["vectors/b.txt", "vectors/inner/a.txt"]


WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"


def says_of(path: Path) -> subprocess.CompletedProcess[str]:
    """Return what the published schema of workflows, which the package has, says of a file."""
    arguments = ["-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
    return subprocess.run(
        [sys.executable, *arguments, str(path)], capture_output=True, text=True, check=False
    )


def test_workflow_is_one(tmp_path: Path) -> None:
    done = says_of(WORKFLOW)
    assert done.returncode == 0, done.stdout + done.stderr
    wrong = tmp_path / "release.yml"
    wrong.write_text(WORKFLOW.read_text(encoding="utf-8").replace("runs-on:", "runs-at:"))
    assert "runs-at" in says_of(wrong).stdout


def test_workflow_runs_what_there_is() -> None:
    """Targets and scripts that its steps name are in the tree, and what it attaches is made."""
    steps = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]["release"]["steps"]
    commands = [shlex.split(step["run"]) for step in steps if "run" in step]
    named = [word for words in commands for word in words if word.endswith((".py", ".md"))]
    assert named == ["scripts/release.py", "CHANGELOG.md"]
    assert all((ROOT / name).is_file() for name in named)
    assert ["make", "setup"] in commands
    assert "\nsetup:" in (ROOT / "Makefile").read_text(encoding="utf-8")
    attached = next(words for words in commands if words[0] == "gh")
    assert f"{RELEASE.FOLDER.relative_to(ROOT)}/*" in attached


@pytest.mark.slow
@pytest.mark.tool
def test_release_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All files of a release of one operation; test_check_wheel tries the wheel."""
    tried: list[tuple[str, str]] = []

    def check(wheel: Path, python: str, folder: Path) -> str:
        tried.append((wheel.name, python))
        return "digest"

    monkeypatch.setattr(RELEASE, "OPERATIONS", ("square_root",))
    monkeypatch.setattr(RELEASE, "check", check)
    version, output = RELEASE.release_version(), tmp_path / "release"
    RELEASE.main(["-o", str(output), "--tag", f"v{version}", "3.11", "3.12"])
    wheel, source = f"spikefloat-{version}-py3-none-any.whl", f"spikefloat-{version}.tar.gz"
    assert tried == [(wheel, "3.11"), (wheel, "3.12")]
    sums = dict(
        line.split()[::-1] for line in (output / "SHA256SUMS").read_text("utf-8").splitlines()
    )
    assert set(sums) == {"cores.tar.gz", "vectors.tar.gz", wheel, source}
    for name, digest in sums.items():
        assert hashlib.sha256((output / name).read_bytes()).hexdigest() == digest
        if name.endswith(".tar.gz"):
            with tarfile.open(output / name) as tar:
                # Python 3.11.2 has no filters yet, and trusts what it reads; this is ours.
                tar.extraction_filter = getattr(tarfile, "data_filter", None)
                tar.extractall(tmp_path)
    assert (tmp_path / source.removesuffix(".tar.gz") / "pyproject.toml").is_file()
    for fmt in RELEASE.FORMATS:
        assert list(tmp_path.glob(f"cores/square_root_{fmt}/*.core"))
        path = tmp_path / "vectors" / f"square_root_{fmt}.txt"
        assert len(path.read_text().splitlines()) == 256
        status, _, errors = run_command(
            f"spikefloat verify square_root --format {fmt} --vectors {path}"
        )
        assert status == 0, errors
