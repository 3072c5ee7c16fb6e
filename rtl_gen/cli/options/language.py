# SPDX-License-Identifier: Apache-2.0
"""Options of language models."""

from spikefloat.rtl_gen.cli.options.option import Option
from spikefloat.rtl_gen.cli.options.readers import integer, path, several

__all__ = ["LANGUAGE"]

LANGUAGE = (
    Option(
        name="checkpoint",
        group="network",
        metavar="FILE",
        read=path,
        otherwise="the small model that is stored with the program",
        help="model: a checkpoint of llama2.c (.bin), a graph (.onnx), or weights (.npz) with a .json "
        "beside",
    ),
    Option(
        name="tokenizer",
        group="network",
        metavar="FILE",
        read=path,
        help="tokenizer of a .bin or .onnx checkpoint",
    ),
    Option(
        name="layers",
        group="network",
        metavar="N,...",
        read=several(integer(0, 1 << 20)),
        noun="Layers",
        otherwise="all",
        help="only these layers of the model, from 0, between its embedding and its head",
    ),
    Option(
        name="prompt",
        group="network",
        metavar="TEXT",
        otherwise='"The "',
        is_repeated=True,
        help="what the text begins with; may be given again, for another text",
    ),
    Option(
        name="tokens",
        group="network",
        metavar="N",
        read=integer(1, 1 << 16),
        noun="Number of tokens",
        default="64",
        help="tokens to make; with the prompt no more than the context of the model",
    ),
    Option(
        name="text",
        group="network",
        metavar="FILE",
        read=path,
        otherwise="a page that the stored model was not trained with",
        help="text that is foretold",
    ),
)
