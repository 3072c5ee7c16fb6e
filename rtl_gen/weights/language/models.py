# SPDX-License-Identifier: Apache-2.0
"""Language models by the names of their files."""

from pathlib import Path

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.weights.language.described import read_described, read_tokens
from spikefloat.rtl_gen.weights.language.llama2 import read_llama2
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.rtl_gen.weights.language.onnx_decoder import read_onnx_decoder
from spikefloat.rtl_gen.weights.language.tokenizer import read_tokenizer

__all__ = ["read_language_model"]


def read_language_model(checkpoint: Path, tokenizer: Path | None = None) -> LanguageModel:
    """Return the model of a file.

    Parameters
    ----------
    checkpoint : Path
        A checkpoint of llama2.c (``.bin``), a model in ONNX (``.onnx``), or weights in an ``.npz``
        file with a ``.json`` file beside it.
    tokenizer : Path, optional
        The tokenizer of a ``.bin`` file, or of an ``.onnx`` file. Without it, the latter has its
        tokens in a JSON file beside it, as the third kind has.

    Raises
    ------
    InputError
        If a file cannot be read, is not what its name says, or does not fit the other.
    """
    match checkpoint.suffix:
        case ".bin":
            if tokenizer is None:
                raise InputError(f"Option --tokenizer must be given with {checkpoint}")
            decoder, arrays = read_llama2(checkpoint)
            return LanguageModel(decoder, arrays, read_tokenizer(tokenizer, decoder.vocabulary))
        case ".npz":
            if tokenizer is not None:
                raise InputError(
                    f"Option --tokenizer must be used with a .bin file, not {checkpoint}"
                )
            return read_described(checkpoint)
        case ".onnx":
            decoder, arrays = read_onnx_decoder(checkpoint)
            if tokenizer is not None:
                pieces = read_tokenizer(tokenizer, decoder.vocabulary)
            else:
                pieces = read_tokens(checkpoint, decoder.vocabulary)
            return LanguageModel(decoder, arrays, pieces)
    raise InputError(f"Checkpoint must be a .bin, .npz or .onnx file, not {str(checkpoint)!r}")
