# SPDX-License-Identifier: Apache-2.0
"""A cocotb test of one's own: `spikefloat verilog multiply -o build`, then `python test_product.py`."""

import cocotb
import numpy as np
from cocotb.triggers import Timer
from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner

import spikefloat as sf

CODES = np.arange(0, 256, 5)  # leave out the step for every code
A, B = (axis.ravel() for axis in np.meshgrid(CODES, CODES))


@cocotb.test()
async def pairs(dut):
    expected = sf.design("multiply", format="e4m3fn").golden(a=A, b=B)
    for a, b, y in zip(A, B, expected, strict=True):
        dut.a.value, dut.b.value = int(a), int(b)
        await Timer(1, "ns")
        assert dut.y.value.to_unsigned() == y, f"a={a:#04x} b={b:#04x}: {dut.y.value}, not {y:#04x}"


if __name__ == "__main__":
    runner = get_runner("icarus")
    runner.build(
        sources=["build/multiply_e4m3fn.v"],
        hdl_toplevel="multiply_e4m3fn",
        timescale=("1ns", "1ps"),
    )
    results = runner.test(hdl_toplevel="multiply_e4m3fn", test_module="test_product")
    raise SystemExit(get_results(results)[1])  # how many tests failed
