# SPDX-License-Identifier: Apache-2.0
"""Models as a JSON file of sizes and tokens, and an ``.npz`` file of weights beside it."""

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_bytes, read_json
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.networks.kinds import FEED_FORWARDS, NORMS, check_kinds
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.rtl_gen.weights.language.tokenizer import Tokenizer
from spikefloat.rtl_gen.weights.numpy_files import read_numpy

__all__ = ["read_described", "read_tokens"]

_SIZES = ("width", "hidden", "layers", "heads", "key_heads", "context")


def read_described(path: Path) -> LanguageModel:
    """Return the model of an ``.npz`` file, which the ``.json`` file of the same name describes.

    Parameters
    ----------
    path : Path
        The file of weights.

    Raises
    ------
    InputError
        If a file cannot be read, its checksum is another one, or it does not describe a model.
    """
    described, about = _description(path)
    sizes = {name: _integer(described, about, name) for name in _SIZES}
    tokenizer = _tokenizer(described, about)
    data = read_bytes(path)
    checksum = hashlib.sha256(data).hexdigest()
    if about.get("sha256", checksum) != checksum:
        raise InputError(f"SHA-256 of {path} must be {about['sha256']}, not {checksum}")
    norm, feed_forward = _kinds(described, about)
    decoder = Decoder(
        width=sizes["width"],
        hidden=sizes["hidden"],
        layers=sizes["layers"],
        heads=sizes["heads"],
        key_heads=sizes["key_heads"],
        context=sizes["context"],
        vocabulary=len(tokenizer.pieces),
        is_shared=about.get("shared", True) is True,
        epsilon=_epsilon(described, about),
        base=_integer(described, about, "base", 10_000),
        norm=norm,
        feed_forward=feed_forward,
    )
    arrays = read_numpy(path)
    unknown = sorted(set(arrays) - set(decoder.network(2).trained))
    if unknown:
        raise InputError(f"Weights of {path} must be those of its layers, unlike {unknown[0]!r}")
    return LanguageModel(decoder, arrays, tokenizer)


def read_tokens(path: Path, vocabulary: int) -> Tokenizer:
    """Return the tokens that the ``.json`` file beside a model has.

    Parameters
    ----------
    path : Path
        The file of the model.
    vocabulary : int
        Number of tokens of the model.

    Raises
    ------
    InputError
        If there is no such file, or it has more or fewer tokens.
    """
    described, about = _description(path)
    tokenizer = _tokenizer(described, about)
    if len(tokenizer.pieces) != vocabulary:
        raise InputError(
            f"Tokens in {described} must be the {vocabulary} of the model, not {len(tokenizer.pieces)}"
        )
    return tokenizer


def _description(path: Path) -> tuple[Path, dict[str, Any]]:
    """Return the JSON file beside a model, and what it says."""
    described = path.with_suffix(".json")
    about = read_json(described, "Description of the model")
    if not isinstance(about, dict):
        raise InputError(f"Description of the model must be an object, not that of {described}")
    return described, about


def _tokenizer(path: Path, about: dict[str, Any]) -> Tokenizer:
    tokens = about.get("tokens")
    if not isinstance(tokens, list) or not all(isinstance(t, str) and t for t in tokens):
        raise InputError(f"Tokens in {path} must be a list of texts")
    return Tokenizer(tuple(token.encode() for token in tokens))


def _integer(path: Path, about: dict[str, Any], name: str, default: int | None = None) -> int:
    value = about.get(name, default)
    if type(value) is not int or not 1 <= value <= 1 << 20:
        raise InputError(f"{name} in {path} must be an integer from 1 to {1 << 20}, not {value!r}")
    return value


def _kinds(path: Path, about: dict[str, Any]) -> tuple[str, str]:
    """Return the kinds of normalisations and feed-forward layers."""
    norm, feed_forward = about.get("norm", NORMS[0]), about.get("feed_forward", FEED_FORWARDS[0])
    try:
        check_kinds(norm, feed_forward)
    except InputError as error:
        raise InputError(f"{error} (in {path})") from None
    return norm, feed_forward


def _epsilon(path: Path, about: dict[str, Any]) -> Fraction:
    value = about.get("epsilon", [1, 1 << 16])
    is_pair = isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value)
    if not is_pair or value[0] < 1 or value[1] < 1 or value[1] & value[1] - 1:
        raise InputError(
            f"epsilon in {path} must be a numerator and a power of two that divides it, not {value!r}"
        )
    epsilon = Fraction(*value)
    most = FORMATS["bfloat16"].precision
    if epsilon.numerator.bit_length() > most:
        raise InputError(
            f"epsilon in {path} must be a value of bfloat16, with a numerator of at most {most} bits, "
            f"not {epsilon}"
        )
    return epsilon
