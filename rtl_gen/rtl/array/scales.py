# SPDX-License-Identifier: Apache-2.0
"""Where an array of lanes on blocks keeps scales: those of its inputs, and those of its weights."""

from collections.abc import Sequence

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.circuits.shared_scale.lane import BlockLaneOptions
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.rtl.array.input import InputBuffer
from spikefloat.rtl_gen.rtl.array.sizes import ArraySizes
from spikefloat.rtl_gen.rtl.array.weights import WeightStore
from spikefloat.rtl_gen.rtl.styles.axi_stream import AxiStream

__all__ = ["ScaleStore"]


class ScaleStore(wiring.Component):
    """Gives the scales of each step, in the clock in which its elements come.

    Scales of inputs are received as inputs are, two vectors of them; those of weights are in a memory
    with a word for each block of each group of outputs. Steps of one block have the same scales.

    Parameters
    ----------
    sizes : ArraySizes
        The layer and the lanes.
    options : BlockLaneOptions
        Format and size of the blocks.
    scale : sequence of sequence of int
        Codes of the scales of the weights, a row for each output.

    Members
    -------
    s_axis_x_scale : ``In(AxiStream(8))``
        Scales of the inputs, one in each transfer.
    available : ``Out(1)``
        Whether there are those of a vector to be used.
    step : ``In(range(sizes.steps))``
        For which inputs to give scales in the next clock.
    address : ``In(range(sizes.interval))``
        For which weights: ``group * steps + step``.
    done : ``In(1)``
        Asserted with the last use of a vector.
    x_scale : ``Out(width)``
        Scale of the inputs of the step of the clock before.
    w_scale : ``Out(width * sizes.output_lanes)``
        Scale of the weights of each output, that of lane 0 lowest.
    frame_error : ``Out(1)``
        Sticky: set when ``tlast`` arrives at an unexpected beat; cleared by reset.

    Raises
    ------
    InputError
        If the inputs are no whole blocks, or there are not as many scales as blocks.
    """

    def __init__(
        self, sizes: ArraySizes, options: BlockLaneOptions, scale: Sequence[Sequence[int]]
    ) -> None:
        if sizes.inputs % options.size:
            raise InputError(
                f"Inputs must be whole blocks of {options.size} elements, not {sizes.inputs}"
            )
        self._sizes = ArraySizes(
            inputs=sizes.inputs // options.size,
            outputs=sizes.outputs,
            output_lanes=sizes.output_lanes,
            input_lanes=1,
        )
        shape = (len(scale), *{len(row) for row in scale})
        if shape != (sizes.outputs, self._sizes.inputs):
            raise InputError(
                f"Scales of weights must have the shape ({sizes.outputs}, {self._sizes.inputs}), "
                f"not {shape}"
            )
        self._scale = scale
        self._width = width = options.scale_width
        # Sizes of blocks and their divisors are powers of two.
        self._step_bits = (options.size // options.products).bit_length() - 1
        super().__init__(
            {
                "s_axis_x_scale": In(AxiStream(8)),
                "available": Out(1),
                "step": In(range(sizes.steps)),
                "address": In(range(sizes.interval)),
                "done": In(1),
                "x_scale": Out(width),
                "w_scale": Out(width * sizes.output_lanes),
                "frame_error": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Describe the memories."""
        m = Module()
        m.submodules.input_scales = inputs = InputBuffer(self._sizes, self._width)
        m.submodules.weight_scales = weights = WeightStore(
            self._sizes, self._width, neutral=0, bias_width=None, weight=self._scale
        )
        wiring.connect(m, wiring.flipped(self.s_axis_x_scale), inputs.s_axis_x)
        m.d.comb += [
            self.available.eq(inputs.available),
            inputs.step.eq(self.step[self._step_bits :]),
            inputs.done.eq(self.done),
            weights.address.eq(self.address[self._step_bits :]),
            self.x_scale.eq(inputs.codes),
            self.w_scale.eq(weights.weights),
            self.frame_error.eq(inputs.frame_error),
        ]
        return m
