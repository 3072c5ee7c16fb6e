# SPDX-License-Identifier: Apache-2.0
"""Quotients, roots, remainders digit by digit: the circuits in turn, and the unit as Verilog."""

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.checks.verifying.steps import run_steps
from spikefloat.rtl_gen.circuits.operation import has_arithmetic
from spikefloat.rtl_gen.circuits.operations import remainder
from spikefloat.rtl_gen.circuits.parts import quotient
from spikefloat.rtl_gen.designs.build import build_steps
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.labels import size
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.sim.golden.operations import expected_rounded, wide_cases
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network
from tests.helpers.flags import every


def run(name, operands, **options):
    """Return what the circuits give in turn, and what they must give."""
    instance = make_instance(name, style="sequential", **options)
    steps = build_steps(instance.design, instance.circuit)
    ports = dict(zip("ab", operands, strict=False))
    ways = instance.circuit.rounding
    if ways.random_bits:
        ports["random"] = operands[0] % (1 << ways.random_bits)
    actual = run_steps(steps, {name: words.astype(np.uint64) for name, words in ports.items()})
    rounder = Rounder(ways.mode, ports.get("random", 0), ways.random_bits)
    overflow, fmt = instance.circuit.overflow, instance.circuit.format
    if not instance.design.rounds:
        overflow = None
    return actual, expected_rounded(name, fmt, operands, overflow, None, rounder)


def differences(name, operands, **options):
    """Return how many codes and flags are wrong."""
    actual, right = run(name, operands, flags="after", **options)
    pairs = zip(("y", "flags"), right, strict=True)
    return [int(np.count_nonzero(actual[port].astype(np.int64) != codes)) for port, codes in pairs]


@pytest.mark.parametrize("name, count", [("divide", 2), ("square_root", 1)])
def test_every_operand(name, count):
    """Every operand of narrow formats, with flags, each in some mode."""
    modes = ("rne", "rtz", "rdn", "rup", "rna", "odd", "stochastic-b")
    formats = [fmt for fmt in FORMATS.values() if fmt.width <= 8 and fmt.is_signed]
    for number, fmt in enumerate(formats):
        mode = modes[number % len(modes)]
        bits = 3 if mode == "stochastic-b" else None
        options = {"format": fmt, "rounding": mode, "random_bits": bits}
        assert differences(name, every(fmt, count), **options) == [0, 0], (fmt.name, mode)


@pytest.mark.parametrize("name", ["remainder", "fmod"])
def test_every_pair(name):
    """Remainders of every pair of narrow formats, with flags; they do not round."""
    formats = [fmt for fmt in FORMATS.values() if fmt.width <= 8 and has_arithmetic(fmt)]
    assert len(formats) >= 10
    for fmt in formats:
        assert differences(name, every(fmt, 2), format=fmt) == [0, 0], fmt.name


@pytest.mark.parametrize("name", ["divide", "square_root", "remainder", "fmod"])
def test_wide(name):
    """Quotients, roots, remainders next to ties, corners and random operands."""
    is_long = name in ("remainder", "fmod")
    for fmt in (FORMATS["binary16"], FORMATS["bfloat16"], FORMATS["binary32"]):
        operands = list(wide_cases(name, fmt, 5000)[:: 1 + 4 * is_long].T)
        assert len(operands[0]) > 3000
        assert differences(name, operands, format=fmt) == [0, 0], fmt.name


def test_binary64():
    """Remainders of some of them, which take up to 2,098 steps."""
    fmt = FORMATS["binary64"]
    operands = list(wide_cases("remainder", fmt, 5000)[::100].T)
    assert differences("remainder", operands, format=fmt) == [0, 0]


def plant(fresh_builds, module, part):
    """Have a step forget a bit of what is left."""
    from spikefloat.rtl_gen.circuits import sequential

    right = getattr(module, part)

    def forgetful(gates, *words):
        rest, digit = right(gates, *words)
        return (*rest[:1], ZERO, *rest[2:]), digit

    build_steps.cache_clear()
    fresh_builds.setattr(sequential if module is quotient else module, part, forgetful)


@pytest.mark.parametrize(
    "name, module, part",
    [
        ("divide", quotient, "quotient_step"),
        ("square_root", quotient, "root_step"),
        ("remainder", remainder, "remainder_step"),
    ],
)
def test_planted_fault_is_found(fresh_builds, name, module, part):
    """A lowest bit of the rest that is forgotten."""
    plant(fresh_builds, module, part)
    fmt = FORMATS["e4m3fn"]
    operands = every(fmt, len(find_design(name).operands))
    assert differences(name, operands, format=fmt)[0] > 10
    build_steps.cache_clear()


