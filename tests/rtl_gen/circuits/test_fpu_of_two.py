# SPDX-License-Identifier: Apache-2.0
"""The float unit for two formats: every operation on every pair of codes of each, with flags."""

import numpy as np
import pytest

import spikefloat as sf
from spikefloat.rtl_gen.checks.golden import golden_operation
from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.circuits import fpu
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.header import header_lines
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, PORT_CODES, find_format
from spikefloat.rtl_gen.formats.operation_codes import OPERATION_CODES
from spikefloat.sim.golden.operations import expected_rounded, wide_cases
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network
from tests.helpers.command import Capture, run_json
from tests.helpers.flags import every

PORTS = ("a", "b", "c", "op", "format")


def unit(first, second, **more):
    return make_instance(
        "fpu", format=first, format_2=second, rounding="port", flags="after", **more
    )


def differences(instance, rows, is_alone=False):
    """Return the formats and operation codes with wrong results; each row has a mode of its own.

    The golden model is that of the unit, or if ``is_alone`` that of a unit for one format.
    """
    first, second = instance.circuit.format, instance.circuit.second
    mode = np.random.default_rng(5).integers(0, len(PORT_CODES), len(rows))
    inputs = dict(zip(PORTS, rows.T, strict=True))
    actual = Network(instance.graph).run({**inputs, "rounding": mode})
    wrong = np.zeros(len(rows), bool)
    for code, rounding in enumerate(PORT_CODES):
        for index, fmt in enumerate((first, second)):
            here = (mode == code) & (rows[:, 4] == index)
            operands = [column[here] for column in rows.T]
            if is_alone:
                mask = (1 << fmt.width) - 1
                a, b, c, op, _ = operands
                case = "fpu", fmt, [a, b & mask, c & mask, op]
            else:
                case = golden_operation(instance), first, operands
            right = expected_rounded(*case, instance.circuit.overflow, None, Rounder(rounding))
            codes, flags = (actual[port][here] for port in ("y", "flags"))
            wrong[here] = (codes != right.codes) | (flags != right.flags)
    return sorted(set(map(tuple, rows[wrong][:, :2:-1].tolist())))


def all_pairs(fmt, code, which):
    """Return every pair for an operation, beside random third operands and bits above the first."""
    rng = np.random.default_rng(code)
    a, b = every(fmt, 2)
    c, above = rng.integers(0, 1 << fmt.width, len(a)), rng.integers(0, 1 << 24, len(a))
    return np.stack([a | above << 8, b, c, np.full_like(a, code), np.full_like(a, which)], axis=1)


def test_every_pair_of_some_operations():
    """Of both formats, by the golden model of a unit for one: a product, an order, a sign."""
    instance = unit("e4m3fn", "e5m2")
    for name in ("multiply", "less", "copy_sign"):
        code = OPERATION_CODES.index(name)
        for which, fmt in enumerate(("e4m3fn", "e5m2")):
            rows = all_pairs(FORMATS[fmt], code, which)
            assert differences(instance, rows, is_alone=True) == [], (name, fmt)


@pytest.mark.slow
def test_every_operation_on_every_pair():
    instance = unit("e4m3fn", "e5m2")
    for code in range(32):
        for which, fmt in enumerate(("e4m3fn", "e5m2")):
            rows = all_pairs(FORMATS[fmt], code, which)
            assert differences(instance, rows) == [], (code, fmt)


@pytest.mark.parametrize(
    "first, second", [("e4m3fn", "e5m2"), ("e2m1fn", "binary16"), ("bfloat16", "binary8p3se")]
)
def test_directed_operands(first, second):
    """Also of formats of two widths, of which one has no NaN."""
    instance = unit(first, second)
    rows = wide_cases(golden_operation(instance), instance.circuit.format, 4000)
    assert set(rows[:, 4]) == {0, 1}
    assert differences(instance, rows) == []


def test_planted_fault_is_found(fresh_builds):
    """Each format takes the other's place."""
    right = fpu._results

    def swapped(gates, fmt, *rest):
        other = {"e4m3fn": "e5m2", "e5m2": "e4m3fn"}[fmt.name]
        return right(gates, find_format(other), *rest)

    fresh_builds.setattr(fpu, "_results", swapped)
    instance = unit("e4m3fn", "e5m2")
    rows = wide_cases(golden_operation(instance), instance.circuit.format, 1000)
    found = {which for which, _ in differences(instance, rows)}
    assert found == {0, 1}


def test_name_header_and_size():
    instance = unit("e4m3fn", "e5m2", stages=1)
    assert instance.name == "fpu_e4m3fn_or_e5m2_port_flags_p1"
    text = "\n".join(header_lines(instance))
    assert "(e4m3fn or e5m2)" in text
    assert "format: 0 e4m3fn, 1 e5m2" in text
    assert " --format e4m3fn --format-2 e5m2 " in text
    ports = " ".join(port.name for port in make_hardware(unit("e2m1fn", "e2m3fn")).ports)
    assert ports == "a b c op format rounding y flags"
    alone = [
        make_instance("fpu", format=fmt, rounding="port", flags="after")
        for fmt in ("e4m3fn", "e5m2")
    ]
    neurons = len(instance.graph.neurons)
    assert neurons <= 3832
    assert 10 * neurons < 9.3 * sum(len(one.graph.neurons) for one in alone)


def test_from_python():
    circuit = sf.design("fpu", format="e4m3fn", format_2="e5m2")
    operands = {"a": [0x38, 0x3C], "b": [0x40, 0x40], "c": [0, 0], "op": [0, 0], "format": [0, 1]}
    assert circuit.simulate(**operands).tolist() == [0x40, 0x40]
    assert circuit.golden(**operands).tolist() == [0x40, 0x40]


@pytest.mark.parametrize(
    "design, first, second, message",
    [
        ("add", "e4m3fn", "e5m2", "Second format must be for fpu, not for add"),
        ("fpu", "e4m3fn", "e4m3fn", "Second format of fpu must be another one of e4m3fn, "),
        ("fpu", "e4m3fn", "binary64", "Second format of fpu must be another one of e4m3fn, "),
    ],
)
def test_wrong_formats(design, first, second, message):
    with pytest.raises(InputError, match=f"^{message}"):
        make_instance(design, format=first, format_2=second)


def test_command(capsys: Capture) -> None:
    (row,) = run_json(capsys, "stats", "fpu", "--format", "e2m1fn", "--format-2", "e2m3fn")
    assert (row["format"], row["format_2"]) == ("e2m1fn", "e2m3fn")
    assert row["neurons"] > 500


@pytest.mark.tool
@pytest.mark.slow
def test_verilog(tmp_path):
    """A fourth of the directed operands of every operation, of narrow formats."""
    instance = make_instance("fpu", format="e2m1fn", format_2="e2m3fn")
    (result,) = check([instance], ["icarus"], tmp_path, Selected(random_cases=0, every=4))
    assert result.outcome.mismatches == 0
    assert result.outcome.cases == 6_401
