# SPDX-License-Identifier: Apache-2.0
"""Helpers of the tests of circuits: run a design in the exact simulator, and compare it."""

from collections.abc import Sequence

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS, Format, overflow_policies
from spikefloat.sim.cases.corners import directed_pairs, random_pairs
from spikefloat.sim.golden.operations import expected
from spikefloat.sim.graphs.network import Network
from tests.helpers.oracle import ARITHMETIC_FORMATS, NARROW_FORMATS, assert_same_codes, every_pair

__all__ = [
    "NARROW",
    "NARROW_WITH_POLICY",
    "VARIANTS",
    "WIDE",
    "check",
    "check_every_pair",
    "check_pairs",
    "run",
    "some_pairs",
]

#: Formats with arithmetic whose pairs can all be tried, and the others.
NARROW = [fmt for fmt in ARITHMETIC_FORMATS if fmt in NARROW_FORMATS]
WIDE = [fmt for fmt in ARITHMETIC_FORMATS if fmt not in NARROW_FORMATS]

#: Each of the former with each overflow policy that it knows, as parameters of a test.
NARROW_WITH_POLICY = [
    pytest.param(fmt, policy.value, id=f"{fmt.name}-{policy.value}")
    for fmt in NARROW
    for policy in overflow_policies(fmt)
]

#: Library and budget of each kind of circuit; the default one first.
VARIANTS = (
    ("native", "w2"),
    ("published", "w2"),
    ("native", "w1"),
    ("native", "w8"),
    ("native", "free"),
)


def run(name: str, operands: Sequence[np.ndarray], **options: str) -> np.ndarray:
    """Return the codes that a design gives for codes of its operands."""
    design = find_design(name)
    graph = make_instance(design, **options).graph
    inputs = dict(zip(design.operands, operands, strict=True))
    return Network(graph).run(inputs)[design.result].astype(np.int64)


def check(name: str, fmt: Format, operands: Sequence[np.ndarray], **options: str) -> int:
    """Compare a design with the golden model; return the number of cases."""
    to = FORMATS[options["to"]] if "to" in options else None
    wanted = expected(name, fmt, operands, options.get("overflow"), to)
    actual = run(name, operands, format=fmt.name, **options)
    assert_same_codes(to or fmt, tuple(operands), actual, wanted, fmt)
    return actual.size


def check_every_pair(name: str, fmt: Format, **options: str) -> int:
    """Compare a design with the golden model on every pair of codes."""
    return check(name, fmt, every_pair(fmt), **options)


def some_pairs(fmt: Format, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the directed pairs, followed by random ones."""
    a, b = np.concatenate([directed_pairs(fmt), random_pairs(fmt, count, seed)], axis=1)
    return a, b


def check_pairs(name: str, fmt: Format, count: int, seed: int, **options: str) -> int:
    """Compare a design with the golden model on :func:`some_pairs`."""
    return check(name, fmt, some_pairs(fmt, count, seed), **options)
