# SPDX-License-Identifier: Apache-2.0
"""``generate`` and ``perplexity``: the stored model, models from files, and what is refused."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.weights.language.models import read_language_model
from spikefloat.sim.training.language import CHARACTERS, DECODER, SAMPLE
from tests.helpers.command import Capture, run_json
from tests.helpers.language import TINY, legacy_file, llama_arrays, tokenizer_file

PIECES = [(bytes([byte]), 0.0) for byte in b"\0\1\2 abcdef"] + [(b"ab", 1.0)]


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Return a checkpoint and a tokenizer."""
    checkpoint, tokenizer = tmp_path / "model.bin", tmp_path / "tokens.bin"
    checkpoint.write_bytes(legacy_file(TINY, llama_arrays(TINY)))
    tokenizer.write_bytes(tokenizer_file(PIECES))
    return str(checkpoint), str(tokenizer)


def test_stored_model(capsys: Capture) -> None:
    (row,) = run_json(capsys, "generate", "--prompt", "The neur", "--tokens", "8", "--check")
    assert row["text"].startswith("The neurons")
    assert (row["weights"], row["tokens"], row["prompt_tokens"]) == (106_816, 8, 8)
    assert row["logits"] == row["logits_equal"] == 15 * 96
    assert row["intermediates"] == row["intermediates_equal"] > 80_000


@pytest.mark.slow
def test_checkpoint(files: tuple[str, str], capsys: Capture) -> None:
    checkpoint, tokenizer = files
    options = ["--checkpoint", checkpoint, "--tokenizer", tokenizer, "--prompt", "ab", "--tokens"]
    assert main(["generate", *options, "9", "--check", "--jobs", "2"]) == 0
    printed = capsys.readouterr().out
    assert "logits equal to the golden model, bit for bit" in printed
    assert "121 of 121" in printed  # the first token, a space, "ab", and 8 of those that are made
    options += ["2", "--prompt", "f", "--check"]
    rows = run_json(capsys, "generate", *options)
    assert [(row["prompt"], row["prompt_tokens"]) for row in rows] == [("ab", 3), ("f", 3)]
    assert all(row["logits"] == row["logits_equal"] == 4 * 11 for row in rows)


def test_layers(files: tuple[str, str]) -> None:
    """The last layer, or all in another order, as a file has them that holds nothing else."""
    checkpoint, tokenizer = map(Path, files)
    model = read_language_model(checkpoint, tokenizer)
    given = llama_arrays(TINY)
    for layers in ([1], [1, 0]):
        own = {
            name: array[layers] if len(array) == TINY.layers else array
            for name, array in given.items()
        }
        part = checkpoint.with_name("part.bin")
        part.write_bytes(legacy_file(replace(TINY, layers=len(layers)), own))
        expected, found = read_language_model(part, tokenizer), model.with_layers(layers)
        assert found.decoder == expected.decoder
        assert found.arrays.keys() == expected.arrays.keys()
        for name, array in expected.arrays.items():
            assert np.array_equal(found.arrays[name], array), name


@pytest.mark.parametrize(
    "arguments, message",
    [
        ("--tokens 126", "must have at most 128 tokens together, .*, not 4 and 126"),
        ("--tokens 0", "Number of tokens must be an integer from 1"),
        ("--prompt Zürich", "Characters of the prompt must be among the 96 tokens .*, unlike 'ü'"),
        ("--tokenizer x.bin", "Option --tokenizer has no effect without --checkpoint"),
        ("--output build", "Option --output has no effect without --sim"),
        ("--sim vcs", "Simulator must be one of"),
        ("--sim icarus --check", "Option --check has no effect with --sim, which compares"),
        ("--sim icarus --tokens 128", "must have at most 128 tokens together"),
        ("--sim icarus --jobs 1", "Option --jobs has no effect with --sim, whose one engine"),
        ("--layers 2", "Layers must be different numbers from 0 to 1, .*, not 2"),
        ("--layers 0,1,0", "Layers must be different numbers from 0 to 1, .*, not 0,1,0"),
        ("--checkpoint none.npz", "Cannot read 'none.json'"),
        ("--checkpoint model.pt", "Checkpoint must be a .bin, .npz or .onnx file, not 'model.pt'"),
        ("--checkpoint none.bin", "Option --tokenizer must be given with none.bin"),
    ],
)
def test_refused(arguments: str, message: str, capsys: Capture) -> None:
    assert main(["generate", *arguments.split()]) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert re.search(message, errors)


def test_truncated_checkpoint(files: tuple[str, str], capsys: Capture) -> None:
    checkpoint, tokenizer = files
    Path(checkpoint).write_bytes(Path(checkpoint).read_bytes()[:-100])
    assert main(["generate", "--checkpoint", checkpoint, "--tokenizer", tokenizer]) == 2
    assert "as its header says, not" in capsys.readouterr().err


def test_perplexity(tmp_path: Path, capsys: Capture) -> None:
    """FP8 costs little on a part of the page that was not trained on; a text of noise is not foretold."""
    text = SAMPLE.read_text(encoding="utf-8")
    assert set(text) <= set(CHARACTERS)
    part = tmp_path / "part.txt"
    part.write_text(text[: 4 * DECODER.context], encoding="utf-8")
    rows = run_json(capsys, "perplexity", "--text", str(part))
    assert [row["format"] for row in rows] == ["float32", "e4m3fn"]
    assert {row["tokens"] for row in rows} == {4 * 127}
    assert all(2 < row["perplexity"] < 8 for row in rows)
    assert abs(rows[1]["perplexity"] / rows[0]["perplexity"] - 1) < 0.1
    part.write_text("q#" * 100, encoding="utf-8")
    noise = run_json(capsys, "perplexity", "--text", str(part))
    assert noise[0]["perplexity"] > 30
    part.write_text("short", encoding="utf-8")
    assert main(["perplexity", "--text", str(part)]) == 2
    assert "Text must have at least 128 tokens, not 5" in capsys.readouterr().err
