# SPDX-License-Identifier: Apache-2.0
"""Operations on vectors in every rounding mode, with flags: graphs, golden model and refusals."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.circuits.vectors import sums
from spikefloat.rtl_gen.designs.header import design_hardware, header_lines
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Rounding
from spikefloat.sim.golden.rounding import INEXACT, INVALID, Rounded, Rounder
from spikefloat.sim.golden.values import decode
from spikefloat.sim.golden.vectors.operations import VECTORS
from spikefloat.sim.graphs.network import Network
from tests.helpers.flags import MODES

#: Operations that round in every way, with formats of operands and result, and whether they raise flags.
WAYS = [
    ("vector_sum", 3, "e4m3fn", "e4m3fn", True),
    ("vector_sum", 2, "e5m2", "bfloat16", True),
    ("vector_sum_of_squares", 3, "e5m2", "e4m3fn", True),
    ("rope", 2, "e4m3fn", "e4m3fn", True),
    ("rope", 4, "e5m2", "e5m2", True),
    ("glu", 2, "e4m3fn", "e4m3fn", False),
]


def bits_of(codes: NDArray, width: int) -> NDArray:
    """Return the bits of codes side by side, as one number."""
    bits = (codes[..., None] >> np.arange(width) & 1).reshape(len(codes), -1)
    return (bits.astype(np.uint64) << np.arange(bits.shape[1], dtype=np.uint64)).sum(axis=1)


def run(
    name: str, length: int, fmt: str, to: str, mode: Rounding | None, *, has_flags: bool
) -> tuple[Rounded, Rounded]:
    """Return codes and flags of the graph, and those of the golden model."""
    bits = 3 if mode is not None and mode.is_stochastic else None
    instance = make_instance(
        name,
        length=length,
        format=fmt,
        to=to,
        rounding=mode.value if mode else "port",
        random_bits=bits,
        flags="after" if has_flags else None,
    )
    operands = VECTORS[name].cases(FORMATS[fmt], length, 1200, 3)
    count = len(operands[0])
    inputs = {
        own: bits_of(codes, FORMATS[fmt].width)
        for own, codes in zip(instance.design.operands, operands, strict=True)
    }
    random = np.arange(count) % 8 if bits else 0
    if bits:
        inputs["random"] = random
    if mode is None:
        inputs["rounding"] = np.full(count, 3)  # rup
    outputs = Network(instance.graph).run(inputs)
    rounder = Rounder(mode or Rounding.UP, random, bits or 0)
    formats = FORMATS[fmt], FORMATS[to], instance.circuit.overflow
    flagged = VECTORS[name].flagged
    assert flagged is not None
    right = flagged(*formats, *operands, rounder=rounder)
    expected = right.codes if right.codes.ndim == 1 else bits_of(right.codes, FORMATS[to].width)
    flags = outputs["flags"] if has_flags else right.flags
    return Rounded(outputs["y"], flags), Rounded(expected, right.flags)


@pytest.mark.parametrize("mode", [*MODES, None], ids=lambda mode: mode.value if mode else "port")
def test_every_mode_with_flags(mode: Rounding | None) -> None:
    for *what, has_flags in WAYS:
        given, right = run(*what, mode, has_flags=has_flags)
        np.testing.assert_array_equal(given.codes, right.codes, str(what))
        np.testing.assert_array_equal(given.flags, right.flags, str(what))


def test_a_sign_that_is_wrong_is_noticed(fresh_builds) -> None:
    own = sums.special_values

    def of_the_sum(gates, terms, total, control):
        return (*own(gates, terms, total, control)[:3], total.is_negative)

    fresh_builds.setattr(sums, "special_values", of_the_sum)
    given, right = run(*WAYS[0][:-1], Rounding.DOWN, has_flags=False)
    assert np.count_nonzero(given.codes != right.codes) > 5


def test_sums_lie_between_those_rounded_down_and_up() -> None:
    """The golden model against sums in binary64, which are exact here."""
    fmt = FORMATS["e4m3fn"]
    (codes,) = VECTORS["vector_sum"].cases(fmt, 4, 3000, 5)
    flagged = VECTORS["vector_sum"].flagged
    assert flagged is not None
    down, up = (
        flagged(fmt, fmt, None, codes, rounder=Rounder(mode))
        for mode in (Rounding.DOWN, Rounding.UP)
    )
    exact = decode(fmt, codes).sum(axis=-1)
    low, high = decode(fmt, down.codes), decode(fmt, up.codes)
    known = np.isfinite(low) & np.isfinite(high)
    assert np.count_nonzero(known) > 2000
    assert np.all((low <= exact)[known])
    assert np.all((exact <= high)[known])
    is_exact = (low == high)[known]
    np.testing.assert_array_equal(is_exact, down.flags[known] & INEXACT == 0)
    places = up.codes - down.codes
    assert np.all(abs(places[known][~is_exact]) == 1)
    zero = known & (exact == 0)
    any_minus, all_minus = (codes >> 7 == 1).any(axis=-1), (codes >> 7 == 1).all(axis=-1)
    np.testing.assert_array_equal(down.codes[zero] >> 7, any_minus[zero])
    np.testing.assert_array_equal(up.codes[zero] >> 7, all_minus[zero])


def test_what_is_invalid() -> None:
    """Infinities of both signs, infinity times zero, and a signalling NaN; not a quiet one."""
    infinity, quiet, signals, one = 0x7C, 0x7E, 0x7D, 0x3C
    fmt = FORMATS["e5m2"]
    total, turn = VECTORS["vector_sum"].flagged, VECTORS["rope"].flagged
    assert total is not None
    assert turn is not None
    pairs = [[infinity, infinity | 0x80], [signals, one], [quiet, infinity], [infinity, one]]
    np.testing.assert_array_equal(
        total(fmt, fmt, None, np.array(pairs)).flags, [INVALID, INVALID, 0, 0]
    )
    for angle, flags in ((0, INVALID), (one, 0), (quiet, 0), (signals, INVALID)):
        given = turn(fmt, fmt, None, [[infinity, one]], [[one]], [[angle]])
        assert given.flags.tolist() == [flags]


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("softmax", {"rounding": "rup"}, r"^Rounding must be rne, without flags, for softmax, "),
        ("rms_norm", {"flags": "after"}, r"^Rounding must be rne, .* for rms_norm, not 'flags'$"),
        ("vector_maximum", {"rounding": "rtz"}, r"^Rounding must be rne, .* for vector_maximum, "),
        (
            "swiglu",
            {"flags": "after"},
            r"^Flags of swiglu must be none, as it rounds more than once, not 'after'$",
        ),
        ("vector_sum", {"random_bits": 3}, r"^Random bits must be given for a stochastic rounding"),
    ],
)
def test_other_roundings_are_refused(name: str, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_instance(name, length=4, **options)


def test_streams_of_elements_round_to_nearest_even() -> None:
    instance = make_instance("vector_sum", rounding="rtz", style="sequential")
    message = r"^Rounding must be rne, .* for vector_sum in the sequential style, not 'rtz'$"
    with pytest.raises(InputError, match=message):
        design_hardware(instance)


def test_the_header_says_how() -> None:
    lines = header_lines(make_instance("swiglu", length=2, rounding="rup"))
    assert "rounding 1: silu(a[i]) to bfloat16, to nearest even (correctly rounded)" in lines
    assert "rounding 2: its exact product with b[i] to e4m3fn, up" in lines


@pytest.mark.parametrize(
    "name, options",
    [
        ("vector_sum", {"rounding": "port", "flags": "before"}),
        ("rope", {"rounding": "stochastic-b", "flags": "after", "stages": 2}),
        ("glu", {"rounding": "odd"}),
        ("vector_sum_of_squares", {"rounding": "rdn", "flags": "after", "is_stream": True}),
    ],
)
@pytest.mark.tool
@pytest.mark.slow
def test_in_both_simulators(name: str, options: dict, tmp_path: Path) -> None:
    instance = make_instance(name, length=2, **options)
    for simulator, count in (("verilator", 1000), ("icarus", 200)):
        checked = check([instance], [simulator], tmp_path, Selected(random_cases=count))
        assert checked
        assert all(row.outcome.cases > count and not row.outcome.mismatches for row in checked)
