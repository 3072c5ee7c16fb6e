# SPDX-License-Identifier: Apache-2.0
"""One top module around many combinational designs, so that one build checks them all.

The designs share the operand inputs ``a``, ``b`` and ``c`` (as many as there are operands), of
which each takes as many low bits as it has. Their results stand side by side in the output ``y``,
each in whole bytes, so that one read brings all of them. The name of every module gets a prefix of
its own, since generated files may well use the same names.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from spikefloat.rtl_gen.errors import InputError

__all__ = [
    "OPERAND_NAMES",
    "Placed",
    "Slice",
    "TopInput",
    "bench_top",
    "module_names",
    "place_designs",
    "rename_modules",
]

#: Names of the operand ports, of the designs and of the top module.
OPERAND_NAMES = ("a", "b", "c")

_MODULE = re.compile(r"^\s*module\s+(\\\S+|\w+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class TopInput:
    """A design to be put into a top module."""

    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module in that text.
    operand_widths: tuple[int, ...]  #: Widths of the ports a, b, c, as many as there are.
    result_width: int  #: Width of the port y.
    controls: tuple[str, ...] = ()  #: Other inputs that it shares with the rest.


@dataclass(frozen=True)
class Slice:
    """Where the result of one design stands in the output of the top module."""

    offset: int  #: First byte.
    size: int  #: Number of bytes.


def bench_top(designs: Sequence[TopInput], name: str = "bench_top") -> tuple[str, list[Slice]]:
    """Return the text of one file with all designs and a top module, and where each result is.

    Raises
    ------
    ValueError
        If there is no design, if designs differ in their number of operands, or if the text of a
        design lacks its module.
    """
    texts, instances, slices, widths = place_designs(designs)
    inputs = [
        f"  input wire [{width - 1}:0] {port},"
        for port, width in zip(OPERAND_NAMES, widths, strict=False)
    ]
    size = sum(place.size for place in slices)
    top = [
        f"module {name} (",
        *inputs,
        f"  output wire [{8 * size - 1}:0] y",
        ");",
        *instances,
        "endmodule",
        "",
    ]
    return "\n".join([*texts, *top]), slices


class Placed(NamedTuple):
    """Designs side by side."""

    texts: list[str]  #: Text of each, with a prefix to the names of its modules.
    instances: list[str]  #: Lines of the top module.
    slices: list[Slice]  #: Where in ``y`` the result of each stands.
    widths: list[int]  #: Width of each operand.


def place_designs(designs: Sequence[TopInput], controls: Sequence[str] = ()) -> Placed:
    """Give every design a place in a top module.

    Parameters
    ----------
    controls
        Names of signals of the top module that are inputs of every design.

    Raises
    ------
    ValueError
        As :func:`bench_top`.
    """
    counts = {len(design.operand_widths) for design in designs}
    if len(counts) != 1:
        raise InputError(f"Designs must be of one number of operands, not {sorted(counts)}")
    count = counts.pop()
    if not 1 <= count <= len(OPERAND_NAMES):
        raise InputError(f"Number of operands must be from 1 to {len(OPERAND_NAMES)}, not {count}")
    texts = []
    instances = []
    slices = []
    offset = 0
    for index, design in enumerate(designs):
        if design.module not in module_names(design.verilog):
            raise InputError(f"No module named {design.module!r} in the Verilog")
        prefix = f"d{index}_"
        size = -(-design.result_width // 8)
        texts.append(rename_modules(design.verilog, prefix))
        ports = [f".{port}({port})" for port in (*controls, *design.controls)]
        ports += [
            f".{port}({port}[{width - 1}:0])"
            for port, width in zip(OPERAND_NAMES, design.operand_widths, strict=False)
        ]
        low = 8 * offset
        ports.append(f".y(y[{low + design.result_width - 1}:{low}])")
        instances.append(f"  {prefix}{design.module} {prefix[:-1]} ({', '.join(ports)});")
        if padding := 8 * size - design.result_width:
            high = low + 8 * size - 1
            instances.append(f"  assign y[{high}:{high - padding + 1}] = {padding}'d0;")
        slices.append(Slice(offset, size))
        offset += size
    widths = [
        max(column) for column in zip(*(design.operand_widths for design in designs), strict=True)
    ]
    return Placed(texts, instances, slices, widths)


def module_names(verilog: str) -> list[str]:
    """Return the names of the modules that a text declares, in order."""
    return _MODULE.findall(_without_comments(verilog))


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
