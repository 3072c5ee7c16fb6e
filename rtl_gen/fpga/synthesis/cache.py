# SPDX-License-Identifier: Apache-2.0
"""Results kept by what they were made of, so that nothing is computed twice."""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import write_file

__all__ = ["CACHE_VARIABLE", "Cache", "default_cache_folder"]

#: Environment variable that names another folder than the user's.
CACHE_VARIABLE = "SPIKEFLOAT_CACHE"


def default_cache_folder() -> Path:
    """Return where results are kept: what the environment says, or the user's cache folder."""
    if CACHE_VARIABLE in os.environ:
        return Path(os.environ[CACHE_VARIABLE])
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "spikefloat" / "synth"


class Cache:
    """A folder with one small file for each result.

    Parameters
    ----------
    folder : Path, optional
        Where; nothing is kept if None.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def find(self, key: dict[str, Any]) -> Any:
        """Return what was kept for a key, or None."""
        path = self._path(key)
        if path is None:
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None  # missing, or broken by something else: made again

    def keep(self, key: dict[str, Any], value: Any) -> None:
        """Keep a result, which JSON must be able to hold; a reader never sees half of it.

        A folder that cannot be written keeps nothing.
        """
        path = self._path(key)
        if path is not None:
            text = json.dumps(value)
            with suppress(InputError):
                write_file(path, text)

    def _path(self, key: dict[str, Any]) -> Path | None:
        if self.folder is None:
            return None
        text = json.dumps(key, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        return self.folder / digest[:2] / f"{digest}.json"
