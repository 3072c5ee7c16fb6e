# SPDX-License-Identifier: Apache-2.0
"""Normalisations as neuron graphs, against the golden model."""

from fractions import Fraction

import numpy as np
import pytest
from _pytest.mark import ParameterSet

import spikefloat as sf
from spikefloat.rtl_gen.designs.header import command_line
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.golden.vectors.operations import VECTORS
from tests.helpers.command import run_command

NAMES = ("rms_norm", "layer_norm")


def wrong(circuit: sf.DesignCircuit, length: int, count: int, seed: int) -> int:
    """Return how many results are wrong."""
    name = circuit.instance.design.name
    drawn = VECTORS[name].cases(circuit.format, length, count, seed)
    operands = dict(zip(circuit.instance.design.operands, drawn, strict=True))
    return int(np.count_nonzero(circuit.simulate(**operands) != circuit.golden(**operands)))


def slow(**options: object) -> ParameterSet:
    return pytest.param(options, marks=pytest.mark.slow)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "options",
    [
        {"format": "e4m3fn", "length": 2, "to": "bfloat16"},
        {"format": "e2m1fn", "length": 5},
        slow(format="e5m2", length=3, to="e4m3fn", overflow="saturate"),
        slow(format="e3m4", length=7, to="binary16", epsilon=1),
        slow(format="e4m3fnuz", length=1, library="published", epsilon=2**-32),
    ],
    ids=lambda options: options["format"],
)
def test_directed_and_random_vectors(name, options):
    assert not wrong(sf.design(name, **options), options["length"], 600, 6)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, length, to", [("rms_norm", 2, "e4m3fn"), ("layer_norm", 3, "binary32")]
)
def test_wide_numbers(name, length, to):
    """Among them are those whose mean is rounded up to a power of two above the largest number."""
    circuit = sf.design(name, format="binary16", length=length, to=to)
    assert not wrong(circuit, length, 600, 6)


@pytest.mark.tool
@pytest.mark.slow
def test_a_stream_of_wide_numbers():
    command = "spikefloat verify layer_norm --format binary16 --length 3 --style sequential"
    status, printed, _ = run_command(f"{command} --sim verilator --trials 40")
    assert status == 0
    assert printed.count("bit-exact") == 2


@pytest.mark.parametrize("name", NAMES)
def test_another_epsilon_is_noticed(name):
    circuit = sf.design(name, format="e2m1fn", length=3, to="bfloat16")
    other = sf.design(name, format="e2m1fn", length=3, to="bfloat16", epsilon=1e-2)
    drawn = VECTORS[name].cases(circuit.format, 3, 200, 1)
    operands = dict(zip(circuit.instance.design.operands, drawn, strict=True))
    assert (circuit.simulate(**operands) != other.golden(**operands)).sum() > 50


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize(
    "name, simulator, rows", [("rms_norm", "both", 2), ("layer_norm", "icarus", 1)]
)
def test_unrolled(name, simulator, rows):
    """Verilator, which takes long to build the larger one, has a stream of it above."""
    command = f"spikefloat verify {name} --format e2m1fn --length 2 --sim {simulator} --trials 30"
    status, printed, _ = run_command(command)
    assert status == 0
    assert printed.count("bit-exact") == rows


@pytest.mark.parametrize(
    "given, exact",
    [
        (None, Fraction(21, 1 << 21)),
        (1e-5, Fraction(21, 1 << 21)),
        (1, Fraction(1)),
        (Fraction(1, 1 << 20), Fraction(1, 1 << 20)),
        (Fraction(257, 1 << 28), Fraction(1, 1 << 20)),
        (Fraction(259, 1 << 28), Fraction(260, 1 << 28)),
    ],
)
def test_epsilon_is_rounded_to_bfloat16(given, exact):
    instance = make_instance("rms_norm", length=4, epsilon=given)
    assert instance.shape.epsilon == exact
    assert f"--epsilon {exact}" in command_line("verilog", instance)


def test_names_tell_epsilons_apart():
    names = [make_instance("rms_norm", length=4, epsilon=e).name for e in (None, 1, 1e-6)]
    assert names == [
        "rms_norm4_e4m3fn",
        "rms_norm4_epsilon1_2m0_e4m3fn",
        "rms_norm4_epsilon67_2m26_e4m3fn",
    ]


def test_header_names_each_rounding():
    text = sf.design("layer_norm", format="e2m1fn", length=2).hardware().verilog()
    assert "// epsilon: 21/2097152, which is 1.00135803e-05" in text
    assert text.count("// rounding: ") == 3


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("rms_norm", {"epsilon": 0}, r"^Epsilon must be a number from 2\*\*-32 to 1, not 0$"),
        ("layer_norm", {"epsilon": 1.5}, r"^Epsilon must be a number .* 1, not 1.5$"),
        ("rms_norm", {"epsilon": float("nan")}, r"^Epsilon must be a number .* 1, not nan$"),
        ("softmax", {"epsilon": 1e-5}, r"^Epsilon must be for rms_norm or layer_norm, not for sof"),
        ("add", {"epsilon": 1e-5}, r"^Epsilon must be for rms_norm or layer_norm, not for add$"),
        ("rms_norm", {"format": "binary32"}, r"^Format for rms_norm must be one of .*'binary32'$"),
        ("layer_norm", {"format": "bfloat16"}, r"^Format for layer_norm must be .*'bfloat16'$"),
        ("layer_norm", {"length": 0}, r"^Length must be between 1 and 1024, not 0$"),
    ],
)
def test_what_there_is_not(name, options, message):
    with pytest.raises(InputError, match=message):
        sf.design(name, **options)


@pytest.mark.parametrize(
    "command, message",
    [
        ("rms_norm --epsilon 0", "Epsilon must be a number from 2.32831e-10 to 1, not '0'"),
        (
            "softmax --epsilon 1e-5",
            "Option --epsilon has no effect for softmax; it is for rms_norm and layer_norm",
        ),
    ],
)
def test_bad_command(command, message):
    status, _, printed = run_command(f"spikefloat stats {command}")
    assert status == 2
    assert message in printed
