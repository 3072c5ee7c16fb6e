# SPDX-License-Identifier: Apache-2.0
"""Text as tokens: merges by score, bytes, and files that are no tokenizers."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.weights.language.tokenizer import Tokenizer, read_tokenizer
from tests.helpers.language import tokenizer_file

BYTES = [(f"<0x{byte:02X}>".encode(), 0.0) for byte in range(256)]
WORDS = [
    (b" ", -1.0),
    (b"a", -2.0),
    (b"b", -3.0),
    (b"ab", -1.5),
    (b"ba", -1.0),
    (b" a", -9.0),
    (b"aba", -5.0),
    (b"abab", -4.0),
    ("é".encode(), -6.0),
]
PIECES = [(b"<unk>", 0.0), (b"\n<s>\n", 0.0), (b"\n</s>\n", 0.0), *BYTES, *WORDS]
FIRST = 3 + 256


@pytest.fixture
def tokenizer(tmp_path: Path) -> Tokenizer:
    path = tmp_path / "tokens.bin"
    path.write_bytes(tokenizer_file(PIECES))
    return read_tokenizer(path, len(PIECES))


def words(tokenizer: Tokenizer, text: str) -> list[str]:
    first, *others = tokenizer.encode(text)
    assert first == 1
    return [tokenizer.pieces[number].decode() for number in others]


def test_best_pair_first(tokenizer: Tokenizer) -> None:
    """Of "aba" the pair "ba" has the best score; then "a" and "ba" become one."""
    assert words(tokenizer, "aba") == [" ", "aba"]
    assert words(tokenizer, "ab") == [" ", "ab"]
    # "ba" first, then "a" and "ba", then that and "b": "ab" and "ab" never meet.
    assert words(tokenizer, "abab") == [" ", "abab"]
    # Of equal scores the leftmost: "ba" of "bab" is the first two.
    assert words(tokenizer, "bab") == [" ", "ba", "b"]
    assert words(tokenizer, "é") == [" ", "é"]


def test_bytes_of_other_characters(tokenizer: Tokenizer) -> None:
    numbers = tokenizer.encode("a€")
    assert numbers == [1, FIRST + 5, *(byte + 3 for byte in "€".encode())]
    for text in ("a€", "ab ba", " a", "é"):
        assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.decode([FIRST + 1, 3 + 0xE2]) == "a\N{REPLACEMENT CHARACTER}"


def test_characters() -> None:
    tokenizer = Tokenizer((b"a", b"\n", "é".encode()))
    assert tokenizer.encode("é\na") == [2, 1, 0]
    assert tokenizer.decode([2, 1, 0]) == "é\na"


@pytest.mark.parametrize(
    "data, message",
    [
        (tokenizer_file(PIECES[:-1]), "must have the 268 tokens of the model, not 267 only"),
        (tokenizer_file([*PIECES, (b"x", 0)]), "not 9 bytes more than these"),
        (tokenizer_file(PIECES)[:-1], "not 267 only, then one of 2 bytes"),
        (tokenizer_file(PIECES)[:9], "not 0 only"),
        (b"", "not 0 only"),
        (b"\xff" * 5000, "not 0 only, then one of -1 bytes"),
    ],
)
def test_unfit(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "tokens.bin"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message):
        read_tokenizer(path, len(PIECES))


def test_too_few_tokens_for_bytes() -> None:
    with pytest.raises(InputError, match="Tokenizer must have a token for 'z', or for each byte"):
        Tokenizer((b" ", b"a", b"b"), (0.0, 0.0, 0.0)).encode("z")
