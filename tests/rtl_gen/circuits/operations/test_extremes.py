# SPDX-License-Identifier: Apache-2.0
"""Minima, maxima and questions in every kind of circuit; what they cost; planted faults."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations import extremes
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, NanEncoding
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.golden.extremes import EXTREMES, extreme
from spikefloat.sim.graphs.network import Network
from tests.helpers.circuits import VARIANTS, check
from tests.helpers.oracle import every_pair

#: Neurons in E4M3FN: native and published.
SIZES = {
    "less_equal": (18, 76),
    "greater": (18, 75),
    "total_order": (10, 51),
    "minimum_number": (33, 100),
    "maximum_magnitude": (30, 93),
    "maximum_finite": (33, 101),
    "copy_sign": (0, 0),
    "next_up": (26, 78),
    "is_one": (3, 12),
    "classify": (15, 32),
}

#: A format of P3109 with infinities, of five bits.
EXTENDED = Format(
    name="binary5p3se",
    exponent_bits=2,
    mantissa_bits=2,
    bias=2,
    nan=NanEncoding.NEGATIVE_ZERO,
    is_extended=True,
)


@pytest.mark.parametrize("library, budget", VARIANTS[1:])
@pytest.mark.parametrize(
    "name, fmt",
    [
        (name, fmt)
        for name in [*(name for name in EXTREMES if name.count("_")), "less_equal", "total_order"]
        for fmt in ("e4m3fn", "e5m2", "e4m3fnuz", "e2m1fn")
        if fmt in find_design(name).formats
    ],
)
def test_every_pair(name: str, fmt: str, library: str, budget: str) -> None:
    format = FORMATS[fmt]
    assert check(name, format, every_pair(format), library=library, budget=budget) > 0


@pytest.mark.parametrize(
    "name",
    [n for n in EXTREMES if n.count("_") and "binary8p3se" in find_design(n).formats],
)
def test_infinity_without_negative_zero(name: str) -> None:
    """The extended formats of P3109 have one NaN, which is where -0 would be."""
    gates = make_gates("extreme")
    words = [gates.builder.input(port, EXTENDED.width) for port in "ab"]
    circuit = next(record.circuit for record in extremes.RECORDS if record.name == name)
    gates.builder.output("y", circuit(gates, EXTENDED, *words))
    axes = np.meshgrid(*[np.arange(1 << EXTENDED.width)] * 2)
    a, b = (axis.ravel() for axis in axes)
    actual = Network(gates.builder.build()).run({"a": a, "b": b})["y"]
    np.testing.assert_array_equal(actual, extreme(EXTREMES[name], EXTENDED, a, b))


@pytest.mark.parametrize("name", SIZES)
def test_size(name: str) -> None:
    for library, most in zip(("native", "published"), SIZES[name], strict=True):
        assert measure(make_instance(name, library=library).graph).neurons == most


def test_planted_fault_is_found(fresh_builds: pytest.MonkeyPatch) -> None:
    """Infinities that are not passed over give other results."""
    fmt = FORMATS["e5m2"]
    find = extremes.unpack_pair

    def without_infinity(*args: object) -> object:
        return tuple(extremes.RawFloat(**{**vars(raw), "is_infinite": ZERO}) for raw in find(*args))

    fresh_builds.setattr(extremes, "unpack_pair", without_infinity)
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 65536 results differ:\n  e5m2 0x"):
        check("minimum_finite", fmt, every_pair(fmt))


@pytest.mark.parametrize("name, missing", [("is_infinite", "e4m3fn"), ("is_nan", "e2m1fn")])
def test_question_that_has_one_answer_only(name: str, missing: str) -> None:
    assert missing not in find_design(name).formats
    with pytest.raises(InputError, match=f"^Format for {name} must be one of .*, not '{missing}'"):
        make_instance(name, format=missing)
