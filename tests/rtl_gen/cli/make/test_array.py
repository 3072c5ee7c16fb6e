# SPDX-License-Identifier: Apache-2.0
"""Layers on arrays of lanes on the command line."""

import numpy as np
import pytest

from spikefloat.rtl_gen.cli import main
from tests.helpers.command import printed_results

SMALL = ["--format", "e2m1fn", "--shape", "array", "--levels", "50"]


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.npz"
    rng = np.random.default_rng(1)
    np.savez(path, weight=rng.uniform(-2, 2, (3, 5)), bias=rng.uniform(-2, 2, 3))
    return path


def test_verilog(tmp_path, weights, capsys):
    out = tmp_path / "out"
    arguments = [
        "verilog",
        "linear",
        "--weights",
        str(weights),
        "--lanes",
        "2x2",
        "--activation",
        "relu",
        *SMALL,
        "-o",
        str(out),
    ]
    assert main([*arguments, "--json"]) == 0
    (row,) = printed_results(capsys)
    assert row["module"] == "linear5x3_relu_array2x2_levels50_exact_e2m1fn_weights_eaae23b1"
    assert row["neurons"] > 200
    text = (out / f"{row['module']}.v").read_text()
    for line in (
        "// lanes: 2 outputs at once, 2 inputs in each clock",
        "// clocks: a vector every 6; from its last transfer to its first result 10, to "
        "its last 13",
        "// streams: 5 transfers of 1 inputs, 3 of 1 results; each code in whole bytes, "
        "the first lowest",
    ):
        assert line in text.splitlines()
    assert f"--weights {weights} --activation relu --shape array --lanes 2x2 --levels 50" in text
    assert main(arguments) == 0
    assert (out / f"{row['module']}.v").read_text() == text


@pytest.mark.tool
def test_verify(weights, capsys):
    assert (
        main(
            [
                "verify",
                "linear",
                "--weights",
                str(weights),
                "--lanes",
                "2x2",
                *SMALL,
                "--sim",
                "icarus",
                "--trials",
                "30",
                "--json",
            ]
        )
        == 0
    )
    rows = printed_results(capsys)
    assert [(row["pauses"], row["cases"], row["mismatches"]) for row in rows] == [
        ("none", 38, 0),
        ("random", 38, 0),
    ]
    assert {row["hardware"] for row in rows} == {"array 2x2, streams"}
    assert "--shape array --lanes 2x2 --levels 50" in rows[0]["command"]


@pytest.mark.tool
def test_verify_with_weights_from_a_stream(capsys):
    assert (
        main(
            [
                "verify",
                "linear",
                "--inputs",
                "4",
                "--outputs",
                "2",
                "--lanes",
                "1x3",
                *SMALL,
                "--sim",
                "icarus",
                "--trials",
                "30",
            ]
        )
        == 0
    )
    assert capsys.readouterr().out.count("bit-exact") == 2


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["--lanes", "0x2"],
            "Lanes for outputs must be from 1 to 2, as the layer has so many outputs, not 0",
        ),
        (
            ["--lanes", "2x5"],
            "Lanes for inputs must be from 1 to 4, as the layer has so many inputs, not 5",
        ),
        (["--lanes", "two"], "Lanes must be OUTPUTSxINPUTS, such as 4x8, not 'two'"),
        (["--levels", "0"], "Levels must be an integer from 1 to 1000, not '0'"),
        (
            ["--accumulate", "tree"],
            "Accumulation on an array must be exact or chain, as others depend "
            "on an order that it does not keep, not 'tree'",
        ),
        (
            ["--accumulate", "chain", "--lanes", "1x2"],
            "Lanes of chain must be 1x1, as it rounds after each product, not 1x2",
        ),
        (
            ["--stages", "2"],
            "Style of an array must be spatial without stages, as --levels says how "
            "its circuits are cut, not spatial with 2",
        ),
        (["--objective", "depth"], "Objective of an array must be structure, not 'depth'"),
        (
            ["--inputs", "5000", "--outputs", "1000"],
            "Products of an array must be at most 4194304, not 5000000",
        ),
        (["--shape", "round"], "Shape must be unrolled or array, not 'round'"),
        (
            ["--shape", "unrolled", "--lanes", "1x1"],
            "Option --lanes has no effect for linear; it is for linear with --shape array",
        ),
        (
            ["--shape", "unrolled", "--levels", "3"],
            "Option --levels has no effect for linear; it is for linear with --shape array",
        ),
    ],
)
def test_refused(arguments, message, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["verilog", "linear", "--shape", "array", *arguments, "-o", str(out)]) == 2
    assert capsys.readouterr().err == f"spikefloat: error: {message}\n"
    assert not out.exists()


def test_refused_of_weights(tmp_path, capsys):
    path = tmp_path / "network.npz"
    np.savez(path, **{"a.weight": np.ones((3, 5)), "b.weight": np.ones((2, 3))})
    assert main(["verilog", "linear", "--weights", str(path), "--shape", "array"]) == 2
    assert capsys.readouterr().err == (
        "spikefloat: error: Layers on an array of lanes must be 1, not 2\n"
    )
    assert main(["export", "linear", "--shape", "array", "-o", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err == (
        "spikefloat: error: Shape of a layer must be unrolled to be one neuron graph, not 'array'\n"
    )
    assert main(["verilog", "add", "--shape", "array"]) == 2
    assert capsys.readouterr().err == (
        "spikefloat: error: Option --shape has no effect for add; it is for linear\n"
    )
