# SPDX-License-Identifier: Apache-2.0
"""Softmax as a neuron graph, against the golden model."""

import numpy as np
import pytest
from _pytest.mark import ParameterSet

import spikefloat as sf
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.cases.scores import score_cases
from tests.helpers.command import run_command


def wrong(circuit: sf.DesignCircuit, x: np.ndarray) -> int:
    """Return how many results are wrong."""
    return int(np.count_nonzero(circuit.simulate(x=x) != circuit.golden(x=x)))


def slow(**options: object) -> ParameterSet:
    return pytest.param(options, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    "options",
    [
        {"format": "e4m3fn", "length": 2, "to": "bfloat16"},
        {"format": "e2m1fn", "length": 9, "to": "e4m3fn"},
        slow(format="e3m4", length=1, to="binary16"),
        slow(format="e4m3fnuz", length=2, library="published"),
        slow(format="binary16", length=2, to="bfloat16"),
        slow(format="binary8p3se", length=4, to="bfloat16", budget="w8"),
    ],
    ids=lambda options: options["format"],
)
def test_directed_and_random_vectors(options):
    circuit = sf.design("softmax", **options)
    (x,) = score_cases(circuit.format, options["length"], 600, 6)
    assert len(x) > 600
    assert not wrong(circuit, x)


@pytest.mark.slow
def test_many_vectors():
    """Of another format and length than those of benchmarks/vector_exactness.py."""
    (x,) = score_cases(FORMATS["e5m2"], 6, 20_000, 7)
    assert not wrong(sf.design("softmax", format="e5m2", length=6), x)


def test_another_rounding_of_the_powers_is_noticed(monkeypatch):
    """The cases tell the circuit from one whose powers of e are a place less exact."""
    from spikefloat.sim.golden.vectors import softmax as golden

    right = golden.power_of_e
    circuit = sf.design("softmax", format="e2m1fn", length=4, to="bfloat16")
    (x,) = score_cases(circuit.format, 4, 300, 2)
    assert not wrong(circuit, x)
    monkeypatch.setattr(golden, "power_of_e", lambda d, unit: right(d, unit) & ~1)
    assert wrong(circuit, x) > 300


@pytest.mark.tool
@pytest.mark.slow
def test_both_simulators():
    command = "spikefloat verify softmax --format e2m1fn --length 2 --sim both --trials 30"
    status, printed, _ = run_command(command)
    assert status == 0
    assert printed.count("bit-exact") == 2


def test_header_names_each_rounding():
    text = sf.design("softmax", format="e2m1fn", length=2, to="bfloat16").hardware().verilog()
    assert "rounding: e[i] = exp(x[i] - m), once, from the exact difference into bfloat16" in text
    assert "rounding: y[i] = e[i] / s, once, s the exact sum of e, into bfloat16" in text


@pytest.mark.parametrize(
    "options, message",
    [
        (
            {"format": "bfloat16"},
            r"^Format for softmax must be one of e4m3fn, .*e2m1fn.*, not 'bfloat16'$",
        ),
        (
            {"to": "e2m1fn"},
            r"^Result format of softmax for e4m3fn must be one of e4m3fn, .*, not 'e2m1fn'$",
        ),
        ({"to": "binary64"}, r"^Result format of softmax for e4m3fn must be one of .*'binary64'$"),
        ({"length": 1025}, r"^Length must be between 1 and 1024, not 1025$"),
    ],
)
def test_what_there_is_not(options, message):
    with pytest.raises(InputError, match=message):
        sf.design("softmax", **options)
