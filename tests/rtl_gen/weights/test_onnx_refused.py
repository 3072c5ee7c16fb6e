# SPDX-License-Identifier: Apache-2.0
"""Models that are no chain of layers: each is refused with the node and the reason."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import MissingPackage
from spikefloat.rtl_gen.weights.onnx_model import read_onnx
from tests.helpers.onnx_models import make_model, node, save

W1 = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
CONSTANTS: Mapping[str, Any] = {
    "w": W1,
    "b": np.array([0.5, -0.5], np.float32),
    "v": np.zeros(3, np.float32),
    "b3": np.zeros(3, np.float32),
    "i": np.ones((2, 3), np.int32),
    "i0": np.array([0]),
    "zero": np.float32(0),
    "third": np.float32(1 / 3),
    "z8": np.array(0, np.int8),
    "f8": helper.make_tensor("f8", TensorProto.FLOAT8E4M3FN, [], [0.0]),
    "negative": np.float32([-1, -1]),
    "nan": np.float32([np.nan, 0]),
    "rows": np.array([2, 3]),
}
LAYER = node("Gemm", ["x", "w"], "h", transB=1, name="fc1")
RELU = node("Relu", ["h"], "r")
KNOWN = (
    r"must be one of Add, BatchNormalization, Cast, DequantizeLinear, Div, Dropout, Flatten, Gemm, "
    r"Identity, MatMul, Mul, QuantizeLinear, Relu, Reshape, Shape, Squeeze, Sub, Transpose, "
    r"Unsqueeze"
)
UNTIL = "`--until y` ends the network before it"


def norm(*operands: str, **attributes: Any) -> Any:
    return node("BatchNormalization", ["h", *operands], "y", **attributes)


REFUSED: dict[str, tuple[Sequence[Any], str]] = {
    "function": ([LAYER, node("Sigmoid", ["h"], "y")], f"Sigmoid 'y' {KNOWN}: {UNTIL}"),
    "named": (
        [LAYER, node("Softmax", ["h"], "y", name="/out/Softmax")],
        f"Softmax '/out/Softmax' {KNOWN}: `--until /out/Softmax` ends the network before it",
    ),
    "name of two words": (
        [LAYER, node("Exp", ["h"], "y", name="the end")],
        f"Exp 'the end' {KNOWN}: `--until 'the end'` ends the network before it",
    ),
    "at first": ([node("Sigmoid", ["x"], "y")], f"Sigmoid 'y' {KNOWN}"),
    "other domain": (
        [LAYER, node("Relu", ["h"], "y", domain="com.microsoft")],
        f"Relu 'y' must be a standard operator, not one of 'com.microsoft': {UNTIL}",
    ),
    "relu at first": (
        [node("Relu", ["x"], "y")],
        "Relu 'y' must follow a linear layer, not the input",
    ),
    "no layer": ([node("Identity", ["x"], "y")], r"Model has no linear layer \(Gemm or MatMul\)"),
    "square": (
        [node("MatMul", ["x", "x"], "y")],
        "MatMul 'y' must take the end of one chain of layers and known constants, not 'x' twice",
    ),
    "residual": (
        [LAYER, RELU, node("Add", ["r", "h"], "y")],
        "Add 'y' must take the end of one chain of layers and known constants, not 'h': " + UNTIL,
    ),
    "unknown tensor": (
        [LAYER, node("Add", ["h", "lost"], "y")],
        f"Add 'y' must take the end of one chain of layers and known constants, not 'lost': {UNTIL}",
    ),
    "vector of weights": (
        [node("MatMul", ["x", "v"], "y")],
        r"MatMul 'y' must have weights of two axes, not 'v' of the shape \(3,\)",
    ),
    "integer weights": (
        [node("MatMul", ["i", "x"], "y")],
        "MatMul 'y' must have weights of floats, not 'i' of int32",
    ),
    "column of a row": (
        [node("Gemm", ["x", "w"], "y", transA=1, transB=1)],
        r"Gemm 'y' must multiply a row, not the shape \(3, 1\)",
    ),
    "rows mixed": (
        [LAYER, node("MatMul", ["w", "h"], "y")],
        rf"MatMul 'y' must multiply a column, not the shape \(1, 2\): {UNTIL}",
    ),
    "bias of another layer": (
        [node("Gemm", ["x", "w", "b3"], "y", transB=1)],
        r"Gemm 'y' must have a constant that fits the shape \(1, 2\), not \(3,\): " + UNTIL,
    ),
    "row added to a column": (
        [
            node("Transpose", ["x"], "t"),
            node("MatMul", ["w", "t"], "c"),
            node("Add", ["c", "b"], "y"),
        ],
        r"Add 'y' must have a constant that fits the shape \(2, 1\), not \(2,\): " + UNTIL,
    ),
    "layers that do not fit": (
        [LAYER, node("Gemm", ["h", "w"], "y", transB=1)],
        f"Gemm 'y' must have 3 inputs, as weights 'w' say, not 2: {UNTIL}",
    ),
    "sum behind the last relu": (
        [LAYER, RELU, node("Add", ["r", "b"], "y")],
        f"Add 'y' must be followed by a linear layer, not be the end: {UNTIL}",
    ),
    "relu of a sum behind a relu": (
        [LAYER, RELU, node("Sub", ["r", "b"], "a"), node("Relu", ["a"], "y")],
        f"Relu 'y' must follow a linear layer, not what is done behind a ReLU: {UNTIL}",
    ),
    "division by zero": (
        [LAYER, node("Div", ["h", "zero"], "y")],
        f"Div 'y' must not divide by zero: {UNTIL}",
    ),
    "division of a constant": (
        [LAYER, node("Div", ["b", "h"], "y")],
        f"Div 'y' must divide by a constant, not by the chain: {UNTIL}",
    ),
    "integers added": (
        [LAYER, node("Add", ["h", "i0"], "y")],
        f"Add 'y' must have a constant of floats, not int64: {UNTIL}",
    ),
    "cast to integers": (
        [LAYER, node("Cast", ["h"], "y", to=TensorProto.INT32)],
        f"Cast 'y' must convert floats to floats, not to int32: {UNTIL}",
    ),
    "training": (
        [LAYER, norm("b", "b", "b", "b", training_mode=1)],
        f"BatchNormalization 'y' must be for inference, not for training: {UNTIL}",
    ),
    "normalisation of another size": (
        [LAYER, norm("v", "v", "v", "v")],
        rf"BatchNormalization 'y' must have operands of the shape \(2,\), not \(3,\): {UNTIL}",
    ),
    "negative variance": (
        [LAYER, norm("b", "b", "b", "negative")],
        f"BatchNormalization 'y' must have a variance above zero: {UNTIL}",
    ),
    "integers of activations": (
        [LAYER, node("QuantizeLinear", ["h", "third", "z8"], "y")],
        "QuantizeLinear 'y' must be of small floats around zero, not int8 around 0, to which a "
        f"circuit of floats cannot round: {UNTIL}",
    ),
    "scale of a third": (
        [LAYER, node("QuantizeLinear", ["h", "third", "f8"], "y")],
        f"QuantizeLinear 'y' must have one scale, which is a power of two: {UNTIL}",
    ),
    "dequantised without being quantised": (
        [LAYER, node("DequantizeLinear", ["h", "half"], "y")],
        f"DequantizeLinear 'y' must follow QuantizeLinear or constants: {UNTIL}",
    ),
    "computed constant": (
        [node("Exp", ["w"], "e"), node("Gemm", ["x", "e"], "y", transB=1)],
        "Exp 'e' must be one of Add, Cast, Concat, .*Unsqueeze where all its operands are constants",
    ),
    "not a number": (
        [LAYER, node("Add", ["h", "nan"], "a"), node("Mul", ["a", "third"], "y")],
        "Mul 'y': Values must be finite, not nan",
    ),
    "elements left out": (
        [LAYER, node("Reshape", ["h", "rows"], "y")],
        r"Model must be a valid \.onnx file, not '.*': Reshape 'y' is none: cannot reshape .*",
    ),
    "two outputs of one": (
        [LAYER, helper.make_node("Relu", ["h"], ["y", "z"])],
        r"Model must be a valid \.onnx file, not '.*': Relu 'y' is none: it has 1 operands and 2 "
        r"results",
    ),
    "unknown attribute": (
        [node("Gemm", ["x", "w"], "y", transB=1, transC=1)],
        r"Model must be .*: Gemm 'y' is none: attribute 'transC' is unknown or of another type",
    ),
    "attribute of another type": (
        [node("Gemm", ["x", "w"], "y", transB=1.0)],
        r"Model must be .*: Gemm 'y' is none: attribute 'transB' is unknown or of another type",
    ),
    "missing attribute": (
        [LAYER, node("Cast", ["h"], "y")],
        r"Model must be .*: Cast 'y' is none: attribute 'to' is missing",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_models(case: str, tmp_path: Path) -> None:
    nodes, message = REFUSED[case]
    constants = {**CONSTANTS, "half": np.float32(0.5)}
    path = save(tmp_path / "a.onnx", nodes, constants, inputs={"x": [1, 3]})
    with pytest.raises(InputError, match=f"^{message}$"):
        read_onnx(path)


def test_ends_that_are_none(tmp_path: Path) -> None:
    two = [LAYER, RELU, node("Identity", ["h"], "y")]
    path = save(tmp_path / "a.onnx", two, CONSTANTS, ["y", "r"])
    with pytest.raises(
        InputError, match=r"^Model must have one input and one output, not 1 and 2$"
    ):
        read_onnx(path)
    path = save(tmp_path / "a.onnx", two, CONSTANTS, ["w"])
    with pytest.raises(
        InputError, match=r"^Output of the model must be the end of its chain, not 'w'"
    ):
        read_onnx(path)
    with pytest.raises(
        InputError, match=r"^Node to end before must be one of \.\.\. fc1, r, y, not 'softmax'$"
    ):
        read_onnx(path, until="softmax")
    with pytest.raises(InputError, match=r"^Model has no linear layer"):
        read_onnx(path, until="fc1")


def test_nodes_behind_the_end_do_not_matter(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.onnx",
        [LAYER, RELU, node("Exp", ["r"], "e"), node("Identity", ["r"], "y")],
        CONSTANTS,
    )
    assert read_onnx(path)[1] == ("relu",)


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda model: model.ClearField("graph"), "there is no graph in it"),
        (
            lambda model: model.ClearField("opset_import"),
            "its operators must .* later, not of none",
        ),
        (
            lambda model: setattr(model.opset_import[0], "version", 6),
            "its operators must be of version 7 or later, not 6",
        ),
    ],
)
def test_models_that_are_none(change: Any, reason: str, tmp_path: Path) -> None:
    model = make_model([LAYER], CONSTANTS, ["h"])
    change(model)
    (tmp_path / "a.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(
        InputError, match=rf"^Model must be a valid \.onnx file, not '.*a\.onnx': {reason}$"
    ):
        read_onnx(tmp_path / "a.onnx")


@pytest.mark.parametrize(
    "raw, reason",
    [
        (b"", "it is empty"),
        (b"hello", "it is cut short, damaged or no protocol buffer"),
        (b"\x08\x0a\x12\xff\xff", "it is cut short, damaged or no protocol buffer"),
    ],
)
def test_file_that_is_something_else(raw: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(raw)
    with pytest.raises(
        ValueError, match=rf"^Model must be a valid \.onnx file, not '.*a\.onnx': {reason}$"
    ):
        read_onnx(path)
    with pytest.raises(InputError, match=r"^Cannot read '.*missing.onnx': No such file"):
        read_onnx(tmp_path / "missing.onnx")


def test_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnx", None)
    with pytest.raises(MissingPackage, match=r"^Package onnx is not installed; .*\[onnx\]"):
        read_onnx(tmp_path / "a.onnx")


def test_every_flipped_or_missing_byte_is_noticed_or_read(tmp_path: Path) -> None:
    """Damage anywhere gives one sentence or arrays, and never another exception."""
    small = {"w": W1, "b": CONSTANTS["b"]}
    nodes = [
        node("Transpose", ["w"], "t", perm=[1, 0]),
        node("Constant", [], "c", value_floats=[0.5, 1.0]),
        node("MatMul", ["x", "t"], "h"),
        node("Add", ["h", "c"], "y"),
    ]
    raw = make_model(nodes, small).SerializeToString()
    path = tmp_path / "a.onnx"
    onnx.load_model_from_string(raw)
    refused = 0
    for place in range(len(raw)):
        for damaged in (raw[:place] + bytes([raw[place] ^ 0xFF]) + raw[place + 1 :], raw[:place]):
            path.write_bytes(damaged)
            try:
                assert read_onnx(path)
            except InputError:
                refused += 1
    assert refused > len(raw)
