# SPDX-License-Identifier: Apache-2.0
"""Published devices on the command line: listed, simulated, and refused."""

import csv
import io

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.options import OPTIONS
from spikefloat.sim.devices.presets import PRESETS
from tests.helpers.command import Capture, printed_results, run_json

SETS = [name for name, preset in PRESETS.items() if preset.knobs]
COMMANDS = ("sweep", "tolerance", "stats")


@pytest.mark.parametrize("command", COMMANDS)
def test_list(command: str, capsys: Capture) -> None:
    rows = run_json(capsys, command, "--list-devices")
    assert [row["name"] for row in rows] == list(PRESETS)
    for row in rows:
        preset = PRESETS[row["name"]]
        assert (row["source"], row["year"]) == (preset.source, preset.year)
        assert row["figures"] == [figure.text for figure in preset.figures]
        assert row["sets"] == preset.knobs
        assert row["has_energy"] == preset.has_energy
    assert main([command, "--list-devices", "--csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["name"] for row in table] == list(PRESETS)
    assert main([command, "--list-devices"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in PRESETS)
    assert f"for --device: {', '.join(SETS)}" in text


def test_words_for_completion() -> None:
    assert OPTIONS["device"].words == tuple(SETS)
    assert set(OPTIONS["energy"].words) == {n for n, one in PRESETS.items() if one.has_energy}


@pytest.mark.parametrize("device", SETS)
def test_a_device_is_its_options_spelled_out(device: str, capsys: Capture) -> None:
    common = ["sweep", "xor,ripple4", "--trials", "1", "--synapse-noise", "0.1,0.2"]
    named = run_json(capsys, *common, "--device", device)
    spelled = [
        word
        for knob, value in PRESETS[device].knobs.items()
        for word in (f"--{knob.replace('_', '-')}", f"{value}")
    ]
    plain = run_json(capsys, *common, *spelled)
    assert [row.pop("device") for row in named] == [device] * 4
    assert named == plain
    ideal = run_json(capsys, *common)
    assert ideal != plain


def test_several_devices_in_order(capsys: Capture) -> None:
    words = ["sweep", "xor", "--trials", "1", "--device", "reram-weights,pcm-weights"]
    rows = run_json(capsys, *words)
    assert [(row["device"], row["weight_mismatch"]) for row in rows] == [
        ("reram-weights", 0.3),
        ("pcm-weights", 0.0422),
    ]
    assert main(words) == 0
    assert "reram-weights" in capsys.readouterr().out


def test_tolerance(capsys: Capture) -> None:
    words = ["tolerance", "xor", "--trials", "1", "--resolution", "0.01"]
    (row,) = run_json(capsys, *words, "--device", "pcm-weights")
    (ideal,) = run_json(capsys, *words)
    assert (row["device"], row["weight_mismatch"]) == ("pcm-weights", 0.0422)
    # The prediction knows exact weights only.
    assert (row["predicted_rate"], "device" in ideal) == (None, False)
    assert ideal["predicted_rate"] is not None
    assert row["largest"] <= ideal["largest"]


@pytest.mark.parametrize(
    "words, message",
    [
        (["sweep", "xor", "--device", "pcm"], f"Device must be one of {', '.join(PRESETS)}, "),
        (["stats", "multiply", "--energy", "x"], f"Device must be one of {', '.join(PRESETS)}, "),
        (
            ["sweep", "xor", "--device", "mof"],
            f"Device must be one whose spread or resolution is published ({', '.join(SETS)}), "
            "not 'mof'",
        ),
        (
            ["sweep", "xor", "--device", "pcm-weights", "--weight-mismatch", "0.1"],
            "Option --weight-mismatch has no effect with --device pcm-weights, which sets it",
        ),
        (
            ["tolerance", "xor", "--device", "pcm-weights", "--knob", "weight_mismatch"],
            "Knob must be one that pcm-weights does not set, not 'weight_mismatch'",
        ),
        (
            ["tolerance", "xor", "--device", "pcm-weights", "--harden", "0.1"],
            "Option --harden has no effect with --device",
        ),
        (
            ["sweep", "xor", "--list-devices"],
            "Design xor has no effect with --list-devices",
        ),
        (
            ["sweep", "--list-devices", "--seed", "1"],
            "Option --seed has no effect with --list-devices",
        ),
        (["sweep"], "Argument DESIGN,... is missing, as in: "),
    ],
)
def test_refused(words: list[str], message: str, capsys: Capture) -> None:
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"spikefloat: error: {message}")
    assert (printed.out, printed.err.count("\n")) == ("", 1)


def test_store_holds_a_device_as_its_options(tmp_path, capsys: Capture) -> None:
    """What a sweep with the options kept is not run again for the device, and named after it."""
    store = ["--trials", "1", "--store", str(tmp_path / "x.db"), "--json", "--quiet"]
    assert main(["sweep", "xor", "--weight-mismatch", "0.3", *store]) == 0
    (plain,) = printed_results(capsys)
    assert main(["sweep", "xor", "--device", "reram-weights", *store]) == 0
    (named,) = printed_results(capsys)
    assert named == {**plain, "device": "reram-weights"}
