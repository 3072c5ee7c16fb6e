# SPDX-License-Identifier: Apache-2.0
"""Operations on vectors as neuron graphs, against the golden model."""

import numpy as np
import pytest
from _pytest.mark import ParameterSet

import spikefloat as sf
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden.vectors.operations import VECTORS

REDUCTIONS = ("vector_maximum", "vector_argmax", "vector_sum", "vector_sum_of_squares")
GATED = ("glu", "swiglu", "geglu")


def slow(*values: object) -> ParameterSet:
    return pytest.param(*values, marks=pytest.mark.slow)


def wrong(circuit: sf.DesignCircuit, operands: tuple[np.ndarray, ...]) -> int:
    """Return how many results are wrong."""
    named = dict(zip(circuit.instance.design.operands, operands, strict=True))
    return int(np.count_nonzero(circuit.simulate(**named) != circuit.golden(**named)))


def pairs() -> np.ndarray:
    """Return every pair of codes of 8 bits."""
    return np.stack(np.divmod(np.arange(1 << 16), 256), axis=-1)


def test_every_operation_has_a_golden_entry() -> None:
    assert {name for name, own in entries(Design).items() if own.vector} == set(VECTORS)


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
@pytest.mark.parametrize("name", REDUCTIONS)
def test_every_pair(name: str, fmt: str) -> None:
    assert not wrong(sf.design(name, format=fmt, length=2), (pairs(),))


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
@pytest.mark.parametrize("name", GATED)
def test_every_gate_and_value(name: str, fmt: str) -> None:
    codes = pairs()
    assert not wrong(sf.design(name, format=fmt, length=1), (codes[:, :1], codes[:, 1:]))


@pytest.mark.parametrize(
    "name, options",
    [
        ("vector_maximum", {"format": "e4m3fnuz", "length": 5}),
        ("vector_maximum", {"format": "binary8p3se", "length": 3}),
        ("vector_maximum", {"format": "binary32", "length": 2}),
        ("vector_maximum", {"format": "bfloat16", "length": 3, "library": "published"}),
        ("vector_argmax", {"format": "e4m3fnuz", "length": 7}),
        ("vector_argmax", {"format": "binary16", "length": 6}),
        ("vector_argmax", {"format": "e2m1fn", "length": 33, "budget": "w8"}),
        ("vector_sum", {"format": "e4m3fnuz", "length": 3, "to": "bfloat16"}),
        ("vector_sum", {"format": "binary8p3se", "length": 3, "overflow": "saturate-finite"}),
        ("vector_sum", {"format": "e5m2", "length": 1, "library": "published"}),
        ("vector_sum", {"format": "binary16", "length": 3, "to": "binary32"}),
        ("vector_sum_of_squares", {"format": "e2m1fn", "length": 40, "to": "bfloat16"}),
        ("vector_sum_of_squares", {"format": "e5m2", "length": 3, "overflow": "saturate"}),
        ("vector_sum_of_squares", {"format": "e4m3fn", "length": 1, "library": "published"}),
        ("glu", {"format": "e4m3fnuz", "length": 2, "to": "e4m3fnuz"}),
        ("swiglu", {"format": "e2m1fn", "length": 3, "to": "binary32"}),
        slow("swiglu", {"format": "bfloat16", "length": 1}),
        ("rope", {"format": "e4m3fn", "length": 4}),
        ("rope", {"format": "e4m3fnuz", "length": 2}),
        ("rope", {"format": "e5m2", "length": 2, "to": "bfloat16", "overflow": "saturate"}),
        slow("rope", {"format": "bfloat16", "length": 2}),
    ],
)
def test_directed_and_random_vectors(name: str, options: dict) -> None:
    circuit = sf.design(name, **options)
    operands = VECTORS[name].cases(circuit.format, options["length"], 1500, 6)
    assert len(operands[0]) > 1500
    assert not wrong(circuit, operands)


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
@pytest.mark.parametrize("length", [8, 64])
@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.slow
def test_many_vectors(name: str, length: int, fmt: str) -> None:
    operands = VECTORS[name].cases(FORMATS[fmt], length, 100_000, 7)
    assert not wrong(sf.design(name, format=fmt, length=length), operands)


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
@pytest.mark.parametrize("name, length", [("swiglu", 8), ("rope", 8)])
@pytest.mark.slow
def test_many_results(name: str, length: int, fmt: str) -> None:
    operands = VECTORS[name].cases(FORMATS[fmt], length, 100_000, 7)
    assert not wrong(sf.design(name, format=fmt, length=length), operands)


def test_a_planted_fault_is_seen() -> None:
    """The cases of a maximum tell it from one of magnitudes; those of a sum, one rounded twice."""
    codes = VECTORS["vector_maximum"].cases(FORMATS["e4m3fn"], 5, 200, 1)[0]
    circuit = sf.design("vector_maximum", length=5)
    assert np.count_nonzero(circuit.simulate(a=codes ^ 0x80) != circuit.golden(a=codes)) > 100
    twice = sf.design("vector_sum", length=2)
    first = twice.simulate(a=codes[:, :2])
    rest = twice.simulate(a=codes[:, 2:4])
    rounded = twice.simulate(a=np.stack([first, rest], axis=-1))
    once = sf.design("vector_sum", length=4).golden(a=codes[:, :4])
    assert np.count_nonzero(rounded != once) > 5


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("vector_sum", {"length": 0}, r"^Length must be between 1 and 1024, not 0$"),
        ("vector_maximum", {"length": 1025}, r"^Length must be between 1 and 1024, not 1025$"),
        ("rope", {"length": 3}, r"^Length of rope must be a multiple of 2, not 3$"),
        (
            "vector_argmax",
            {"format": "e8m0fnu"},
            r"^Format for vector_argmax must be one of e4m3fn",
        ),
        ("glu", {"format": "binary16"}, r"^Format for glu must be one of .*, not 'binary16'$"),
        ("geglu", {"format": "bfloat16"}, r"^Format for geglu must be one of .*, not 'bfloat16'$"),
        (
            "vector_maximum",
            {"to": "bfloat16"},
            r"^Result format of vector_maximum must be that of its operands, not 'bfloat16'$",
        ),
        (
            "vector_sum",
            {"to": "e2m1fn"},
            r"^Result format of vector_sum for e4m3fn must be one of ",
        ),
        (
            "vector_sum",
            {"accumulate": "tree"},
            r"^Option accumulate must be for a dot product, not vector_sum$",
        ),
        ("vector_sum", {"block": "mxfp4"}, r"^Blocks must be for a design on blocks, not 'mxfp4' "),
        ("vector_sum", {"inputs": 3}, r"^Option inputs must be for the design linear, not "),
    ],
)
def test_what_there_is_not(name: str, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        sf.design(name, **options)
