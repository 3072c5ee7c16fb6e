# SPDX-License-Identifier: Apache-2.0
"""From the options to how Verilog files of a user are read."""

import argparse
import re
from collections.abc import Sequence

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.verilog.reader import SourceOptions

__all__ = ["SOURCE_OPTIONS", "source_options"]

#: Names of the options, besides that of the top module.
SOURCE_OPTIONS = "language include define parameter"

_NAME = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)
_CONSTANT = re.compile(r"-?\d+|\d*'[sS]?[bodhBODH][\da-fA-F_]+|\"[^\"\\]*\"", re.ASCII)


def source_options(args: argparse.Namespace) -> SourceOptions:
    """Return how Verilog files are to be read.

    Raises
    ------
    InputError
        If a macro or a parameter is given in another form than NAME=VALUE.
    """
    return SourceOptions(
        args.include, _defines(args.define), _parameters(args.parameter), args.language
    )


def _defines(texts: Sequence[str]) -> dict[str, str]:
    """Return the macros that ``-D`` defines; without a value it is 1, as elsewhere."""
    defines = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not _NAME.fullmatch(name) or not value.isprintable():
            raise InputError(f"Option -D must have the form NAME or NAME=VALUE, not {text!r}")
        defines[name] = value if equals else "1"
    return defines


def _parameters(texts: Sequence[str]) -> dict[str, str]:
    parameters = {}
    for text in texts:
        name, _, value = text.partition("=")
        if not _NAME.fullmatch(name) or not _CONSTANT.fullmatch(value):
            raise InputError(
                "Option -P must have the form NAME=VALUE with a Verilog number or string, "
                f"not {text!r}"
            )
        parameters[name] = value
    return parameters
