# SPDX-License-Identifier: Apache-2.0
"""Designs are checked against the golden model in a simulator, and faults are found.

The designs here are tables of the right results, so that nothing but the checking is tested.
"""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import find_format, resolve_overflow
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.scalars import ScalarDesign, scalar_checks
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.simulators.find import SIMULATORS


def make_table(fmt_name, overflow=None, fault=None, operation="multiply"):
    """Return a design that looks its results up; ``fault`` is a pair with a wrong result."""
    fmt = find_format(fmt_name)
    policy = resolve_overflow(fmt, overflow)
    size = 2**fmt.width
    a, b = np.divmod(np.arange(size**2), size)
    codes = golden.multiply(fmt, a, b, policy).tolist()
    if fault is not None:
        codes[fault[0] * size + fault[1]] ^= 1
    table = sum(code << fmt.width * index for index, code in enumerate(codes))
    bits = fmt.width * size**2
    high = fmt.width - 1
    verilog = f"""
module table_of_products (input wire [{2 * fmt.width - 1}:0] index, output wire [{high}:0] y);
  localparam [{bits - 1}:0] TABLE = {bits}'h{table:x};
  assign y = TABLE[index * {fmt.width} +: {fmt.width}];
endmodule
module product (input wire [{high}:0] a, input wire [{high}:0] b, output wire [{high}:0] y);
  table_of_products table_0 (.index({{a, b}}), .y(y));
endmodule
"""
    return ScalarDesign(
        name=f"product_{fmt.name}",
        verilog=verilog,
        module="product",
        operation=operation,
        fmt=fmt,
        overflow=policy,
    )


@pytest.mark.tool
@pytest.mark.parametrize("simulator", SIMULATORS)
def test_verify(simulator, tmp_path):
    designs = [
        make_table("e2m1fn"),
        make_table("e2m3fn", fault=(0x0B, 0x1F)),
        make_table("e2m1fn", fault=(0x5, 0x6)),
        make_table("e3m2fn"),
    ]
    steps = []
    results = verify(scalar_checks(designs, "all"), simulator, tmp_path, progress=steps.append)
    assert [result.dut.name for result in results] == [design.name for design in designs]
    assert [result.cases for result in results] == [256, 4096, 256, 4096]
    assert [result.mismatches for result in results] == [0, 1, 1, 0]
    assert [result.report for result in results] == [
        "",
        "product_e2m3fn: 1 of 4096 results wrong\n"
        "  a=0x0B (1.375) b=0x1F (7.5): got 0x1E (7), expected 0x1F (7.5)",
        "product_e2m1fn: 1 of 256 results wrong\n"
        "  a=0x5 (3) b=0x6 (4): got 0x6 (4), expected 0x7 (6)",
        "",
    ]
    assert {result.simulator for result in results} == {simulator}
    assert all(result.seconds > 0 for result in results)
    assert len(steps) == 2


@pytest.mark.tool
def test_verify_published_pairs(tmp_path):
    # The fault has a negative operand, which is not among the published pairs.
    designs = [make_table("e2m1fn", fault=(0x9, 0x1)), make_table("e2m3fn")]
    results = verify(scalar_checks(designs, "published"), "icarus", tmp_path)
    assert [result.cases for result in results] == [64, 1024]
    assert [result.mismatches for result in results] == [0, 0]


@pytest.mark.tool
def test_verify_pairs_of_an_array(tmp_path):
    pairs = np.array([[0x9, 0x1], [0x2, 0x3], [0x9, 0x1]])
    checks = scalar_checks([make_table("e2m1fn", fault=(0x9, 0x1))], pairs)
    (result,) = verify(checks, "icarus", tmp_path)
    assert (result.cases, result.mismatches) == (3, 2)


@pytest.mark.tool
def test_verify_undefined_output(tmp_path):
    design = make_table("e2m1fn")
    verilog = design.verilog.replace(".index({a, b})", ".index()")
    broken = replace(design, verilog=verilog)
    right, undefined = verify(scalar_checks([design, broken], "all"), "icarus", tmp_path)
    assert (right.cases, right.mismatches) == (256, 0)
    assert (undefined.cases, undefined.mismatches) == (256, 256)
    first = "  a=0x0 (0) b=0x0 (0): got undefined, expected 0x0 (0)"
    assert undefined.report.splitlines()[1] == first


def test_verify_unknown_pairs():
    with pytest.raises(ValueError, match="^Pairs must be all or published, not 'some'$"):
        scalar_checks([make_table("e2m1fn")], "some")


def test_verify_unknown_operation():
    message = "^Operation must be one of multiply.*, not 'guess'$"
    with pytest.raises(ValueError, match=message):
        scalar_checks([make_table("e2m1fn", operation="guess")], "all")
