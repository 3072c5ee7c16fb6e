# SPDX-License-Identifier: Apache-2.0
"""Neuron kinds: what their names, comments and tables say, and what synthesis makes of them."""

import json
import re

import pytest

from spikefloat.rtl_gen.rtl.text.kinds import (
    TABLE_FAN_IN,
    kind_formula,
    kind_meaning,
    kind_module,
    kind_name,
    kind_table,
    parse_kind_name,
)
from tests.helpers.spatial_examples import random_kinds
from tests.helpers.yosys import run_yosys


@pytest.mark.parametrize(
    "weights, threshold, name",
    [
        ((1, 1, -2), 1, "neuron_p1_p1_m2_t1"),
        ((-1,), 0, "neuron_m1_t0"),
        ((3, -12), -2, "neuron_p3_m12_tm2"),
        ((1,) * 16, 8, "neuron_16xp1_t8"),
    ],
)
def test_kind_name(weights, threshold, name):
    assert kind_name(weights, threshold) == name
    assert parse_kind_name(f"top_{name}") == (weights, threshold)


def test_parse_other_name():
    assert parse_kind_name("multiply_round") is None


def python_condition(text: str) -> str:
    """Turn words such as ``at least 2 of x[0], not x[1]`` into a Python expression."""
    return re.sub(r"at least (\d) of ([^()]*)", r"sum([\2]) >= \1", text)


@pytest.mark.parametrize("weights, threshold", random_kinds(200, 5))
def test_kind_descriptions_are_true(weights, threshold):
    count = len(weights)
    said = {
        "always": "True",
        "never": "False",
        "a copy": "x",
        "NOT": "not x",
        "AND": "all(x)",
        "OR": "any(x)",
        "NAND": "not all(x)",
        "NOR": "not any(x)",
        "minority": "sum(x) < 2",
        "the majority, which is the carry of a full adder": "sum(x) >= 2",
    }
    meaning = kind_meaning(weights, threshold)
    expressions = [kind_formula(weights, threshold)]
    if meaning and not meaning.startswith("the parity"):
        expressions.append(said.get(meaning) or python_condition(meaning))
    table = kind_table(weights, threshold)
    for row in range(2**count):
        x = [bool(row >> i & 1) for i in range(count)]
        expected = sum(w for w, bit in zip(weights, x, strict=True) if bit) >= threshold
        assert table >> row & 1 == expected
        for expression in expressions:
            assert eval(expression, {"x": x if count > 1 else x[0]}) == expected, expression


@pytest.mark.parametrize("count", [2, 3])
def test_parity_is_true(count):
    weights = (1,) * count + (-2,)
    others = ", ".join(f"x[{i}]" for i in range(count))
    assert kind_meaning(weights, 1).startswith(f"the parity of {others}, if x[{count}] is their")
    for row in range(2**count):
        ones = row.bit_count()
        carry = ones >= 2  # both the AND of two bits and the majority of three
        assert kind_table(weights, 1) >> (row | carry << count) & 1 == ones % 2


@pytest.mark.tool
def test_kinds_are_lookup_tables(tmp_path):
    """Up to fan-in 6 a neuron is one lookup table; none has an adder or a comparator."""
    kinds = random_kinds(40, TABLE_FAN_IN)
    kinds += [((8, 4, 2, 1, -1, -2, -4, -8), 1), ((8, 7, 6, 5, -4, -3, -2, -1), 9), ((1,) * 8, 4)]
    names = [f"kind_{i}" for i in range(len(kinds))]
    (tmp_path / "kinds.v").write_text(
        "\n".join(kind_module(name, *kind) for name, kind in zip(names, kinds, strict=True))
    )
    run_yosys(
        "read_verilog kinds.v; proc; opt_expr; "
        "select -assert-none t:$add t:$sub t:$neg t:$alu t:$macc t:$ge t:$gt t:$le t:$lt; "
        "synth -lut 6; tee -q -o stat.json stat -json",
        tmp_path,
    )
    modules = json.loads((tmp_path / "stat.json").read_text())["modules"]
    luts = [modules[f"\\{name}"]["num_cells_by_type"].get("$lut", 0) for name in names]
    for (weights, _), count in zip(kinds, luts, strict=True):
        assert count <= (1 if len(weights) <= TABLE_FAN_IN else 7), (weights, count)
    assert max(luts[:-3]) == 1
