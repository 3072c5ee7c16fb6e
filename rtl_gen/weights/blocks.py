# SPDX-License-Identifier: Apache-2.0
"""Weights of a linear layer as blocks of elements that share a scale.

Floats are converted by the rule of the format: each block gets a scale by its largest magnitude, and
elements are the floats divided by it, rounded once to nearest even. All of that is done in fractions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, BlockFormat, Format, Overflow, ScalePolicy
from spikefloat.rtl_gen.weights.models import read_arrays
from spikefloat.rtl_gen.weights.rounding import (
    format_of_dtype,
    quantise,
    to_floats,
    to_fractions,
)

__all__ = ["BlockParameters", "make_blocks", "read_blocks"]

#: Format of a bias.
_BIAS = FORMATS["binary32"]


@dataclass(frozen=True, kw_only=True)
class BlockParameters:
    """Weights of one layer as blocks, and its bias; immutable and hashable."""

    elements: tuple[tuple[tuple[int, ...], ...], ...]  #: Codes, by output, block and element.
    scales: tuple[tuple[int, ...], ...]  #: Codes, by output and block.
    bias: tuple[int, ...] | None  #: Codes of binary32, or None.

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return len(self.elements)

    @property
    def blocks(self) -> int:
        """Number of blocks of each output."""
        return len(self.scales[0])

    def scale_fields(self, fmt: Format) -> tuple[int, int]:
        """Return the least and the largest exponent field of all scales, which have a format."""
        fields = [code >> fmt.mantissa_bits for row in self.scales for code in row]
        return min(fields), max(fields)

    @property
    def bias_fields(self) -> tuple[int, int] | None:
        """Least and largest exponent field of a bias that is not zero; None if there is no bias."""
        if self.bias is None:
            return None
        sizes = [code & _BIAS.magnitude_mask for code in self.bias]
        fields = [size >> _BIAS.mantissa_bits for size in sizes if size] or [0]
        return min(fields), max(fields)


def read_blocks(
    path: Path, block: BlockFormat, size: int, policy: ScalePolicy = ScalePolicy.FLOOR
) -> BlockParameters:
    """Return the one layer of a file as blocks; see :func:`make_blocks`.

    Parameters
    ----------
    path : Path
        A ``.npy``, ``.npz``, ``.safetensors``, ``.pt`` or ``.pth`` file.
    block : BlockFormat
        Format of the blocks.
    size : int
        Number of weights in each.
    policy : ScalePolicy
        How a scale that is a power of two is chosen.

    Raises
    ------
    InputError
        If the file cannot be read, or is no such layer.
    """
    if Path(path).suffix == ".onnx":
        raise InputError(f"Weights for blocks must be a file of arrays, not {str(path)!r}")
    found: dict[str, NDArray[Any]] = {}
    arrays = read_arrays(Path(path))
    for name, array in arrays.items():
        kind = name.rpartition(".")[2]
        if kind not in ("weight", "bias") or kind in found:
            raise InputError(
                f"Weights for blocks must be those of one layer, weight and perhaps bias, not "
                f"{', '.join(arrays)}"
            )
        found[kind] = array
    if "weight" not in found:
        raise InputError(f"Arrays of a layer must have a weight, not only {', '.join(arrays)}")
    return make_blocks(found, block, size, policy)


def make_blocks(
    arrays: Mapping[str, NDArray[Any]],
    block: BlockFormat,
    size: int,
    policy: ScalePolicy = ScalePolicy.FLOOR,
) -> BlockParameters:
    """Return the weights of a layer as blocks, and its bias in binary32.

    Parameters
    ----------
    arrays : mapping of str to array
        ``weight``, finite floats of shape ``(outputs, inputs)``, and perhaps ``bias``, of shape
        ``(outputs,)``.
    block : BlockFormat
        Format of the blocks.
    size : int
        Number of weights in each, a divisor of the inputs.
    policy : ScalePolicy
        How a scale that is a power of two is chosen.

    Raises
    ------
    InputError
        If a shape or a type is wrong, a value is not finite, or a bias too large.
    """
    weight, bias = arrays["weight"], arrays.get("bias")
    if weight.ndim != 2 or not weight.size:
        raise InputError(f"Weights must have the shape (outputs, inputs), not {weight.shape}")
    if weight.shape[1] % size:
        raise InputError(
            f"Block size must divide the {weight.shape[1]} inputs of the weights, not be {size}"
        )
    values = _fractions(weight, "Weights").reshape(len(weight), -1, size)
    elements, scales = [], []
    for row, negative in zip(values, _signs(weight).reshape(values.shape), strict=True):
        converted = [_block(block, *own, policy) for own in zip(row, negative, strict=True)]
        elements.append(tuple(codes for codes, _ in converted))
        scales.append(tuple(scale for _, scale in converted))
    codes = None
    if bias is not None:
        if bias.shape != weight.shape[:1]:
            raise InputError(f"Bias must have the shape ({len(weight)},), not {bias.shape}")
        codes = _bias_codes(bias)
    return BlockParameters(elements=tuple(elements), scales=tuple(scales), bias=codes)


def _fractions(array: NDArray[Any], what: str) -> NDArray[np.object_]:
    if array.dtype.kind != "f" and format_of_dtype(array.dtype) is None:
        raise InputError(f"{what} for blocks must be floats, not {array.dtype}")
    return to_fractions(array, what)


def _signs(array: NDArray[Any]) -> NDArray[np.bool_]:
    """Return whether each float has its sign bit set, also zeros."""
    fmt = format_of_dtype(array.dtype)
    if fmt is None:
        return np.asarray(np.signbit(array))
    return np.asarray(array.view(f"u{array.dtype.itemsize}") & fmt.sign_mask > 0)


def _bias_codes(bias: NDArray[Any]) -> tuple[int, ...]:
    values = to_floats(_fractions(bias, "Bias"))
    # Rounded to odd before, so that the rounding into binary32 is the only one.
    with np.errstate(over="ignore"):
        rounded = np.copysign(values, np.where(_signs(bias), -1, 1)).astype(np.float32)
    if not np.isfinite(rounded).all():
        raise InputError(
            f"Bias must be at most {float(_BIAS.max_value):g} in size for {_BIAS.name}, not "
            f"{values[~np.isfinite(rounded)].flat[0]:g}"
        )
    return tuple(rounded.view(np.uint32).tolist())


def _block(
    block: BlockFormat,
    values: NDArray[np.object_],
    negative: NDArray[np.bool_],
    policy: ScalePolicy,
) -> tuple[tuple[int, ...], int]:
    """Return the codes of the elements of one block, and that of its scale."""
    largest = max(map(abs, values.tolist()))
    if block.shares_exponent:
        code, scale = _power(block, largest, policy)
    else:
        code, scale = _quotient(block.scale, largest / block.max_element)
    sizes = [abs(value) / scale if scale else Fraction(0) for value in values.tolist()]
    if not isinstance(block.element, Format):
        units = [
            min(round(own * (1 << block.fraction_bits)), block.element.highest) for own in sizes
        ]
        mask = (1 << block.element.width) - 1
        signed = zip(units, negative.tolist(), strict=True)
        return tuple((-own if minus else own) & mask for own, minus in signed), code
    array = np.empty(len(sizes), object)
    array[:] = sizes
    codes = quantise(block.element, to_floats(array), Overflow.SATURATE, what="Weights")
    return tuple(np.where(negative, codes | block.element.sign_mask, codes).tolist()), code


def _power(block: BlockFormat, largest: Fraction, policy: ScalePolicy) -> tuple[int, Fraction]:
    """Return code and value of the power of two that is the scale of a largest magnitude."""
    code = 0
    if largest:
        power = _exponent(largest)
        match policy:
            case ScalePolicy.CEIL:
                power += largest > Fraction(2) ** power
            case ScalePolicy.NEAREST_EVEN:
                unit = Fraction(2) ** (power - block.precision + 1)
                power = _exponent(round(largest / unit) * unit)
        code = min(max(power - block.max_exponent + block.scale.bias, 0), block.scale.max_code)
    return code, Fraction(2) ** (code - block.scale.bias)


def _exponent(value: Fraction) -> int:
    """Return the largest ``n`` with ``2**n`` at most a positive value."""
    guess = value.numerator.bit_length() - value.denominator.bit_length()
    return guess if Fraction(2) ** guess <= value else guess - 1


def _quotient(fmt: Format, wanted: Fraction) -> tuple[int, Fraction]:
    """Return code and value of the scale that is nearest to a number, at most the largest one."""
    array = np.array([wanted], object)
    code = int(quantise(fmt, to_floats(array), Overflow.SATURATE, what="Scale")[0])
    field, mantissa = code >> fmt.mantissa_bits, code & fmt.mantissa_mask
    significand = mantissa | (bool(field) << fmt.mantissa_bits)
    return code, significand * Fraction(2) ** (max(field, 1) - fmt.bias - fmt.mantissa_bits)
