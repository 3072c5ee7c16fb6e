# SPDX-License-Identifier: Apache-2.0
"""Linear layers on the command line: files in, Verilog out, and one sentence for what is wrong."""

import re
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.cli import main
from tests.helpers.command import printed_results
from tests.helpers.onnx_models import node, save

Capture = pytest.CaptureFixture[str]

WEIGHT = np.random.default_rng(1).normal(size=(3, 4))


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "w.npz"
    np.savez(path, weight=WEIGHT, bias=np.ones(3))
    return path


def test_verilog_of_a_hardwired_layer(weights: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    arguments = [
        "verilog",
        "linear",
        "--weights",
        str(weights),
        "--accumulate",
        "exact",
        "--activation",
        "relu",
        "--to",
        "e4m3fn",
        "-o",
        str(out),
    ]
    assert main(arguments) == 0
    (written,) = out.iterdir()
    assert re.fullmatch(r"linear4x3_relu_exact_e4m3fn_weights_[0-9a-f]{8}\.v", written.name)
    text = written.read_text()
    assert "input  wire [31:0] x," in text
    assert "output wire [23:0] y" in text
    assert "--activation relu" in text
    first = text
    assert main(arguments) == 0
    assert written.read_text() == first
    capsys.readouterr()


def test_stats_of_a_network(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "n.npz"
    np.savez(path, **{"fc1.weight": WEIGHT, "fc2.weight": WEIGHT[:2, :3]})
    assert main(["stats", "linear", "--weights", str(path), "--json"]) == 0
    (figures,) = printed_results(capsys)
    assert figures["neurons"] == sum(figures["scopes"].values())
    assert {scope.split("/")[0] for scope in figures["scopes"]} >= {"layer_1", "layer_2"}


def test_register_cuts(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "w.npy"
    np.save(path, np.array([[1.0, 0.5]]))
    assert (
        main(
            [
                "verilog",
                "linear",
                "--weights",
                str(path),
                "--stages",
                "1",
                "--accumulate",
                "tree",
                "-o",
                str(tmp_path),
            ]
        )
        == 0
    )
    assert "latency" in next(tmp_path.glob("linear2x1_tree_e4m3fn_weights_*_p1.v")).read_text()
    capsys.readouterr()


@pytest.mark.slow
@pytest.mark.tool
def test_verify(weights: Path, capsys: Capture) -> None:
    assert (
        main(
            [
                "verify",
                "linear",
                "--weights",
                str(weights),
                "--sim",
                "icarus",
                "--trials",
                "100",
                "--json",
            ]
        )
        == 0
    )
    (row,) = printed_results(capsys)
    assert (row["cases"], row["exact"], row["mismatches"]) == (108, 108, 0)


def test_clocked_layers_are_not_verified(weights: Path, capsys: Capture) -> None:
    assert main(["verify", "linear", "--weights", str(weights), "--stages", "1"]) == 2
    assert "Layer must be combinational to be verified" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arrays, message",
    [
        ({"weight": np.full((2, 2), np.nan)}, "Weights must be finite, not nan"),
        (
            {"weight": np.ones((2, 2), int)},
            "Weights must be floats, or codes of type uint8, not int64",
        ),
        (
            {"weight": np.ones((2, 2)), "bias": np.ones(3)},
            "Bias must have the shape (2,), as there are 2 outputs, not (3,)",
        ),
        (
            {"fc1.weight": np.ones((2, 2)), "fc2.weight": np.ones((2, 3))},
            "Layer 'fc2' must have 2 inputs, as 'fc1' has so many outputs, not 3",
        ),
    ],
)
def test_wrong_weights(
    arrays: dict[str, np.ndarray], message: str, tmp_path: Path, capsys: Capture
) -> None:
    path, out = tmp_path / "w.npz", tmp_path / "out"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    assert main(["verilog", "linear", "--weights", str(path), "-o", str(out)]) == 2
    captured = capsys.readouterr()
    assert captured.err == f"spikefloat: error: {message}\n"
    assert not out.exists()


@pytest.mark.parametrize("name", ["w.npz", "w.npy", "w.onnx"])
def test_file_that_is_something_else(name: str, tmp_path: Path, capsys: Capture) -> None:
    path, out = tmp_path / name, tmp_path / "out"
    path.write_text("hello", encoding="utf-8")
    assert main(["verilog", "linear", "--weights", str(path), "-o", str(out)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert f" must be a {'valid ' * (path.suffix == '.onnx')}{path.suffix} file" in captured.err
    assert f", not {str(path)!r}: " in captured.err
    assert not out.exists()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["verilog", "multiply", "--inputs", "3"],
            "Option --inputs has no effect for multiply; it is for linear without --weights",
        ),
        (
            ["verilog", "multiply", "--weights", "w.npz"],
            "Option --weights has no effect for multiply; it is for linear and neuron",
        ),
        (
            ["stats", "linear", "--inputs", "64", "--outputs", "64"],
            "Products of a circuit with weights as operands must be at most 1024, not 4096",
        ),
        (
            ["stats", "linear", "--to", "e2m1fn"],
            "Result format of linear for e4m3fn must be one of ",
        ),
        (
            ["verilog", "linear", "--weights", "missing.npz"],
            "error: Cannot read 'missing.npz': No such file or directory\n",
        ),
    ],
)
def test_wrong_options(arguments: list[str], message: str, capsys: Capture) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1


def test_network_until_a_node(tmp_path: Path, capsys: Capture) -> None:
    """What a refusal says to add is what makes the network, and the Verilog repeats it."""
    path, out = tmp_path / "a b.onnx", tmp_path / "out"
    save(
        path,
        [
            node("Gemm", ["x", "w"], "h", transB=1),
            node("Softmax", ["h"], "y", name="soft max"),
        ],
        {"w": np.ones((2, 3), np.float32)},
    )
    arguments = ["verilog", "linear", "--weights", str(path), "-o", str(out)]
    assert main(arguments) == 2
    message = capsys.readouterr().err
    assert message.startswith("spikefloat: error: Softmax 'soft max' must be one of Add, ")
    assert message.endswith(": `--until 'soft max'` ends the network before it\n")
    assert not out.exists()
    assert main([*arguments, "--until", "soft max"]) == 0
    (file,) = out.iterdir()
    assert " --until 'soft max'" in file.read_text().replace("\n// ", " ")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["linear"],
            "Option --until has no effect for linear; it is for linear with an .onnx file",
        ),
        (["linear", "--weights", "w.npz"], "Option --until must be used with an .onnx file, not"),
        (
            ["multiply"],
            "Option --until has no effect for multiply; it is for linear with an .onnx file",
        ),
    ],
)
def test_until_without_a_model(arguments: list[str], message: str, capsys: Capture) -> None:
    assert main(["stats", *arguments, "--until", "a"]) == 2
    assert f"error: {message}" in capsys.readouterr().err
