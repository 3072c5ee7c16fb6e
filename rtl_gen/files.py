# SPDX-License-Identifier: Apache-2.0
"""Reading and writing the files that a user names.

What the system refuses is the user's to mend, so it becomes an
:class:`~spikefloat.rtl_gen.errors.InputError` here, and nowhere else.
"""

import errno
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from spikefloat.rtl_gen.errors import InputError

__all__ = [
    "make_folder",
    "open_binary",
    "read_bytes",
    "read_json",
    "read_text",
    "temporary_folder",
    "write_file",
    "write_files",
]

AnyPath = str | os.PathLike[str]


@contextmanager
def _explained(action: str, path: AnyPath) -> Iterator[None]:
    """Turn what the system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"Cannot {action} {os.fspath(path)!r}: {reason}") from error


def open_binary(path: AnyPath) -> BinaryIO:
    """Open a file for reading.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with _explained("read", path):
        return Path(path).open("rb")


def read_bytes(path: AnyPath) -> bytes:
    """Return the content of a file.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with _explained("read", path):
        return Path(path).read_bytes()


def read_text(path: AnyPath) -> str:
    """Return a file of text in UTF-8, with or without a byte order mark.

    Raises
    ------
    InputError
        If it cannot be read, or is no such text.
    """
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise InputError(
            f"File must be text in UTF-8, not {os.fspath(path)!r}, "
            f"which has another byte at position {error.start}"
        ) from None


def read_json(path: AnyPath, what: str) -> Any:
    """Return what a JSON file holds.

    Parameters
    ----------
    path : path
        The file.
    what : str
        What the file is to the user, as the subject of the message; a plural.

    Raises
    ------
    InputError
        If the file cannot be read, or is not JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{what} must be JSON, not {os.fspath(path)!r}") from None


def make_folder(path: AnyPath) -> Path:
    """Make a folder, with those above it, if it is not there, and return it.

    Raises
    ------
    InputError
        If it cannot be made, or something else has the name.
    """
    with _explained("write to folder", path):
        Path(path).mkdir(parents=True, exist_ok=True)
    return Path(path)


def write_file(path: AnyPath, content: str | bytes) -> Path:
    """Write one file, whole or not at all; see :func:`write_files`.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    path = Path(path)
    if not path.name:
        raise InputError(f"Output must be the name of a file, not {os.fspath(path)!r}")
    return write_files(path.parent, {path.name: content})[0]


def write_files(directory: AnyPath, files: Mapping[str, str | bytes]) -> list[Path]:
    """Write files into a folder: all of them, each of them whole, or none.

    Parameters
    ----------
    directory : path
        The folder. It is created if there is none.
    files : mapping of str to str or bytes
        Content of each file, by name; text becomes UTF-8 with line feeds.

    Returns
    -------
    list of Path
        The files, in the given order.

    Raises
    ------
    InputError
        If the folder or a file in it cannot be written. No new file is then left behind.
    """
    folder = make_folder(directory)
    # In the same folder, so that the renaming cannot fail for want of space.
    temporary = {name: folder / f".{name}.{os.getpid()}.part" for name in files}
    try:
        for name, content in files.items():
            with _explained("write", folder / name):
                if (folder / name).is_dir():
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                data = content.encode() if isinstance(content, str) else content
                temporary[name].write_bytes(data)
        with _explained("write to folder", folder):
            return [temporary[name].replace(folder / name) for name in files]
    finally:
        for path in temporary.values():
            with suppress(OSError):
                path.unlink(missing_ok=True)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder that is removed at the end, whatever happens.

    Raises
    ------
    InputError
        If it cannot be made.
    """
    try:
        # What a tool that was stopped still writes must not become another error.
        folder = tempfile.TemporaryDirectory(prefix="spikefloat-", ignore_cleanup_errors=True)
    except OSError as error:
        raise InputError(
            f"Cannot make a temporary folder: {error.strerror or error}; "
            "the environment variable TMPDIR names another place"
        ) from error
    with folder as name:
        yield Path(name).resolve()
