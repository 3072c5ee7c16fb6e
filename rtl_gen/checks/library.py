# SPDX-License-Identifier: Apache-2.0
"""The designs of the catalogue as a library has them: what ``import spikefloat`` gives."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.checks.circuit import Circuit
from spikefloat.rtl_gen.checks.codes import apart, common_axes, side_by_side
from spikefloat.rtl_gen.checks.golden import golden_codes, operand_shapes, result_shape
from spikefloat.rtl_gen.checks.module import Module, Plan
from spikefloat.rtl_gen.checks.shapes import block_shape, layer_shape
from spikefloat.rtl_gen.checks.targets import design_target
from spikefloat.rtl_gen.checks.verifying.plan import check
from spikefloat.rtl_gen.designs.catalog import design_for, entries
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import (
    DEFAULT_BUDGET,
    Instance,
    make_instance,
)
from spikefloat.rtl_gen.designs.options import HardwareOptions, Objective
from spikefloat.rtl_gen.designs.resolve import with_blocks
from spikefloat.rtl_gen.errors import InputError, unknown_name
from spikefloat.rtl_gen.formats import INTEGERS, Format, NanPolicy, Overflow
from spikefloat.rtl_gen.neurons.budgets import NAMED_BUDGETS, Budget
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.benches.dut import Outcome
from spikefloat.sim.campaigns.target import Target, graph_target
from spikefloat.sim.golden import values

__all__ = ["DesignCircuit", "design", "designs"]

Codes = NDArray[np.int64]


class DesignCircuit(Circuit):
    """A circuit of the catalogue, with its golden model. Made by :func:`design`."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance

    @property
    def instance(self) -> Instance:
        """The design with its options."""
        return self._instance

    @property
    def graph(self) -> NeuronGraph:
        """The neurons.

        Raises
        ------
        InputError
            If a layer is spread over lanes, and so is no single graph, or it would be too large.
        """
        return self._instance.graph

    @property
    def name(self) -> str:
        """Name of the circuit."""
        return self._instance.name

    @property
    def format(self) -> Format:
        """Format of the operands."""
        return self._instance.circuit.format

    @property
    def result_format(self) -> Format:
        """Format of the result, which for a predicate is one bit instead."""
        return self._instance.circuit.result_format

    def __repr__(self) -> str:
        if not self._instance.has_graph:
            return f"<DesignCircuit {self.name}: {self._instance.design.summary}>"
        return f"<DesignCircuit {self.graph}; {self._instance.design.summary}>"

    def simulate(self, **codes: ArrayLike) -> Any:
        """Return what the neurons give, exactly, for codes of the operands.

        Parameters
        ----------
        **codes : array_like of int
            Codes of each operand, all of the same shape; a vector has its elements on the last
            axis, a matrix of weights on the last two.

        Returns
        -------
        numpy.ndarray or dict
            Codes of the result, those of a layer or a block on the last axis; or those of each
            result by name, if there are several.

        Raises
        ------
        InputError
            If an operand is missing, or a code does not fit the format.

        Examples
        --------
        >>> import spikefloat as sf
        >>> product = sf.design("multiply")
        >>> sf.decode("e4m3fn", product.simulate(a=sf.encode("e4m3fn", 1.5), b=0x38))
        array(1.5)
        """
        return super().simulate(**self._checked(codes))

    def golden(self, **codes: ArrayLike) -> Any:
        """Return what the golden model gives, in integers and without neurons.

        Parameters are those of :meth:`simulate`.
        """
        return golden_codes(self._instance, self._checked(codes))

    @property
    def target(self) -> Target:
        """The circuit as campaigns run it."""
        instance = self._instance
        return graph_target(self.graph) if instance.shape else design_target(instance)

    def _module(self, options: HardwareOptions, module: str | None) -> Module:
        instance = replace(self._instance, hardware=options)

        def run(plan: Plan) -> list[Outcome]:
            checked = check(
                [instance], [plan.simulator], plan.folder, plan.selected, progress=plan.progress
            )
            return [one.outcome for one in checked]

        return Module(design_hardware(instance, module), run)

    def _checked(self, codes: Mapping[str, ArrayLike]) -> dict[str, Codes]:
        """Return the codes of each operand, of one shape but for their own axes."""
        shapes = operand_shapes(self._instance)
        if set(codes) != set(shapes):
            raise InputError(
                f"Operands of {self.name} must be {', '.join(shapes)}, "
                f"not {', '.join(codes) or 'none'}"
            )
        arrays = {name: self._operand(name, codes[name]) for name in shapes}
        axes = common_axes(self.name, arrays, shapes)
        return {name: np.broadcast_to(array, axes + shapes[name]) for name, array in arrays.items()}

    def _operand(self, name: str, codes: ArrayLike) -> Codes:
        """Return the codes of one operand; some are integers with a width of their own."""
        design = self._instance.design
        if design.roles:
            return values.check_codes(self._instance.ports[name].format, codes)
        width = dict(zip(design.operands, design.operand_widths, strict=False)).get(name)
        if width is None or width == 64:  # those of 64 bits with or without a sign
            return values.check_codes(INTEGERS["uint64"] if width else self.format, codes)
        array = np.asarray(codes)
        if array.dtype.kind not in "iu" or not ((array >= 0) & (array < 1 << width)).all():
            raise InputError(
                f"Operand {name!r} of {self.name} must be integers from 0 to {(1 << width) - 1}"
            )
        return array.astype(np.int64)

    def _port_codes(self, codes: Mapping[str, ArrayLike]) -> Mapping[str, ArrayLike]:
        ports = self._instance.ports if self._instance.design.roles else {}
        return {
            name: side_by_side(
                np.asarray(array),
                len(operand_shapes(self._instance)[name]),
                ports[name].format.width if ports else self.format.width,
            )
            for name, array in codes.items()
        }

    def _result_codes(self, name: str, codes: NDArray[Any]) -> Codes:
        if self._instance.design.roles:
            port = self._instance.ports[name]
            return (
                apart(codes, port.count, port.format.width)
                if port.is_vector
                else codes.astype(np.int64)
            )
        shape = result_shape(self._instance)
        return apart(codes, shape[0], self.result_format.width) if shape else codes.astype(np.int64)


