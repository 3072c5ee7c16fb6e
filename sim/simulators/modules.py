# SPDX-License-Identifier: Apache-2.0
"""Names of the modules in a Verilog text."""

import re

__all__ = ["module_header", "module_names", "rename_modules", "top_modules"]

_MODULE = re.compile(r"^\s*module\s+(\\\S+|\w+)", re.MULTILINE)


def module_names(verilog: str) -> list[str]:
    """Return the names of the modules that a text declares, in order."""
    return _MODULE.findall(_without_comments(verilog))


def module_header(verilog: str, name: str) -> str:
    """Return what stands between the name of a module and the end of its list of ports."""
    found = re.search(
        rf"^\s*module\s+{re.escape(name)}(?![\w$])([^;]*);",
        _without_comments(verilog),
        re.MULTILINE,
    )
    return found[1] if found else ""


def top_modules(verilog: str) -> list[str]:
    """Return the names of the modules that no other module of a text names, in order."""
    text = _without_comments(verilog)
    return [
        name
        for name in module_names(text)
        if len(re.findall(rf"(?<![\w$\\]){re.escape(name)}(?![\w$])", text)) == 1
    ]


def rename_modules(verilog: str, prefix: str) -> str:
    """Put ``prefix`` before the name of every module that a text declares, wherever it stands.

    A signal or an instance of the same name as a module is renamed with it, everywhere alike.
    Text in comments is renamed too, which does no harm.
    """
    names = {name.removeprefix("\\") for name in module_names(verilog)}
    if not names:
        return verilog
    # An escaped identifier ends at a space, and is the same name as without the escape.
    words = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"\\(?:{words})(?=\s)|(?<![\w$\\])(?:{words})(?![\w$])")
    return pattern.sub(lambda match: _prefixed(match[0], prefix), verilog)


def _prefixed(name: str, prefix: str) -> str:
    return f"\\{prefix}{name[1:]}" if name.startswith("\\") else prefix + name


def _without_comments(verilog: str) -> str:
    return re.sub(r"//[^\n]*|/\*.*?\*/", "", verilog, flags=re.DOTALL)
