# SPDX-License-Identifier: Apache-2.0
"""Quotients and roots digit by digit: the three circuits in turn, and the unit as Verilog."""

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.circuits.parts import quotient
from spikefloat.rtl_gen.designs.build import build_steps
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
    codes = {name: ports[name] for name in instance.design.operands}
    state = {word: np.zeros(len(operands[0]), np.uint64) for word in steps.state}
    state |= {p.removeprefix("first_"): v for p, v in Network(steps.prepare).run(codes).items()}
    step = Network(steps.step)
    for _ in range(steps.count):
        state |= {p.removeprefix("next_"): v for p, v in step.run(state).items()}
    actual = Network(steps.finish).run({**ports, **state})
    rounder = Rounder(ways.mode, ports.get("random", 0), ways.random_bits)
    overflow, fmt = instance.circuit.overflow, instance.circuit.format
    return actual, expected_rounded(name, fmt, operands, overflow, None, rounder)


def differences(name, operands, **options):
    """Return how many codes and flags are wrong."""
    actual, right = run(name, operands, flags="after", **options)
    pairs = zip(("y", "flags"), right, strict=True)
    return [int(np.count_nonzero(actual[port] != codes)) for port, codes in pairs]


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


@pytest.mark.parametrize("name", ["divide", "square_root"])
def test_wide(name):
    """Quotients and roots next to ties, corners and random operands."""
    for fmt in (FORMATS["binary16"], FORMATS["bfloat16"], FORMATS["binary32"]):
        operands = list(wide_cases(name, fmt, 5000).T)
        assert differences(name, operands, format=fmt) == [0, 0], fmt.name


@pytest.mark.parametrize("name, part", [("divide", "quotient_step"), ("square_root", "root_step")])
def test_planted_fault_is_found(fresh_builds, name, part):
    """A lowest bit of the rest that is forgotten."""
    from spikefloat.rtl_gen.circuits import sequential

    right = getattr(quotient, part)

    def forgetful(gates, *words):
        rest, digit = right(gates, *words)
        return (*rest[:1], ZERO, *rest[2:]), digit

    build_steps.cache_clear()
    fresh_builds.setattr(sequential, part, forgetful)
    fmt = FORMATS["e4m3fn"]
    operands = every(fmt, 2 if name == "divide" else 1)
    assert differences(name, operands, format=fmt)[0] > 10
    build_steps.cache_clear()


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
    """Ports, clocks and results on both simulators; operands of wide formats are directed ones."""
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
