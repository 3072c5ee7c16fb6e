# SPDX-License-Identifier: Apache-2.0
"""The table of TestFloat's functions: complete, every design is there in every mode, and is judged."""

import csv
import re

import pytest

from scripts.testfloat import MODES, Counterpart, counterparts, judge
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.golden.operations import find_operation, require_cases
from tests.helpers.command import run_command
from tests.helpers.paths import ROOT


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


CASES = counterparts()


def printed(words: str) -> str:
    """Return what a command prints."""
    return run_command(f"spikefloat {words}")[1]


def test_every_function_is_named() -> None:
    """All but those of formats that are not here are in the table."""
    every = functions_of_testfloat()
    assert len(every) == 151
    named = [case.function for case in CASES]
    assert len(named) == len(set(named)) == 86
    wide = {name for name in every if re.search("extF80|f128", name)}
    assert len(wide) == 65
    assert every - wide == set(named)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.function)
def test_each_design_takes_each_mode(case: Counterpart) -> None:
    operation = find_operation(case.design)
    for mode in case.modes:
        instance = make_instance(case.design, rounding=MODES[mode], flags="after", **case.options)
        assert instance.circuit.rounding.mode_name == MODES[mode]
        assert operation.rounded is not None
    instance = make_instance(case.design, flags="after", **case.options)
    result = case.options.get("to", case.options["format"])
    assert instance.circuit.result_format.name == result
    require_cases(case.design, instance.circuit.format)
    if not case.modes:
        with pytest.raises(InputError, match="^Rounding must be rne for "):
            make_instance(case.design, rounding="rtz", flags="after", **case.options)


def vectors_of(case: Counterpart, mode: str | None) -> str:
    """Return some of the lines that ``spikefloat vectors`` writes."""
    words = [f"--{key} {word}" for key, word in case.options.items() if key != "style"]
    words += [f"--rounding {MODES[mode]}"] if mode else []
    widths = make_instance(case.design, **case.options).operand_widths.values()
    words += ["--trials 100"] if sum(widths) > 20 else []
    status, text, errors = run_command(f"spikefloat vectors {case.design} {' '.join(words)}")
    assert status == 0, errors
    lines = text.splitlines(keepends=True)
    return "".join(lines[:: len(lines) // 200 + 1])


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case, id=case.function, marks=[] if "16" in case.options["format"] else pytest.mark.slow
        )
        for case in CASES
    ],
)
def test_vectors_are_read(case: Counterpart) -> None:
    """In the mode that SoftFloat of PyPI lacks, with flags; functions without modes as they are."""
    mode = case.modes[-1] if case.modes else None
    cases, wrong = judge(case, mode, vectors_of(case, mode), printed)
    assert cases >= 80
    assert wrong == 0


def test_wrong_flag_is_found() -> None:
    """Of one vector, another one than invalid."""
    case = next(case for case in CASES if case.function == "f16_rem")
    text = vectors_of(case, None)
    assert text.count(" 10\n") > 10
    assert judge(case, None, text.replace(" 10\n", " 11\n", 1), printed) == (text.count("\n"), 1)


def test_each_was_judged_by_softfloat() -> None:
    """Each function, in each mode that SoftFloat of PyPI has, exact and not."""
    with (ROOT / "docs/data/testfloat.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    judged = {(row["function"], row["mode"], row["exact"]) for row in rows}
    assert len(judged) == len(rows)
    assert judged == {
        (case.function, mode, exact)
        for case in CASES
        for mode in ([mode for mode in case.modes if mode != "odd"] or ["-"])
        for exact in ("yes", "no")[: 1 + case.may_be_inexact]
    }
    assert {row["wrong"] for row in rows} == {"0"}
    assert min(int(row["vectors"]) for row in rows) > 500
