# SPDX-License-Identifier: Apache-2.0
"""The transformer for the digits of scikit-learn: weights, test images, and what they must give."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.designs.engines.engine import make_engine
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.networks.layers import digits_transformer
from spikefloat.rtl_gen.rtl.engine.engine import Engine
from spikefloat.sim.exchange.digits import Digits, load_digits
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.rounding import encode
from spikefloat.sim.training.transformer import patches, read_weights

__all__ = ["NetworkCase", "digits_case"]

Codes = NDArray[np.int64]
Floats = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class NetworkCase:
    """A network with weights, and inputs for it."""

    network: Network
    weights: Mapping[str, Codes]
    pixels: Floats  #: Inputs, of shape (count, tokens, values).
    labels: Codes  #: What each of them shows.

    @property
    def x(self) -> Codes:
        """Codes of the inputs."""
        return encode(self.network.code_format, self.pixels)

    def engine(self, module: str) -> Engine:
        """Return the engine for the network, with a name for its top module."""
        rows = {name: codes.tolist() for name, codes in self.weights.items()}
        return make_engine(self.network, rows, module)


def digits_case(
    images: int | None = None,
    arrays: Mapping[str, Floats] | None = None,
    digits: Digits | None = None,
) -> NetworkCase:
    """Return the transformer with images of the test set.

    Parameters
    ----------
    images : int, optional
        Number of images; by default all.
    arrays : mapping of str to array, optional
        Weights; by default the stored ones.
    digits : Digits, optional
        The images, if they are at hand.

    Raises
    ------
    MissingPackage
        If scikit-learn is not installed.
    """
    network, digits = digits_transformer(), digits or load_digits()
    return NetworkCase(
        network=network,
        weights=encode_weights(network, read_weights() if arrays is None else arrays),
        pixels=patches(digits.test_images[:images]),
        labels=digits.test_labels[:images],
    )
