# SPDX-License-Identifier: Apache-2.0
"""Files of PyTorch: safetensors, which are read here, and state dicts, which PyTorch reads."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError, UserError
from spikefloat.rtl_gen.extras import install_command
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.weights.models import read_model
from spikefloat.rtl_gen.weights.parameters import make_layer
from spikefloat.rtl_gen.weights.raw import MAX_ELEMENTS
from spikefloat.rtl_gen.weights.state_dicts import read_safetensors, read_state_dict

E4M3FN = FORMATS["e4m3fn"]
WEIGHT = np.array([[1.0, -2.0, 0.3], [0.0, 448.0, -0.0]])

NAMES = {
    "F64": np.float64,
    "F32": np.float32,
    "F16": np.float16,
    "BF16": ml_dtypes.bfloat16,
    "F8_E4M3": ml_dtypes.float8_e4m3fn,
    "F8_E5M2": ml_dtypes.float8_e5m2,
    "F8_E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
    "F8_E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
}


def packed(header: Any, data: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def save(path: Path, arrays: Mapping[str, np.ndarray], kind: str = "F64") -> Path:
    """Write a file as the package does it: tensors in the order of their names."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name in sorted(arrays):
        raw = arrays[name].tobytes()
        header[name] = {
            "dtype": kind,
            "shape": arrays[name].shape,
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    path.write_bytes(packed(header, data))
    return path


@pytest.mark.parametrize("kind", NAMES)
def test_types(kind: str, tmp_path: Path) -> None:
    given = WEIGHT.clip(-224, 224).astype(NAMES[kind])
    path = save(tmp_path / "w.safetensors", {"fc.weight": given, "fc.bias": given[:, 0]}, kind)
    expected = make_layer(E4M3FN, given.astype(float), given[:, 0].astype(float), name="fc")
    assert read_model(path, E4M3FN).layers == (expected,)


def test_bytes_are_codes(tmp_path: Path) -> None:
    path = save(tmp_path / "w.safetensors", {"weight": np.array([[0x38, 0xB9]], np.uint8)}, "U8")
    assert read_model(path, E4M3FN).layers[0].weight == ((0x38, 0xB9),)


@pytest.mark.parametrize(
    "names",
    [
        ["fc1", "fc2", "fc10"],
        ["0", "2", "10"],
        ["net.9.fc", "net.10.fc", "net.11.fc"],
    ],
)
def test_numbered_layers_are_in_the_order_of_their_numbers(
    names: list[str], tmp_path: Path
) -> None:
    square = np.eye(2)
    arrays = {f"{name}.weight": (n + 1) * square for n, name in enumerate(names)}
    layers = read_model(save(tmp_path / "w.safetensors", arrays), E4M3FN).layers
    assert [layer.name for layer in layers] == names


def test_named_layers_are_in_the_only_order_that_fits(tmp_path: Path) -> None:
    arrays = {
        "head.weight": np.ones((2, 5)),
        "head.bias": np.ones(2),
        "embed.weight": np.ones((4, 3)),
        "middle.weight": np.ones((5, 4)),
    }
    layers = read_model(save(tmp_path / "w.safetensors", arrays), E4M3FN).layers
    assert [layer.name for layer in layers] == ["embed", "middle", "head"]


@pytest.mark.parametrize(
    "second, words", [((3, 3), "several fit"), ((5, 5), "none fits"), ((3,), "none fits")]
)
def test_layers_without_an_order(second: tuple[int, ...], words: str, tmp_path: Path) -> None:
    arrays = {"a.weight": np.ones((3, 3)), "b.weight": np.ones(second)}
    with pytest.raises(
        InputError,
        match=rf"^Weights must be a \.safetensors file, not '.*': the order of its layers a, b is "
        rf"not in it, and {words}: give them numbers, or use a \.npz file$",
    ):
        read_safetensors(save(tmp_path / "w.safetensors", arrays))


def tensor(**changes: Any) -> dict[str, Any]:
    return {"w.weight": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8], **changes}}


NO_JSON = "its header is no JSON with a name for each tensor"


