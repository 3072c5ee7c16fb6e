# SPDX-License-Identifier: Apache-2.0
"""Dot products and linear layers, with the results that the golden model gives."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.benches.dut import Cases, Check, Contract, Dut, Port, as_streams
from spikefloat.sim.benches.ways import Ways
from spikefloat.sim.cases.sampled import SEED
from spikefloat.sim.cases.vectors import LayerCases
from spikefloat.sim.golden.vectors.dot import dot, dot_flagged
from spikefloat.sim.golden.vectors.layer import network

__all__ = ["DotDesign", "LayerDesign", "dot_check", "layer_check"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class DotDesign:
    """A dot product, and what it has to compute."""

    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module, with ports a, b and y.
    fmt: Format
    to: Format
    length: int
    accumulate: str
    overflow: Overflow
    wide: Format | None = None
    contract: Contract = Contract.COMBINATIONAL
    latency: int = 0  #: Clocks from operands to result.
    has_axi_reset: bool = False  #: Of streams, whether clock and reset are aclk and aresetn.
    has_discharge: bool = False  #: Whether it has that input, with which the first vectors come.
    ways: Ways = Ways()  #: How an exact sum is rounded, and whether it raises flags.


@dataclass(frozen=True, kw_only=True)
class LayerDesign:
    """Linear layers, and what they have to compute."""

    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module, with ports x and y, and w and b if weights are operands.
    fmt: Format
    to: Format
    accumulate: str
    activations: tuple[str, ...]
    overflow: Overflow
    wide: Format | None = None
    #: Weights and bias of each layer, or None if they are operands.
    layers: tuple[tuple[Codes, Codes | None], ...] | None = None


def dot_check(design: DotDesign, operands: Codes, seed: int = SEED) -> Check:
    """Return the check of a dot product.

    Parameters
    ----------
    design : DotDesign
        What to check.
    operands : array of int
        Codes of the shape (2, cases, length).
    seed : int
        Of modes and random numbers of rounding, which are drawn for each case.

    Raises
    ------
    InputError
        If the operands have another shape.
    """
    if operands.ndim != 3 or operands.shape[::2] != (2, design.length) or not operands.size:
        raise InputError(
            f"Operands must have the shape (2, cases, {design.length}), not {operands.shape}"
        )
    a, b = operands
    named = {"a": a, "b": b}
    inputs: tuple[Port, ...]
    inputs = tuple(Port(name, design.fmt.width, design.length, design.fmt) for name in named)
    rng = np.random.default_rng(seed)
    for name, width in design.ways.widths.items():
        inputs = (*inputs, Port(name, width))
        named[name] = rng.integers(0, 1 << width, len(a))
    if design.has_discharge:
        inputs = (*inputs, Port("discharge", 1))
        named["discharge"] = (np.arange(len(a)) == 0).astype(np.int64)
    result = Port("y", design.to.width, fmt=design.to)
    if design.contract is Contract.STREAM:
        inputs, result = as_streams(inputs, result, design.ways.outputs)
    dut = Dut(
        name=design.module,
        verilog=design.verilog,
        module=design.module,
        inputs=inputs,
        outputs=(result, *design.ways.outputs),
        contract=design.contract,
        latency=design.latency,
        has_axi_reset=design.has_axi_reset,
    )
    return Check(dut=dut, cases=Cases(operands=named, expected=_dot_results(design, named)))


def _dot_results(design: DotDesign, named: Mapping[str, Codes]) -> dict[str, Codes]:
    fmt, to, policy, operands = design.fmt, design.to, design.overflow, (named["a"], named["b"])
    if design.ways.is_usual:
        return {"y": dot(fmt, *operands, design.accumulate, to, policy, wide=design.wide)}
    return design.ways.results(
        named,
        operands,
        lambda some, rounder: dot_flagged(fmt, some[0], some[1], to, policy, rounder),
    )


def layer_check(design: LayerDesign, cases: LayerCases) -> Check:
    """Return the check of linear layers, all of whose outputs are one result.

    Raises
    ------
    InputError
        If weights are operands and not among the cases, or the reverse.
    """
    if (design.layers is None) != (cases.weight is not None):
        raise InputError("Weights must be among the cases where they are operands, and only there")
    named = {"x": cases.x.reshape(-1, cases.x.shape[-1])}
    for name, codes in (("w", cases.weight), ("b", cases.bias)):
        if codes is not None:
            named[name] = codes.reshape(len(codes), -1)
    right = _expected(design, cases)
    right = right.reshape(-1, right.shape[-1])
    dut = Dut(
        name=design.module,
        verilog=design.verilog,
        module=design.module,
        inputs=tuple(
            Port(name, design.fmt.width, codes.shape[1], design.fmt)
            for name, codes in named.items()
        ),
        outputs=(Port("y", design.to.width, right.shape[1], design.to),),
    )
    return Check(dut=dut, cases=Cases(operands=named, expected={"y": right}))


def _expected(design: LayerDesign, cases: LayerCases) -> Codes:
    def golden(x: Codes, layers: Sequence[tuple[Codes, Codes | None]]) -> Codes:
        named = [
            (*layer, activation)
            for layer, activation in zip(layers, design.activations, strict=True)
        ]
        return network(
            design.fmt,
            x,
            named,
            accumulate=design.accumulate,
            to=design.to,
            wide=design.wide,
            overflow=design.overflow,
        )[-1]

    if design.layers is not None:
        return golden(cases.x, design.layers)
    assert cases.weight is not None
    assert cases.bias is not None
    return np.stack(
        [
            golden(x, [(weight, bias)])
            for x, weight, bias in zip(cases.x, cases.weight, cases.bias, strict=True)
        ]
    )
