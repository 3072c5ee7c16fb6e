# SPDX-License-Identifier: Apache-2.0
"""The hand-written designs that ours are compared with are exact, however they are cut."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden import operations as reference
from tests.helpers.paths import ROOT

FOLDER = ROOT / "benchmarks" / "reference"
FMT = FORMATS["e4m3fn"]
CUTS = range(5)

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


def simulate(source: str, module: str, folder: Path) -> NDArray[np.int64]:
    """Return the result of every pair (a in the high byte), one row for each number of cuts."""
    instances = "\n".join(
        f"    {module} #(.CUTS({cuts})) dut{cuts} (.clk(clk), .a(pair[15:8]), .b(pair[7:0]), "
        f".y(y{cuts}));"
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
    return np.array([found[cuts : cuts + 65536, cuts] for cuts in CUTS], np.int64)


def expected(operation: str) -> NDArray[np.int64]:
    pairs = np.arange(65536)
    return reference.expected(operation, FMT, (pairs >> 8, pairs & 255), "nan")


@pytest.mark.tool
@pytest.mark.parametrize("operation", ["multiply", "add"])
def test_all_pairs(operation: str, tmp_path: Path) -> None:
    name = f"{operation}_e4m3fn"
    found = simulate((FOLDER / f"{name}.v").read_text(), f"{name}_plain", tmp_path)
    assert found.shape == (len(CUTS), 65536)
    assert [int((row != expected(operation)).sum()) for row in found] == [0] * len(CUTS)


@pytest.mark.tool
def test_wrong_rounding_is_found(tmp_path: Path) -> None:
    source = (FOLDER / "multiply_e4m3fn.v").read_text()
    wrong = source.replace("sticky_4 | significand_4[0]", "sticky_4")
    assert wrong != source
    found = simulate(wrong, "multiply_e4m3fn_plain", tmp_path)
    assert all(int((row != expected("multiply")).sum()) > 1000 for row in found)
