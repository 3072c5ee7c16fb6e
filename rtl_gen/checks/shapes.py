# SPDX-License-Identifier: Apache-2.0
"""The shape of a design, from the arguments of the library; those of another design are refused."""

import os
from typing import Any

from spikefloat.rtl_gen.checks.codes import named_format
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.instance import DEFAULT_FORMAT
from spikefloat.rtl_gen.designs.shapes import (
    BlockShape,
    LayerShape,
    make_block_shape,
    read_block_layer_shape,
    read_layer_shape,
)
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow

__all__ = ["block_shape", "layer_shape"]


def layer_shape(
    record: Design,
    format: Format | str | None,
    overflow: Overflow | str | None,
    weights: str | os.PathLike[str] | None,
    until: str | None,
    sizes: dict[str, Any],
) -> LayerShape | None:
    """Return the shape and the weights of linear layers; refuse them for another design."""
    if record.is_layer:
        fmt = named_format(format or DEFAULT_FORMAT)
        return read_layer_shape(weights, fmt, overflow, until=until, **sizes)
    taken = ("weights", "activation", "lanes", "levels") if record.is_block_layer else ()
    for key, value in {**sizes, "weights": weights, "until": until}.items():
        if value is not None and key not in taken:
            kind = "linear on floats" if record.is_block_layer else repr(record.name)
            raise InputError(f"Option {key} must be for the design linear, not {kind}")
    return None


def block_shape(
    record: Design,
    block: str | None,
    blocks: int | None,
    size: int | None,
    policy: str | None,
    weights: str | os.PathLike[str] | None,
    sizes: dict[str, Any],
) -> BlockShape | None:
    """Return the shape of blocks; refuse them for another design."""
    if record.is_block_layer:
        if blocks is not None:
            raise InputError(f"Number of blocks must be that of the weights, not {blocks!r}")
        how = {name: sizes[name] for name in ("activation", "lanes", "levels")}
        how |= {"size": size, "policy": policy}
        return read_block_layer_shape(weights, block, **how)
    if record.has_blocks:
        return make_block_shape(block, blocks=blocks, size=size, policy=policy)
    for value in (block, blocks, size, policy):
        if value is not None:
            raise InputError(
                f"Blocks must be for a design on blocks, not {value!r} for {record.name!r}"
            )
    return None
