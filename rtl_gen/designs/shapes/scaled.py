# SPDX-License-Identifier: Apache-2.0
"""The designs on blocks of elements that share a scale, as records for the catalogue."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spikefloat.rtl_gen.circuits.shared_scale.conversion import SOURCES
from spikefloat.rtl_gen.circuits.vector_operation import PortRole
from spikefloat.rtl_gen.designs.shapes.circuits import (
    block_dequantize_circuit,
    block_dot_circuit,
    block_linear_circuit,
    block_quantize_circuit,
    block_sum_circuit,
)

__all__ = ["LAYER", "SCALED", "ScaledRecord"]


@dataclass(frozen=True, kw_only=True)
class ScaledRecord:
    """What a design on blocks is."""

    name: str
    summary: str  #: One line for a reader.
    operands: Mapping[str, PortRole]  #: What each input port carries.
    results: Mapping[str, PortRole]  #: Likewise of output ports.
    circuit: Callable[..., Any]
    sources: tuple[str, ...] = ()  #: Formats of operands that are floats.
    rounds: bool = True  #: Whether results are floats, or elements of blocks.
    takes_rounding: bool = False  #: Whether it can round in other ways than to nearest even.


SCALED = (
    ScaledRecord(
        name="block_dot",
        summary="y = the sum over blocks of scale_a * scale_b * (a[0] * b[0] + ...), rounded once",
        operands={
            "a": PortRole.ELEMENTS,
            "b": PortRole.ELEMENTS,
            "a_scale": PortRole.SCALES,
            "b_scale": PortRole.SCALES,
        },
        results={"y": PortRole.FLOAT},
        circuit=block_dot_circuit,
        takes_rounding=True,
    ),
    ScaledRecord(
        name="block_sum",
        summary="y = a[0] * b[0] + ... of each block without scales, exact, an integer; y_nan",
        operands={"a": PortRole.ELEMENTS, "b": PortRole.ELEMENTS},
        results={"y": PortRole.SUMS, "y_nan": PortRole.FLAGS},
        circuit=block_sum_circuit,
        rounds=False,
    ),
    ScaledRecord(
        name="block_quantize",
        summary="y, y_scale = blocks of the values nearest to floats a, divided by a scale",
        operands={"a": PortRole.FLOATS},
        results={"y": PortRole.ELEMENTS, "y_scale": PortRole.SCALES},
        circuit=block_quantize_circuit,
        sources=tuple(SOURCES),
    ),
    ScaledRecord(
        name="block_dequantize",
        summary="y = a * a_scale for each element of blocks, rounded to nearest even",
        operands={"a": PortRole.ELEMENTS, "a_scale": PortRole.SCALES},
        results={"y": PortRole.FLOATS},
        circuit=block_dequantize_circuit,
    ),
)

#: What ``linear`` is where inputs and weights are blocks.
LAYER = ScaledRecord(
    name="linear",
    summary="y = act(w x + b), one linear layer on blocks, with known weights",
    operands={"x": PortRole.ELEMENTS, "x_scale": PortRole.SCALES},
    results={"y": PortRole.OUTPUTS},
    circuit=block_linear_circuit,
)
