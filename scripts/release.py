# SPDX-License-Identifier: Apache-2.0
"""Make everything that a release consists of, and check it.

Run it as ``python scripts/release.py [-o FOLDER] [--tag TAG] [PYTHON...]``. The folder, ``build/release`` by
default, then has the wheel and the source archive, tried in a bare environment of each version of
Python; ``cores.tar.gz``, operations as cores for FuseSoC; ``vectors.tar.gz``, conformance vectors of
the same operations, as ``spikefloat verify --vectors`` reads them; and ``SHA256SUMS``. Version and date
must be the same in pyproject.toml, CHANGELOG.md and CITATION.cff, and in the tag if one is given.
"""

import argparse
import gzip
import hashlib
import io
import re
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

from check_wheel import VERSIONS, build, check, run

__all__ = ["archive", "main", "release_version", "write_cores", "write_vectors"]

ROOT = Path(__file__).resolve().parents[1]

#: Where all files are put, and where the workflow takes them from.
FOLDER = ROOT / "build" / "release"

#: What is attached as cores and as vectors.
OPERATIONS = ("multiply", "add", "subtract", "divide", "square_root")
FORMATS = ("e4m3fn", "e5m2")


def release_version(root: Path = ROOT, tag: str | None = None) -> str:
    """Return the version to be released.

    Raises
    ------
    SystemExit
        If version or date are not the same everywhere.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    version: str = project["project"]["version"]
    changes = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## (\d\S*) - (\d{4}-\d\d-\d\d)$", changes, re.MULTILINE)
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    for name, text in (("tag", tag), ("CHANGELOG.md", newest and newest[1])):
        if text is None and name == "tag":
            continue
        if text is None or text.removeprefix("v") != version:
            sys.exit(f"Version in {name} must be {version}, as in pyproject.toml, not {text}")
    assert newest is not None
    for key, wanted in (("version", version), ("date-released", newest[2])):
        if f"\n{key}: {wanted}\n" not in citation:
            sys.exit(f"CITATION.cff must have the line '{key}: {wanted}'")
    return version


def spikefloat(*words: str | Path) -> None:
    """Run a command of spikefloat."""
    run([sys.executable, "-m", "spikefloat", *words, "--quiet"], ROOT)


def write_cores(folder: Path) -> None:
    """Write operations as cores."""
    spikefloat("package", ",".join(OPERATIONS), "--format", ",".join(FORMATS), "-o", folder)


def write_vectors(folder: Path) -> None:
    """Write conformance vectors of the same operations."""
    folder.mkdir(parents=True)
    for operation in OPERATIONS:
        for fmt in FORMATS:
            spikefloat(
                "vectors", operation, "--format", fmt, "-o", folder / f"{operation}_{fmt}.txt"
            )


def archive(folder: Path, path: Path) -> None:
    """Write the files of a folder into a tar.gz, the same bytes each time."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                entry = tarfile.TarInfo(str(file.relative_to(folder.parent)))
                content = file.read_bytes()
                entry.size, entry.mode = len(content), 0o644
                tar.addfile(entry, io.BytesIO(content))
    path.write_bytes(gzip.compress(packed.getvalue(), mtime=0))


def main(arguments: Sequence[str] | None = None) -> None:
    """Make and check a release."""
    parser = argparse.ArgumentParser(description="Make everything that a release consists of.")
    parser.add_argument("pythons", metavar="PYTHON", nargs="*", default=list(VERSIONS))
    parser.add_argument("-o", dest="output", type=Path, default=FOLDER)
    parser.add_argument("--tag", help="tag of the release, such as v0.2.0")
    args = parser.parse_args(arguments)
    version = release_version(tag=args.tag)
    output = args.output.resolve()
    if output.exists() and any(output.iterdir()):
        sys.exit(f"Folder {output} must be empty, so that nothing else is released")
    output.mkdir(parents=True, exist_ok=True)
    wheel = build(output)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        digests = {check(wheel, python, folder) for python in args.pythons}
        if len(digests) != 1:
            sys.exit("Verilog differs between versions of Python")
        for kind, write in (("cores", write_cores), ("vectors", write_vectors)):
            write(folder / kind)
            archive(folder / kind, output / f"{kind}.tar.gz")
    files = sorted(output.iterdir())
    sums = "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files)
    (output / "SHA256SUMS").write_text(sums, encoding="utf-8")
    print(f"spikefloat {version}, tried with Python {', '.join(args.pythons)}:\n{sums}", end="")


if __name__ == "__main__":
    main()
