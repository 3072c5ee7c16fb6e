# SPDX-License-Identifier: Apache-2.0
"""Named arrays from files of numpy.

A ``.npy`` file holds the weights of one layer, of shape ``(outputs, inputs)``; a ``.npz`` file
holds named arrays, in the order of the file. What the header of an array says is checked before
anything is allocated, and Python objects, for which numpy runs pickles, are refused.
"""

import ast
import lzma
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import open_binary
from spikefloat.rtl_gen.weights.raw import DamagedError, make_array

__all__ = ["read_numpy"]

#: What reading a damaged archive raises: bad offsets, sizes, names, methods and streams.
_ARCHIVE_ERRORS = (
    EOFError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)

_MAGIC = b"\x93NUMPY"

#: Longest header that numpy takes without being told to trust the file.
_MAX_HEADER = 10_000


def read_numpy(path: Path, noun: str = "Weights") -> dict[str, NDArray[Any]]:
    """Return the arrays of a ``.npz`` file by name, or the one of a ``.npy`` file as ``weight``.

    Parameters
    ----------
    path : Path
        The file.
    noun : str
        What the arrays are, as the subject of a message.

    Returns
    -------
    dict of str to array
        In the order of the file. Floats that numpy has no type for are bytes without a type.

    Raises
    ------
    InputError
        If the file cannot be read, is not what its name says, or holds something else than plain arrays.
    """
    path = Path(path)
    with open_binary(path) as file:
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise InputError(
                f"{noun} must be a {path.suffix} file, not {str(path)!r}, an empty one"
            )
        try:
            if path.suffix == ".npy":
                return {"weight": _read_array(file, size, "array")}
            with zipfile.ZipFile(file) as archive:
                arrays = {}
                for entry in archive.infolist():
                    name = entry.filename.removesuffix(".npy")
                    if name == entry.filename or name in arrays:
                        raise DamagedError(f"{entry.filename!r} in it is no array of its own name")
                    with archive.open(entry) as member:
                        arrays[name] = _read_array(member, entry.file_size, f"array {name!r}")
                return arrays
        except zipfile.BadZipFile as error:
            reason = str(error).rstrip(".")
            raise _refusal(noun, path, f"{reason[:1].lower()}{reason[1:]}") from error
        except DamagedError as error:
            raise _refusal(noun, path, str(error)) from error
        except _ARCHIVE_ERRORS as error:
            raise _refusal(noun, path, f"its archive is damaged ({error})") from error


def _refusal(noun: str, path: Path, reason: str) -> InputError:
    return InputError(
        f"{noun} must be a {path.suffix} file of plain arrays, not {str(path)!r}: {reason}"
    )


def _read_array(file: IO[bytes], size: int, what: str) -> NDArray[Any]:
    """Read one array, of which the file has so many bytes with the header."""
    start = file.read(len(_MAGIC) + 2)
    if start[: len(_MAGIC)] != _MAGIC or len(start) < len(_MAGIC) + 2:
        raise DamagedError(f"{what} does not begin as numpy writes it")
    field = "<H" if start[-2] == 1 else "<I"
    raw = file.read(struct.calcsize(field))
    length = struct.unpack(field, raw)[0] if len(raw) == struct.calcsize(field) else 0
    text = file.read(min(length, _MAX_HEADER))
    try:
        header = ast.literal_eval(text.decode("latin-1").strip())
        descr, shape, is_fortran = header["descr"], header["shape"], header["fortran_order"]
        # Older versions of ml_dtypes call their bytes so, which numpy does not understand.
        dtype = np.dtype("V1" if descr in ("<f1", "|f1") else descr)
    except (SyntaxError, ValueError, KeyError, TypeError, MemoryError, RecursionError) as error:
        raise DamagedError(f"the header of {what} cannot be understood") from error
    return make_array(
        file.read, dtype, shape, what, size - len(start) - len(raw) - length, bool(is_fortran)
    )
