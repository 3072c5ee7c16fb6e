# SPDX-License-Identifier: Apache-2.0
"""Functions of the user's own: rounded once, and equal to their golden entry."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import spikefloat as sf
from spikefloat.rtl_gen.checks.golden import golden_operation
from spikefloat.rtl_gen.designs.catalog import design_for
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import find_format
from spikefloat.sim.golden.operations import expected, expected_rounded
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network

CODES = np.arange(256)


def third(x: float) -> Fraction | float:
    return Fraction(x) / 3 if math.isfinite(x) and x else x


def odd(x: float) -> Fraction | float:
    """Return values of every kind: NaN, infinities, zeros, far too large and far too small."""
    if math.isnan(x):
        return 2
    kinds = (math.nan, math.inf, -math.inf, -0.0, 0, 10**300, Fraction(-1, 10**300), 1e-5, -x)
    return kinds[int(abs(x) * 512) % len(kinds)] if math.isfinite(x) else -x


def test_examples_by_hand() -> None:
    circuit = sf.design("table", function=third)
    # 1, -1, 3, the smallest subnormal, -0 and NaN; a third of 1 is nearest to 0.34375.
    codes = [0x38, 0xB8, 0x44, 0x01, 0x80, 0x7F]
    right = [0x2B, 0xAB, 0x38, 0x00, 0x80, 0x7F]
    assert circuit.simulate(a=codes).tolist() == right
    assert circuit.golden(a=codes).tolist() == right


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e4m3fnuz", "e2m3fn"])
@pytest.mark.parametrize("function", [third, odd])
@pytest.mark.parametrize("to, rounding", [("bfloat16", "rne"), ("e5m2", "rup"), ("e2m1fn", "odd")])
def test_equal_to_the_golden_entry(function: object, fmt: str, to: str, rounding: str) -> None:
    instance = make_instance(
        design_for("table", function), format=fmt, to=to, rounding=rounding, flags="after"
    )
    circuit, codes = instance.circuit, np.arange(1 << find_format(fmt).width)
    actual = Network(instance.graph).run({"a": codes})
    right = expected_rounded(
        golden_operation(instance),
        circuit.format,
        [codes],
        circuit.overflow,
        circuit.to,
        Rounder(circuit.rounding.mode),
    )
    np.testing.assert_array_equal(actual["y"], right.codes)
    np.testing.assert_array_equal(actual["flags"], right.flags)


def test_a_wrong_entry_is_seen() -> None:
    """The golden entry takes the values themselves, so that one wrong code shows."""
    values = [math.tanh(x) if math.isfinite(x) else x for x in sf.decode("e4m3fn", CODES).tolist()]

    def wrong(x: float) -> float:
        return 0.5 if x == 1 else math.tanh(x)

    right = make_instance(design_for("table", math.tanh))
    planted = make_instance(design_for("table", wrong))
    golden = expected(
        golden_operation(right), right.circuit.format, [CODES], None, right.circuit.to
    )
    differ = Network(planted.graph).run({"a": CODES})["y"] != golden
    assert np.flatnonzero(differ).tolist() == [0x38]
    assert golden[0x38] == sf.encode("e4m3fn", values[0x38])


@pytest.mark.parametrize("name", ["codes.npy", "codes.csv"])
def test_codes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table = np.random.default_rng(1).integers(0, 256, 256)
    if name.endswith("npy"):
        np.save(name, table.astype(np.uint8))
    else:
        Path(name).write_text("\n".join(map(hex, table)))
    circuit = sf.design("table", function=name)
    assert circuit.simulate(a=CODES).tolist() == table.tolist()
    assert circuit.golden(a=CODES).tolist() == table.tolist()


@pytest.mark.parametrize("name", ["values.npy", "values.csv"])
def test_values(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    values = [*np.linspace(-500, 500, 252).tolist(), math.nan, math.inf, -math.inf, -0.0]
    if name.endswith("npy"):
        np.save(name, values)
    else:
        Path(name).write_text(",".join(map(repr, values)) + "\n")
    circuit = sf.design("table", function=name, to="e5m2")
    right = sf.encode("e5m2", values)
    assert circuit.simulate(a=CODES).tolist() == right.tolist()
    assert circuit.golden(a=CODES).tolist() == right.tolist()
