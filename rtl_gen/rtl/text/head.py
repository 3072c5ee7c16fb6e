# SPDX-License-Identifier: Apache-2.0
"""The comment at the top of a Verilog file, and what linters need not mention below it."""

from collections.abc import Iterable
from textwrap import wrap

from spikefloat.rtl_gen.version import installed_version

__all__ = ["COLUMNS", "head_lines"]

#: Widest line, except for instances of neurons.
COLUMNS = 100

#: Warnings of ``verilator -Wall`` that no file can do without, each with its reason. All versions
#: of Verilator know these names.
_WAIVERS = {
    "DECLFILENAME": "the file holds one whole design and is named after its top module",
    "TIMESCALEMOD": "nothing here takes time, so there is no timescale",
    "UNOPTFLAT": "a bit of a word may depend on another, through neurons: no loop, though it may "
    "look like one",
}
#: The same for what Yosys writes.
_WAIVERS_OF_YOSYS = {
    "UNUSED": "an intermediate value, or the byte of a stream, may be wider than what is used",
    "CASEOVERLAP": "a selection by exclusive conditions is a casez with one pattern for each",
}


def head_lines(header: Iterable[str], *, is_from_yosys: bool = False) -> list[str]:
    """Return the lines of the comment at the top of a file.

    Parameters
    ----------
    header : iterable of str
        What the comment says.
    is_from_yosys : bool
        Whether Yosys wrote the modules.

    Returns
    -------
    list of str
        The header with the version of the generator, then the waivers for Verilator, which end with
        the file.
    """
    lines = [f"// {line}".rstrip() for line in header]
    lines += [f"// generator: spikefloat {installed_version()}", "//"]
    for rule, reason in (_WAIVERS | (_WAIVERS_OF_YOSYS if is_from_yosys else {})).items():
        lines += [f"// {line}" for line in wrap(f"{rule}: {reason}", COLUMNS - 3)]
        lines.append(f"// verilator lint_off {rule}")
    return lines
