# SPDX-License-Identifier: Apache-2.0
"""Weights from files: rounding, and every way in which a file can be wrong."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.rtl_gen.weights.parameters import (
    LayerParameters,
    make_layer,
    make_layers,
    quantise,
    read_arrays,
    read_layers,
)
from spikefloat.sim.golden import arithmetic as golden
from tests.helpers.oracle import (
    ARITHMETIC_FORMATS,
    UP_TO_16_BITS,
    codes_of,
    dtype_of,
    nearest_codes,
)

E4M3FN, E5M2 = FORMATS["e4m3fn"], FORMATS["e5m2"]
WEIGHT = np.array([[1.0, -2.0, 0.3], [0.0, 448.0, -0.0]])


def values(fmt: Format) -> NDArray[np.float64]:
    """Return every value, every middle between two, their neighbours, and random values."""
    grid = golden.decode(fmt, np.arange(fmt.max_code + 1))
    middles = (grid[1:] + grid[:-1]) / 2
    drawn = np.random.default_rng(1).normal(size=2000) * float(fmt.max_value) / 8
    all_of = np.concatenate(
        [grid, middles, np.nextafter(middles, 0), np.nextafter(middles, np.inf), drawn]
    )
    return np.concatenate([all_of, -all_of])


@pytest.mark.parametrize(
    "fmt", [f for f in ARITHMETIC_FORMATS if f.width <= 8], ids=lambda fmt: fmt.name
)
def test_floats_are_rounded_to_nearest_even(fmt: Format) -> None:
    given = values(fmt)
    given = given[abs(given) <= float(fmt.max_value)]
    assert len(given) > 1000
    np.testing.assert_array_equal(quantise(fmt, given), nearest_codes(fmt, given))


@pytest.mark.parametrize(
    "fmt", [f for f in ARITHMETIC_FORMATS if f in UP_TO_16_BITS], ids=lambda fmt: fmt.name
)
def test_golden_model_rounds_the_same(fmt: Format) -> None:
    given = np.concatenate([values(fmt), [1e9, -1e9]])
    np.testing.assert_array_equal(
        quantise(fmt, given, "saturate"), golden.encode(fmt, given, "saturate")
    )


def test_ml_dtypes_rounds_the_same() -> None:
    given = np.random.default_rng(2).normal(size=5000).astype(np.float32)
    np.testing.assert_array_equal(quantise(E4M3FN, given), codes_of(given.astype(dtype_of(E4M3FN))))


@pytest.mark.parametrize("value, code", [(464.0, 0x7E), (-464.0, 0xFE)])
def test_what_rounds_to_the_largest_value_is_accepted(value: float, code: int) -> None:
    assert quantise(E4M3FN, np.array([value])) == [code]


@pytest.mark.parametrize(
    "value, message",
    [
        (464.5, r"^Values must be at most 448 in size for e4m3fn, not 464\.5$"),
        (-1e9, r"^Values must be at most 448 in size for e4m3fn, not -1e\+09$"),
        (np.nan, r"^Values must be finite, not nan$"),
        (-np.inf, r"^Values must be finite, not -inf$"),
    ],
)
def test_wrong_values(value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        quantise(E4M3FN, np.array([0.0, value]))


def test_saturation_is_for_large_values_only() -> None:
    np.testing.assert_array_equal(
        quantise(E4M3FN, np.array([465.0, -1e9]), "saturate"), [0x7E, 0xFE]
    )
    with pytest.raises(ValueError, match=r"^Values must be finite, not inf$"):
        quantise(E4M3FN, np.array([np.inf]), "saturate")


def test_one_layer() -> None:
    layer = make_layer(E4M3FN, WEIGHT, np.array([0.5, -1.0]))
    assert layer == LayerParameters(
        name="", format=E4M3FN, weight=((0x38, 0xC0, 0x2A), (0x00, 0x7E, 0x80)), bias=(0x30, 0xB8)
    )
    assert (layer.inputs, layer.outputs) == (3, 2)
    np.testing.assert_array_equal(layer.weight_codes[0], [0x38, 0xC0, 0x2A])
    np.testing.assert_array_equal(layer.bias_codes, [0x30, 0xB8])
    assert hash(layer) == hash(make_layer(E4M3FN, WEIGHT, np.array([0.5, -1.0])))
    assert make_layer(E4M3FN, WEIGHT).bias_codes is None


def test_codes_are_taken_as_they_are() -> None:
    codes = np.array([[0x00, 0x80, 0x7E]], np.uint8)
    assert make_layer(E4M3FN, codes).weight == ((0x00, 0x80, 0x7E),)


@pytest.mark.parametrize(
    "fmt, code, message",
    [
        ("e4m3fn", 0x7F, r"^Weights must be finite, not 0x7f, which is NaN in e4m3fn$"),
        ("e4m3fn", 0xFF, r"^Weights must be finite, not 0xff, which is NaN in e4m3fn$"),
        ("e5m2", 0xFC, r"^Weights must be finite, not 0xfc, which is infinite in e5m2$"),
        ("e5m2", 0x7D, r"^Weights must be finite, not 0x7d, which is NaN in e5m2$"),
        ("e4m3fnuz", 0x80, r"^Weights must be finite, not 0x80, which is NaN in e4m3fnuz$"),
        ("e2m1fn", 0x10, r"^Weights must be codes of 4 bits for e2m1fn, not 0x10$"),
        ("binary16", 0x10, r"^Weights must be codes of 16 bits for binary16, not 0x10$"),
    ],
)
def test_wrong_codes(fmt: str, code: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_layer(FORMATS[fmt], np.array([[0, code]], np.uint8))


@pytest.mark.parametrize(
    "arrays, message",
    [
        ({"weight": np.ones(3)}, r"^Weights must have the shape \(outputs, inputs\), not \(3,\)$"),
        (
            {"weight": np.ones((0, 3))},
            r"^Weights must have the shape \(outputs, inputs\), not \(0, 3\)$",
        ),
        (
            {"weight": np.ones((2, 3)), "bias": np.ones(3)},
            r"^Bias must have the shape \(2,\), as there are 2 outputs, not \(3,\)$",
        ),
        (
            {"weight": np.ones((2, 3), int)},
            r"^Weights must be floats, or codes of type uint8, not int64$",
        ),
        (
            {"weight": np.ones((2, 3), complex)},
            r"^Weights must be floats, or codes of type uint8, not complex128$",
        ),
        ({"fc1.weight": np.full((2, 3), np.nan)}, r"^Weights of fc1 must be finite, not nan$"),
        (
            {"fc1.weight": np.ones((2, 3)), "fc1.bias": np.full(2, -np.inf)},
            r"^Bias of fc1 must be finite, not -inf$",
        ),
        ({"bias": np.ones(3)}, r"^Array bias must come with an array weight$"),
        ({"fc1.bias": np.ones(3)}, r"^Array fc1\.bias must come with an array fc1\.weight$"),
        (
            {"fc1.kernel": np.ones((2, 3))},
            r"^Arrays must be called weight or bias, or NAME\.weight or NAME\.bias, not 'fc1\.kernel'$",
        ),
        ({}, r"^Arrays must be at least one, called weight, not none$"),
        (
            {"fc1.weight": np.ones((2, 3)), "fc2.weight": np.ones((2, 3))},
            r"^Layer 'fc2' must have 2 inputs, as 'fc1' has so many outputs, not 3$",
        ),
    ],
)
def test_wrong_arrays(arrays: dict[str, NDArray], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_layers(E4M3FN, arrays)


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
    assert read_layers(tmp_path / "w.npy", E4M3FN) == (make_layer(E4M3FN, WEIGHT),)
    assert read_layers(tmp_path / "w.npz", E4M3FN) == (make_layer(E4M3FN, WEIGHT, np.zeros(2)),)
    layers = read_layers(tmp_path / "n.npz", E4M3FN)
    assert [(layer.name, layer.inputs, layer.outputs, layer.bias) for layer in layers] == [
        ("fc1", 3, 2, (0, 0)),
        ("fc2", 2, 4, None),
    ]


def damage(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[200] ^= 0xFF
    path.write_bytes(raw)


def objects(path: Path) -> None:
    np.save(path, np.array([None]), allow_pickle=True)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda path: path.write_text("hello", encoding="utf-8"), id="text"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:150]), id="cut"),
        pytest.param(lambda path: path.write_bytes(b"\x93NUMPY\x01\x00\x05\x00{{{{{"), id="header"),
    ],
)
def test_file_that_is_something_else(
    make: Callable[[Path], object], suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"w{suffix}"
    with path.open("wb") as file:
        if suffix == ".npy":
            np.save(file, WEIGHT)
        else:
            np.savez(file, weight=WEIGHT)
    make(path)
    with pytest.raises(
        ValueError,
        match=rf"^Weights must be a {suffix} file of plain arrays, "
        r"not '.*', which is something else or damaged$",
    ):
        read_arrays(path)


def test_files_that_lie(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", weight=WEIGHT)
    np.save(tmp_path / "b.npy", WEIGHT)
    (tmp_path / "a.npz").rename(tmp_path / "a.npy")
    (tmp_path / "b.npy").rename(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", weight=WEIGHT)
    damage(tmp_path / "c.npz")
    objects(tmp_path / "d.npy")
    for name in ("a.npy", "b.npz", "c.npz", "d.npy"):
        with pytest.raises(ValueError, match=rf"^Weights must be a .* not '.*{name}', which is"):
            read_arrays(tmp_path / name)


def test_empty_and_other_files(tmp_path: Path) -> None:
    (tmp_path / "w.npy").touch()
    with pytest.raises(ValueError, match=r"^Weights must be a .npy file, not '.*', an empty one$"):
        read_arrays(tmp_path / "w.npy")
    with pytest.raises(ValueError, match=r"^Weights must be a .npy or .npz file, not '.*w.txt'$"):
        read_arrays(tmp_path / "w.txt")
    with pytest.raises(FileNotFoundError):
        read_arrays(tmp_path / "missing.npz")
