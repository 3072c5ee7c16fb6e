# SPDX-License-Identifier: Apache-2.0
"""Linear layers on blocks, and blocks that are added in turn: names, options, RTL."""

from pathlib import Path

import numpy as np
import pytest

import spikefloat as sf
from spikefloat.rtl_gen.checks.verifying.plan import Selected, check
from spikefloat.rtl_gen.designs.header import command_line, header_lines
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.shapes import make_block_shape, read_block_layer_shape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.golden.vectors import blocks as golden
from tests.helpers.command import Capture, run_command, run_json

WEIGHT = np.random.default_rng(1).normal(size=(2, 4))


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "w.npz"
    np.savez(path, weight=WEIGHT, bias=np.ones(2))
    return path


def layer(weights: Path, block: str = "mxfp4", **options: str | None) -> Instance:
    shape = read_block_layer_shape(weights, block, size=2, activation="relu")
    return make_instance("linear", block=shape, to="bfloat16", **options)


def test_names_and_headers(weights: Path) -> None:
    exact, wide = layer(weights), layer(weights, accumulate="wide", wide="bfloat16")
    start = "linear_mxfp4_2blocks_size2_2outputs_relu_bfloat16_weights_"
    assert exact.name[:-8] == start
    assert wide.name[:-8] == start.replace("size2", "size2_wide_bfloat16")
    lines = header_lines(exact)
    assert lines[0].endswith("with known weights (mxfp4 to bfloat16)")
    assert "x: e2m1fn, element j of block i is [4 * (2 * i + j) +: 4]" in lines
    assert "y: bfloat16, that of output i is [16 * i +: 16]" in lines
    assert not any("SPDX" in line for line in lines)  # weights are not ours
    assert command_line("verilog", wide).endswith(
        "--block mxfp4 --block-size 2 --scale-policy floor --accumulate wide --node-format bfloat16 "
        f"--weights {weights} --activation relu"
    )
    np.savez(weights, weight=2 * WEIGHT, bias=np.ones(2))
    assert layer(weights).name != exact.name
    dot = make_instance("block_dot", block=make_block_shape("mxfp4", blocks=2), accumulate="wide")
    assert dot.name == "block_dot_mxfp4_2blocks_wide_binary32_binary32"
    assert command_line("verilog", dot).endswith("--accumulate wide --node-format binary32")


def test_rows(weights: Path, capsys: Capture) -> None:
    words = f"--block mxfp4,mxint8 --block-size 2 --accumulate exact,wide --weights {weights}"
    rows = run_json(capsys, "stats", "linear", *words.split())
    assert [(row["block"], row["accumulate"], row["node_format"]) for row in rows] == [
        (block, *way)
        for block in ("mxfp4", "mxint8")
        for way in (("exact", None), ("wide", "binary32"))
    ]
    assert {(row["layers"], row["weights"], row["format"]) for row in rows} == {
        ("4x2", str(weights), None)
    }
    # The scales of blocks decide how wide an exact sum is.
    assert all(a["neurons"] > 2 * b["neurons"] for a, b in zip(rows[::2], rows[1::2], strict=True))


@pytest.mark.parametrize("block", ["mxint8", "nvfp4"])
def test_library(block: str, weights: Path) -> None:
    how = {"block": block, "block_size": 2, "weights": weights, "to": "bfloat16"}
    circuit = sf.design("linear", accumulate="wide", **how)
    rng = np.random.default_rng(3)
    codes = {"x": rng.integers(0, 16, (40, 4)), "x_scale": rng.integers(100, 127, (40, 2))}
    result = circuit.simulate(**codes)
    assert result.shape == (40, 2)
    np.testing.assert_array_equal(result, circuit.golden(**codes))
    with pytest.raises(InputError, match=r"^Operand 'x' of .* must end with axes of \(4,\), not"):
        circuit.simulate(**{**codes, "x": codes["x"][:, :3]})
    with pytest.raises(InputError, match=r"^Number of blocks must be that of the weights, not 2$"):
        sf.design("linear", blocks=2, **how)
    with pytest.raises(InputError, match=r"^Option inputs must be for .* not linear on floats$"):
        sf.design("linear", inputs=2, **how)


@pytest.mark.parametrize(
    "words, told",
    [
        ("linear --block-size 3", "Block size must divide the 32 elements of mxfp4, not be 3"),
        ("linear --block-size 8", "Block size must divide the 4 inputs of the weights, not be 8"),
        (
            "linear --block-size 2 --accumulate tree",
            "Accumulation of blocks must be exact or wide, not 'tree'",
        ),
        (
            "linear --block-size 2 --activation tanh",
            "Activation must be none or relu, not 'tanh'",
        ),
        (
            "linear --block-size 2 --levels 3",
            "Option --levels has no effect for linear; it is for linear with --shape array",
        ),
        (
            "block_dot --accumulate wide --rounding rtz",
            "Accumulation must be exact for rounding rtz with flags none, as the others round at each "
            "step, not 'wide'",
        ),
        (
            "block_dequantize --accumulate wide",
            "Option --accumulate has no effect for block_dequantize; it is for dot, linear and block_dot",
        ),
    ],
)
def test_refused(words: str, told: str, weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    file = f"--weights {weights}" if words.startswith("linear") else ""
    status, _, errors = run_command(f"spikefloat verilog {words} --block mxfp4 {file} -o {folder}")
    assert (status, errors.splitlines()) == (2, [f"spikefloat: error: {told}"])
    assert not folder.exists()


def test_without_weights() -> None:
    with pytest.raises(InputError, match=r"^Weights must be given for linear on blocks, as a file"):
        sf.design("linear", block="mxfp4")
    with pytest.raises(
        InputError, match=r"^Option accumulate must be for a dot product, not block"
    ):
        make_instance("block_quantize", accumulate="wide")


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize("block", ["mxfp4", "nvfp4"])
@pytest.mark.parametrize("simulator", ["icarus", "verilator"])
def test_hardware(block: str, simulator: str, weights: Path, tmp_path: Path) -> None:
    instances = [layer(weights, block, accumulate="wide", wide="bfloat16")]
    if block == "mxfp4":
        shape = make_block_shape(block, blocks=2, size=2)
        how = {"block": shape, "to": "bfloat16"}
        instances.append(make_instance("block_dot", **how, accumulate="wide"))
        own = {"block": make_block_shape(block, size=2), "to": "bfloat16"}
        for rounding in ["port", *["stochastic-a"] * (simulator == "verilator")]:
            instances.append(make_instance("block_dot", **own, rounding=rounding))
    for checked in check(instances, [simulator], tmp_path, Selected(random_cases=100)):
        assert checked.outcome.cases > 100
        assert checked.outcome.mismatches == 0


@pytest.mark.tool
def test_a_wrong_golden_model_is_seen(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*args: object, **how: object) -> np.ndarray:
        return golden.block_linear(*args, **how) ^ 1

    monkeypatch.setattr("spikefloat.rtl_gen.checks.golden.block_linear", wrong)
    one = layer(weights, accumulate="wide", wide="bfloat16")
    (checked,) = check([one], ["icarus"], tmp_path, Selected(random_cases=20))
    assert checked.outcome.mismatches > 50
