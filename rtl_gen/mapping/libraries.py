# SPDX-License-Identifier: Apache-2.0
"""Libraries that only the mapper needs, and a plain word where one is missing."""

import importlib
import importlib.util
from types import ModuleType

from spikefloat.rtl_gen.errors import InputError

__all__ = ["LibraryError", "find_library", "import_library"]


class LibraryError(InputError):
    """A library is not installed."""


def find_library(module: str, package: str) -> None:
    """Do nothing if a library is installed.

    Raises
    ------
    LibraryError
        If it is not.
    """
    if importlib.util.find_spec(module.partition(".")[0]) is None:
        raise LibraryError(
            f"Package {package} must be installed for this, as by pip install 'spikefloat[map]'"
        )


def import_library(module: str, package: str) -> ModuleType:
    """Return a module of a library.

    Raises
    ------
    LibraryError
        If it is not installed.
    """
    find_library(module, package)
    return importlib.import_module(module)