@pytest.mark.parametrize(
    "raw, reason",
    [
        (b"", "it is cut short, or something else"),
        (b"hello", "it is cut short, or something else"),
        (b"hello, world", "it is cut short, or something else"),
        (packed(b"{{"), NO_JSON),
        (packed(b"[" * 100_000), NO_JSON),
        (packed([1]), NO_JSON),
        (packed(b"\xff\xfe{}"), NO_JSON),
        (packed(b'{"a": {}, "a": {}}'), NO_JSON),
        (packed({"w": 3}), "the header of tensor 'w' cannot be understood"),
        (packed({"w": {}}), "the header of tensor 'w' cannot be understood"),
        (packed(tensor(data_offsets=[0])), "the header of tensor 'w.weight' cannot be understood"),
        (packed(tensor(), bytes(7)), "tensor 'w.weight' ends behind the file"),
        (packed(tensor(data_offsets=[-8, 0]), bytes(8)), "tensor 'w.weight' ends behind the file"),
        (packed(tensor(data_offsets=[8, 0]), bytes(8)), "tensor 'w.weight' ends behind the file"),
        (
            packed(tensor(shape=[1, 1]), bytes(8)),
            "tensor 'w.weight' needs 4 bytes, not 8",
        ),
        (
            packed(tensor(shape=[1, 3]), bytes(8)),
            "tensor 'w.weight' needs 12 bytes, of which the file has 8",
        ),
        (
            packed(tensor(shape=[1 << 40, 1 << 40]), bytes(8)),
            f"tensor 'w.weight' must have at most {MAX_ELEMENTS} elements, not {1 << 80}",
        ),
        (
            packed(tensor(shape=[0.5]), bytes(8)),
            r"the shape of tensor 'w.weight' must be whole numbers, not \[0\.5\]",
        ),
        (packed(tensor(dtype="I64"), bytes(8)), "tensor 'w.weight' must be of type .*, not 'I64'"),
        (packed(tensor(dtype=[]), bytes(8)), "the header of tensor 'w.weight' cannot be .*"),
    ],
)
def test_damaged_files(raw: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(raw)
    with pytest.raises(
        InputError,
        match=rf"^Weights must be a \.safetensors file, not '.*w\.safetensors': {reason}$",
    ):
        read_safetensors(path)


def test_every_flipped_or_missing_byte_is_noticed_or_read(tmp_path: Path) -> None:
    """Damage anywhere gives one sentence or arrays, and never another exception."""
    path = tmp_path / "w.safetensors"
    raw = save(path, {"a1.weight": WEIGHT, "a2.weight": np.ones((1, 2))}).read_bytes()
    refused = 0
    for place in range(len(raw)):
        for damaged in (raw[:place] + bytes([raw[place] ^ 0xFF]) + raw[place + 1 :], raw[:place]):
            path.write_bytes(damaged)
            try:
                assert read_safetensors(path)
            except InputError:
                refused += 1
    assert refused > len(raw)


def test_missing_and_old_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        UserError,
        match=rf"^Package torch is not installed; run `{re.escape(install_command('torch'))}`$",
    ):
        read_model(tmp_path / "w.pt", E4M3FN)
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(__version__="2.5.1+cpu"))
    with pytest.raises(
        InputError,
        match=r"^Package torch must be of version 2\.6 or later to read a state dict safely, not "
        r"2\.5\.1\+cpu$",
    ):
        read_state_dict(tmp_path / "w.pth")


def torch_types(torch: Any) -> list[Any]:
    return [
        torch.float64,
        torch.float32,
        torch.float16,
        torch.bfloat16,
        torch.float8_e4m3fn,
        torch.float8_e5m2,
    ]


@pytest.mark.slow
@pytest.mark.tool
def test_state_dicts(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "w.pt"
    for dtype in torch_types(torch):
        weight = torch.tensor(WEIGHT).to(dtype)
        state = {"fc2.weight": weight, "fc1.weight": weight[:, :2], "fc1.bias": weight[:, 0]}
        for content in (state, {"state_dict": state, "epoch": 3}):
            torch.save(content, path)
            layers = read_model(path, E4M3FN).layers
            exact = weight.double().numpy()
            assert layers == (
                make_layer(E4M3FN, exact, name="fc2"),
                make_layer(E4M3FN, exact[:, :2], exact[:, 0], name="fc1"),
            )
    torch.save({"weight": torch.tensor([[0x38, 0xB9]], dtype=torch.uint8)}, path)
    assert read_model(path, E4M3FN).layers[0].weight == ((0x38, 0xB9),)


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize(
    "name, reason",
    [
        ("text", r"PyTorch does not take it for data alone \(.*\)"),
        ("cut", r"PyTorch does not take it for data alone \(.*\)"),
        ("empty", r"PyTorch does not take it for data alone \(.*\)"),
        ("module", r"PyTorch does not take it for data alone \(.*\)"),
        ("list", "it holds a list"),
        ("number", "'epoch' in it is no dense tensor"),
        ("sparse", "'w' in it is no dense tensor"),
    ],
)
def test_other_files_of_pytorch(name: str, reason: str, tmp_path: Path) -> None:
    import torch

    path = tmp_path / "w.pth"
    contents = {
        "module": torch.nn.Linear(2, 2),
        "list": [torch.ones(2)],
        "number": {"epoch": 3},
        "sparse": {"w": torch.eye(2).to_sparse()},
    }
    torch.save(contents.get(name, {"weight": torch.ones(2, 2)}), path)
    raw = {"text": b"hello", "cut": path.read_bytes()[:500], "empty": b""}.get(name)
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(InputError, match=rf"^Weights must be a state dict, not '.*': {reason}$"):
        read_state_dict(path)
