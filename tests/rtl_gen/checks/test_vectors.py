# SPDX-License-Identifier: Apache-2.0
"""Operations on vectors: names, headers, commands, the library, and RTL against the golden model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from _pytest.mark import ParameterSet

import spikefloat as sf
from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.designs.header import command_line, header_lines
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.golden.vectors.operations import VECTORS
from tests.helpers.command import Capture, run_command, run_json


def test_names_and_headers() -> None:
    instance = make_instance("rope", to="bfloat16", length=4)
    assert instance.name == "rope4_e4m3fn_to_bfloat16"
    lines = header_lines(instance)
    for line in (
        "a: e4m3fn, that of element i is [8 * i +: 8]",
        "cos: e4m3fn, that of pair i is [8 * i +: 8]",
        "y: bfloat16, that of element i is [16 * i +: 16]",
        "rounding: each y[i], once, from the exact sum of two products into bfloat16, "
        "to nearest even",
    ):
        assert line in lines
    assert command_line("verilog", instance) == (
        "spikefloat verilog rope --format e4m3fn --to bfloat16 --overflow nan --library native "
        "--budget w2 --objective structure --length 4"
    )
    assert {name: codes.width for name, codes in instance.ports.items()} == {
        "a": 32,
        "cos": 16,
        "sin": 16,
        "y": 64,
    }


def test_roundings_are_named() -> None:
    lines = header_lines(make_instance("swiglu", format="e5m2", length=2))
    assert "rounding 1: silu(a[i]) to bfloat16, to nearest even (correctly rounded)" in lines
    assert "rounding 2: its exact product with b[i] to e5m2, to nearest even" in lines
    for name in VECTORS:
        assert any(line.startswith("rounding") for line in header_lines(make_instance(name)))


@pytest.mark.parametrize("length, bits", [(1, 1), (2, 1), (3, 2), (16, 4), (17, 5), (1024, 10)])
def test_bits_of_an_index(length: int, bits: int) -> None:
    instance = make_instance("vector_argmax", length=length)
    assert instance.ports["y"].width == bits
    if length < 100:
        assert len(instance.graph.outputs[0].nodes) == bits
    assert not any(line.startswith("overflow") for line in header_lines(instance))


@pytest.mark.parametrize(
    "command, message",
    [
        ("vector_sum --length 0", "Length must be an integer from 1 to 1024, not '0'"),
        ("vector_sum --length 5000", "Length must be an integer from 1 to 1024, not '5000'"),
        ("rope --length 5", "Length of rope must be a multiple of 2, not 5"),
        (
            "vector_sum --accumulate tree",
            "Option --accumulate has no effect for vector_sum; it is for dot, linear and block_dot",
        ),
        (
            "vector_maximum --to bfloat16",
            "Option --to has no effect for vector_maximum; it is for designs whose result may have "
            "another format",
        ),
        (
            "vector_argmax --overflow saturate",
            "Option --overflow has no effect for vector_argmax; it is for designs that round",
        ),
        (
            "softmax --rounding rup",
            "Option --rounding has no effect for softmax; it is for designs that round",
        ),
        (
            "glu --rounding rup --flags",
            "Option --flags has no effect for glu; it is for designs that round once",
        ),
        (
            "block_dot --style sequential",
            "Style of block_dot must be spatial or spiking, not sequential",
        ),
    ],
)
def test_mistakes(command: str, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    status, _, told = run_command(f"spikefloat verilog {command} -o {folder}")
    assert status == 2
    assert told.splitlines() == [f"spikefloat: error: {message}"]
    assert not folder.exists()


def test_an_unknown_format() -> None:
    status, _, told = run_command("spikefloat stats vector_sum --format e9m9")
    assert status == 2
    assert told.startswith("spikefloat: error: Format must be one of e4m3fn, ")
    assert told.count("\n") == 1


def test_rows(capsys: Capture) -> None:
    rows = run_json(capsys, "stats", "vector_sum", "--length", "2,3", "--to", "e4m3fn,bfloat16")
    assert [(row["length"], row["to"]) for row in rows] == [
        (2, "e4m3fn"),
        (3, "e4m3fn"),
        (2, "bfloat16"),
        (3, "bfloat16"),
    ]


def test_library() -> None:
    circuit = sf.design("rope", length=4)
    codes = np.full((2, 5, 4), 0x38)
    result = circuit.simulate(a=codes, cos=[0x38, 0x00], sin=[0x00, 0x38])
    assert result.shape == (2, 5, 4)
    assert result[0, 0].tolist() == [0x38, 0x38, 0xB8, 0x38]
    index = sf.design("vector_argmax", length=3).simulate(a=[[0x30, 0x40, 0x40], [0, 0, 0x7F]])
    assert index.tolist() == [1, 2]


def slow(*values: object) -> ParameterSet:
    return pytest.param(*values, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    "name, options, simulator",
    [
        ("vector_argmax", {"length": 5, "stages": 2}, "icarus"),
        ("vector_maximum", {"length": 3, "style": "spiking"}, "icarus"),
        slow("vector_sum", {"length": 3, "stages": 3, "to": "bfloat16"}, "icarus"),
        slow("glu", {"length": 1, "style": "spiking"}, "icarus"),
        slow("rope", {"length": 2, "stages": 3}, "icarus"),
        slow("vector_argmax", {"length": 8, "format": "e5m2"}, "verilator"),
        slow("vector_sum_of_squares", {"length": 3, "format": "e5m2"}, "verilator"),
        slow("swiglu", {"length": 2}, "verilator"),
        slow("rope", {"length": 2}, "verilator"),
    ],
)
@pytest.mark.tool
def test_hardware(name: str, options: dict, simulator: str, tmp_path: Path) -> None:
    instance = make_instance(name, **options)
    (checked,) = check([instance], [simulator], tmp_path, Selected(random_cases=200))
    assert checked.pairs == "sampled"
    assert checked.outcome.cases > 200
    assert checked.outcome.mismatches == 0


@pytest.mark.parametrize(
    "name, options",
    [
        ("vector_argmax", {"length": 3, "stages": 1}),
        slow("vector_sum", {"length": 3}),
        slow("rope", {"length": 2, "style": "spiking"}),
    ],
)
@pytest.mark.tool
def test_streams(name: str, options: dict, tmp_path: Path) -> None:
    instance = make_instance(name, is_stream=True, **options)
    checked = check([instance], ["icarus"], tmp_path, Selected(random_cases=100))
    assert [str(row.outcome.pauses) for row in checked] == ["none", "random"]
    assert all(row.outcome.cases > 100 and not row.outcome.mismatches for row in checked)


@pytest.mark.tool
def test_a_wrong_golden_model_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = VECTORS["vector_argmax"]

    def wrong(*args: object) -> np.ndarray:
        return right.function(*args) ^ 1

    monkeypatch.setitem(VECTORS, "vector_argmax", replace(right, function=wrong))
    instance = make_instance("vector_argmax", length=2)
    (checked,) = check([instance], ["icarus"], tmp_path, Selected(random_cases=50))
    assert checked.outcome.mismatches == checked.outcome.cases
