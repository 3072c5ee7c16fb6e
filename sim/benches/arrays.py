# SPDX-License-Identifier: Apache-2.0
"""Layers on arrays of lanes, with the results that the golden model gives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.benches.dut import Cases, Check, Contract, Dut, StreamPort
from spikefloat.sim.golden.vectors.layer import layer

__all__ = ["ArrayDesign", "array_check"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class ArrayDesign:
    """A layer on an array of lanes, and what it has to compute."""

    name: str  #: Name for tables and messages.
    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module.
    weights: tuple[Codes, ...]  #: Codes of shape (outputs, inputs); more than one are sent in turn.
    biases: tuple[Codes | None, ...]  #: Codes for each of the weights, or None.
    sends_weights: bool  #: Whether the weights come from a stream.
    x_codes: int  #: Inputs in each transfer.
    y_codes: int  #: Results in each transfer.
    fmt: Format
    to: Format
    accumulate: str
    activation: str
    overflow: Overflow
    interval: int  #: Clocks from one vector to the next.
    first_result: int  #: Clocks from the last transfer of a vector to that of its first result.
    last_result: int  #: Clocks from the last transfer of a vector to that of its last result.

    @property
    def inputs(self) -> int:
        """Codes of a vector."""
        return int(self.weights[0].shape[1])

    @property
    def outputs(self) -> int:
        """Results of a vector."""
        return int(self.weights[0].shape[0])

    def expected(self, x: Codes, index: int) -> Codes:
        """Return what vectors must give, with one of the weights."""
        return layer(
            self.fmt,
            x,
            self.weights[index],
            self.biases[index],
            accumulate=self.accumulate,
            activation=self.activation,
            to=self.to,
            overflow=self.overflow,
        )

    @property
    def dut(self) -> Dut:
        """The design as a bench takes it."""
        # In a stream each number has whole bytes of its own.
        inputs = [
            StreamPort(
                "x",
                8,
                self.inputs,
                self.fmt,
                prefix="s_axis_x",
                lanes=self.x_codes,
                has_last=True,
            )
        ]
        if self.sends_weights:
            numbers = self.outputs * (self.inputs + (self.biases[0] is not None))
            inputs.append(
                StreamPort("w", 8, numbers, self.fmt, prefix="s_axis_w", lanes=1, has_last=True)
            )
        result = StreamPort(
            "y",
            8 * -(-self.to.width // 8),
            self.outputs,
            self.to,
            prefix="m_axis_y",
            lanes=self.y_codes,
            has_last=True,
            has_keep=self.outputs % self.y_codes > 0,
        )
        return Dut(
            name=self.name,
            verilog=self.verilog,
            module=self.module,
            inputs=tuple(inputs),
            outputs=(result,),
            contract=Contract.STREAM,
            latency=self.first_result,
            last_latency=self.last_result,
            interval=self.interval,
            alarms=("frame_error",),
        )


def array_check(design: ArrayDesign, vectors: Codes) -> Check:
    """Return the check of a layer on an array of lanes.

    Where weights come from a stream, the vectors are sent in as many parts as there are weights.

    Parameters
    ----------
    design : ArrayDesign
        What to check.
    vectors : array of int
        Codes of shape (vectors, inputs).

    Raises
    ------
    InputError
        If the vectors have another shape.
    """
    sets = len(design.weights)
    if vectors.ndim != 2 or vectors.shape[1] != design.inputs or len(vectors) < sets:
        raise InputError(
            f"Vectors must have the shape (at least {sets}, {design.inputs}), not {vectors.shape}"
        )
    operands = {"x": vectors}
    if design.sends_weights:
        operands["w"] = np.stack(
            [
                (weight if bias is None else np.column_stack([weight, bias])).ravel()
                for weight, bias in zip(design.weights, design.biases, strict=True)
            ]
        )
    part = np.arange(len(vectors)) * sets // len(vectors)
    right = np.concatenate([design.expected(vectors[part == i], i) for i in range(sets)])
    return Check(dut=design.dut, cases=Cases(operands=operands, expected={"y": right}))
