# SPDX-License-Identifier: Apache-2.0
"""The shape of a linear layer on blocks, whose weights are blocks: part of the circuit, or in memory."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from spikefloat.rtl_gen.circuits.sums.linear import ACTIVATIONS
from spikefloat.rtl_gen.circuits.vector_operation import PortRole
from spikefloat.rtl_gen.designs.shapes.block import BlockShape, make_block_shape
from spikefloat.rtl_gen.designs.shapes.layer import (
    MAX_PRODUCTS,
    check_lanes,
    lane_words,
)
from spikefloat.rtl_gen.designs.shapes.ports import PortCodes
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, ScalePolicy
from spikefloat.rtl_gen.rtl.array.sizes import DEFAULT_LEVELS, ArraySizes

if TYPE_CHECKING:  # To read weights takes numpy, and most of what this module is for does not.
    from spikefloat.rtl_gen.weights.blocks import BlockParameters

__all__ = ["BlockLayerShape", "read_block_layer_shape"]


@dataclass(frozen=True, kw_only=True)
class BlockLayerShape(BlockShape):
    """One layer, with known weights."""

    weights: BlockParameters
    activation: str = ACTIVATIONS[0]
    source: str = field(default="", compare=False)  #: File of the weights, for a reader.
    #: Lanes for outputs and for inputs, for a layer on an array of lanes; else None.
    lanes: tuple[int, int] | None = None
    levels: int = DEFAULT_LEVELS  #: Most levels of lookup tables between registers of an array.

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return self.weights.outputs

    @property
    def name(self) -> str:
        """Part of the name of a module: ``_mxfp4_2blocks_10outputs_relu``."""
        words = [super().name, f"{self.outputs}outputs"]
        words += [self.activation] * (self.activation != ACTIVATIONS[0])
        return "_".join(words + lane_words(self.lanes, self.levels))

    @property
    def array(self) -> ArraySizes | None:
        """How the layer is spread over lanes, if it is."""
        if self.lanes is None:
            return None
        return ArraySizes(
            inputs=self.elements,
            outputs=self.outputs,
            output_lanes=self.lanes[0],
            input_lanes=self.lanes[1],
        )

    def codes(self, role: PortRole, floats: Format) -> PortCodes:
        """Return what a port of a role carries."""
        if role is PortRole.OUTPUTS:
            return PortCodes(floats, self.outputs)
        return super().codes(role, floats)


def read_block_layer_shape(
    path: str | os.PathLike[str] | None,
    block: str | None = None,
    *,
    size: int | None = None,
    policy: str | None = None,
    activation: str | None = None,
    lanes: tuple[int, int] | None = None,
    levels: int | None = None,
) -> BlockLayerShape:
    """Return the shape of a layer with the weights of a file, made blocks.

    Parameters
    ----------
    path : path, optional
        A ``.npy``, ``.npz``, ``.safetensors``, ``.pt`` or ``.pth`` file with one layer.
    block : str, optional
        Name of a block format.
    size : int, optional
        Number of elements in a block, which must divide that of the format and the inputs; all by
        default.
    policy : str, optional
        How a scale of weights that is a power of two is chosen; ``floor`` by default.
    activation : str, optional
        One of :data:`~spikefloat.rtl_gen.circuits.sums.linear.ACTIVATIONS`; none by default.
    lanes : pair of int, optional
        Lanes for outputs and for inputs, if the layer is to be spread over an array of lanes.
    levels : int, optional
        Most levels of lookup tables between the registers of an array; 6 by default.

    Raises
    ------
    InputError
        If there is no file, it is no single layer, or an option is out of range.
    """
    if path is None:
        raise InputError("Weights must be given for linear on blocks, as a file: --weights FILE")
    if activation not in (None, *ACTIVATIONS):
        raise InputError(f"Activation must be {' or '.join(ACTIVATIONS)}, not {activation!r}")
    shape = make_block_shape(block, size=size, policy=policy)
    way = shape.policy or (ScalePolicy.FLOOR if shape.block.shares_exponent else None)
    from spikefloat.rtl_gen.weights.blocks import read_blocks

    weights = read_blocks(Path(path), shape.block, shape.size, way or ScalePolicy.FLOOR)
    own = BlockLayerShape(
        block=shape.block,
        blocks=weights.blocks,
        size=shape.size,
        policy=way,
        weights=weights,
        activation=activation or ACTIVATIONS[0],
        source=os.fspath(path),
        lanes=lanes,
        levels=DEFAULT_LEVELS if levels is None else levels,
    )
    _check_size(own, has_levels=levels is not None)
    return own


def _check_size(shape: BlockLayerShape, *, has_levels: bool) -> None:
    """Refuse what is too large, or cannot be spread over lanes."""
    products = shape.outputs * shape.elements
    if shape.lanes is None and not has_levels:
        if products > MAX_PRODUCTS:
            raise InputError(
                f"Products of a circuit with known weights must be at most {MAX_PRODUCTS}, "
                f"not {products}"
            )
        # This refuses what is too long.
        make_block_shape(shape.block.name, blocks=shape.blocks, size=shape.size)
        return
    check_lanes(shape.array, shape.levels, products)
    assert shape.lanes is not None
    if shape.size % shape.lanes[1]:
        raise InputError(
            f"Lanes for inputs must divide the {shape.size} elements of a block, "
            f"not be {shape.lanes[1]}"
        )
