# SPDX-License-Identifier: Apache-2.0
"""A linear layer on an array of lanes: some outputs at once, some inputs in each clock."""

from collections.abc import Sequence
from dataclasses import dataclass

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.circuits.shared_scale.lane import BlockLaneOptions
from spikefloat.rtl_gen.circuits.sums.lane import LaneOptions
from spikefloat.rtl_gen.circuits.sums.lane_parts import LaneGraphs
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.rtl.array.input import InputBuffer
from spikefloat.rtl_gen.rtl.array.lanes import Lanes, delayed
from spikefloat.rtl_gen.rtl.array.output import ResultBuffer
from spikefloat.rtl_gen.rtl.array.scales import ScaleStore
from spikefloat.rtl_gen.rtl.array.sizes import DEFAULT_LEVELS, ArraySizes
from spikefloat.rtl_gen.rtl.array.weights import WeightStore
from spikefloat.rtl_gen.rtl.ports import Port, component_ports, whole_bytes
from spikefloat.rtl_gen.rtl.styles.axi_stream import AxiStream, axi_ports, axi_verilog
from spikefloat.rtl_gen.rtl.text.names import check_identifier

__all__ = ["ArrayTiming", "LayerArray", "array_ports", "array_verilog"]

#: Clocks from the use of an input to its lanes: the memory, and a register.
_FETCH = 2

#: Clocks from a complete sum to its rounding, for the bias to be fetched.
_WAIT = 2

#: Clocks from a result to the stream: a register, into the memory, and out of it.
_SEND = 3


@dataclass(frozen=True, kw_only=True)
class ArrayTiming:
    """Clocks that an array takes if nobody makes it wait."""

    interval: int  #: From one vector to the next.
    first_result: int  #: From the last transfer of a vector to that of its first result.
    last_result: int  #: From the last transfer of a vector to that of its last result.


