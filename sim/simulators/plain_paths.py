# SPDX-License-Identifier: Apache-2.0
"""Paths for make, which can neither build in a folder nor read from one whose name has spaces.

Where such a folder is involved (that of the installation, of temporary files or of the build),
Verilator works in another one, with links to what it needs.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spikefloat.sim.simulators.find import ToolError

__all__ = ["is_plain", "plain_folder"]

#: What neither make nor a shell takes for something else.
_PLAIN = re.compile(r"[A-Za-z0-9_./+@%=,-]+")


def is_plain(path: Path | str) -> bool:
    """Tell whether make can work with a path."""
    return _PLAIN.fullmatch(str(path)) is not None


@contextmanager
def plain_folder() -> Iterator[Path]:
    """Yield a folder for temporary files that make can work in; it is removed at the end.

    Raises
    ------
    ToolError
        If no such folder can be made.
    """
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp", Path.home() / ".cache"):
        if is_plain(place):
            try:
                folder = Path(tempfile.mkdtemp(prefix="spikefloat-", dir=place)).resolve()
            except OSError:
                continue
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            return
    raise ToolError(
        "Verilator needs a folder for temporary files whose path has no spaces and no letters "
        "beyond ASCII; set the environment variable TMPDIR to one"
    )
