# SPDX-License-Identifier: Apache-2.0
"""Formats of IEEE P3109, whose NaN and infinities are where no other format has them."""

from itertools import product
from math import gcd

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import (
    FORMATS,
    P3109_WIDTHS,
    Rounding,
    find_format,
    overflow_policies,
    p3109,
)
from spikefloat.sim.golden.operations import OPERATIONS, expected_rounded, find_operation
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network
from tests.helpers.flags import MODES, assert_same
from tests.helpers.operations import check_operation
from tests.rtl_gen.designs.test_operations import DESIGNS

#: Those of eight bits that its section 4.5 asks for.
MAIN = [FORMATS["binary8p3se"], FORMATS["binary8p4se"]]

#: Every one, by name and without any entry in the table.
EVERY = [
    p3109(width, precision, is_signed, is_extended)
    for width in P3109_WIDTHS
    for is_signed, is_extended in product((True, False), repeat=2)
    for precision in range(1, width + (not is_signed))
]

#: Operations with flags of which every case can be tried.
FLAGGED = [
    name
    for name, operation in OPERATIONS.items()
    if operation.rounded and sum(operation.widths(MAIN[0])) <= 16 and name not in FUNCTIONS
    if find_design(name).works_for(MAIN[0])
]


def check_flagged(name, fmt, rounder, overflow=None, to=None):
    """Compare codes and flags on every operand; return how many there are."""
    options = {"rounding": rounder.mode.value, "flags": "after", "overflow": overflow, "to": to}
    bits = rounder.random_bits or None
    graph = make_instance(name, format=fmt, random_bits=bits, **options).graph
    widths = find_operation(name).widths(fmt)
    axes = np.meshgrid(*(np.arange(1 << width) for width in widths), indexing="ij")
    operands = [axis.ravel() for axis in axes]
    inputs = dict(zip("abc", operands, strict=False))
    if bits:
        rounder = rounder._replace(random=(3 * operands[0] + operands[-1]) % (1 << bits))
        inputs["random"] = rounder.random
    outputs = Network(graph).run(inputs)
    right = expected_rounded(name, fmt, operands, overflow, to, rounder)
    assert_same([outputs[port].astype(np.int64) for port in ("y", "flags")], right)
    return operands[0].size


@pytest.mark.parametrize("fmt", MAIN, ids=lambda fmt: fmt.name)
def test_flags(fmt):
    """Of the operations that P3109 asks for, to nearest even."""
    for name in ("multiply", "add", "subtract", "reciprocal", "divide", "square_root"):
        assert check_flagged(name, fmt, Rounder()) in (256, 65536)
    assert check_flagged("convert", fmt, Rounder(), to=FORMATS["binary16"]) == 256
    assert check_flagged("convert", FORMATS["binary16"], Rounder(), to=fmt) == 65536


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt", MAIN, ids=lambda fmt: fmt.name)
def test_every_operation_in_every_mode(fmt, mode):
    """With flags, on every operand, in every policy; functions have tests of their own."""
    rounder = Rounder(mode, 0, 2 * mode.is_stochastic)
    for name in FLAGGED:
        if mode is not Rounding.NEAREST_EVEN and not find_design(name).takes_rounding:
            continue  # exact, and so refused by name
        targets = [None]
        if find_operation(name).converts:
            targets = [FORMATS["e4m3fn"], FORMATS["ue4m3"], FORMATS["e8m0fnu"], *MAIN]
        for to in targets:
            for policy in overflow_policies(to or fmt):
                assert check_flagged(name, fmt, rounder, policy, to) >= 16


@pytest.mark.slow
@pytest.mark.parametrize("width", P3109_WIDTHS)
def test_every_format(width):
    """Every operation of those with a sign; every operand up to 65,536 cases, else a sample.

    Functions have tests of their own.
    """
    for fmt in EVERY:
        if fmt.is_signed and fmt.width == width:
            for design in DESIGNS:
                if design.works_for(fmt) and design.name not in FUNCTIONS:
                    assert check_operation(design, fmt) >= 1 << min(fmt.width, 4)


@pytest.mark.slow
def test_every_conversion():
    """From and to every one of them, with flags, to nearest even and down.

    Each is converted to four other formats and to six of its kind, and six of these to it.
    """
    others = [FORMATS[name] for name in ("e4m3fn", "e5m2", "binary16", "ue4m3", "e8m0fnu")]
    pairs = [*product(others, EVERY), *product(EVERY, others[:4])]
    assert gcd(7, len(EVERY)) == 1
    pairs += [
        (fmt, EVERY[(7 * place + 20 * step) % len(EVERY)])
        for place, fmt in enumerate(EVERY)
        for step in range(6)
    ]
    for (fmt, to), mode in product(pairs, (Rounding.NEAREST_EVEN, Rounding.DOWN)):
        for policy in overflow_policies(to):
            assert check_flagged("convert", fmt, Rounder(mode), policy, to) == 1 << fmt.width


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize("fmt", MAIN, ids=lambda fmt: fmt.name)
def test_simulators(fmt, tmp_path):
    """Every operand, with flags, in both simulators."""
    options = {"format": fmt, "flags": "after"}
    names = ("multiply", "add", "divide", "square_root")
    instances = [make_instance(name, **options) for name in names]
    instances += [make_instance("convert", to=to, **options) for to in ("e4m3fn", "bfloat16")]
    instances.append(make_instance("convert", format="bfloat16", to=fmt, flags="after"))
    results = check(instances, ["icarus", "verilator"], tmp_path, Selected())
    assert [result.outcome.mismatches for result in results] == [0] * 14
    counts = [65536, 65536, 65536, 256, 256, 256, 65536]
    assert sorted(result.outcome.cases for result in results) == sorted(2 * counts)


@pytest.mark.parametrize(
    "name, message",
    [
        ("binary8p8se", "Precision of a P3109 format of 8 bits must be from 1 to 7, not 'bin"),
        ("binary8p0uf", "Precision of a P3109 format of 8 bits must be from 1 to 8, not 'bin"),
        ("binary9p3se", "Width of a P3109 format must be from 3 to 8, not 'binary9p3se'"),
    ],
)
def test_wrong_name(name, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        find_format(name)
