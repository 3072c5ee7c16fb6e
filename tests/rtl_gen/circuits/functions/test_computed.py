# SPDX-License-Identifier: Apache-2.0
"""Functions of 16 bits, which are computed: every code, in every mode, with flags."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

import spikefloat as sf
from spikefloat.rtl_gen.circuits.functions.computed import PRECISIONS, computed_function
from spikefloat.rtl_gen.circuits.functions.interpolation import (
    Segments,
    coefficients,
    interpolate,
)
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import PORT_CODES, find_format
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.sim.golden.functions import function
from spikefloat.sim.golden.operations import expected_rounded
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network

CODES = np.arange(1 << 16)
CASES = [(name, fmt) for name, formats in PRECISIONS.items() for fmt in formats]


def wrong_codes(name: str, fmt: str) -> int:
    """Return how many codes a circuit, made anew, gives that the golden model does not."""
    own = find_format(fmt)
    graph = build_graph(
        name,
        {"a": own.width},
        lambda gates, a: computed_function(name, gates, own, a, own.default_overflow, NEAREST_EVEN),
    )
    return int(
        (Network(graph).run({"a": CODES})["y"] != function(name, own, own, CODES).codes).sum()
    )


def test_every_code_and_a_planted_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrong_codes("exp", "bfloat16") == 0
    # One place fewer has a wrong code, and an eighth of the segments have many.
    right = PRECISIONS["exp"]["bfloat16"]
    for fault, least in ({"places": right.places - 1}, 1), ({"segment_bits": 2}, 10):
        monkeypatch.setitem(PRECISIONS["exp"], "bfloat16", replace(right, **fault))
        assert wrong_codes("exp", "bfloat16") >= least


@pytest.mark.slow
@pytest.mark.parametrize("name, fmt", CASES)
def test_every_code_mode_and_flag(name: str, fmt: str) -> None:
    own = find_format(fmt)
    for flags in ("after", "before"):
        network = Network(make_instance(name, format=fmt, rounding="port", flags=flags).graph)
        for code, mode in enumerate(PORT_CODES):
            actual = network.run({"a": CODES, "rounding": np.full(CODES.shape, code)})
            rounder = Rounder(mode, is_tiny_before=flags == "before")
            right = expected_rounded(name, own, (CODES,), "nan", own, rounder)
            assert (actual["y"] == right.codes).all(), mode
            assert (actual["flags"] == right.flags).all(), mode


@pytest.mark.slow
@pytest.mark.tool
def test_verilog() -> None:
    outcome = sf.design("exp", format="bfloat16").hardware().verify("verilator")
    assert outcome, outcome.report
    assert outcome.cases == 1 << 16


@pytest.mark.parametrize("options", [{"library": "published"}, {"budget": "w8"}])
def test_gates(options: dict[str, str]) -> None:
    """All special values, and some codes of each binade."""
    graph = make_instance("sigmoid", format="bfloat16", **options).graph
    usual = make_instance("sigmoid", format="bfloat16").graph
    codes = {"a": np.concatenate([CODES[::61], np.array([0, 0x8000, 0x7F80, 0xFF80, 0x7FC0])])}
    assert (Network(graph).run(codes)["y"] == Network(usual).run(codes)["y"]).all()


def test_refused() -> None:
    with pytest.raises(ValueError, match="^Rounding of tanh for binary16 must not be stochastic, "):
        _ = make_instance("tanh", format="binary16", rounding="stochastic-b").graph
    with pytest.raises(ValueError, match="^Result format of exp for bfloat16 must be one of "):
        make_instance("exp", format="bfloat16", to="e5m2")
    with pytest.raises(ValueError, match="^Format for sin must be one of .*, not 'bfloat16'$"):
        make_instance("sin", format="bfloat16")


def test_interpolation() -> None:
    """Coefficients are those of the polynomial, and its value is right but for a few places."""
    square = Segments(lambda r, x: r.mul(x, x), 1, 2, 16)
    # x = (s + u) / 2, so x**2 = s / 4 + s * u / 2 + u**2 / 4.
    assert coefficients(square) == ((0, 0, 1 << 14), (1 << 14, 1 << 15, 1 << 14))
    power = Segments(lambda r, x: r.exp2(x), 4, 2, 20)
    graph = build_graph("power", {"a": 12}, lambda gates, a: interpolate(gates, power, a))
    x = np.arange(1 << 12)
    error = Network(graph).run({"a": x})["y"] / 2.0**20 - 2 ** (x / 4096)
    assert np.abs(error).max() < float(Fraction(1, 1 << 16))
    assert error[0] == 0
    falling = Segments(lambda r, x: r.exp2(-x), 2, 2, 10)
    with pytest.raises(ArithmeticError, match="^Coefficients of an interpolation must be positive"):
        coefficients(falling)
