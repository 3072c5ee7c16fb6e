# SPDX-License-Identifier: Apache-2.0
"""The shape of a design on blocks: their format, how many there are, and what its ports carry."""

from dataclasses import dataclass, replace

from spikefloat.rtl_gen.circuits.shared_scale.products import sum_bits
from spikefloat.rtl_gen.circuits.vector_operation import PortRole
from spikefloat.rtl_gen.designs.shapes.ports import PortCodes, PortShape
from spikefloat.rtl_gen.designs.shapes.vector import MAX_LENGTH, with_accumulation
from spikefloat.rtl_gen.errors import InputError, find_member
from spikefloat.rtl_gen.formats import (
    BlockFormat,
    Format,
    Integer,
    ScalePolicy,
    find_block_format,
)

__all__ = ["DEFAULT_BLOCK", "BlockShape", "complete_block_shape", "make_block_shape"]

#: Format of blocks of which nothing is said.
DEFAULT_BLOCK = "mxfp8_e4m3"


@dataclass(frozen=True, kw_only=True)
class BlockShape(PortShape):
    """Blocks of elements, each with a scale."""

    block: BlockFormat
    blocks: int  #: Number of blocks in an operand.
    size: int  #: Number of elements in each: all of a block, or a part of it.
    policy: ScalePolicy | None = None  #: How a conversion chooses a scale that is a power of two.

    @property
    def name(self) -> str:
        """Part of the name of a module: ``_mxfp4``, ``_nvfp4_2blocks_size8``."""
        words = ["", self.block.name]
        words += [f"{self.blocks}blocks"] if self.blocks > 1 else []
        words += [f"size{self.size}"] if self.size != self.block.size else []
        if self.policy not in (None, ScalePolicy.FLOOR):
            words.append(self.policy.value.replace("-", "_"))
        words += [self.accumulation_name] if self.wide else []
        return "_".join(words)

    def codes(self, role: PortRole, floats: Format) -> PortCodes:
        """Return what a port of a role carries."""
        match role:
            case PortRole.ELEMENTS:
                return PortCodes(self.block.element, self.blocks * self.size)
            case PortRole.SCALES:
                return PortCodes(self.block.scale, self.blocks)
            case PortRole.SUMS:
                width = sum_bits(self.block, self.size)
                return PortCodes(
                    Integer(name=f"int{width}", width=width, is_signed=True), self.blocks
                )
            case PortRole.FLAGS:
                return PortCodes(Integer(name="uint1", width=1, is_signed=False), self.blocks)
        return super().codes(role, floats)

    @property
    def elements(self) -> int:
        """Number of elements of all blocks."""
        return self.blocks * self.size


def make_block_shape(
    block: str | None = None,
    *,
    blocks: int | None = None,
    size: int | None = None,
    policy: str | None = None,
) -> BlockShape:
    """Return the shape of a design on blocks.

    Parameters
    ----------
    block : str, optional
        Name of a block format; :data:`DEFAULT_BLOCK` by default.
    blocks : int, optional
        Number of blocks in an operand; 1 by default.
    size : int, optional
        Number of elements in each, which must divide that of the format; all by default.
    policy : str, optional
        How a conversion chooses a scale: one of
        :class:`~spikefloat.rtl_gen.formats.ScalePolicy`, for a format whose scale is a power of
        two.

    Raises
    ------
    InputError
        If a name is unknown, or a number out of range.
    """
    fmt = find_block_format(DEFAULT_BLOCK if block is None else block)
    count = 1 if blocks is None else blocks
    elements = fmt.size if size is None else size
    if elements < 1 or fmt.size % elements:
        raise InputError(
            f"Block size must divide the {fmt.size} elements of {fmt.name}, not be {elements}"
        )
    if not 1 <= count <= MAX_LENGTH // elements:
        raise InputError(
            f"Number of blocks of {elements} elements must be between 1 and "
            f"{MAX_LENGTH // elements}, not {count}"
        )
    way = None if policy is None else find_member(ScalePolicy, "Scale policy", policy)
    if way is not None and not fmt.shares_exponent:
        raise InputError(
            f"Scale policy must be for a scale that is a power of two, not for {fmt.name}"
        )
    return BlockShape(block=fmt, blocks=count, size=elements, policy=way)


def complete_block_shape(
    design: str,
    shape: BlockShape | None,
    accumulate: str | None,
    wide: str | None,
    *,
    makes_blocks: bool,
    adds_blocks: bool,
    has_floats: bool,
) -> BlockShape:
    """Return the shape of a design on blocks, with what it says of nothing else.

    Parameters
    ----------
    design : str
        Name of the design, for messages.
    shape : BlockShape, optional
        What is known of it; one of the usual format by default.
    accumulate, wide : str, optional
        How blocks are added: ``exact``, or ``wide`` and the format of the sums.
    makes_blocks, adds_blocks : bool
        Whether results are blocks, or rounded sums of products of blocks.
    has_floats : bool
        Whether operands or results are floats; else infinities have no code in the result.

    Raises
    ------
    InputError
        If the shape or a way to add does not fit the design.
    """
    scaled = shape or make_block_shape()
    element = scaled.block.float_element
    if not has_floats and element is not None and element.has_infinity:
        raise InputError(
            f"Block format of {design} must have no infinities, which no integer is, not "
            f"{scaled.block.name}"
        )
    if not adds_blocks:
        for name, value in (("accumulate", accumulate), ("wide", wide)):
            if value is not None:
                raise InputError(f"Option {name} must be for a dot product, not {design}")
    elif accumulate not in (None, "exact", "wide"):
        raise InputError(f"Accumulation of blocks must be exact or wide, not {accumulate!r}")
    if scaled.policy is not None and not makes_blocks and type(scaled) is BlockShape:
        raise InputError(
            f"Scale policy must be for block_quantize, not {scaled.policy.value!r} for {design}"
        )
    if makes_blocks and scaled.block.shares_exponent and scaled.policy is None:
        return replace(scaled, policy=ScalePolicy.FLOOR)
    return with_accumulation(scaled, accumulate, wide) if adds_blocks else scaled
