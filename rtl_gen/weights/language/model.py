# SPDX-License-Identifier: Apache-2.0
"""What a file says about a language model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
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

    def with_layers(self, layers: Sequence[int]) -> "LanguageModel":
        """Return the model with only some of its layers, between the embedding and the head.

        Parameters
        ----------
        layers : sequence of int
            Their numbers, from 0, in the order that they are to have; each at most once.

        Raises
        ------
        InputError
            If there is no such layer, or one is given again.
        """
        count = self.decoder.layers
        if not layers or len({*layers}) < len(layers) or not {*layers} <= {*range(count)}:
            raise InputError(
                f"Layers must be different numbers from 0 to {count - 1}, the last one of the model, "
                f"not {','.join(map(str, layers)) or 'none'}"
            )
        arrays = {name: a for name, a in self.arrays.items() if not name.startswith("layer")}
        for place, layer in enumerate(layers):
            prefix = f"layer{layer}_"
            for name, array in self.arrays.items():
                if name.startswith(prefix):
                    arrays[f"layer{place}_{name.removeprefix(prefix)}"] = array
        return replace(self, decoder=replace(self.decoder, layers=len(layers)), arrays=arrays)
