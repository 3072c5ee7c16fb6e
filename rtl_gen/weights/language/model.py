# SPDX-License-Identifier: Apache-2.0
"""What a file says about a language model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.weights.language.tokenizer import Tokenizer

__all__ = ["LanguageModel"]


@dataclass(frozen=True)
class LanguageModel:
    """A decoder with its weights and its tokens."""

    decoder: Decoder
    #: All weights that are trained, in floats, by the names of the network.
    arrays: Mapping[str, NDArray[Any]]
    tokenizer: Tokenizer