def design(
    name: str,
    *,
    format: Format | str | None = None,
    to: Format | str | None = None,
    overflow: Overflow | str | None = None,
    library: str = Library.NATIVE,
    budget: Budget | str = DEFAULT_BUDGET,
    objective: str = Objective.STRUCTURE,
    nan: NanPolicy | str | None = None,
    format_2: Format | str | None = None,
    length: int | None = None,
    epsilon: float | None = None,
    accumulate: str | None = None,
    wide: str | None = None,
    inputs: int | None = None,
    outputs: int | None = None,
    activation: str | None = None,
    weights: str | os.PathLike[str] | None = None,
    until: str | None = None,
    lanes: tuple[int, int] | None = None,
    levels: int | None = None,
    function: str | Callable[[float], object] | None = None,
    block: str | None = None,
    blocks: int | None = None,
    block_size: int | None = None,
    scale_policy: str | None = None,
) -> DesignCircuit:
    """Return a circuit of the catalogue.

    Parameters
    ----------
    name : str
        One of :func:`designs`, or ``table``.
    format : Format or str, optional
        Format of the operands, ``e4m3fn`` by default; one of :data:`~spikefloat.rtl_gen.formats.FORMATS`.
    to : Format or str, optional
        Format of the result, for ``convert``, ``widening_multiply``, sums and blocks.
    overflow : Overflow or str, optional
        ``nan`` (infinity where the format has one) or ``saturate``; by default ``nan`` where the
        format can.
    library : str
        ``native`` gates, or those of the paper, ``published``.
    budget : Budget or str
        Limits of a native neuron, by name as in ``BUDGETS`` and ``CHIPS``, or one of these.
    objective : str
        What the circuit is made for: ``structure``, ``neurons``, ``depth``, ``luts`` or ``fmax``.
    nan : NanPolicy or str, optional
        Which NaN an operation on signs gives: ``keep``, by default, or ``canonical``.
    format_2 : Format or str, optional
        Format that an operand of ``fpu`` can choose instead.
    length : int, optional
        Elements of a vector, of ``dot`` and ``vector_sum`` and others; 16 by default.
    epsilon : float, optional
        What ``rms_norm`` and ``layer_norm`` add, rounded to bfloat16; 1e-5 by default.
    accumulate : str, optional
        How ``dot``, ``linear`` and blocks add: ``exact``, ``tree``, ``chain`` or ``wide``.
    wide : str, optional
        Format of the nodes, for ``wide``.
    inputs, outputs : int, optional
        Size of ``linear`` with weights as operands; 4 and 2 by default.
    activation : str, optional
        ``none`` or ``relu`` behind each layer of ``linear``, with commas between.
    weights : path, optional
        File with the weights of ``linear``: ``.npy``, ``.npz`` or ``.onnx``.
    until : str, optional
        Node of an ``.onnx`` file at which to stop.
    lanes : pair of int, optional
        Lanes for outputs and inputs, for ``linear`` on an array of lanes.
    levels : int, optional
        Most levels of lookup tables between the registers of an array.
    function : str or callable, optional
        Function of ``table``: ``FILE.py:NAME``, a file ``.npy`` or ``.csv``, or one of Python.
    block : str, optional
        Format of blocks, one of :data:`~spikefloat.rtl_gen.formats.BLOCK_FORMATS`;
        ``mxfp8_e4m3`` by default.
    blocks, block_size : int, optional
        Number of blocks in an operand, 1 by default, and of elements in each, all by default.
    scale_policy : str, optional
        How ``block_quantize`` or weights choose a scale: ``floor`` by default, ``ceil`` or ``nearest-even``.

    Raises
    ------
    InputError
        If a name is unknown, or an option does not fit the design.

    Examples
    --------
    >>> import spikefloat as sf
    >>> sf.design("multiply", objective="neurons")
    <DesignCircuit multiply_e4m3fn_neurons: a[8], b[8] -> y[8], 83 neurons, depth 29; y = a * b, \
rounded to nearest even>
    """
    record = with_blocks(design_for(name, function), block is not None)
    sizes: dict[str, Any] = {
        "inputs": inputs,
        "outputs": outputs,
        "activation": activation,
        "lanes": lanes,
        "levels": levels,
    }
    layer = layer_shape(record, format, overflow, weights, until, sizes)
    scaled = block_shape(record, block, blocks, block_size, scale_policy, weights, sizes)
    return DesignCircuit(
        make_instance(
            record,
            format=format,
            to=to,
            overflow=overflow,
            library=library,
            budget=_budget_name(budget),
            objective=objective,
            nan=nan,
            format_2=format_2,
            length=length,
            epsilon=epsilon,
            accumulate=accumulate,
            wide=wide,
            layer=layer,
            block=scaled,
        )
    )


def _budget_name(budget: Budget | str) -> str:
    if isinstance(budget, Budget) and NAMED_BUDGETS.get(budget.name) != budget:
        raise unknown_name("Budget of a design", str(budget), NAMED_BUDGETS)
    return budget.name if isinstance(budget, Budget) else budget


def designs() -> dict[str, Design]:
    """Return every design of the catalogue, by name."""
    return dict(entries(Design))
