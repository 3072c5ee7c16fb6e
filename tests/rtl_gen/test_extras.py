# SPDX-License-Identifier: Apache-2.0
"""Packages that are not installed: the message names a command that works."""

import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from spikefloat.rtl_gen import extras
from spikefloat.rtl_gen.errors import UserError
from spikefloat.rtl_gen.extras import MissingPackage, find_extra, import_extra, install_command

#: Of this version; the metadata of an editable installation may be older.
PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]


def test_installed() -> None:
    assert import_extra("os.path", "os", "sim").basename("a/b") == "b"
    find_extra("json.decoder", "json", "sim")


def test_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    message = f"Package pyserial is not installed; run `{install_command('host')}`"
    for module in ("no_such_module", "serial"):
        monkeypatch.setitem(sys.modules, "serial", None)
        with pytest.raises(MissingPackage, match=f"^{re.escape(message)}$") as error:
            import_extra(module, "pyserial", "host")
        assert isinstance(error.value, UserError)


def test_command_in_a_checkout() -> None:
    """Installing the checkout with the extra; the package is on no registry."""
    words = shlex.split(install_command("sim"))
    assert words[:5] == [sys.executable, "-m", "pip", "install", "-e"]
    folder, _, extra = words[5].partition("[")
    assert (Path(folder) / "pyproject.toml").is_file()
    assert extra == "sim]"


def metadata() -> Iterator[str]:
    """Yield the requirements as the metadata of a wheel has them."""
    yield from PROJECT["dependencies"]
    for extra, lines in PROJECT["optional-dependencies"].items():
        for line in lines:
            package, _, marker = line.partition(";")
            yield f'{package}; {f"({marker.strip()}) and " if marker else ""}extra == "{extra}"'


@pytest.mark.parametrize("extra", PROJECT["optional-dependencies"])
def test_command_of_a_wheel(extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No checkout is at hand, so the packages are named, with their bounds and platforms."""
    monkeypatch.setattr(extras, "__file__", str(tmp_path / "rtl_gen" / "extras.py"))
    monkeypatch.setattr(extras.importlib.metadata, "requires", lambda name: list(metadata()))
    words = shlex.split(install_command(extra))
    assert words[:4] == [sys.executable, "-m", "pip", "install"]
    named = {re.split(r"[^\w-]", word)[0].lower() for word in words[4:]}
    listed = PROJECT["optional-dependencies"]

    def packages(name: str) -> set[str]:
        result = set()
        for line in listed[name]:
            if inner := re.fullmatch(r"spikefloat\[(.*)\]", line):
                result |= {p for other in inner[1].split(",") for p in packages(other)}
            else:
                result.add(re.split(r"[^\w-]", line)[0].lower())
        return result

    assert named == packages(extra)
