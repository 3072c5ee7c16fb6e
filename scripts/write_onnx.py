# SPDX-License-Identifier: Apache-2.0
"""Write a language model as ONNX, as ``spikefloat generate --checkpoint FILE.onnx`` reads it.

``python scripts/write_onnx.py FILE.onnx`` writes the model that is stored with the program,
``python scripts/write_onnx.py FILE.onnx --checkpoint MODEL.npz`` another one, and its tokens beside it in
``FILE.json``. All operators are standard ones, so that other programs can run the file: ``tokens`` and
``positions``, of shape (batch, tokens), go in, ``logits`` come out.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.rtl_gen.weights.language.models import read_language_model
from spikefloat.sim.training.language import STORED

__all__ = ["main", "onnx_model"]

#: Attention and RMSNormalization are from 23 on, Swish from 24 on.
_OPSET = 24


class _Writer:
    """Nodes and initializers, as they come."""

    def __init__(self, model: LanguageModel) -> None:
        self._decoder, self._arrays = model.decoder, model.arrays
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        cos, sin = (
            model.decoder.network().constant(f"{name}_of_angles") for name in ("cos", "sin")
        )
        self._keep("cos", np.array(cos))
        self._keep("sin", np.array(sin))

    def _keep(self, name: str, array: NDArray[Any]) -> str:
        self.initializers.append(numpy_helper.from_array(array.astype(np.float32), name))
        return name

    def _node(self, kind: str, result: str, *operands: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, operands, [result], name=result, **attributes))
        return result

    def _product(self, name: str, x: str, weight: NDArray[Any]) -> str:
        return self._node("MatMul", name, x, self._keep(f"{name}.weight", weight.T))

    def _norm(self, name: str, x: str) -> str:
        is_layer = self._decoder.norm == "layer_norm"
        names = [name, *([f"{name}_offset"] if is_layer else [])]
        operands = [self._keep(f"{own}.weight", self._arrays[own][0]) for own in names]
        kind = "LayerNormalization" if is_layer else "RMSNormalization"
        epsilon = float(self._decoder.epsilon)
        return self._node(kind, name, x, *operands, axis=-1, epsilon=epsilon)

    def _heads(self, layer: int, kind: str, count: int) -> NDArray[Any]:
        names = (f"layer{layer}_head{head}_{kind}" for head in range(count))
        return np.concatenate([self._arrays[name] for name in names])

    def _attention(self, layer: int, x: str) -> str:
        d, prefix = self._decoder, f"layer{layer}"
        h = self._norm(f"{prefix}_attention_norm", x)
        made = {}
        for kind, count in (("query", d.heads), ("key", d.key_heads), ("value", d.key_heads)):
            made[kind] = self._product(f"{prefix}_{kind}", h, self._heads(layer, kind, count))
            if kind != "value":
                operands = made[kind], "cos", "sin", "positions"
                name = f"{prefix}_{kind}_turned"
                own = {"interleaved": 1, "num_heads": count}
                made[kind] = self._node("RotaryEmbedding", name, *operands, **own)
        # What scores are divided by is in the weights of the queries.
        own = {"q_num_heads": d.heads, "kv_num_heads": d.key_heads, "scale": 1.0}
        mixed = self._node("Attention", f"{prefix}_mixed", *made.values(), is_causal=1, **own)
        output = self._product(f"{prefix}_output", mixed, self._arrays[f"{prefix}_output"])
        return self._node("Add", f"x{2 * layer + 1}", x, output)

    def _feed_forward(self, layer: int, x: str) -> str:
        prefix = f"layer{layer}"
        h, up = self._norm(f"{prefix}_feed_norm", x), self._arrays[f"{prefix}_up"]
        if self._decoder.feed_forward == "swiglu":
            gate = self._product(f"{prefix}_gate", h, up[::2])
            value = self._product(f"{prefix}_up", h, up[1::2])
            active = self._node(
                "Mul", f"{prefix}_active", self._node("Swish", f"{gate}_active", gate), value
            )
        else:
            approximate = "none" if self._decoder.feed_forward == "gelu" else "tanh"
            up = self._product(f"{prefix}_up", h, up)
            active = self._node("Gelu", f"{prefix}_active", up, approximate=approximate)
        down = self._product(f"{prefix}_down", active, self._arrays[f"{prefix}_down"])
        return self._node("Add", f"x{2 * layer + 2}", x, down)

    def write(self) -> None:
        """Add all nodes."""
        table = self._keep("embedding", self._arrays["embedding"])
        x = self._node("Gather", "x0", table, "tokens", axis=0)
        for layer in range(self._decoder.layers):
            x = self._feed_forward(layer, self._attention(layer, x))
        x = self._norm("head_norm", x)
        if self._decoder.is_shared:
            head = self._node("Transpose", "head", table, perm=[1, 0])
        else:
            head = self._keep("head", self._arrays["head"].T)
        self._node("MatMul", "logits", x, head)


def onnx_model(model: LanguageModel) -> Any:
    """Return a language model in ONNX.

    Parameters
    ----------
    model : LanguageModel
        The model.
    """
    writer = _Writer(model)
    writer.write()
    axes = ["batch", "length"]
    graph = helper.make_graph(
        writer.nodes,
        "decoder",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, axes)
            for name in ("tokens", "positions")
        ],
        [
            helper.make_tensor_value_info(
                "logits", TensorProto.FLOAT, [*axes, model.decoder.vocabulary]
            )
        ],
        writer.initializers,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=11)
    onnx.checker.check_model(made)
    return made


def main() -> None:
    """Write the files that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--checkpoint", type=Path, default=STORED)
    args = parser.parse_args()
    model = read_language_model(args.checkpoint)
    tokens = {"tokens": [piece.decode() for piece in model.tokenizer.pieces]}
    write_files(
        args.file.parent,
        {
            args.file.name: onnx_model(model).SerializeToString(),
            args.file.with_suffix(".json").name: json.dumps(tokens) + "\n",
        },
    )


if __name__ == "__main__":
    main()
