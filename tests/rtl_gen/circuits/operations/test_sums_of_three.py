# SPDX-License-Identifier: Apache-2.0
"""The fused sum of three, and the four signs of the fused multiply-add: every mode, with flags."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations import faa as faa_module
from spikefloat.rtl_gen.circuits.operations.faa import RECORDS, faa, has_short_range
from spikefloat.rtl_gen.circuits.operations.fma import RECORDS as FMA_RECORDS
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Rounding, overflow_policies
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.golden.operations import expected_rounded
from spikefloat.sim.golden.rounding import Rounder
from tests.helpers.circuits import NARROW
from tests.helpers.flags import MODES_IN_TURN, assert_same, every, simulate

CIRCUITS = {record.name: record.circuit for record in (*RECORDS, *FMA_RECORDS[1:])}


def rounder_of(mode: Rounding, operands: list[np.ndarray]) -> Rounder:
    """Return how to round, with two random bits for each case where the mode takes them."""
    bits = 2 * mode.is_stochastic
    return Rounder(mode, (3 * operands[0] + operands[1]) % 4 if bits else 0, bits)


@pytest.mark.parametrize("mode", MODES_IN_TURN, ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt", ["e2m1fn", "e2m3fn", "e3m2fn"])
@pytest.mark.parametrize("name", CIRCUITS)
def test_every_triple(name: str, fmt: str, mode: Rounding) -> None:
    format = FORMATS[fmt]
    operands = every(format, 3)
    rounder = rounder_of(mode, operands)
    actual = simulate(CIRCUITS[name], format, operands, "saturate", rounder, signals=3)
    assert_same(actual, expected_rounded(name, format, operands, "saturate", None, rounder))


@pytest.mark.parametrize("mode", MODES_IN_TURN, ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt", [fmt for fmt in NARROW if fmt.width == 8], ids=lambda f: f.name)
def test_random_triples_of_8_bits(fmt, mode: Rounding) -> None:
    """A hundred thousand triples; of three, in every policy, the special values of all kinds."""
    rng = np.random.default_rng(51)
    operands = list(rng.integers(0, 1 << fmt.width, (3, 100_000)))
    rounder = rounder_of(mode, operands)
    for name, circuit in CIRCUITS.items():
        for policy in overflow_policies(fmt) if name == "faa" else overflow_policies(fmt)[:1]:
            actual = simulate(circuit, fmt, operands, policy, rounder, signals=3)
            assert_same(actual, expected_rounded(name, fmt, operands, policy, None, rounder))


@pytest.mark.slow
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_every_triple_of_8_bits(fmt: str) -> None:
    """All 16,777,216, one first operand after the other."""
    format = FORMATS[fmt]
    b, c = every(format, 2)
    tried = 0
    for first in range(0, 256, 16):
        a = np.repeat(np.arange(first, first + 16), b.size)
        operands = [a, np.tile(b, 16), np.tile(c, 16)]
        actual = simulate(faa, format, operands, "nan", Rounder(), signals=3)
        assert_same(actual, expected_rounded("faa", format, operands, "nan", None, Rounder()))
        tried += a.size
    assert tried == 1 << 24


def test_size() -> None:
    """Signs cost nothing."""
    sizes = {name: measure(make_instance(name).graph).neurons for name in ("fma", *CIRCUITS)}
    assert sizes == dict.fromkeys(sizes, 401) | {"faa": 717}


def test_formats_of_a_short_range() -> None:
    assert has_short_range(FORMATS["binary16"])
    message = "^Format for faa must be one of e4m3fn, .*, binary16, not 'bfloat16'"
    with pytest.raises(InputError, match=message):
        make_instance("faa", format="bfloat16")


def test_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixed-point number that is one bit too short for the largest values gives wrong sums."""
    fmt = FORMATS["e4m3fn"]
    right = faa_module.shift_left
    monkeypatch.setattr(
        faa_module, "shift_left", lambda gates, a, amount: right(gates, a, amount[:-1])
    )
    operands = list(np.random.default_rng(52).integers(0, 256, (3, 1000)))
    actual = simulate(faa, fmt, operands, "nan", Rounder(), signals=3)
    expected = expected_rounded("faa", fmt, operands, "nan", None, Rounder())
    assert np.count_nonzero(actual[0] != expected.codes) > 500
