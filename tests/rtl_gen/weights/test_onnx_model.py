# SPDX-License-Identifier: Apache-2.0
"""Networks from ONNX files: what is understood, beside the reference implementation of ONNX."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.rtl_gen.weights.models import read_model
from spikefloat.rtl_gen.weights.onnx_model import read_onnx
from tests.helpers.onnx_models import compute, make_model, node, save

W1 = np.array([[1, 2, 3], [4, 5, 6]], np.float32)  # 2 outputs, 3 inputs
W2 = np.array([[1, -1], [2, -2], [3, -3], [4, -4]], np.float32)
B1, B2 = np.array([0.5, -0.5], np.float32), np.array([1, 2, 3, 4], np.float32)

ROW, COLUMN, VECTOR = {"x": [1, 3]}, {"x": [3, 1]}, {"x": [3]}


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
        [
            node("Gemm", ["x", "w"], "a"),
            node("Transpose", ["a"], "b"),
            node("MatMul", ["v", "b"], "y"),
        ],
        {"w": W1.T, "v": W2},
        ["y"],
    )
    arrays, _ = read_onnx(path)
    np.testing.assert_array_equal(arrays["w.weight"], W1)
    np.testing.assert_array_equal(arrays["v.weight"], W2)


FC1 = node("Gemm", ["x", "w1", "b1"], "h", transB=1)
WEIGHTS = {"w1": W1, "b1": B1, "w2": W2, "b2": B2}
NORM = {
    "gamma": np.array([0.5, -2], np.float32),
    "beta": np.array([0.25, 1], np.float32),
    "mean": np.array([3, -1], np.float32),
    "var": np.array([2, 0.3], np.float32),
}
INTS = {f"i{n}": np.array(v, np.int64) for n, v in enumerate([[0], [-1], [0, -1], [1], 0])}
S, Z8 = np.array(0.125, np.float32), np.array(0, np.int8)


def norm(source: str, output: str, **attributes: Any) -> Any:
    return node(
        "BatchNormalization", [source, "gamma", "beta", "mean", "var"], output, **attributes
    )


CASES: dict[str, tuple[Sequence[Any], Mapping[str, Any], Mapping[str, Any]]] = {
    "column": (
        [node("MatMul", ["w1", "x"], "h"), node("Add", ["h", "c"], "y")],
        {**WEIGHTS, "c": B1[:, None]},
        COLUMN,
    ),
    "vector": (
        [node("MatMul", ["w1", "x"], "h"), node("Add", ["b1", "h"], "y")],
        WEIGHTS,
        VECTOR,
    ),
    "vector from the left": (
        [node("MatMul", ["x", "t"], "h"), node("Sub", ["h", "b1"], "y")],
        {**WEIGHTS, "t": W1.T},
        VECTOR,
    ),
    "transposed constants": (
        [
            node("Transpose", ["w1"], "t", perm=[1, 0]),
            node("MatMul", ["x", "t"], "h"),
            node("Add", ["h", "b1"], "y"),
        ],
        WEIGHTS,
        ROW,
    ),
    "gemm with factors": (
        [node("Gemm", ["x", "w1", "b1"], "y", transB=1, alpha=0.1, beta=3.0)],
        WEIGHTS,
        ROW,
    ),
    "gemm from the right": (
        [
            node("Gemm", ["w1", "x"], "h", transB=0),
            node("Gemm", ["h", "w2"], "y", transA=1, transB=1),
        ],
        WEIGHTS,
        COLUMN,
    ),
    "normalised input": (
        [
            node("Sub", ["x", "c"], "a"),
            node("Div", ["a", "d"], "b"),
            node("Gemm", ["b", "w1", "b1"], "y", transB=1),
        ],
        {**WEIGHTS, "c": np.array([0.1307, 0.5, 0.25], np.float32), "d": np.float32([0.3081])},
        ROW,
    ),
    "scalars": (
        [
            node("Sub", ["x", "one"], "a"),
            node("Div", ["a", "half"], "b"),
            node("Gemm", ["b", "w1", "half"], "h", transB=1, beta=3.0),
            node("Sub", ["h", "half"], "y"),
        ],
        {**WEIGHTS, "one": np.float32(1), "half": np.float32(0.3)},
        ROW,
    ),
    "one output without an axis": (
        [
            node("Gemm", ["x", "row"], "h", transB=1),
            node("Squeeze", ["h"], "a"),
            node("Mul", ["a", "half"], "b"),
            node("Add", ["b", "half"], "c"),
            node("Div", ["c", "half"], "y"),
        ],
        {"row": W1[:1], "half": np.float32(0.3)},
        ROW,
    ),
    "input from the right": (
        [
            node("Sub", ["one", "x"], "a"),
            node("Mul", ["half", "a"], "b"),
            node("Add", ["b", "one"], "c"),
            node("Gemm", ["c", "w1", "b1"], "y", transB=1),
        ],
        {**WEIGHTS, "one": np.float32(1), "half": np.float32(0.5)},
        ROW,
    ),
    "between layers": (
        [
            FC1,
            node("Mul", ["h", "s"], "a"),
            node("Relu", ["a"], "b"),
            node("Div", ["b", "three"], "c"),
            node("Sub", ["c", "b1"], "d"),
            node("Gemm", ["d", "w2"], "e", transB=1),
            node("Add", ["e", "b2"], "f"),
            node("Add", ["f", "three"], "y"),
        ],
        {**WEIGHTS, "s": np.float32([-1, 0.7]), "three": np.float32(3)},
        ROW,
    ),
    "two layers without relu": (
        [FC1, node("Gemm", ["h", "w2", "b2"], "y", transB=1)],
        WEIGHTS,
        ROW,
    ),
    "normalisation behind a layer": (
        [FC1, norm("h", "a", epsilon=0.001), node("Relu", ["a"], "y")],
        {**WEIGHTS, **NORM},
        ROW,
    ),
    "normalisation behind a relu": (
        [FC1, node("Relu", ["h"], "a"), norm("a", "b"), node("Gemm", ["b", "w2"], "y", transB=1)],
        {**WEIGHTS, **NORM},
        ROW,
    ),
    "normalisation of channels": (
        [
            norm("x", "a"),
            node("Flatten", ["a"], "b"),
            node("Gemm", ["b", "w"], "y", transB=1),
        ],
        {**NORM, "w": np.arange(12, dtype=np.float32).reshape(2, 6) - 5},
        {"x": [1, 2, 3]},
    ),
    "reshape": (
        [node("Reshape", ["x", "shape"], "a"), node("Gemm", ["a", "w", "b1"], "y", transB=1)],
        {"w": np.arange(12, dtype=np.float32).reshape(2, 6), "b1": B1, "shape": np.array([-1, 6])},
        {"x": [1, 1, 2, 3]},
    ),
    "transposed image": (
        [
            node("Transpose", ["x"], "t", perm=[0, 2, 1]),
            node("Reshape", ["t", "shape"], "a"),
            node("Gemm", ["a", "w", "b1"], "y", transB=1),
        ],
        {"w": np.arange(12, dtype=np.float32).reshape(2, 6), "b1": B1, "shape": np.array([0, -1])},
        {"x": [1, 2, 3]},
    ),
    "outputs in another order": (
        [
            node("Gemm", ["x", "w", "b"], "h", transB=1),
            node("Relu", ["h"], "r"),
            node("Reshape", ["r", "shape"], "a"),
            node("Transpose", ["a"], "b2", perm=[1, 0]),
            node("Flatten", ["b2"], "y", axis=0),
        ],
        {
            "w": np.arange(18, dtype=np.float32).reshape(6, 3),
            "b": np.arange(6, dtype=np.float32) - 20,
            "shape": np.array([2, 3]),
        },
        ROW,
    ),
    "view of older PyTorch": (
        [
            node("Shape", ["x"], "s"),
            node("Gather", ["s", "i4"], "g", axis=0),
            node("Unsqueeze", ["g", "i0"], "u"),
            node("Concat", ["u", "i1"], "c", axis=0),
            node("Reshape", ["x", "c"], "a"),
            node("Gemm", ["a", "w"], "y", transB=1),
        ],
        {"w": np.arange(12, dtype=np.float32).reshape(2, 6), **INTS},
        {"x": [1, 2, 3]},
    ),
    "squeezed, cast, dropped, the same": (
        [
            node("Squeeze", ["x", "i0"], "a"),
            node("Unsqueeze", ["a", "i0"], "b"),
            node("Cast", ["b"], "c", to=TensorProto.DOUBLE),
            node("Cast", ["c"], "d", to=TensorProto.FLOAT),
            node("Dropout", ["d"], "e"),
            node("Identity", ["e"], "f"),
            node("Gemm", ["f", "w1", "b1"], "y", transB=1),
        ],
        {**WEIGHTS, **INTS},
        ROW,
    ),
    "floats of a node": (
        [
            node("Constant", [], "bias", value_floats=[0.5, -0.25]),
            node("Constant", [], "two", value_float=2.0),
            node("Constant", [], "shape", value_ints=[1, 3]),
            node("Reshape", ["x", "shape"], "a"),
            node("Gemm", ["a", "w1", "bias"], "h", transB=1),
            node("Mul", ["h", "two"], "y"),
        ],
        WEIGHTS,
        ROW,
    ),
    "computed constants": (
        [
            node("Mul", ["w1", "s"], "a"),
            node("Unsqueeze", ["b1", "i0"], "u"),
            node("Squeeze", ["u", "i0"], "v"),
            node("Concat", ["v", "v"], "w", axis=0),
            node("Slice", ["w", "i3", "three"], "b"),
            node("Gemm", ["x", "a", "b"], "y", transB=1),
        ],
        {**WEIGHTS, **INTS, "s": np.float32([[0.1], [3]]), "three": np.array([3])},
        ROW,
    ),
    "integers with a scale": (
        [
            node("DequantizeLinear", ["q", "s", "z"], "w"),
            node("Gemm", ["x", "w", "b1"], "y", transB=1),
        ],
        {
            "q": np.array([[1, -2, 3], [127, -128, 0]], np.int8),
            "s": S,
            "z": np.array(3, np.int8),
            "b1": B1,
        },
        ROW,
    ),
    "integers with scales": (
        [
            node("DequantizeLinear", ["q", "s"], "w", axis=0),
            node("Gemm", ["x", "w", "b1"], "y", transB=1),
        ],
        {
            "q": np.array([[1, -2, 3], [127, -128, 0]], np.int8),
            "s": np.float32([0.1, 0.25]),
            "b1": B1,
        },
        ROW,
    ),
    "weights quantised by a node": (
        [
            node("QuantizeLinear", ["w1", "s", "z"], "q"),
            node("DequantizeLinear", ["q", "s", "z"], "w"),
            node("Gemm", ["x", "w", "b1"], "y", transB=1),
        ],
        {**WEIGHTS, "s": S, "z": Z8},
        ROW,
    ),
}


def outputs_of(model: Any, x: np.ndarray) -> np.ndarray:
    results: Any = ReferenceEvaluator(model).run(None, {"x": x})
    return np.asarray(results[0])


@pytest.mark.parametrize("case", CASES)
def test_layers_compute_what_the_model_does(case: str, tmp_path: Path) -> None:
    nodes, constants, inputs = CASES[case]
    model = make_model(nodes, constants, inputs=inputs)
    onnx.save(model, tmp_path / "a.onnx")
    arrays, activations = read_onnx(tmp_path / "a.onnx")
    rng = np.random.default_rng(1)
    for _ in range(5):
        x = rng.normal(size=inputs["x"]).astype(np.float32)
        found = compute(arrays, activations, x.ravel())
        np.testing.assert_allclose(found, outputs_of(model, x).ravel(), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "shape",
    [None, ["n", "m"], ["n", 3], [7, 3], [1, 3], [3]],
    ids=["none", "names", "batch", "seven", "one", "vector"],
)
def test_shapes_of_the_input(shape: list[int | str] | None, tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.onnx",
        [node("MatMul", ["x", "w"], "h"), node("Add", ["h", "b1"], "y")],
        {"w": W1.T, "b1": B1},
        inputs={"x": shape},
    )
    arrays, _ = read_onnx(path)
    np.testing.assert_array_equal(arrays["w.weight"], W1)
    np.testing.assert_array_equal(arrays["w.bias"], B1)


def test_batch_that_the_model_fixes(tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.onnx",
        [node("Reshape", ["x", "s"], "a"), node("Gemm", ["a", "w1"], "y", transB=1)],
        {"w1": W1, "s": np.array([7, 3])},
        inputs={"x": [7, 1, 3, 1]},
    )
    np.testing.assert_array_equal(read_onnx(path)[0]["w1.weight"], W1)


@pytest.mark.parametrize("opset", [7, 9, 11, 13, 21])
def test_versions_of_operators(opset: int, tmp_path: Path) -> None:
    """Squeeze had its axes as attribute before version 13; files of a later IR are read too."""
    squeeze = (
        [node("Squeeze", ["x"], "a", axes=[1])]
        if opset < 13
        else [node("Squeeze", ["x", "i3"], "a")]
    )
    path = save(
        tmp_path / "a.onnx",
        [*squeeze, node("Gemm", ["a", "w1", "b1"], "y", transB=1)],
        {**WEIGHTS, **INTS},
        inputs={"x": [1, 1, 3]},
        opset=opset,
        ir_version=99,
    )
    np.testing.assert_array_equal(read_onnx(path)[0]["w1.weight"], W1)


def test_version_that_the_package_does_not_know(tmp_path: Path) -> None:
    path = save(tmp_path / "a.onnx", [FC1], WEIGHTS, ["h"], opset=999)
    np.testing.assert_array_equal(read_onnx(path)[0]["w1.bias"], B1)


SMALL = {
    "bfloat16": TensorProto.BFLOAT16,
    "binary16": TensorProto.FLOAT16,
    "e4m3fn": TensorProto.FLOAT8E4M3FN,
    "e4m3fnuz": TensorProto.FLOAT8E4M3FNUZ,
    "e5m2": TensorProto.FLOAT8E5M2,
    "e5m2fnuz": TensorProto.FLOAT8E5M2FNUZ,
    "e2m1fn": TensorProto.FLOAT4E2M1,
}


@pytest.mark.parametrize("name", SMALL)
def test_small_floats(name: str, tmp_path: Path) -> None:
    """Weights of small floats are exact, as operands and behind a cast."""
    values = [1.0, -2.0, 0.5, 4.0, -1.5, -0.0]
    weight = helper.make_tensor("w", SMALL[name], [2, 3], values)
    for nodes in (
        [node("Gemm", ["x", "w"], "y", transB=1)],
        [
            node("Cast", ["w"], "wide", to=TensorProto.FLOAT),
            node("Gemm", ["x", "wide"], "y", transB=1),
        ],
    ):
        path = save(tmp_path / "a.onnx", nodes, {"w": weight}, opset=23)
        layer = read_model(path, FORMATS["e4m3fn"]).layers[0]
        assert layer.weight == ((0x38, 0xC0, 0x30), (0x48, 0xBC, 0 if "uz" in name else 0x80))


def test_weights_are_rounded_once(tmp_path: Path) -> None:
    """1.0625 is in the middle of two codes; a product of float32 that rounds to it is above."""
    a = np.float32(1.0625 * 3)
    w = np.nextafter(np.float32(1.0625), np.float32(2)), np.float32(1.0625)
    third = np.float32(1 / 3)
    assert a * third == np.float32(1.0625)
    assert Fraction(float(a)) * Fraction(float(third)) > Fraction(17, 16)
    path = save(
        tmp_path / "a.onnx",
        [node("Gemm", ["x", "w"], "h", transB=1), node("Mul", ["h", "s"], "y")],
        {"w": np.array([[a, -a]]), "s": third},
    )
    assert read_model(path, FORMATS["e4m3fn"]).layers[0].weight == ((0x39, 0xB9),)
    save(path, [node("Gemm", ["x", "w"], "y", transB=1)], {"w": np.array([w])})
    assert read_model(path, FORMATS["e4m3fn"]).layers[0].weight == ((0x39, 0x38),)


@pytest.mark.parametrize(
    "variance, code",
    [(0.25, 0x38), (np.nextafter(0.25, 0), 0x39), (np.nextafter(0.25, 1), 0x38)],
    ids=["middle", "above", "below"],
)
def test_normalisation_is_rounded_once(variance: float, code: int, tmp_path: Path) -> None:
    """0.53125 / sqrt(0.25) is a middle; float64 cannot tell it from what is next to it."""
    assert 0.53125 / np.sqrt(variance) == pytest.approx(1.0625, rel=1e-15)
    one = np.ones(1)
    path = save(
        tmp_path / "a.onnx",
        [node("MatMul", ["x", "w"], "h"), norm("h", "y", epsilon=0.0)],
        {
            "w": np.array([[0.53125]]),
            "gamma": one,
            "beta": 0 * one,
            "mean": 0 * one,
            "var": variance * one,
        },
    )
    assert read_model(path, FORMATS["e4m3fn"]).layers[0].weight == ((code,),)


@pytest.mark.parametrize("kind", ["Sigmoid", "Softmax", "Tanh"])
@pytest.mark.parametrize("until", ["last", "y"])
def test_until_a_node(kind: str, until: str, tmp_path: Path) -> None:
    path = save(
        tmp_path / "a.onnx",
        [FC1, node(kind, ["h"], "y", name="last"), node("Exp", ["y"], "z")],
        WEIGHTS,
        ["z", "h"],
    )
    arrays, activations = read_onnx(path, until=until)
    np.testing.assert_array_equal(arrays["w1.weight"], W1)
    assert activations == ("none",)
    assert len(read_model(path, FORMATS["e4m3fn"], until=until).layers) == 1


def rounded(scale: float, dtype: int = TensorProto.FLOAT8E4M3FN) -> Mapping[str, Any]:
    return {
        **WEIGHTS,
        "s": np.float32(scale),
        "z": helper.make_tensor("z", dtype, [], [0.0]),
    }


def pair(source: str, output: str) -> list[Any]:
    return [
        node("QuantizeLinear", [source, "s", "z"], f"{output}_q"),
        node("DequantizeLinear", [f"{output}_q", "s", "z"], output),
    ]


@pytest.mark.parametrize("is_before", [True, False])
def test_results_rounded_by_the_model(is_before: bool, tmp_path: Path) -> None:
    """A layer gives x / scale, which is rounded; the next one takes the scale back."""
    hidden = (
        [*pair("h", "a"), node("Relu", ["a"], "b")]
        if is_before
        else [node("Relu", ["h"], "a"), *pair("a", "b")]
    )
    path = save(
        tmp_path / "a.onnx",
        [FC1, *hidden, node("Gemm", ["b", "w2", "b2"], "y", transB=1)],
        rounded(0.25),
    )
    arrays, activations = read_onnx(path)
    np.testing.assert_array_equal(arrays["w1.weight"], 4 * W1)
    np.testing.assert_array_equal(arrays["w1.bias"], 4 * B1)
    np.testing.assert_array_equal(arrays["w2.weight"], W2 / 4)
    np.testing.assert_array_equal(arrays["w2.bias"], B2)
    assert activations == ("relu", "none")
    assert read_model(path, FORMATS["e4m3fn"], "saturate").layers[0].weight[0] == (72, 80, 84)
    with pytest.raises(ValueError, match=r"by the circuit \(`--format e4m3fn --overflow saturate`"):
        read_onnx(path, rounding=(FORMATS["e5m2"], Overflow.SATURATE))
    with pytest.raises(ValueError, match=r"by the circuit \(`--format e4m3fn --overflow saturate`"):
        read_model(path, FORMATS["e4m3fn"])


def test_input_rounded_by_the_model(tmp_path: Path) -> None:
    nodes = [*pair("x", "a"), node("Gemm", ["a", "w1"], "y", transB=1)]
    arrays, _ = read_onnx(save(tmp_path / "a.onnx", nodes, rounded(1)))
    np.testing.assert_array_equal(arrays["w1.weight"], W1)
    cast = [
        node("Cast", ["x"], "b", to=TensorProto.FLOAT8E5M2),
        node("Cast", ["b"], "a", to=TensorProto.FLOAT),
        nodes[-1],
    ]
    path = save(tmp_path / "b.onnx", cast, WEIGHTS)
    np.testing.assert_array_equal(
        read_onnx(path, rounding=(FORMATS["e5m2"], Overflow.SATURATE))[0]["w1.weight"], W1
    )


def test_functions_of_the_model(tmp_path: Path) -> None:
    model = make_model([helper.make_node("Dense", ["x", "w1", "b1"], ["y"], domain="own")], WEIGHTS)
    model.opset_import.append(helper.make_opsetid("own", 1))
    model.functions.append(
        helper.make_function(
            "own",
            "Dense",
            ["a", "w", "b"],
            ["r"],
            [node("Gemm", ["a", "w", "b"], "t", transB=1), node("Relu", ["t"], "r")],
            [helper.make_opsetid("", 20)],
        )
    )
    onnx.save(model, tmp_path / "a.onnx")
    arrays, activations = read_onnx(tmp_path / "a.onnx")
    np.testing.assert_array_equal(arrays["w1.bias"], B1)
    assert activations == ("relu",)