def test_steps_of_remainders():
    """As many as the quotient has digits; all bits of the significand for subnormal divisors."""
    fmt = FORMATS["binary32"]
    instance = make_instance("remainder", format=fmt, style="sequential")
    steps = build_steps(instance.design, instance.circuit)
    assert steps.latency == 279
    assert remainder.digit_count(FORMATS["binary64"]) == 2098
    counts = {
        (5.0, 4.0): 1,
        (5.0, 3.0): 2,
        (5.0, 1.0): 3,
        (1.0, 5.0): 0,
        (2.0**100, 3.0): 100,
        (3.4e38, 1e-45): 277,
        (1e-45, 1e-45): 24,
        (1.0, 0.0): 0,
        (np.inf, 1.0): 0,
        (np.nan, 1.0): 0,
        (1.0, np.inf): 0,
    }
    pairs = np.array(list(counts), np.float32).view(np.uint32)
    skipped = Network(steps.prepare).run({"a": pairs[:, 0], "b": pairs[:, 1]})["skipped"]
    assert (steps.count - skipped.astype(int)).tolist() == list(counts.values())


def test_clocks_and_sizes():
    """Two clocks and one for each digit: binary32 stays below 35; less than half the neurons."""
    for name, clocks, neurons in (("divide", 28, 1399), ("square_root", 27, 744)):
        instance = make_instance(name, format="binary32", style="sequential")
        assert build_steps(instance.design, instance.circuit).latency == clocks
        assert size(instance)["neurons"] <= neurons
        assert 2 * neurons < len(make_instance(name, format="binary32").graph.neurons)


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("multiply", {}, "Style of multiply must be spatial or spiking, not sequential"),
        (
            "divide",
            {"objective": "neurons"},
            "Objective must be structure in the sequential style, not neurons",
        ),
        ("divide", {"is_stream": True}, "Style of streams must be spatial or spiking, not .*"),
    ],
)
def test_refused(name, options, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        make_hardware(make_instance(name, style="sequential", **options))


@pytest.mark.tool
@pytest.mark.slow
def test_verilog(tmp_path):
    """Ports, clocks and results on both simulators; operands of binary32 are directed ones."""
    options = {"style": "sequential", "flags": "after"}
    narrow, *wide = (
        make_instance("divide", format="e5m2", rounding="rup", **options),
        make_instance("divide", format="binary32", rounding="port", **options),
        make_instance("square_root", format="binary32", rounding="port", **options),
    )
    ports = " ".join(port.name for port in make_hardware(wide[0]).ports)
    assert ports == "clk rst start a b rounding ready valid y flags"
    for simulator, chosen in (("verilator", [narrow, *wide]), ("icarus", wide)):
        selected = Selected(random_cases=100)
        results = check(chosen, [simulator], tmp_path / simulator, selected)
        assert [one.outcome.mismatches for one in results] == [0] * len(chosen)
        assert all(one.outcome.cases >= 200 for one in results)


@pytest.mark.tool
@pytest.mark.slow
def test_verilog_of_remainders(tmp_path):
    """Every pair of two narrow formats in lanes that wait for each other; directed wide pairs."""
    options = {"style": "sequential", "flags": "after"}
    narrow = [
        make_instance(name, format=fmt, **options)
        for name, fmt in (("remainder", "e4m3fn"), ("fmod", "e5m2"))
    ]
    wide = [
        make_instance("remainder", format=fmt, **options)
        for fmt in ("binary16", "bfloat16", "binary32", "binary64")
    ]
    results = check([*narrow, *wide], ["verilator"], tmp_path, Selected(random_cases=300))
    assert [one.outcome.mismatches for one in results] == [0] * 6
    assert [one.outcome.cases for one in results[:2]] == [65536] * 2
    assert all(one.outcome.cases >= 600 for one in results[2:])
    few = check(wide[2:3], ["icarus"], tmp_path / "icarus", Selected(random_cases=20))
    assert few[0].outcome.mismatches == 0
    assert few[0].outcome.cases >= 40


@pytest.mark.tool
@pytest.mark.slow
def test_planted_fault_in_verilog_is_found(fresh_builds, tmp_path):
    """A lowest bit of the rest that is forgotten, in Verilog."""
    plant(fresh_builds, remainder, "remainder_step")
    instance = make_instance("remainder", format="binary16", style="sequential")
    (result,) = check([instance], ["verilator"], tmp_path, Selected(random_cases=100))
    assert result.outcome.mismatches > 10
    build_steps.cache_clear()
