# SPDX-License-Identifier: Apache-2.0
"""Packages that only some commands need: each is one of the extras of this package."""

import importlib
import importlib.metadata
import importlib.util
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from spikefloat.rtl_gen.errors import UserError

__all__ = ["MissingPackage", "find_extra", "import_extra", "install_command"]

#: One line of the metadata, for an extra.
_REQUIREMENT = re.compile(
    r"(?P<package>spikefloat\[(?P<inner>.*)\]|.*?)\s*;"
    r"\s*(?:(?P<platform>.*) and )?extra == .(?P<extra>\w+)."
)


class MissingPackage(UserError):
    """A package of an extra is not installed; the message names the command that helps."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"Package {package} is not installed; run `{install_command(extra)}`")


def install_command(extra: str) -> str:
    """Return the command that installs an extra into the environment of this Python."""
    pip = f"{shlex.quote(sys.executable)} -m pip install"
    source = Path(__file__).resolve().parent.parent
    if (source / "pyproject.toml").is_file():
        return f"{pip} -e {shlex.quote(f'{source}[{extra}]')}"
    return " ".join([pip, *map(shlex.quote, _requirements(extra))])


def _requirements(extra: str) -> Iterator[str]:
    """Yield what an extra consists of: of a wheel, pip does not know where it came from."""
    for line in importlib.metadata.requires("spikefloat") or []:
        match = _REQUIREMENT.fullmatch(line)
        if match is None or match["extra"] != extra:
            continue
        if match["inner"]:
            for inner in match["inner"].split(","):
                yield from _requirements(inner)
        else:
            platform = match["platform"]
            yield f"{match['package']}; {platform}" if platform else match["package"]


def find_extra(module: str, package: str, extra: str) -> None:
    """Do nothing if a module is installed; it is not loaded.

    Raises
    ------
    MissingPackage
        If it is not.
    """
    top = module.partition(".")[0]
    # None is what stands there for a module that must not be loaded.
    is_there = sys.modules[top] is not None if top in sys.modules else importlib.util.find_spec(top)
    if not is_there:
        raise MissingPackage(package, extra)


def import_extra(module: str, package: str, extra: str) -> ModuleType:
    """Return a module.

    Parameters
    ----------
    module : str
        Its name, such as ``serial``.
    package : str
        The package that has it, such as ``pyserial``.
    extra : str
        The extra of this package that needs it, such as ``host``.

    Raises
    ------
    MissingPackage
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise MissingPackage(package, extra) from None
