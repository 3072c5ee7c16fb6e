# SPDX-License-Identifier: Apache-2.0
"""Hardware of designs and of circuits of one's own, verified in a simulator by the library."""

from typing import Any

import numpy as np
import pytest

import spikefloat as sf
from spikefloat.rtl_gen.neurons.builder import ZERO

pytestmark = pytest.mark.tool


def adder() -> sf.NeuronGraph:
    gates = sf.make_gates("adder")
    a, b = (gates.builder.input(name, 4) for name in "ab")
    total, carry = gates.add(a, b, ZERO)
    gates.builder.output("total", total)
    gates.builder.output("carry", (carry,))
    return gates.builder.build()


def sums(a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
    return {"total": a + b & 15, "carry": a + b >> 4}


def test_design() -> None:
    outcome = sf.design("relu").hardware().verify("icarus")
    assert outcome
    assert (outcome.cases, outcome.mismatches, outcome.report) == (256, 0, "")
    assert repr(outcome).startswith(
        "Verification(module='relu_e4m3fn', simulator='icarus', cases=256, mismatches=0, seconds="
    )
    stream = sf.design("relu", format="e2m1fn").hardware(stream=True).verify("icarus")
    assert stream
    assert stream.cases == 32  # without and with pauses


@pytest.mark.parametrize(
    "hardware", [{}, {"stages": 1}, {"style": "spiking"}, {"style": "spiking", "residue": "leak"}]
)
def test_circuit_of_ones_own(hardware: dict[str, Any]) -> None:
    outcome = sf.Circuit(adder(), sums).hardware(**hardware).verify("icarus")
    assert outcome
    assert outcome.cases == 256


def test_wrong_circuit_is_false() -> None:
    circuit = sf.Circuit(adder(), lambda a, b: {**sums(a, b), "carry": 0 * a})
    outcome = circuit.hardware().verify("icarus")
    assert not outcome
    # The carry is set for 120 of 256 pairs.
    assert outcome.mismatches == 120
    assert outcome.report.startswith("adder: 120 of 256 results wrong\n  a=0xf b=0x1: got ")


def test_ports_of_any_width() -> None:
    gates = sf.make_gates("wide")
    x, y = gates.builder.input("x", 64), gates.builder.input("y", 70)
    gates.builder.output("u", [gates.xor(i, j) for i, j in zip(x, y, strict=False)])
    gates.builder.output("v", [gates.and_(bit, x[0]) for bit in y])
    outcome = sf.Circuit(gates.builder.build()).hardware().verify("icarus", random_cases=50)
    assert outcome
    assert outcome.cases == 50


def test_what_has_no_bench() -> None:
    with pytest.raises(sf.UserError, match=r"^Simulator must be .*; did you mean 'icarus'\?$"):
        sf.design("relu").hardware().verify("icarsu")


def test_stream_of_two_outputs() -> None:
    assert sf.Circuit(adder(), sums).hardware(stream=True).verify("icarus")
