# SPDX-License-Identifier: Apache-2.0
"""Descriptions of networks: what layers write down, and what does not fit together."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import Network, Norm, Product, Softmax
from spikefloat.rtl_gen.networks.layers import Layers, digits_transformer


def two_layers() -> Network:
    layers = Layers(5, 6)
    layers.embedding(3)
    for number in range(2):
        layers.attention(number, heads=3)
        layers.feed_forward(number, 4, is_last=number == 1)
    layers.mean()
    return layers.head(7)


def test_digits() -> None:
    network = digits_transformer()
    # 16 x (4 + 16), three gains of 16, 6 x 8 x 16, 16 x 16, 64 x 16, 16 x 32, 10 x 16
    assert network.weight_count == 320 + 48 + 768 + 256 + 1024 + 512 + 160 == 3088
    assert network.constants == {"mean": Fraction(1, 16)}
    assert network.lanes == 32
    kinds = [type(step) for step in network.steps]
    assert [kinds.count(kind) for kind in (Product, Norm, Softmax)] == [16, 3, 2]
    assert network.stream == {"x0": (16, 16), "x1": (16, 16), "x2": (16, 16), "logits": (1, 10)}


def test_layers_follow_each_other() -> None:
    network = two_layers()
    products = {step.name: step for step in network.steps if isinstance(step, Product)}
    kept = {name: (step.add, step.keep) for name, step in products.items() if step.keep}
    assert kept == {
        "embedding": (None, "x0"),
        "layer0_output": ("x0", "x1"),
        "layer0_down": ("x1", "x2"),
        "layer1_output": ("x2", "x3"),
        "layer1_down": ("x3", "x4"),
        "head": (None, "logits"),
    }
    assert [products[f"layer1_head{head}_mixed"].column for head in range(3)] == [0, 2, 4]
    assert network.shape("layer0_head1_value_codes") == (2, 5)  # transposed
    assert network.lanes == 8


def test_numbers_out_of_range() -> None:
    with pytest.raises(InputError, match=r"Number of tokens must be at least 1, not 0"):
        Layers(0, 4)
    with pytest.raises(InputError, match=r"heads must divide the 16 elements of a stream, not 3"):
        digits_transformer(heads=3)
    with pytest.raises(InputError, match=r"Number of hidden elements must be at least 1, not -1"):
        digits_transformer(hidden=-1)


def renamed(index: int, **changes: object) -> Callable[[Network], Network]:
    def change(network: Network) -> Network:
        steps = list(network.steps)
        steps[index] = replace(steps[index], **changes)  # type: ignore[arg-type]
        return replace(network, steps=tuple(steps))

    return change


@pytest.mark.parametrize(
    "change, message",
    [
        (renamed(0, x="pixels"), "Tensors of the network must have 'pixels' among them"),
        (renamed(0, keep="x9"), "Stream of the network must have 'x9' among its tensors"),
        (renamed(0, w="head"), "Inner sizes of embedding must be equal, not 20 and 16"),
        (
            renamed(0, into="pooled"),
            r"Shape of pooled in embedding must be at least \(16, 16\), not \(1, 16\)",
        ),
        (
            renamed(1, gain="head"),
            r"Shape of head in layer0_attention_norm must be \(1, 16\), not \(10, 16\)",
        ),
        (renamed(-1, keep=None), "Result of head must be written somewhere, not nowhere"),
        (
            renamed(0, is_gated=True),
            "Columns of embedding must be pairs of gate and value, not 16 for a stream",
        ),
        (
            lambda network: replace(network, values=5),
            "Columns of the input must be 5 values, or these and one for each of 16 tokens, not 20",
        ),
        (
            lambda network: replace(network, output="y"),
            "Stream of the network must have 'y' among its tensors",
        ),
    ],
)
def test_what_does_not_fit(change: Callable[[Network], Network], message: str) -> None:
    with pytest.raises(InputError, match=message):
        change(digits_transformer())
