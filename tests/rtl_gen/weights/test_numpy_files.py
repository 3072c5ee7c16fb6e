# SPDX-License-Identifier: Apache-2.0
"""Files of numpy, and every way in which one can be wrong."""

import contextlib
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.weights.models import read_model
from spikefloat.rtl_gen.weights.numpy_files import read_numpy
from spikefloat.rtl_gen.weights.parameters import make_layer
from spikefloat.rtl_gen.weights.raw import MAX_ELEMENTS
from tests.helpers.oracle import codes_of

E4M3FN = FORMATS["e4m3fn"]
WEIGHT = np.array([[1.0, -2.0, 0.3], [0.0, 448.0, -0.0]])


def test_files(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", WEIGHT)
    np.savez(tmp_path / "w.npz", weight=WEIGHT, bias=np.zeros(2))
    np.savez_compressed(
        tmp_path / "n.npz",
        **{
            "fc1.weight": WEIGHT.astype(np.float16),
            "fc1.bias": np.zeros(2, np.float32),
            "fc2.weight": np.ones((4, 2), np.uint8),
        },
    )
    assert read_model(tmp_path / "w.npy", E4M3FN).layers == (make_layer(E4M3FN, WEIGHT),)
    assert read_model(tmp_path / "w.npz", E4M3FN).layers == (
        make_layer(E4M3FN, WEIGHT, np.zeros(2)),
    )
    layers = read_model(tmp_path / "n.npz", E4M3FN).layers
    assert [(layer.name, layer.inputs, layer.outputs, layer.bias) for layer in layers] == [
        ("fc1", 3, 2, (0, 0)),
        ("fc2", 2, 4, None),
    ]


def test_small_floats(tmp_path: Path) -> None:
    """Of float8 a file keeps the bytes, which are codes of the format that is asked for."""
    eight = WEIGHT.astype(ml_dtypes.float8_e5m2)
    np.savez(
        tmp_path / "w.npz",
        **{"a.weight": eight, "a.bias": np.ones(2, ml_dtypes.bfloat16), "b.weight": eight.T[:, :2]},
    )
    layers = read_model(tmp_path / "w.npz", FORMATS["e5m2"]).layers
    assert layers[0].weight == tuple(map(tuple, codes_of(eight).tolist()))
    assert layers[0].bias == (0x3C, 0x3C)
    assert layers[1].weight == tuple(map(tuple, codes_of(eight).T.tolist()))
    raw = io.BytesIO()
    np.save(raw, eight)
    old = re.sub(rb"'<V1'", b"'<f1'", raw.getvalue())
    (tmp_path / "old.npy").write_bytes(old)
    assert read_model(tmp_path / "old.npy", FORMATS["e5m2"]).layers[0].weight == layers[0].weight


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f2", ">f8"])
def test_orders_of_bytes_and_axes(dtype: str, order: str, tmp_path: Path) -> None:
    given = np.array(WEIGHT, dtype, order=order)
    np.save(tmp_path / "w.npy", given)
    np.testing.assert_array_equal(read_numpy(tmp_path / "w.npy")["weight"], given)


def header(text: str, version: bytes = b"\x01\x00") -> bytes:
    size = len(text).to_bytes(2 if version[0] == 1 else 4, "little")
    return b"\x93NUMPY" + version + size + text.encode()


def saved(array: np.ndarray) -> bytes:
    raw = io.BytesIO()
    np.save(raw, array, allow_pickle=True)
    return raw.getvalue()


F8 = "{'descr': '<f8', 'fortran_order': False, 'shape': SHAPE}"

BAD_ARRAYS = [
    pytest.param(b"hello", "# does not begin as numpy writes it", id="text"),
    pytest.param(saved(WEIGHT)[:7], "# does not begin as numpy writes it", id="magic"),
    pytest.param(saved(WEIGHT)[:150], "# needs 48 bytes, of which the file has 22", id="cut"),
    pytest.param(saved(WEIGHT)[:50], "the header of # cannot be understood", id="cut header"),
    pytest.param(header("{{{{{"), "the header of # cannot be understood", id="braces"),
    pytest.param(header("[1]"), "the header of # cannot be understood", id="list"),
    pytest.param(
        header(F8.replace("SHAPE", "(2, -3)")),
        r"the shape of # must be whole numbers, not \(2, -3\)",
        id="negative",
    ),
    pytest.param(
        header(F8.replace("SHAPE", "(1 << 40,)")), "the header of # cannot be .*", id="shift"
    ),
    pytest.param(
        header(F8.replace("SHAPE", "(1000000, 1000000)"), b"\x02\x00"),
        f"# must have at most {MAX_ELEMENTS} elements, not 1000000000000",
        id="huge",
    ),
    pytest.param(
        header(F8.replace("SHAPE", "(4000, 4000)")),
        "# needs 128000000 bytes, of which the file has 0",
        id="large",
    ),
    pytest.param(saved(np.array([None])), "# holds Python objects", id="objects"),
    pytest.param(saved(np.zeros(2, "f4,f4")), "# holds records", id="records"),
]


@pytest.mark.parametrize("raw, reason", BAD_ARRAYS)
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_damaged_arrays(raw: bytes, reason: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"w{suffix}"
    if suffix == ".npy":
        path.write_bytes(raw)
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("weight.npy", raw)
    what = "array" if suffix == ".npy" else "array 'weight'"
    with pytest.raises(
        ValueError,
        match=rf"^Weights must be a {suffix} file of plain arrays, not '.*w{suffix}': "
        rf"{reason.replace('#', what)}$",
    ):
        read_numpy(path)


def flip(raw: bytes) -> bytes:
    return raw[:200] + bytes([raw[200] ^ 0xFF]) + raw[201:]


@pytest.mark.parametrize(
    "damage, reason",
    [
        pytest.param(lambda raw: b"hello", "file is not a zip file", id="text"),
        pytest.param(lambda raw: saved(WEIGHT), "file is not a zip file", id="npy"),
        pytest.param(lambda raw: raw[:150], "file is not a zip file", id="cut"),
        pytest.param(flip, "bad CRC-32 for file 'weight.npy'", id="flipped"),
    ],
)
def test_damaged_archives(damage: Callable[[bytes], bytes], reason: str, tmp_path: Path) -> None:
    raw = io.BytesIO()
    np.savez(raw, weight=WEIGHT)
    path = tmp_path / "w.npz"
    path.write_bytes(damage(raw.getvalue()))
    with pytest.raises(
        ValueError,
        match=rf"^Weights must be a \.npz file of plain arrays, not '.*w\.npz': {reason}$",
    ):
        read_numpy(path)


def test_every_flipped_byte_is_noticed_or_read(tmp_path: Path) -> None:
    """Damage anywhere gives a sentence or arrays, and never another exception."""
    raw = io.BytesIO()
    np.savez_compressed(raw, weight=WEIGHT)
    path = tmp_path / "w.npz"
    for place in range(len(raw.getvalue())):
        damaged = bytearray(raw.getvalue())
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        with contextlib.suppress(InputError):
            assert read_numpy(path).keys()


def test_file_with_something_else(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "w.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ValueError, match=r": 'readme\.txt' in it is no array of its own name$"):
        read_numpy(tmp_path / "w.npz")


def test_array_that_lies_about_its_type(tmp_path: Path) -> None:
    np.save(tmp_path / "b.npy", WEIGHT)
    (tmp_path / "b.npy").rename(tmp_path / "b.npz")
    with pytest.raises(ValueError, match=r"^Weights must be a .* not '.*b\.npz': "):
        read_numpy(tmp_path / "b.npz")
    np.savez(tmp_path / "a.npz", weight=WEIGHT)
    (tmp_path / "a.npz").rename(tmp_path / "a.npy")
    with pytest.raises(ValueError, match=r"^Weights must be a .* not '.*a\.npy': "):
        read_numpy(tmp_path / "a.npy")


def test_empty_and_other_files(tmp_path: Path) -> None:
    (tmp_path / "w.npy").touch()
    with pytest.raises(ValueError, match=r"^Weights must be a .npy file, not '.*', an empty one$"):
        read_numpy(tmp_path / "w.npy")
    with pytest.raises(
        ValueError, match=r"^Weights must be a file \.npy, .* or \.pth, not '.*w\.txt'$"
    ):
        read_model(tmp_path / "w.txt", E4M3FN)
    with pytest.raises(InputError, match=r"^Cannot read '.*missing.npz': No such file"):
        read_numpy(tmp_path / "missing.npz")
