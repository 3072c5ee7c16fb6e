# SPDX-License-Identifier: Apache-2.0
"""The demo: a tiny network in the exact simulator, and the whole thing in Verilator."""

import json
import re
from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from tests.helpers.command import printed_results

Capture = pytest.CaptureFixture[str]


def test_tiny_network(tmp_path: Path, capsys: Capture) -> None:
    assert (
        main(
            [
                "demo",
                "digits",
                "--hidden",
                "3",
                "--kept",
                "0.1",
                "--images",
                "20",
                "--no-rtl",
                "-o",
                str(tmp_path),
                "--json",
            ]
        )
        == 0
    )
    (result,) = printed_results(capsys)
    assert (result["images"], result["logits"], result["logits_equal"]) == (20, 200, 200)
    assert result["nonzero_weights"] <= 30
    *others, layers = sorted(path.name for path in tmp_path.iterdir())
    assert others == ["digits.json", "digits.npz", "digits_spikes.png"]
    assert re.fullmatch(r"linear64x3x10_exact_e4m3fn_weights_[0-9a-f]{8}\.v", layers)
    assert (tmp_path / "digits_spikes.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((tmp_path / "digits.json").read_text()) == result


def test_attention_of_neurons(tmp_path: Path, capsys: Capture) -> None:
    arguments = ["demo", "attention", "--images", "3", "--no-rtl", "-o", str(tmp_path), "--json"]
    assert main(arguments) == 0
    (result,) = printed_results(capsys)
    assert (result["images"], result["logits"], result["logits_equal"]) == (3, 30, 30)
    assert result["intermediates"] == result["intermediates_equal"] == 3 * 11594
    assert result["classes"] == result["classes_equal"] == 3
    assert result["weights"] == 3088
    assert result["simulator"] == "network"
    assert result["spikes"] == 14_965_448
    assert sorted(path.name for path in tmp_path.iterdir()) == ["attention.json", "attention.npz"]
    assert json.loads((tmp_path / "attention.json").read_text()) == result


@pytest.mark.tool
@pytest.mark.slow
def test_whole_test_set_in_rtl(tmp_path: Path, capsys: Capture) -> None:
    assert main(["demo", "digits", "-o", str(tmp_path), "--json"]) == 0
    (result,) = printed_results(capsys)
    assert (result["images"], result["logits"], result["logits_equal"]) == (360, 3600, 3600)
    assert result["simulator"] == "verilator"
    assert result["accuracy_float"] > 0.97
    assert result["loss_points"] < 1


@pytest.mark.tool
@pytest.mark.slow
def test_attention_in_rtl(tmp_path: Path, capsys: Capture) -> None:
    """Images on the engine: logits, intermediates and the places they are written to."""
    arguments = ["demo", "attention", "--sim", "verilator", "--images", "5", "--json"]
    assert main([*arguments, "-o", str(tmp_path)]) == 0
    (result,) = printed_results(capsys)
    assert (result["images"], result["logits"], result["logits_equal"]) == (5, 50, 50)
    assert result["intermediates"] == result["intermediates_equal"] == 5 * 11594
    assert result["classes"] == result["classes_equal"] == 5
    assert result["simulator"] == "verilator"
    assert result["clocks"] == 6213
    verilog = (tmp_path / "digits_transformer.v").read_text()
    assert "latency: 6212 clocks from the first transfer to the result" in verilog


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["letters"], "Demo must be digits or attention, not 'letters'"),
        (["attention", "--hidden", "3"], "Option --hidden has no effect for attention"),
        (
            ["digits", "--train"],
            "Option --train has no effect for digits, which is trained in any case",
        ),
        (["attention", "--no-rtl", "--sim", "icarus"], "Option --sim has no effect with --no-rtl"),
        (
            ["digits", "--sim", "vcs"],
            "Simulator must be one of icarus, verilator, both, auto, not 'vcs'",
        ),
        (["digits", "--images", "0"], "Number of images must be an integer from 1 to 360, not '0'"),
        (
            ["digits", "--hidden", "0"],
            "Number of hidden neurons must be an integer from 1 to 256, not '0'",
        ),
    ],
)
def test_wrong_options(arguments: list[str], message: str, tmp_path: Path, capsys: Capture) -> None:
    assert main(["demo", *arguments, "-o", str(tmp_path / "out")]) == 2
    assert f"spikefloat: error: {message}\n" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
