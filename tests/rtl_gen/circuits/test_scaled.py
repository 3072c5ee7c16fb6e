# SPDX-License-Identifier: Apache-2.0
"""Scaled sums and products: every pair at some scales, every pair of scales at some operands."""

from fractions import Fraction

import gfloat
import gfloat.formats
import numpy as np
import pytest
from gfloat import RoundMode

from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.circuits import scaled
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import PORT_CODES, find_format
from spikefloat.sim.golden.operations import expected, expected_rounded, wide_cases
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.golden.values import decode
from spikefloat.sim.graphs.network import Network
from tests.helpers.flags import every

NAMES = ["scaled_add", "scaled_subtract", "scaled_multiply"]
PORTS = ("a", "scale_a", "b", "scale_b")
SCALE = find_format("binary8p1uf")


def differences(name, fmt, rows, policy=None):
    """Return how many results or flags are wrong; each row has a mode of its own."""
    instance = make_instance(name, format=fmt, overflow=policy, rounding="port", flags="after")
    mode = np.random.default_rng(5).integers(0, len(PORT_CODES), len(rows))
    inputs = dict(zip(PORTS, rows.T, strict=True))
    actual = Network(instance.graph).run({**inputs, "rounding": mode})
    wrong = 0
    for code, rounding in enumerate(PORT_CODES):
        here = mode == code
        operands = [column[here] for column in rows.T]
        right = expected_rounded(name, fmt, operands, policy, None, Rounder(rounding))
        codes, flags = (actual[port][here] for port in ("y", "flags"))
        wrong += np.count_nonzero((codes != right.codes) | (flags != right.flags))
    return wrong


def rows_of(fmt, count):
    """Return every pair of codes at some scales, and every pair of scales at some operands."""
    rng = np.random.default_rng(7)
    a, b = every(fmt, 2)
    parts = []
    for _ in range(count):
        one = rng.integers(1, 255)
        other = np.clip(rng.choice([one, 256 - one]) + rng.integers(-4, 5), 0, 255)
        parts.append([a, np.full_like(a, one), b, np.full_like(a, other)])
    scale_a, scale_b = every(SCALE, 2)
    drawn = rng.integers(0, 1 << fmt.width, (2, len(scale_a)))
    parts.append([drawn[0], scale_a, drawn[1], scale_b])
    return np.concatenate([np.stack(part, axis=1) for part in parts])


@pytest.mark.parametrize("fmt", ["e4m3fn", "binary8p3se", "binary4p2sf"])
@pytest.mark.parametrize("name", NAMES)
def test_pairs(name, fmt):
    fmt = find_format(fmt)
    rows = rows_of(fmt, 2)
    assert len(rows) == 2 * 4**fmt.width + 65536
    assert differences(name, fmt, rows) == 0


@pytest.mark.parametrize("fmt", ["e5m2", "e4m3fnuz", "binary8p4se", "binary16", "bfloat16"])
@pytest.mark.parametrize("name", NAMES)
def test_directed(name, fmt):
    fmt = find_format(fmt)
    rows = wide_cases(name, fmt, 4000)
    for policy in ("nan", "saturate"):
        assert differences(name, fmt, rows, policy) == 0


@pytest.mark.parametrize("name", NAMES)
def test_exact_values(name):
    """Fractions, rounded by gfloat; every row is in range of its format at one scale or another."""
    fmt = find_format("binary8p3se")
    info = gfloat.formats.format_info_p3109(8, 3)
    rows = wide_cases(name, fmt, 8000)
    values = [decode(fmt, rows[:, 0]), decode(SCALE, rows[:, 1])]
    values += [decode(fmt, rows[:, 2]), decode(SCALE, rows[:, 3])]
    finite = np.isfinite(values).all(axis=0)
    codes = expected(name, fmt, list(rows[finite].T), None)
    for row, code in zip(np.transpose(values)[finite].tolist(), codes.tolist(), strict=True):
        a, scale_a, b, scale_b = map(Fraction, row)
        x, y = a * scale_a, b * scale_b
        total = {"scaled_add": x + y, "scaled_subtract": x - y, "scaled_multiply": x * y}[name]
        assert decode(fmt, code) == nearest(info, total), row
    assert finite.sum() > 5000


def nearest(info, exact):
    """Return an exact value as gfloat rounds it, from a float that is odd where it is inexact."""
    if exact == 0:
        return 0.0
    lowest = Fraction(2) ** -200
    sign = -1 if exact < 0 else 1
    if abs(exact) < lowest:
        return gfloat.round_float(info, sign * float(lowest), RoundMode.TiesToEven)
    near = float(exact)
    if Fraction(near) != exact:
        toward = np.nextafter(near, 0.0) if abs(Fraction(near)) > abs(exact) else near
        bits = np.float64(toward).view(np.int64)
        near = float((bits | 1).view(np.float64))
    return gfloat.round_float(info, near, RoundMode.TiesToEven)


@pytest.mark.parametrize("name", NAMES)
def test_planted_fault_is_found(fresh_builds, name):
    """A scale like that of e8m0fnu, whose codes mean twice as much."""
    right = scaled._SIGNED_SCALE
    fresh_builds.setattr(scaled, "_SIGNED_SCALE", scaled.replace(right, bias=127))
    fmt = find_format("e4m3fn")
    assert differences(name, fmt, wide_cases(name, fmt, 1000)) > 500


def test_formats():
    with pytest.raises(InputError, match=r"^Format for scaled_add must be one of e4m3fn, "):
        make_instance("scaled_add", format="e2m1fn")
    assert make_instance("scaled_add").operand_widths == dict(zip(PORTS, (8,) * 4, strict=True))


@pytest.mark.tool
@pytest.mark.slow
def test_verilog(tmp_path):
    """Directed and random operands."""
    ways = {"format": "binary4p2sf", "rounding": "rdn", "flags": "after"}
    instances = [make_instance(name, **ways) for name in NAMES]
    results = check(instances, ["verilator"], tmp_path, Selected(random_cases=500))
    assert [one.outcome.mismatches for one in results] == [0, 0, 0]
    assert results[0].outcome.cases > 4000
