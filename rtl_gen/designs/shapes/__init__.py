# SPDX-License-Identifier: Apache-2.0
"""The shape of a design on vectors: how many codes there are, how they are added, weights if known."""

from spikefloat.rtl_gen.circuits.vector_operation import PortRole
from spikefloat.rtl_gen.designs.shapes.block import (
    BlockShape,
    complete_block_shape,
    make_block_shape,
)
from spikefloat.rtl_gen.designs.shapes.block_layer import (
    BlockLayerShape,
    read_block_layer_shape,
)
from spikefloat.rtl_gen.designs.shapes.layer import (
    LayerShape,
    make_layer_shape,
    read_layer_shape,
)
from spikefloat.rtl_gen.designs.shapes.ports import (
    ElementsShape,
    PortCodes,
    PortShape,
    make_elements_shape,
)
from spikefloat.rtl_gen.designs.shapes.vector import (
    Shape,
    VectorShape,
    make_vector_shape,
    require_exact,
    with_accumulation,
)

__all__ = [
    "BlockLayerShape",
    "BlockShape",
    "ElementsShape",
    "LayerShape",
    "PortCodes",
    "PortRole",
    "PortShape",
    "Shape",
    "VectorShape",
    "complete_block_shape",
    "make_block_shape",
    "make_elements_shape",
    "make_layer_shape",
    "make_vector_shape",
    "read_block_layer_shape",
    "read_layer_shape",
    "require_exact",
    "with_accumulation",
]
