# SPDX-License-Identifier: Apache-2.0
"""The table of TestFloat's functions: complete, and every design is there in every mode."""

import re

import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.golden.operations import find_operation, require_cases
from tests.helpers.paths import ROOT

FORMATS = {"f16": "binary16", "f32": "binary32", "f64": "binary64", "bf16": "bfloat16"}

#: Modes of TestFloat that a function with the word "all" has.
MODES = ("rne", "rtz", "rdn", "rup", "rna", "odd")

_ROW = re.compile(r"^\| `(\S*\{f\}\S*)` \| `([^`]+)` \| ([a-z0-9 ]+) \| (all|rtz|-) \|$", re.M)


def functions_of_testfloat() -> set[str]:
    """Return the names of every function of TestFloat 3, as its documentation builds them."""
    floats = ("f16", "f32", "f64", "extF80", "f128")
    integers = ("ui32", "ui64", "i32", "i64")
    names = {f"{integer}_to_{one}" for integer in integers for one in floats}
    names |= {f"{one}_to_{integer}" for integer in integers for one in floats}
    names |= {f"{one}_to_{integer}_r_minMag" for integer in integers for one in floats}
    names |= {f"{one}_to_{other}" for one in floats for other in floats if one != other}
    operations = ("roundToInt", "add", "sub", "mul", "mulAdd", "div", "rem", "sqrt")
    compares = ("eq", "le", "lt", "eq_signaling", "le_quiet", "lt_quiet")
    names |= {f"{one}_{name}" for one in floats for name in (*operations, *compares)}
    return names - {"extF80_mulAdd"} | {"bf16_to_f32", "f32_to_bf16"}


def rows() -> list[tuple[str, list[str], str, str]]:
    """Return the function, the words of the command, the format and the modes of each case."""
    text = (ROOT / "docs/verification.md").read_text(encoding="utf-8")
    return [
        (pattern.replace("{f}", name), command.split(), FORMATS[name], modes)
        for pattern, command, names, modes in _ROW.findall(text)
        for name in names.split()
    ]


CASES = rows()


def test_every_function_is_named() -> None:
    """In the table, or among those that the text says are not there."""
    every = functions_of_testfloat()
    assert len(every) == 151
    named = [case[0] for case in CASES]
    assert len(named) == len(set(named)) == 86
    assert set(named) <= every
    wide = {name for name in every if re.search("extF80|f128", name)}
    assert len(wide) == 65
    assert every - wide == set(named)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_each_design_takes_each_mode(case: tuple[str, list[str], str, str]) -> None:
    _, (name, *options), fmt, modes = case
    own = {
        "format": fmt,
        **dict(zip((word[2:] for word in options[::2]), options[1::2], strict=True)),
    }
    operation = find_operation(name)
    for mode in {"all": MODES, "rtz": ("rtz",), "-": ()}[modes]:
        instance = make_instance(name, rounding=mode, flags="after", **own)
        assert instance.circuit.rounding.mode_name == mode
        assert operation.rounded is not None
    instance = make_instance(name, flags="after", **own)
    assert instance.circuit.result_format.name == own.get("to", fmt)
    require_cases(name, instance.circuit.format)
    if modes == "-":
        with pytest.raises(InputError, match="^Rounding must be rne for "):
            make_instance(name, rounding="rtz", flags="after", **own)
