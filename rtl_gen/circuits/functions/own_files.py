# SPDX-License-Identifier: Apache-2.0
"""Functions of the user's own, from files of Python, of numpy and of text."""

import math
import re
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

from spikefloat.rtl_gen.circuits.functions.own import (
    Number,
    OwnFunction,
    exact_float,
    one_line,
)
from spikefloat.rtl_gen.errors import InputError, unknown_name
from spikefloat.rtl_gen.files import read_text

__all__ = ["own_function", "read_own_function"]

_CODE = re.compile(r"0x[0-9a-f]{1,8}", re.I)

#: Numbers are written with few digits; 10**999999999 would not fit into memory.
_VALUE = re.compile(r"[+-]?(\d{1,60}(/\d{1,60})?|(\d{1,60}\.?\d{0,60}|\.\d{1,60})(e[+-]?\d{1,4})?)")

_SPECIAL = {
    "nan": math.nan,
    **dict.fromkeys(("inf", "+inf"), math.inf),
    "-inf": -math.inf,
}

#: Most bytes of an element: floats that are wider do not become Python's exactly.
_WIDEST_ELEMENT = 8


def own_function(given: str | Callable[[float], object]) -> OwnFunction:
    """Return the function that a text names, or one of Python.

    Raises
    ------
    InputError
        As :func:`read_own_function`.
    """
    if isinstance(given, str):
        return read_own_function(given)
    if not callable(given):
        raise InputError(f"Function must be a text or callable, not {given!r}")
    name = getattr(given, "__name__", type(given).__name__)
    return OwnFunction(source=name, name=name, function=given)


def read_own_function(source: str) -> OwnFunction:
    """Return the function that a text names.

    Parameters
    ----------
    source : str
        ``FILE.py:NAME``, a function in a file of Python, which is run; or a table with an entry for
        each code: ``FILE.npy``, integers for codes or floats for values; or ``FILE.csv``, with
        commas or lines between entries, ``0x3c`` for codes or ``1.5``, ``1/3``, ``-inf``, ``nan``
        for values.

    Raises
    ------
    InputError
        If the file cannot be read, or has no such function or table.
    """
    path, colon, name = source.rpartition(":")
    if colon and path.endswith(".py"):
        return _python_function(source, Path(path), name)
    path = source
    if path.endswith(".npy"):
        return _numpy_table(path)
    if path.endswith(".csv"):
        return _text_table(path)
    raise InputError(f"Function must be FILE.py:NAME, FILE.npy or FILE.csv, not {source!r}")


def _python_function(source: str, path: Path, name: str) -> OwnFunction:
    text = read_text(path)
    # Under a name of its own, so that what is defined in it works as in any other module.
    module = ModuleType(f"spikefloat_function_{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        raise InputError(
            f"Function file must run, not {str(path)!r}, which raises {one_line(error)}"
        ) from error
    function = vars(module).get(name)
    if not callable(function):
        known = [key for key, one in vars(module).items() if _is_own(one, module)]
        if not known:
            raise InputError(f"Function must be one that {path} defines, not {name!r}; it has none")
        raise unknown_name(f"Function of {path}", name, known)
    return OwnFunction(source=source, name=name, function=function)


def _is_own(thing: object, module: ModuleType) -> bool:
    """Tell whether a module defines a function or class itself."""
    return callable(thing) and getattr(thing, "__module__", None) == module.__name__


def _numpy_table(path: str) -> OwnFunction:
    from spikefloat.rtl_gen.weights.numpy_files import read_numpy

    array = read_numpy(Path(path), "Table")["weight"]
    if array.ndim != 1 or not array.size:
        raise InputError(f"Table {path} must have one axis, not the shape {array.shape}")
    if array.dtype.kind in "iu":
        return _table(path, codes=tuple(array.tolist()))
    if array.dtype.kind != "f" or array.dtype.itemsize > _WIDEST_ELEMENT:
        raise InputError(
            f"Table {path} must have integers, which are codes, or floats, which are values, "
            f"not {array.dtype}"
        )
    return _table(path, values=tuple(map(exact_float, array.tolist())))


def _text_table(path: str) -> OwnFunction:
    entries = [entry.strip() for entry in re.split(r"[,\n]", read_text(path))]
    entries = [entry.lower() for entry in entries if entry]
    if not entries:
        raise InputError(f"Table {path} must have an entry for each code, not none")
    if all(map(_CODE.fullmatch, entries)):
        return _table(path, codes=tuple(int(entry, 16) for entry in entries))
    return _table(path, values=tuple(_entry(path, *one) for one in enumerate(entries)))


def _entry(path: str, code: int, text: str) -> Number:
    """Return the value that an entry of a table stands for."""
    if text in _SPECIAL:
        return _SPECIAL[text]
    try:
        if _VALUE.fullmatch(text):
            value = Fraction(text)
            return value if value or text[0] != "-" else -0.0
    except ZeroDivisionError:
        pass
    raise InputError(
        f"Table {path} must have numbers such as 1.5, 1/3, -inf or nan, or codes such as 0x3c "
        f"everywhere, not {text!r} for code {code:#x}"
    )


def _table(path: str, **entries: Any) -> OwnFunction:
    return OwnFunction(source=path, name=Path(path).name, **entries)
