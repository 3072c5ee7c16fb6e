# SPDX-License-Identifier: Apache-2.0
"""Networks from ONNX files: what is understood, and what is refused in one sentence."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.weights.models import read_model
from spikefloat.rtl_gen.weights.onnx_model import read_onnx

W1 = np.array([[1, 2, 3], [4, 5, 6]], np.float32)  # 2 outputs, 3 inputs
W2 = np.array([[1, -1], [2, -2], [3, -3], [4, -4]], np.float32)
B1, B2 = np.array([0.5, -0.5], np.float32), np.array([1, 2, 3, 4], np.float32)


def save(
    path: Path,
    nodes: Sequence[Any],
    constants: dict[str, np.ndarray],
    outputs: Sequence[str],
    inputs: Sequence[str] = ("x",),
) -> Path:
    ins, outs = (
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", "columns"])
            for name in names
        ]
        for names in (inputs, outputs)
    )
    graph = helper.make_graph(
        nodes,
        "net",
        ins,
        outs,
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    onnx.save(helper.make_model(graph), path)
    return path


def node(kind: str, inputs: Sequence[str], output: str, **attributes: object) -> Any:
    return helper.make_node(kind, inputs, [output], **attributes)


def test_chain_of_gemm(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.onnx",
        [
            node("Flatten", ["x"], "flat"),
            node("Gemm", ["flat", "fc1.weight", "fc1.bias"], "a", transB=1),
            node("Relu", ["a"], "b"),
            node("Gemm", ["b", "fc2.weight"], "y", transB=1, alpha=1.0),
        ],
        {"fc1.weight": W1, "fc1.bias": B1, "fc2.weight": W2},
        ["y"],
    )
    arrays, activations = read_onnx(path)
    assert list(arrays) == ["fc1.weight", "fc1.bias", "fc2.weight"]
    np.testing.assert_array_equal(arrays["fc1.weight"], W1)
    np.testing.assert_array_equal(arrays["fc1.bias"], B1)
    np.testing.assert_array_equal(arrays["fc2.weight"], W2)
    assert activations == ("relu", "none")
    model = read_model(path, FORMATS["e4m3fn"])
    assert [(layer.name, layer.inputs, layer.outputs) for layer in model.layers] == [
        ("fc1", 3, 2),
        ("fc2", 2, 4),
    ]
    assert model.activations == ("relu", "none")


def test_chain_of_products_and_sums(tmp_path: Path) -> None:
    constant = node("Constant", [], "b2", value=numpy_helper.from_array(B2[None, :]))
    path = save(
        tmp_path / "a.onnx",
        [
            constant,
            node("MatMul", ["x", "m1"], "a"),
            node("Add", ["b1", "a"], "b"),
            node("Relu", ["b"], "c"),
            node("MatMul", ["c", "m2"], "d"),
            node("Add", ["d", "b2"], "e"),
            node("Relu", ["e"], "y"),
        ],
        {"m1": W1.T, "b1": B1, "m2": W2.T},
        ["y"],
    )
    arrays, activations = read_onnx(path)
    assert list(arrays) == ["m1.weight", "m1.bias", "m2.weight", "m2.bias"]
    np.testing.assert_array_equal(arrays["m1.weight"], W1)
    np.testing.assert_array_equal(arrays["m2.weight"], W2)
    np.testing.assert_array_equal(arrays["m2.bias"], B2)
    assert activations == ("relu", "relu")


def test_untransposed_gemm_and_column(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.onnx",
        [node("Gemm", ["x", "w"], "a"), node("MatMul", ["v", "a"], "y")],
        {"w": W1.T, "v": W2},
        ["y"],
    )
    arrays, _ = read_onnx(path)
    np.testing.assert_array_equal(arrays["w.weight"], W1)
    np.testing.assert_array_equal(arrays["v.weight"], W2)


CONSTANTS = {"w": W1, "b": B1, "v": np.zeros(3, np.float32), "b3": np.zeros(3, np.float32)}


@pytest.mark.parametrize(
    "nodes, outputs, message",
    [
        (
            [node("Sigmoid", ["x"], "y")],
            ["y"],
            r"^Model must be made of Add, Gemm, MatMul, Relu, .*, not 'Sigmoid'$",
        ),
        ([node("Relu", ["x"], "y")], ["y"], r"^Relu must follow a linear layer, not the input$"),
        ([node("Identity", ["x"], "y")], ["y"], r"^Model must have a linear layer, not none$"),
        (
            [node("MatMul", ["x", "x"], "y")],
            ["y"],
            r"^Model must be one chain of layers with known weights, not branch at 'MatMul', "
            r"output 'y'$",
        ),
        (
            [node("MatMul", ["x", "v"], "y")],
            ["y"],
            r"^Weights 'v' must have two axes, not the shape \(3,\)$",
        ),
        (
            [node("Gemm", ["x", "w"], "y", alpha=0.5)],
            ["y"],
            r"^Attribute alpha of Gemm must be 1, not 0\.5$",
        ),
        (
            [node("Gemm", ["x", "w"], "y", transA=1)],
            ["y"],
            r"^First operand of Gemm must be the input, as it is, not another$",
        ),
        (
            [node("Gemm", ["x", "w", "b3"], "y", transB=1)],
            ["y"],
            r"^Bias must have the shape \(2,\), not \(3,\)$",
        ),
        (
            [node("Add", ["x", "b"], "y")],
            ["y"],
            r"^Add must follow MatMul, as its bias, not something else$",
        ),
        (
            [node("MatMul", ["x", "w"], "a"), node("MatMul", ["x", "w"], "y")],
            ["y"],
            r"^Model must be one chain of layers with known weights, not branch at 'MatMul', "
            r"output 'y'$",
        ),
        (
            [node("MatMul", ["x", "w"], "y"), node("Relu", ["y"], "z")],
            ["y"],
            r"^Output of the model must be the end of its chain, not 'y'$",
        ),
        (
            [node("MatMul", ["x", "w"], "y"), node("Relu", ["y"], "z")],
            ["y", "z"],
            r"^Model must have one input and one output, not 1 and 2$",
        ),
    ],
)
def test_wrong_models(
    nodes: Sequence[Any], outputs: Sequence[str], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        read_onnx(save(tmp_path / "a.onnx", nodes, CONSTANTS, outputs))


@pytest.mark.parametrize("raw", [b"", b"hello", b"\x08\x0a\x12\xff\xff"])
def test_file_that_is_something_else(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(raw)
    with pytest.raises(
        ValueError,
        match=r"^Model must be a valid \.onnx file, not '.*', which is "
        r"something else or damaged$",
    ):
        read_onnx(path)
    with pytest.raises(FileNotFoundError):
        read_onnx(tmp_path / "missing.onnx")


def test_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(ValueError, match=r"^Package onnx must be installed .*\[onnx\]"):
        read_onnx(tmp_path / "a.onnx")
