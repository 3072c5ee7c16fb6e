# SPDX-License-Identifier: Apache-2.0
"""Text as tokens, and back: pieces of text with scores, merged pair by pair.

The format of the files, and what is done with them, are those of llama2.c
(github.com/karpathy/llama2.c).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_bytes

__all__ = ["Tokenizer", "read_tokenizer"]

#: The token that a text begins with, and how many tokens stand before those of the 256 bytes.
_BEGIN, _BEFORE_BYTES = 1, 3

#: Longest token of a file, in bytes: more is no file of tokens.
_MOST_BYTES = 1 << 16


@dataclass(frozen=True)
class Tokenizer:
    """Pieces of text, each with a number.

    With scores, a text begins with a token for that and a space, characters that are no token become
    a token for each byte, and the pair that makes the token with the highest score is merged first.
    Without, each character is a token.
    """

    pieces: tuple[bytes, ...]
    scores: tuple[float, ...] | None = None

    @cached_property
    def _numbers(self) -> dict[bytes, int]:
        # Where a piece is there twice, the first one counts.
        return {piece: number for number, piece in reversed(list(enumerate(self.pieces)))}

    def encode(self, text: str) -> list[int]:
        """Return the numbers of the tokens of a text.

        Raises
        ------
        InputError
            If the text is empty, or has a character that is no token.
        """
        if not text:
            raise InputError("Prompt must have at least one character; it is empty")
        if self.scores is None:
            return [self._character(character) for character in text]
        numbers = [number for c in f" {text}" for number in self._bytes(c)]
        while True:
            best = max(
                (
                    (self.scores[merged], -place, merged)
                    for place, pair in enumerate(zip(numbers, numbers[1:], strict=False))
                    if (merged := self._merged(*pair)) is not None
                ),
                default=None,
            )
            if best is None:
                return [_BEGIN, *numbers]
            _, place, merged = best
            numbers[-place : -place + 2] = [merged]

    def decode(self, numbers: Sequence[int]) -> str:
        """Return the text of tokens; bytes that are no text become the replacement character."""
        parts = []
        for place, number in enumerate(numbers):
            piece = self.pieces[number]
            if self.scores is not None:
                if number == _BEGIN:
                    continue
                if place and numbers[place - 1] == _BEGIN and piece.startswith(b" "):
                    piece = piece[1:]
                if 0 <= number - _BEFORE_BYTES < 256 and piece.startswith(b"<0x"):
                    piece = bytes([number - _BEFORE_BYTES])
            parts.append(piece)
        return b"".join(parts).decode("utf-8", "replace")

    def _character(self, character: str) -> int:
        number = self._numbers.get(character.encode())
        if number is None:
            raise InputError(
                f"Characters of the prompt must be among the {len(self.pieces)} tokens of the model, "
                f"unlike {character!r}"
            )
        return number

    def _bytes(self, character: str) -> list[int]:
        code = character.encode()
        number = self._numbers.get(code)
        if number is not None:
            return [number]
        numbers = [byte + _BEFORE_BYTES for byte in code]
        if max(numbers) >= len(self.pieces):
            raise InputError(
                f"Tokenizer must have a token for {character!r}, or for each byte, not "
                f"{len(self.pieces)} tokens only"
            )
        return numbers

    def _merged(self, first: int, second: int) -> int | None:
        return self._numbers.get(self.pieces[first] + self.pieces[second])


def read_tokenizer(path: Path, vocabulary: int) -> Tokenizer:
    """Return the tokenizer of a file: longest token, then score, length and bytes of each.

    Parameters
    ----------
    path : Path
        The file.
    vocabulary : int
        Number of tokens of the model.

    Raises
    ------
    InputError
        If it cannot be read, or has more or fewer tokens.
    """
    data = read_bytes(path)
    pieces, scores, place = [], [], 4
    for number in range(vocabulary):
        if place + 8 > len(data):
            raise _unfit(path, vocabulary, f"{number} only")
        score, length = struct.unpack_from("<fi", data, place)
        place += 8
        if not 0 <= length <= _MOST_BYTES or place + length > len(data):
            raise _unfit(path, vocabulary, f"{number} only, then one of {length} bytes")
        pieces.append(data[place : place + length])
        scores.append(score)
        place += length
    if place != len(data):
        raise _unfit(path, vocabulary, f"{len(data) - place} bytes more than these")
    return Tokenizer(tuple(pieces), tuple(scores))


def _unfit(path: Path, vocabulary: int, found: str) -> InputError:
    return InputError(
        f"Tokenizer {path} must have the {vocabulary} tokens of the model, not {found}"
    )
