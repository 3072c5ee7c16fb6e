# SPDX-License-Identifier: Apache-2.0
"""The hand-written designs that ours are compared with are exact, however they are cut."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden import operations as reference
from tests.helpers.command import run_command
from tests.helpers.paths import ROOT

FOLDER = ROOT / "benchmarks" / "reference"
FMT = FORMATS["e4m3fn"]
CUTS = range(5)

#: What is compared, and the most registers that it can have in a row.
OPERATIONS = {"multiply": 4, "add": 4, "divide": 4, "square_root": 2}

#: Every pair, one per clock; the results of all variants side by side, as bytes.
BENCH = """\
module bench;
    reg clk = 0;
    reg [15:0] pair;
    wire [7:0] y0, y1, y2, y3, y4;
    integer file, index;
{instances}
    initial begin
        file = $fopen("results.bin", "wb");
        for (index = 0; index < 65536 + 4; index = index + 1) begin
            pair = index;
            #1 $fwrite(file, "%c%c%c%c%c", y0, y1, y2, y3, y4);
            clk = 1; #1 clk = 0;
        end
        $fclose(file);
    end
endmodule
"""


def operand_count(operation: str) -> int:
    return reference.find_operation(operation).operand_count


def simulate(operation: str, folder: Path, change: tuple[str, str] = ("", "")) -> NDArray[np.int64]:
    """Return the result of every pair (a in the high byte), one row for each number of cuts."""
    name = f"{operation}_e4m3fn"
    text = (FOLDER / f"{name}.v").read_text()
    source = text.replace(*change)
    assert source != text or change == ("", "")
    ports = ".a(pair[15:8])" + ", .b(pair[7:0])" * (operand_count(operation) == 2)
    instances = "\n".join(
        f"    {name}_plain #(.CUTS({cuts})) dut{cuts} (.clk(clk), {ports}, .y(y{cuts}));"
        for cuts in CUTS
    )
    (folder / "source.v").write_text(source)
    (folder / "bench.v").write_text(BENCH.format(instances=instances))
    subprocess.run(
        ["iverilog", "-g2005", "-Wall", "-o", "bench", "source.v", "bench.v"],
        cwd=folder,
        check=True,
    )
    subprocess.run(["vvp", "bench"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    found = np.fromfile(folder / "results.bin", np.uint8).reshape(-1, len(CUTS))
    assert len(found) == 65536 + 4
    delays = [min(cuts, OPERATIONS[operation]) for cuts in CUTS]
    rows = [found[delay : delay + 65536, cuts] for cuts, delay in enumerate(delays)]
    return np.array(rows, np.int64)


def expected(operation: str) -> NDArray[np.int64]:
    pairs = np.arange(65536)
    operands = (pairs >> 8, pairs & 255)[: operand_count(operation)]
    return reference.expected(operation, FMT, operands, "nan")


@pytest.mark.tool
@pytest.mark.parametrize(
    "operation",
    [pytest.param(name, marks=pytest.mark.slow if name == "divide" else ()) for name in OPERATIONS],
)
def test_all_pairs(operation: str, tmp_path: Path) -> None:
    found = simulate(operation, tmp_path)
    assert found.shape == (len(CUTS), 65536)
    assert [int((row != expected(operation)).sum()) for row in found] == [0] * len(CUTS)


@pytest.mark.tool
def test_wrong_rounding_is_found(tmp_path: Path) -> None:
    found = simulate("multiply", tmp_path, ("sticky_4 | significand_4[0]", "sticky_4"))
    assert all(int((row != expected("multiply")).sum()) > 1000 for row in found)


def block_status(design: str, path: Path) -> int:
    """Return the status of the check of a design on a block of 16 elements of MXFP8."""
    options = "--block-size 16 --sim icarus --trials 1500"
    return run_command(f"spikefloat verify {design} {options} --verilog {path}")[0]


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize(
    "design, right, fault",
    [
        ("block_dot", "half & (sticky | moved[57])", "half & sticky"),
        ("block_sum", "y_nan ? {BITS{1'b0}} : node[1]", "node[1]"),
    ],
)
def test_products_of_a_block(design: str, right: str, fault: str, tmp_path: Path) -> None:
    own = FOLDER / f"{design}_mxfp8_e4m3.v"
    assert block_status(design, own) == 0
    wrong = own.read_text().replace(right, fault)
    assert wrong != own.read_text()
    (tmp_path / "wrong.v").write_text(wrong)
    assert block_status(design, tmp_path / "wrong.v") == 1
