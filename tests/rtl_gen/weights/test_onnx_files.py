# SPDX-License-Identifier: Apache-2.0
"""Tensors of ONNX models: in the file, in files beside it, and nowhere else."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.weights.onnx_model import read_onnx
from spikefloat.rtl_gen.weights.raw import MAX_ELEMENTS
from tests.helpers.onnx_models import make_model, node

W1 = np.array([[1, 2, 3], [4, 5, 6]], np.float32)
GEMM = node("Gemm", ["x", "w"], "y", transB=1)


def save_outside(folder: Path, weight: np.ndarray, in_node: bool = False) -> Path:
    """Write a model whose weights are in the file ``w.bin`` beside it."""
    folder.mkdir()
    constant = node("Constant", [], "w", value=numpy_helper.from_array(weight, "w"))
    model = make_model([constant, GEMM] if in_node else [GEMM], {} if in_node else {"w": weight})
    onnx.save_model(
        model,
        folder / "a.onnx",
        save_as_external_data=True,
        location="w.bin",
        size_threshold=0,
        convert_attribute=True,
    )
    assert (folder / "w.bin").stat().st_size >= weight.nbytes
    return folder / "a.onnx"


@pytest.mark.parametrize("in_node", [False, True])
def test_data_beside_the_model(
    in_node: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of the same name in the current folder is not the one."""
    save_outside(tmp_path / "a", -W1, in_node)
    path = save_outside(tmp_path / "b", W1, in_node)
    for folder, given in ((tmp_path / "a", path), (tmp_path, Path("b/a.onnx"))):
        monkeypatch.chdir(folder)
        np.testing.assert_array_equal(read_onnx(given)[0]["w.weight"], W1)


def outside_model(path: Path, dims: tuple[int, ...] = (2, 3), **entries: str) -> Path:
    """Write a model whose weights say that they are elsewhere."""
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=dims)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=value)
    path.write_bytes(make_model([GEMM], {"w": tensor}).SerializeToString())
    return path


OUTSIDE = r"tensor 'w' must be in a file in the folder of the model, or below it, not '.*'"


@pytest.mark.parametrize(
    "location",
    ["../w.bin", "down/../../w.bin", "/etc/hostname", "C:\\w.bin", "\\w.bin", "..\\w.bin", "", "."]
    + ["a\0b", "link.bin", "folder/w.bin"],
)
def test_data_outside_the_folder_is_refused(location: str, tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(W1.tobytes())
    inner = tmp_path / "inner"
    (inner / "down").mkdir(parents=True)
    (inner / "link.bin").symlink_to(tmp_path / "w.bin")
    (inner / "folder").symlink_to(tmp_path, target_is_directory=True)
    path = outside_model(inner / "a.onnx", location=location)
    with pytest.raises(InputError, match=rf"^Model must be .* not '.*a\.onnx': {OUTSIDE}$"):
        read_onnx(path)


def test_links_and_folders_below_are_followed(tmp_path: Path) -> None:
    (tmp_path / "down").mkdir()
    (tmp_path / "down" / "w.bin").write_bytes(bytes(8) + W1.tobytes() + bytes(8))
    (tmp_path / "link.bin").symlink_to(tmp_path / "down" / "w.bin")
    for location in ("link.bin", "down/w.bin"):
        path = outside_model(tmp_path / "a.onnx", location=location, offset="8", length="24")
        np.testing.assert_array_equal(read_onnx(path)[0]["w.weight"], W1)
    path = outside_model(tmp_path / "a.onnx", location=location, offset="8")
    np.testing.assert_array_equal(read_onnx(path)[0]["w.weight"], W1)


@pytest.mark.parametrize(
    "dims, entries, reason",
    [
        (
            (2, 3),
            {"location": "no.bin"},
            "tensor 'w' is in the file 'no.bin', which is not beside .*",
        ),
        ((2, 4), {}, "tensor 'w' needs 32 bytes, of which the file has 24"),
        ((2, 3), {"offset": "8"}, "tensor 'w' needs 24 bytes, of which the file has 16"),
        ((2, 3), {"offset": "99"}, "tensor 'w' needs 24 bytes, of which the file has 0"),
        ((2, 3), {"length": "20"}, "tensor 'w' needs 24 bytes, of which the file has 20"),
        ((2, 2), {"length": "24"}, "tensor 'w' needs 16 bytes, not the 24 that it has"),
        ((2, 3), {"offset": "-4"}, "tensor 'w' must have a place in the file 'w.bin', not .*"),
        ((2, 3), {"length": "many"}, "tensor 'w' must have a place in the file 'w.bin', not .*"),
        (
            (1 << 20, 1 << 20),
            {},
            f"tensor 'w' must have at most {MAX_ELEMENTS} elements, not 1099511627776",
        ),
        ((-2, 3), {}, r"the shape of tensor 'w' must be whole numbers, not \[-2, 3\]"),
    ],
)
def test_data_that_is_not_there(
    dims: tuple[int, ...], entries: dict[str, str], reason: str, tmp_path: Path
) -> None:
    (tmp_path / "w.bin").write_bytes(W1.tobytes())
    path = outside_model(tmp_path / "a.onnx", dims, **{"location": "w.bin", **entries})
    with pytest.raises(InputError, match=rf"^Model must be .* not '.*a\.onnx': {reason}$"):
        read_onnx(path)


@pytest.mark.parametrize(
    "tensor, reason",
    [
        (
            TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2, 3], raw_data=bytes(20)),
            "tensor 'w' needs 24 bytes, of which the file has 20",
        ),
        (
            TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2, 3], float_data=[1.0] * 5),
            "tensor 'w' has another number of elements than its shape",
        ),
        (
            TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1 << 30], float_data=[1.0]),
            f"tensor 'w' must have at most {MAX_ELEMENTS} elements, not 1073741824",
        ),
        (
            TensorProto(name="w", data_type=99, dims=[2, 3], raw_data=bytes(24)),
            r"tensor 'w' is of an unknown type \(99\)",
        ),
        (helper.make_tensor("w", TensorProto.STRING, [2], ["a", "b"]), "tensor 'w' holds text"),
    ],
)
def test_damaged_tensors(tensor: Any, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(make_model([GEMM], {"w": tensor}).SerializeToString())
    with pytest.raises(InputError, match=rf"^Model must be .* not '.*a\.onnx': {reason}$"):
        read_onnx(path)


def test_tensors_that_are_not_needed_are_not_read(tmp_path: Path) -> None:
    path = outside_model(tmp_path / "a.onnx", location="no.bin")
    model = onnx.load(path, load_external_data=False)
    model.graph.initializer[0].name = "unused"
    model.graph.initializer.append(numpy_helper.from_array(W1, "w"))
    path.write_bytes(model.SerializeToString())
    np.testing.assert_array_equal(read_onnx(path)[0]["w.weight"], W1)
