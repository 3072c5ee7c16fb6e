# SPDX-License-Identifier: Apache-2.0
"""Encoder, decoder and step-by-step arithmetic as Verilog, against the golden model."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.cells import codec_verilog
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.codecs import CodecDesign, decoder_check, encoder_check, fixed_corners
from spikefloat.sim.benches.dut import Contract
from spikefloat.sim.benches.scalars import ScalarDesign, scalar_checks
from spikefloat.sim.cases.exhaustive import operand_cases
from spikefloat.sim.simulators.lint import lint

FORMAT_NAMES = ("e4m3fn", "e5m2")


def make_codec_check(name, format_name, overflow=Overflow.NAN, sample=None, **bits):
    """Return a check of an encoder or a decoder."""
    p = CodecParameters(fmt=FORMATS[format_name], overflow=overflow, **bits)
    module = f"{name}_{format_name}_{overflow.name.lower()}"
    design = CodecDesign(
        verilog=codec_verilog(name, p, module),
        module=module,
        latency=p.decoder_latency if name == "decoder" else p.encoder_latency,
        fmt=p.fmt,
        integer_bits=p.integer_bits,
        fraction_bits=p.fraction_bits,
    )
    if name == "decoder":
        return decoder_check(design)
    return encoder_check(design, overflow, sample=sample)


def make_operation_check(name, format_name, overflow=Overflow.NAN, sample=None):
    """Return a check of an operation of the step-by-step engine, on every pair or a sample."""
    instance = make_instance(name, format=format_name, overflow=overflow.value, style="temporal")
    module = f"{name}_{format_name}_{overflow.name.lower()}"
    hardware = make_hardware(instance, module=module)
    assert hardware.is_clocked
    pairs = "all"
    if sample is not None:
        operands = np.stack(operand_cases([instance.circuit.format], 2, "all"), axis=1)
        pairs = operands[np.random.default_rng(1).permutation(len(operands))[:sample]]
    design = ScalarDesign(
        name=module,
        verilog=hardware.verilog,
        module=module,
        operation=name,
        fmt=instance.circuit.format,
        overflow=overflow,
        contract=Contract.HANDSHAKE,
        latency=hardware.latency,
    )
    (check,) = scalar_checks([design], pairs)
    return check


def all_exact(checks, simulator, folder):
    """Demand that every check passes, and return the numbers of cases."""
    results = verify(checks, simulator, folder)
    assert [(r.dut.name, r.simulator, r.mismatches, r.report) for r in results] == [
        (check.dut.name, simulator, 0, "") for check in checks
    ]
    return [result.cases for result in results]


def test_corners():
    fmt = FORMATS["e4m3fn"]
    corners = set(fixed_corners(fmt, integer_bits=10, fraction_bits=10).tolist())
    assert {0, 1, 2, 3, 448 << 10, (464 << 10) - 1, 464 << 10, (464 << 10) + 1} <= corners
    assert max(corners) == 2**20 - 1
    assert 400 < len(corners) < 3 * 4 * 127


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
def test_codec_sample(simulator, tmp_path):
    """20,000 random numbers with every value and tie, and every code."""
    checks = [make_codec_check("encoder", name, sample=20_000) for name in FORMAT_NAMES]
    checks += [
        make_codec_check("encoder", "e4m3fn", Overflow.SATURATE, sample=5_000),
        make_codec_check(
            "encoder", "e5m2", Overflow.SATURATE, sample=5_000, integer_bits=17, fraction_bits=16
        ),
    ]
    checks += [make_codec_check("decoder", name) for name in FORMAT_NAMES]
    counts = all_exact(checks, simulator, tmp_path)
    assert all(count > 20_000 for count in counts[:2])
    assert counts[4:] == [256, 256]


@pytest.mark.slow
@pytest.mark.tool
def test_step_by_step_on_every_pair(tmp_path):
    checks = [
        make_operation_check(name, fmt) for name in ("multiply", "add") for fmt in FORMAT_NAMES
    ]
    assert all_exact(checks, "verilator", tmp_path) == [65536] * 4


@pytest.mark.tool
@pytest.mark.parametrize("sample", [100, pytest.param(2000, marks=pytest.mark.slow)])
def test_step_by_step_sample(sample, tmp_path):
    checks = [
        make_operation_check(name, fmt, overflow, sample=sample)
        for name in ("multiply", "add")
        for fmt in FORMAT_NAMES
        for overflow in (Overflow.NAN, Overflow.SATURATE)
    ]
    assert all_exact(checks, "icarus", tmp_path) == [sample] * 8


@pytest.mark.tool
@pytest.mark.slow
def test_encoder_on_every_number(tmp_path):
    checks = [make_codec_check("encoder", name) for name in FORMAT_NAMES]
    assert all_exact(checks, "verilator", tmp_path) == [2**21] * 2


@pytest.mark.tool
def test_faults_are_found(tmp_path):
    """An encoder that truncates, a decoder that gains, an adder that keeps no carry."""
    encoder = make_codec_check("encoder", "e4m3fn", sample=2000)
    truncates = _with_fault(encoder, "wire rounds_up = half & ", "wire rounds_up = 1'b0 & half & ")
    decoder = make_codec_check("decoder", "e4m3fn")
    adder = make_operation_check("add", "e4m3fn", sample=2000)
    forgets = _with_fault(adder, "if (enable) spike <= fires", "if (enable) spike <= 1'b0")
    right = "wire [19:0] total = value + "
    grows = _with_fault(decoder, right, f"{right}1'b1 + ")
    results = verify([truncates, grows, forgets], "icarus", tmp_path)
    assert all(result.mismatches > 100 for result in results)
    assert results[0].report.startswith(f"encoder_e4m3fn_nan: {results[0].mismatches} of ")
    assert results[0].report.count("\n") == 9
    assert ": got code=0x" in results[0].report
    assert ", expected code=0x" in results[0].report


def _with_fault(check, right, wrong):
    assert check.dut.verilog.count(right) == 1
    return replace(check, dut=replace(check.dut, verilog=check.dut.verilog.replace(right, wrong)))


@pytest.mark.tool
def test_verilator_has_nothing_to_say(tmp_path):
    """About the default designs `make lint` asks; these have what the others lack."""
    checks = [
        make_codec_check("encoder", "e2m1fn", Overflow.SATURATE, integer_bits=1, fraction_bits=0),
        make_codec_check("encoder", "e5m2fnuz"),
        make_codec_check("decoder", "e5m2"),
        make_codec_check("decoder", "e3m4", integer_bits=1, fraction_bits=2),
    ]
    checks += [
        make_operation_check(*case, sample=1)
        for case in (("multiply", "e4m3fn"), ("add", "e5m2"), ("add", "e2m1fn", Overflow.SATURATE))
    ]
    for check in checks:
        path = tmp_path / f"{check.dut.module}.v"
        path.write_text(check.dut.verilog, encoding="utf-8")
        assert lint(path) == ""
