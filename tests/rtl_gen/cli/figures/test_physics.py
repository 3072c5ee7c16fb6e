# SPDX-License-Identifier: Apache-2.0
"""Pictures of sweeps, tolerance and criticality: what they show, and that they can be repeated."""

import sys
from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.figures.write import figure_files
from spikefloat.rtl_gen.extras import install_command

COMMANDS = {
    "inputs": ["sweep", "and,ripple4", "--input-noise", "0.1,0.2", "--clamp-inputs"],
    "leak": [
        "sweep",
        "and,multiply",
        "--objective",
        "neurons",
        "--style",
        "spiking",
        "--leak",
        "0,0.5,1",
        "--order",
        "random,provoking",
        "--trials",
        "1",
    ],
    "membranes": [
        "sweep",
        "multiply",
        "--objective",
        "neurons",
        "--membrane-noise",
        "0.1,0.2",
        "--trials",
        "1",
    ],
    "tolerance": [
        "tolerance",
        "xor",
        "--harden",
        "0.2",
        "--trials",
        "65536",
        "--resolution",
        "0.01",
    ],
    "criticality": ["criticality", "ripple4"],
}

#: What must be there to be read: figures of the paper beside ours, and bounds.
TEXTS = {
    "inputs": ["paper: 4-bit adder", "ripple4", "inputs clipped"],
    "leak": [
        "paper: gates, reset before each operation",
        "AND without that reset",
        "0.333",
        "w2 (83 neurons), provoking waves",
    ],
    "membranes": ["code release, 912 neurons", "w2 (83 neurons)"],
    "tolerance": ["hardened", "neurons", "synapses"],
    "criticality": ["stuck at 0 or at 1, it is never noticed", "28 neurons, 256 operand pairs"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_picture(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    files = []
    for folder in ("first", "second"):
        path = tmp_path / folder / "below" / f"{name}.png"
        assert main([*COMMANDS[name], "--plot", str(path)]) == 0
        files.append(figure_files(path))
        output = capsys.readouterr()
        assert f"drawn: {files[-1][0]}, {files[-1][1]}\n" in output.err
    for first, second in zip(*files, strict=True):
        assert first.read_bytes() == second.read_bytes()
    assert sorted(file.name for file in (tmp_path / "first" / "below").iterdir()) == [
        f"{name}.png",
        f"{name}.svg",
    ]
    # Matplotlib draws text as outlines, and says in comments what they spell.
    text = files[0][0].read_text()
    for part in TEXTS[name]:
        assert part in text


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["sweep", "xor", "--synapse-noise", "0.1"],
            "Knobs with several values must be one for a picture, not none",
        ),
        (
            ["sweep", "xor", "--synapse-noise", "0.1,0.2", "--dropped-spikes", "0,0.1"],
            "Knobs with several values must be one for a picture, not synapse_noise, dropped_spikes",
        ),
        (["criticality", "xor,and"], "Circuits must be one for a picture, not 2"),
    ],
)
def test_wrong(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    assert main([*arguments, "--plot", str(tmp_path / "x" / "figure")]) == 2
    assert capsys.readouterr().err == f"spikefloat: error: {message}\n"
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("command", ["sweep", "tolerance", "criticality"])
def test_without_matplotlib(
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Said at once, and not after hours of measuring."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert main([command, "xor", "--plot", str(tmp_path / "out" / "figure")]) == 2
    assert capsys.readouterr().err == (
        f"spikefloat: error: Package matplotlib is not installed; run `{install_command('plot')}`\n"
    )


def test_harden_needs_noise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tolerance", "xor", "--knob", "dropped_spikes", "--harden", "0.1"]) == 2
    assert capsys.readouterr().err == (
        "spikefloat: error: Knob to harden against must be synapse_noise or membrane_noise in the "
        "spatial style, not 'dropped_spikes'\n"
    )
    assert main(["tolerance", "xor", "--harden", "much"]) == 2
    assert capsys.readouterr().err == (
        "spikefloat: error: Noise to harden against must be a number above 0 and at most 10, not "
        "'much'\n"
    )
