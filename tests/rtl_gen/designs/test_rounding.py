# SPDX-License-Identifier: Apache-2.0
"""Options of rounding: names, ports, headers, what is refused, and simulated Verilog."""

import pytest

from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.designs.header import command_line, design_hardware, instance_summary
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError


@pytest.mark.parametrize(
    "options, name, ports",
    [
        ({}, "multiply_e4m3fn", "a b y"),
        ({"rounding": "rne", "flags": "none"}, "multiply_e4m3fn", "a b y"),
        ({"rounding": "rtz"}, "multiply_e4m3fn_rtz", "a b y"),
        ({"rounding": "port"}, "multiply_e4m3fn_port", "a b rounding y"),
        ({"flags": "after"}, "multiply_e4m3fn_flags", "a b y flags"),
        ({"rounding": "rup", "flags": "before"}, "multiply_e4m3fn_rup_flags_before", "a b y flags"),
        ({"rounding": "stochastic-b"}, "multiply_e4m3fn_stochastic_b8", "a b random y"),
        (
            {"rounding": "stochastic-c", "random_bits": 3, "stages": 2},
            "multiply_e4m3fn_stochastic_c3_p2",
            "clk rst a b random y",
        ),
    ],
)
def test_names_and_ports(options, name, ports):
    hardware = design_hardware(make_instance("multiply", **options))
    assert hardware.module == name
    assert " ".join(port.name for port in hardware.ports) == ports


def test_header():
    instance = make_instance("add", rounding="port", flags="after")
    text = design_hardware(instance).verilog
    assert "// y = a + b, rounded as the operand rounding says (e4m3fn)" in text
    assert "// rounding: 0 rne, 1 rtz, 2 rdn, 3 rup, 4 rna; the other codes as 0" in text
    assert "// flags: bits 0 inexact, 1 underflow, 2 overflow, 3 divide_by_zero, 4 invalid" in text
    assert command_line("verilog", instance).endswith(" --rounding port --flags")
    before = make_instance("add", rounding="port", flags="before")
    assert command_line("verilog", before).endswith(" --rounding port --flags --tininess before")
    stochastic = make_instance("convert", rounding="stochastic-a", random_bits=5)
    assert " --rounding stochastic-a --random-bits 5" in command_line("verilog", stochastic)
    total = make_instance("dot", length=2, rounding="rup", flags="after")
    assert instance_summary(total).endswith("codes side by side; rounded up")


@pytest.mark.parametrize(
    "design, options, message",
    [
        (
            "multiply",
            {"rounding": "up"},
            "Rounding must be one of rne, rtz, rdn, rup, rna, odd, stochastic-a, stochastic-b, "
            "stochastic-c, rne-code, port, not 'up'",
        ),
        (
            "convert",
            {"format": "binary16", "to": "e4m3fn", "rounding": "rne-code"},
            "Rounding must be rne for e4m3fn, of which values have an even digit, not 'rne-code'",
        ),
        (
            "multiply",
            {"random_bits": 4},
            "Random bits must be given for a stochastic rounding, not for 'rne'",
        ),
        (
            "multiply",
            {"rounding": "stochastic-a", "random_bits": 33},
            "Random bits must be from 1 to 32, not 33",
        ),
        (
            "negate",
            {"rounding": "rtz"},
            "Rounding must be rne, without flags, for negate, not 'rtz'",
        ),
        (
            "linear",
            {"flags": "after"},
            "Rounding must be rne, without flags, for linear, not 'flags'",
        ),
        (
            "multiply",
            {"rounding": "rup", "objective": "neurons"},
            "Objective must be structure for rounding rup with flags none, not 'neurons'",
        ),
        ("multiply", {"flags": "yes"}, "Flags must be one of none, after, before, not 'yes'"),
    ],
)
def test_refused(design, options, message):
    with pytest.raises(InputError) as caught:
        make_instance(design, **options)
    assert str(caught.value) == message


def test_temporal_style_is_refused():
    with pytest.raises(InputError, match=r"^Rounding must be rne, without flags, in the temporal"):
        design_hardware(make_instance("multiply", rounding="rtz", style="temporal"))


CASES = [
    ("multiply", {"rounding": "port", "flags": "after"}, 65536 * 8),
    ("add", {"rounding": "rdn", "flags": "before"}, 65536),
    ("divide", {"rounding": "rup", "flags": "after"}, 65536),
    ("square_root", {"rounding": "odd", "flags": "after"}, 256),
    ("multiply", {"rounding": "stochastic-c", "random_bits": 3, "flags": "after"}, 65536 * 8),
    ("multiply", {"rounding": "rtz", "flags": "after", "stages": 2}, 65536),
    ("convert", {"format": "binary16", "to": "e5m2", "rounding": "rna", "flags": "after"}, 65536),
    ("fma", {"format": "e2m1fn", "rounding": "port", "flags": "after"}, 4096 * 8),
]


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_verilog(fmt, tmp_path):
    """Every mode of the port and every random number, codes and flags, in Verilator."""
    instances = [make_instance(name, **{"format": fmt, **options}) for name, options, _ in CASES]
    results = check(instances, ["verilator"], tmp_path, Selected())
    assert [result.outcome.mismatches for result in results] == [0] * len(CASES)
    assert [result.outcome.cases for result in results] == [count for *_, count in CASES]


@pytest.mark.tool
def test_wrong_flag_is_noticed(tmp_path, monkeypatch):
    """A circuit that never raises underflow is found."""
    from spikefloat.rtl_gen.circuits.parts import rounding_modes
    from spikefloat.rtl_gen.neurons.builder import ZERO

    right = rounding_modes.FlagBits.word
    monkeypatch.setattr(
        rounding_modes.FlagBits,
        "word",
        lambda self, gates: (*right(self, gates)[:1], ZERO, *right(self, gates)[2:]),
    )
    instance = make_instance("square_root", format="e2m1fn", rounding="rna", flags="after")
    other = make_instance("multiply", format="e4m3fn", rounding="rna", flags="after")
    results = check([instance, other], ["icarus"], tmp_path, Selected())
    assert results[1].outcome.mismatches > 100
    assert "flags" in results[1].outcome.report