class LayerArray(wiring.Component):
    """A linear layer, time-multiplexed on lanes.

    Vectors come and results go by streams, both through memories with room for more than one
    vector: the next vector is received while one is computed, and results are sent while the next
    are computed. A new vector is begun only if there is room for its results, so the datapath never
    stalls.

    Parameters
    ----------
    sizes : ArraySizes
        The layer and the lanes.
    options : LaneOptions or BlockLaneOptions
        Formats and accumulation; products and steps must be those of ``sizes``.
    module : str
        Name of the top module, with which the names of the circuits begin.
    weight : sequence of sequence of int, optional
        Codes of the weights, a row for each output; if None, they come from a stream.
    bias : sequence of int, optional
        Codes of the bias; with ``weight``, if the options say that there is one.
    scale : sequence of sequence of int, optional
        Codes of the scales of the weights, a row for each output; if they are blocks, and only then.
    levels : int
        Most levels of lookup tables between registers, where the circuits can be cut.

    Members
    -------
    s_axis_x : ``In(AxiStream)``
        Vectors; see :class:`~.layer_array_input.InputBuffer`.
    s_axis_x_scale : ``In(AxiStream(8))``
        Scales of the blocks of vectors, if they are blocks; in the same way.
    s_axis_w : ``In(AxiStream)``
        Weights, unless they are given; see :class:`~.layer_array_weights.WeightStore`.
    m_axis_y : ``Out(AxiStream)``
        Results; see :class:`~.layer_array_output.ResultBuffer`.
    frame_error : ``Out(1)``
        Sticky: set when ``tlast`` arrives at an unexpected beat; cleared by reset.

    Raises
    ------
    ValueError
        If the parameters do not fit each other.
    """

    def __init__(
        self,
        sizes: ArraySizes,
        options: LaneOptions | BlockLaneOptions,
        *,
        module: str,
        weight: Sequence[Sequence[int]] | None = None,
        bias: Sequence[int] | None = None,
        scale: Sequence[Sequence[int]] | None = None,
        levels: int = DEFAULT_LEVELS,
    ) -> None:
        check_identifier(module, "Module name")
        _check_fit(sizes, options, weight, bias)
        if levels < 1:
            raise InputError(f"Levels must be at least 1, not {levels}")
        self._sizes = sizes
        self._options = options
        self._module = module
        self._weight = weight
        self._bias = bias
        self._scales: ScaleStore | None = None
        if isinstance(options, BlockLaneOptions):
            if weight is None or scale is None:
                raise InputError("Weights that are blocks must be given with their scales")
            self._scales = ScaleStore(sizes, options, scale)
        elif scale is not None:
            raise InputError("Scales must be given for weights that are blocks, not for floats")
        self._lanes = Lanes(sizes, options, module, levels)
        super().__init__(
            {
                "s_axis_x": In(AxiStream(8 * sizes.x_codes)),
                **({"s_axis_x_scale": In(AxiStream(8))} if self._scales else {}),
                **({} if weight is not None else {"s_axis_w": In(AxiStream(8))}),
                "m_axis_y": Out(
                    AxiStream(
                        whole_bytes(options.to.width) * sizes.y_codes,
                        has_keep=sizes.outputs % sizes.y_codes > 0,
                    )
                ),
                "frame_error": Out(1),
            }
        )

    @property
    def sizes(self) -> ArraySizes:
        """The layer and the lanes."""
        return self._sizes

    @property
    def options(self) -> LaneOptions | BlockLaneOptions:
        """Formats and accumulation."""
        return self._options

    @property
    def has_fixed_weights(self) -> bool:
        """Whether the weights are in the memory from the start, and not from a stream."""
        return self._weight is not None

    @property
    def graphs(self) -> LaneGraphs:
        """The circuits of a lane."""
        return self._lanes.graphs

    @property
    def timing(self) -> ArrayTiming:
        """Clocks that it takes."""
        s = self._sizes
        # From the step that completes a group to the first of its results at the stream.
        tail = _FETCH + self._lanes.multiply.latency + _WAIT + self._lanes.finish.latency + _SEND
        return ArrayTiming(
            interval=s.interval,
            first_result=s.steps + tail,
            last_result=s.interval + tail + s.last_beats - 1,
        )

    @property
    def result_vectors(self) -> int:
        """For how many vectors there is room for results: so many that none has to wait."""
        busy = self.timing.last_result + 1
        return max(2, -(-busy // self._sizes.interval))

    @property
    def circuits(self) -> tuple[str, ...]:
        """Verilog of each of the circuits."""
        return self._lanes.circuits

    def elaborate(self, platform: object) -> Module:
        """Describe the array."""
        m = Module()
        s = self._sizes
        inputs, weights, results = self._add_memories(m)
        x, w = {"x": inputs.codes}, {"w": weights.weights}
        available, frame_error = inputs.available, inputs.frame_error | weights.frame_error
        if self._scales is not None:
            x["x_scale"], w["w_scale"] = self._scales.x_scale, self._scales.w_scale
            available, frame_error = (
                available & self._scales.available,
                frame_error | self._scales.frame_error,
            )
        m.d.comb += self.frame_error.eq(frame_error)

        # One step in each clock, as soon as there is a vector and room for its results.
        address = Signal(range(s.interval))
        step = Signal(range(s.steps))
        issue = Signal()
        begins = Signal()
        ends_group = Signal()
        ends = Signal()
        m.d.comb += [
            begins.eq((address == 0) & issue),
            issue.eq(available & ((address != 0) | (results.room & weights.ready))),
            ends_group.eq(issue & (step == s.steps - 1)),
            ends.eq(issue & (address == s.interval - 1)),
            inputs.step.eq(step),
            inputs.done.eq(ends),
            weights.address.eq(address),
            weights.is_last_step.eq(step == s.steps - 1),
            weights.is_idle.eq(results.is_idle & (address == 0)),
            results.starts.eq(begins),
        ]
        with m.If(issue):
            m.d.sync += [
                address.eq(Mux(ends, 0, address + 1)),
                step.eq(Mux(ends_group, 0, step + 1)),
            ]

        if self._scales is not None:
            m.d.comb += [
                self._scales.step.eq(step),
                self._scales.address.eq(address),
                self._scales.done.eq(ends),
            ]
        delay = _FETCH + self._lanes.multiply.latency
        first = delayed(m, "first", issue & (step == 0), delay)
        active = delayed(m, "active", issue, delay)
        completes = delayed(m, "completes", ends_group, delay)
        completes_last = delayed(m, "completes_last", ends, delay)
        sums = self._lanes.add_sums(m, x, w, first, active)
        self._lanes.add_results(m, sums, completes, completes_last, weights, results)
        return m

    def _add_memories(self, m: Module) -> tuple[InputBuffer, WeightStore, ResultBuffer]:
        """Add memories for inputs, weights and results, and connect the streams."""
        s, o = self._sizes, self._options
        m.submodules.input_buffer = inputs = InputBuffer(s, o.code_width)
        m.submodules.weight_store = weights = WeightStore(
            s,
            o.code_width,
            neutral=o.neutral_weight,
            bias_width=o.bias_width if o.has_bias else None,
            weight=self._weight,
            bias=self._bias,
        )
        m.submodules.result_buffer = results = ResultBuffer(s, o.to.width, self.result_vectors)
        wiring.connect(m, wiring.flipped(self.s_axis_x), inputs.s_axis_x)
        wiring.connect(m, results.m_axis_y, wiring.flipped(self.m_axis_y))
        if self._weight is None:
            wiring.connect(m, wiring.flipped(self.s_axis_w), weights.s_axis_w)
        if self._scales is not None:
            m.submodules.scale_store = self._scales
            wiring.connect(m, wiring.flipped(self.s_axis_x_scale), self._scales.s_axis_x_scale)
        return inputs, weights, results


def _check_fit(
    sizes: ArraySizes,
    options: LaneOptions | BlockLaneOptions,
    weight: Sequence[Sequence[int]] | None,
    bias: Sequence[int] | None,
) -> None:
    """Refuse options and weights of other sizes than those of the array."""
    if (options.products, options.steps) != (sizes.input_lanes, sizes.steps):
        raise InputError(
            f"Products and steps must be {sizes.input_lanes} and {sizes.steps}, "
            f"not {options.products} and {options.steps}"
        )
    if weight is not None:
        shape = (len(weight), *{len(row) for row in weight})
        if shape != (sizes.outputs, sizes.inputs):
            raise InputError(
                f"Weights must have the shape ({sizes.outputs}, {sizes.inputs}), not {shape}"
            )
    if (bias is not None) != (weight is not None and options.has_bias):
        raise InputError("Bias must be given with weights where there is one, and only there")
    if bias is not None and len(bias) != sizes.outputs:
        raise InputError(f"Bias must have {sizes.outputs} codes, not {len(bias)}")


def array_verilog(array: LayerArray, module: str, header: Sequence[str] = ()) -> str:
    """Return an array with all its circuits as one self-contained Verilog file."""
    text = axi_verilog(array, module, array_ports(array), header)
    return "\n".join((text, *array.circuits))


def array_ports(array: LayerArray) -> dict[Port, Port]:
    """Return the ports of an array as AXI4-Stream names them, by what Amaranth calls them."""
    return axi_ports(component_ports(array.signature.members))
