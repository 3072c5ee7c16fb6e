# SPDX-License-Identifier: Apache-2.0
"""Products and sums of operands that each have a format: all pairs of narrow ones, some of wide."""

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.circuits import mixed
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Rounding, find_format
from spikefloat.sim.cases.sampled import mixed_cases
from spikefloat.sim.golden.operations import expected_mixed
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network

#: Formats of the operands, and of the result: wider than both, one of both, narrower than both.
PAIRS = [
    ("e4m3fn", "e5m2", "bfloat16"),
    ("e4m3fn", "e5m2", "e4m3fn"),
    ("e5m2", "e4m3fn", "e5m2"),
    ("e3m4", "e5m2fnuz", "e2m3fn"),
    ("e2m1fn", "e4m3b11fnuz", "binary16"),
    ("e4m3fn", "e4m3fn", "e5m2"),
    ("binary8p3se", "binary8p4se", "binary16"),
    ("binary8p4se", "binary8p3se", "binary8p4se"),
]
WIDE = [("bfloat16", "e4m3fn", "e4m3fn"), ("binary16", "bfloat16", "binary32")]
MODES = (Rounding.NEAREST_EVEN, Rounding.DOWN, Rounding.ODD, Rounding.NEAREST_AWAY)


def differences(name, names, mode=Rounding.NEAREST_EVEN, count=2000):
    """Return how many cases there are, and how many results and flags are wrong."""
    *formats, to = map(find_format, names)
    if sum(fmt.width for fmt in formats) <= 16:
        grid = np.meshgrid(*(np.arange(1 << fmt.width) for fmt in formats), indexing="ij")
        operands = [axis.ravel() for axis in grid]
    else:
        operands = list(mixed_cases(tuple(formats), count).T)
    others = dict(zip(("format_b", "format_c"), names[1:-1], strict=False))
    instance = make_instance(
        name, format=names[0], to=to, **others, rounding=mode.value, flags="after"
    )
    actual = Network(instance.graph).run(dict(zip("abc", operands, strict=False)))
    policy = instance.circuit.overflow
    right = expected_mixed(name, tuple(formats), to, operands, policy, Rounder(mode))
    wrong = (actual["y"] != right.codes).sum(), (actual["flags"] != right.flags).sum()
    return len(operands[0]), *map(int, wrong)


@pytest.mark.parametrize("name", ["multiply", "add", "subtract"])
def test_every_pair(name):
    """Codes and flags; NaN in a format without NaN is refused."""
    for number, names in enumerate(PAIRS):
        if names[-1] == "e2m3fn":
            with pytest.raises(InputError, match=r"for e3m4, e5m2fnuz must be one of "):
                differences(name, names)
            continue
        bits = sum(find_format(fmt).width for fmt in names[:2])
        mode = MODES[number % len(MODES)]
        assert differences(name, names, mode) == (1 << bits, 0, 0), (names, mode)


@pytest.mark.parametrize("name", ["multiply", "add"])
def test_wide(name):
    for names in WIDE:
        assert differences(name, names)[1:] == (0, 0), names


@pytest.mark.parametrize("name", ["fma", "fma_subtract", "fma_negate", "fma_negate_subtract"])
def test_fma(name):
    for number, names in enumerate(PAIRS[:3] + PAIRS[4:]):
        triple = (*names[:2], PAIRS[number - 1][0], names[2])
        assert differences(name, triple, MODES[number % len(MODES)])[1:] == (0, 0), triple


def test_planted_fault_is_found(fresh_builds):
    """Of a common format that is too narrow by one bit, some sums are wrong."""
    right = mixed.common_format
    narrow = right((find_format("e4m3fn"), find_format("e5m2")))
    assert (narrow.exponent_bits, narrow.mantissa_bits) == (5, 3)
    fresh_builds.setattr(mixed, "common_format", lambda formats: find_format("e5m2"))
    assert differences("add", PAIRS[0])[1] > 1000


def test_sizes_and_names():
    """A product needs no more than the widening product of one format; names tell the formats."""
    for names, neurons in ((("e4m3fn", "e4m3fn"), 176), (("e4m3fn", "e5m2"), 180)):
        instance = make_instance("multiply", format=names[0], format_b=names[1], to="bfloat16")
        assert len(instance.graph.neurons) == neurons
    assert instance.name == "multiply_e4m3fn_e5m2_to_bfloat16"
    assert make_instance("add", to="bfloat16").name == "add_e4m3fn_to_bfloat16"
    assert make_instance("add", to="e4m3fn").graph is make_instance("add").graph


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("add", {"format_b": "e5m2"}, "Result format of add must be given, as its operands have"),
        ("negate", {"format_b": "e5m2"}, "Format of operand b must be for an operation with such"),
        ("add", {"format_c": "e5m2"}, "Format of operand c must be for an operation with such"),
        ("add", {"to": "e8m0fnu"}, "Result format of add for e4m3fn, e4m3fn must be one of "),
        (
            "multiply",
            {"to": "e5m2", "objective": "neurons"},
            "Gates and objective must be native and structure for mixed formats, not native and ",
        ),
    ],
)
def test_refused(name, options, message):
    with pytest.raises(InputError, match=f"^{message}"):
        make_instance(name, **options)


@pytest.mark.slow
@pytest.mark.tool
def test_verilog(tmp_path):
    """Every pair of E4M3FN and E5M2, on both simulators."""
    options = {"format": "e4m3fn", "format_b": "e5m2", "to": "bfloat16", "flags": "after"}
    instances = [make_instance(name, **options) for name in ("multiply", "add")]
    results = check(instances, ["verilator", "icarus"], tmp_path, Selected())
    assert [(one.outcome.cases, one.outcome.mismatches) for one in results] == [(65536, 0)] * 4
