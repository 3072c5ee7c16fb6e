# SPDX-License-Identifier: Apache-2.0
"""Designs on blocks that share a scale: names, headers, the library, and RTL against the golden model."""

from pathlib import Path

import numpy as np
import pytest
from _pytest.mark import ParameterSet

import spikefloat as sf
from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.designs.header import command_line, header_lines
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.shapes import BlockShape, make_block_shape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS
from spikefloat.sim.golden.vectors import blocks as golden
from tests.helpers.command import Capture, run_command, run_json

BLOCK_DOT = (
    "spikefloat verilog block_dot --to bfloat16 --overflow nan --library native --budget w2 "
)


def small(name: str, **options: int | str) -> Instance:
    shape = make_block_shape(name, size=2, blocks=2 if name == "nvfp4" else 1)
    return make_instance("block_dot", block=shape, to="bfloat16", **options)


def test_names_and_headers() -> None:
    instance = make_instance("block_dot", to="bfloat16", block=make_block_shape("nvfp4", blocks=2))
    assert instance.name == "block_dot_nvfp4_2blocks_bfloat16"
    lines = header_lines(instance)
    assert "a: e2m1fn, element j of block i is [4 * (16 * i + j) +: 4]" in lines
    assert "b_scale: ue4m3, that of block i is [7 * i +: 7]" in lines
    assert "y: bfloat16" in lines
    assert command_line("verilog", instance) == (
        BLOCK_DOT + "--objective structure --block nvfp4 --blocks 2"
    )
    shapes = [
        make_block_shape(name, blocks=blocks, size=size)
        for name in BLOCK_FORMATS
        for blocks in (1, 2)
        for size in (4, None)
    ]
    assert len({shape.name for shape in shapes}) == len(shapes)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"block": "mxfp3"}, r"^Block format must be one of mxfp8_e4m3, .*, not 'mxfp3'"),
        ({"size": 12}, r"^Block size must divide the 32 elements of mxfp8_e4m3, not be 12$"),
        ({"size": 0}, r"^Block size must divide the 32 elements of mxfp8_e4m3, not be 0$"),
        (
            {"blocks": 33},
            r"^Number of blocks of 32 elements must be between 1 and 32, not 33$",
        ),
    ],
)
def test_shapes_that_there_are_not(options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_block_shape(**options)


def test_options_that_do_not_fit() -> None:
    with pytest.raises(InputError, match=r"^Format of block_dot must be that of its blocks, not "):
        make_instance("block_dot", format="e5m2")
    with pytest.raises(InputError, match=r"^Result format of block_dot must be one of .*'e2m1fn'$"):
        make_instance("block_dot", to="e2m1fn")
    with pytest.raises(InputError, match=r"^Blocks must be for a design on blocks, not 'add'$"):
        make_instance("add", block=make_block_shape())
    with pytest.raises(InputError, match=r"^Blocks must be for a design on blocks, not 'mxfp4' "):
        sf.design("add", block="mxfp4")
    with pytest.raises(
        InputError, match=r"^Design must be one on blocks or an operation on vectors, not 'add'$"
    ):
        assert make_instance("add").ports


def test_a_size_that_does_not_divide(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    status, _, told = run_command(f"spikefloat verilog block_dot --block-size 12 -o {folder}")
    assert status == 2
    assert told.splitlines() == [
        "spikefloat: error: Block size must divide the 32 elements of mxfp8_e4m3, not be 12"
    ]
    assert not folder.exists()


def test_rows(capsys: Capture) -> None:
    rows = run_json(capsys, "stats", "block_dot", "--block", "mxfp4,mxint8", "--block-size", "2")
    assert [(row["block"], row["block_size"], row["to"]) for row in rows] == [
        ("mxfp4", 2, "binary32"),
        ("mxint8", 2, "binary32"),
    ]
    assert {row["format"] for row in rows} == {None}


@pytest.mark.parametrize("name", BLOCK_FORMATS)
def test_library(name: str) -> None:
    """Operands have an axis of elements and one of scales."""
    circuit = sf.design("block_dot", block=name, block_size=4, to="bfloat16")
    element, scale = BLOCK_FORMATS[name].element, BLOCK_FORMATS[name].scale
    rng = np.random.default_rng(3)
    codes = {port: rng.integers(0, 1 << element.width, (40, 4)) for port in ("a", "b")}
    codes |= {port: rng.integers(0, scale.max_code, (40, 1)) for port in ("a_scale", "b_scale")}
    result = circuit.simulate(**codes)
    assert result.shape == (40,)
    np.testing.assert_array_equal(result, circuit.golden(**codes))
    with pytest.raises(InputError, match=r"^Operand 'a' of .* must end with axes of \(4,\), not"):
        circuit.simulate(**{**codes, "a": codes["a"][:, :3]})
    with pytest.raises(InputError, match=r"^Code of .* must be from 0 to "):
        circuit.simulate(**{**codes, "b": codes["b"] + (1 << element.width)})


def slow(*values: object) -> ParameterSet:
    return pytest.param(*values, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    "name, options",
    [
        ("mxfp4", {"stages": 3}),
        slow("mxfp8_e4m3", {}),
        slow("mxint8", {"stages": 3}),
        slow("nvfp4", {"style": "spiking"}),
        slow("mxfp4", {"stages": 2, "backend": "amaranth"}),
    ],
)
@pytest.mark.parametrize("simulator", ["icarus", slow("verilator")])
@pytest.mark.tool
def test_hardware(name: str, options: dict, simulator: str, tmp_path: Path) -> None:
    selected = Selected(random_cases=300)
    (checked,) = check([small(name, **options)], [simulator], tmp_path, selected)
    assert checked.pairs == "sampled"
    assert checked.outcome.cases > 300
    assert checked.outcome.mismatches == 0


@pytest.mark.slow
@pytest.mark.tool
def test_streams(tmp_path: Path) -> None:
    """Four sources, each with its own pauses."""
    one = small("nvfp4", stages=1, is_stream=True)
    checked = check([one], ["icarus"], tmp_path, Selected(random_cases=100))
    assert [str(row.outcome.pauses) for row in checked] == ["none", "random"]
    assert all(row.outcome.cases > 100 and not row.outcome.mismatches for row in checked)


@pytest.mark.tool
def test_a_wrong_golden_model_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*args: object, **how: object) -> np.ndarray:
        return golden.block_dot(*args, **how) ^ 1

    monkeypatch.setattr("spikefloat.rtl_gen.checks.golden.block_dot", wrong)
    (checked,) = check([small("mxfp4")], ["icarus"], tmp_path, Selected(random_cases=50))
    assert checked.outcome.mismatches == checked.outcome.cases
    assert isinstance(checked.instance, Instance)
    assert isinstance(checked.instance.shape, BlockShape)


@pytest.mark.tool
@pytest.mark.parametrize(
    "design, options, shape",
    [
        ("block_quantize", {"format": "bfloat16"}, {"block": "mxint8", "policy": "ceil"}),
        slow("block_quantize", {"format": "binary16"}, {"block": "nvfp4", "blocks": 2}),
        slow("block_quantize", {"stages": 3, "is_stream": True}, {"block": "mxfp8_e5m2"}),
        slow("block_dequantize", {"to": "bfloat16", "stages": 2}, {"block": "nvfp4", "blocks": 2}),
        ("block_sum", {}, {"block": "mxfp4", "blocks": 2}),
        slow("block_sum", {"objective": "luts", "stages": 2}, {"block": "mxfp8_e4m3"}),
        slow("block_sum", {"stages": 1, "is_stream": True}, {"block": "mxint8"}),
    ],
)
def test_conversions_and_sums_in_hardware(
    design: str, options: dict, shape: dict, tmp_path: Path
) -> None:
    instance = make_instance(design, block=make_block_shape(size=2, **shape), **options)
    for checked in check([instance], ["icarus"], tmp_path, Selected(random_cases=300)):
        assert checked.outcome.cases > 300
        assert checked.outcome.mismatches == 0


def test_header_of_a_conversion() -> None:
    instance = make_instance("block_quantize", block=make_block_shape("mxint8", policy="ceil"))
    assert instance.name == "block_quantize_mxint8_ceil_binary32"
    lines = header_lines(instance)
    assert lines[0].endswith("divided by a scale (binary32 to mxint8)")
    assert "y: int8, element j of block i is [8 * (32 * i + j) +: 8]" in lines
    assert not any(line.startswith("overflow") for line in lines)
    words = command_line("verilog", instance)
    assert words.startswith("spikefloat verilog block_quantize --format binary32 --library native")
    assert words.endswith("--block mxint8 --scale-policy ceil")


def test_sums() -> None:
    """Codes of integers, one for each block; names and headers are without floats."""
    circuit = sf.design("block_sum", block="mxfp8_e4m3", block_size=2, blocks=2)
    a, b = sf.encode("e4m3fn", [1, 2, 448, 448]), sf.encode("e4m3fn", [-3, 0.5, 448, float("nan")])
    found = circuit.simulate(a=a, b=b)
    assert found["y"].tolist() == [(1 << 38) - (2 << 18), 0]
    assert found["y_nan"].tolist() == [0, 1]
    instance = make_instance("block_sum", block=make_block_shape("mxfp8_e4m3"))
    assert instance.name == "block_sum_mxfp8_e4m3"
    lines = header_lines(instance)
    assert lines[0].endswith("an integer; y_nan (mxfp8_e4m3)")
    assert "y: int42, that of block i is [42 * i +: 42]" in lines
    with pytest.raises(InputError, match=r"^Block format of block_sum must have no infinities, "):
        make_instance("block_sum", block=make_block_shape("mxfp8_e5m2"))


@pytest.mark.slow
@pytest.mark.tool
def test_parts_are_mapped_by_themselves(tmp_path: Path) -> None:
    """In synthesis; what reads the Verilog as logic takes it as a whole."""
    shape = make_block_shape("mxfp4", size=2)
    texts = [
        sf.design("block_sum", block="mxfp4", block_size=2, objective=objective)
        .hardware()
        .verilog()
        for objective in ("structure", "luts")
    ]
    kept = '(* keep_hierarchy = "yes" *)\nmodule '
    assert [text.count(kept) for text in texts] == [0, 3]
    assert all(
        f"{kept}block_sum{shape.name}_luts_mapped_{name} (" in texts[1] for name in ("term", "add")
    )
    (tmp_path / "own.v").write_text(texts[1])
    status, told, _ = run_command(f"spikefloat map {tmp_path / 'own.v'} -o {tmp_path / 'mapped.v'}")
    assert (status, "proved equal" in told) == (0, True)
