# SPDX-License-Identifier: Apache-2.0
"""The lanes of an array: circuits that multiply, add and round, between registers."""

from collections.abc import Mapping

from amaranth.hdl import Cat, ClockSignal, Instance, Module, Mux, ResetSignal, Signal, Value

from spikefloat.rtl_gen.circuits.shared_scale.lane import BlockLaneOptions
from spikefloat.rtl_gen.circuits.sums.lane import LaneOptions
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.array.output import ResultBuffer
from spikefloat.rtl_gen.rtl.array.sizes import ArraySizes
from spikefloat.rtl_gen.rtl.array.weights import WeightStore
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.timing.model import LUT_INPUTS, TimingModel
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline, cut

__all__ = ["Lanes", "delayed"]


class Lanes:
    """The circuits of the lanes, which :meth:`add_sums` and :meth:`add_results` put into a module.

    Parameters
    ----------
    sizes : ArraySizes
        The layer and the lanes.
    options : LaneOptions or BlockLaneOptions
        Formats and accumulation.
    module : str
        Name of the top module, with which the names of the circuits begin.
    levels : int
        Most levels of lookup tables between registers, where the circuits can be cut.
    """

    def __init__(
        self,
        sizes: ArraySizes,
        options: LaneOptions | BlockLaneOptions,
        module: str,
        levels: int,
    ) -> None:
        self._sizes = sizes
        self._options = options
        self.graphs = options.graphs(module)
        self.multiply = _cut(self.graphs.multiply, levels)
        self.finish = _cut(self.graphs.finish, levels)

    @property
    def circuits(self) -> tuple[str, ...]:
        """Verilog of each of the circuits."""
        return (
            pipeline_verilog(self.multiply),
            spatial_verilog(self.graphs.accumulate),
            pipeline_verilog(self.finish),
        )

    def add_sums(
        self,
        m: Module,
        inputs: Mapping[str, Value],
        weights: Mapping[str, Value],
        first: Signal,
        active: Signal,
    ) -> list[Signal]:
        """Add the lanes for outputs; return the state that each will have after this clock.

        Parameters
        ----------
        m : Module
            Where they are added.
        inputs, weights : mapping of str to Value
            Words of a step by the operands of the lanes: the same ones for every lane, and those of
            all lanes side by side.
        first : Signal
            Whether a step is the first of its sum.
        active : Signal
            Whether there is a step.
        """
        operands: dict[str, Value] = {}
        for name, word in inputs.items():
            operands[name] = register = Signal(len(word), name=name, reset_less=True)
            m.d.sync += register.eq(word)
        sums = []
        for lane in range(self._sizes.output_lanes):
            for name, words in weights.items():
                size = len(words) // self._sizes.output_lanes
                operands[name] = own = Signal(size, name=f"{name}_{lane}", reset_less=True)
                m.d.sync += own.eq(words[lane * size : (lane + 1) * size])
            partial = Signal(
                len(self.graphs.multiply.output("partial").nodes), name=f"partial_{lane}"
            )
            state = Signal(
                len(self.graphs.accumulate.output("state_next").nodes),
                name=f"state_{lane}",
                reset_less=True,
            )
            state_next = Signal(len(state), name=f"state_next_{lane}")
            m.submodules[f"multiply_{lane}"] = _instance(
                self.multiply, dict(operands), {"partial": partial}
            )
            m.submodules[f"accumulate_{lane}"] = Instance(
                self.graphs.accumulate.name,
                i_state=state,
                i_partial=partial,
                i_first=first,
                o_state_next=state_next,
            )
            with m.If(active):
                m.d.sync += state.eq(state_next)
            sums.append(state_next)
        return sums

    def add_results(
        self,
        m: Module,
        sums: list[Signal],
        completes: Signal,
        completes_last: Signal,
        weights: WeightStore,
        results: ResultBuffer,
    ) -> None:
        """Add what turns sums into results, a few in each clock.

        Parameters
        ----------
        m : Module
            Where it is added.
        sums : list of Signal
            Sums of the lanes.
        completes : Signal
            Whether they are complete.
        completes_last : Signal
            Whether they are those of the last outputs.
        weights : WeightStore
            Where the bias comes from.
        results : ResultBuffer
            Where results go.
        """
        s = self._sizes
        size = len(sums[0])
        held = Signal(size * s.output_lanes, reset_less=True)
        left = Signal(range(s.group_beats + 1))
        beat = Signal(range(s.y_beats))
        m.d.sync += held.eq(held[size * s.y_codes :])
        with m.If(left != 0):
            m.d.sync += [left.eq(left - 1), beat.eq(Mux(beat == s.y_beats - 1, 0, beat + 1))]
        with m.If(completes):
            m.d.sync += [
                held.eq(Cat(sums)),
                left.eq(Mux(completes_last, s.last_beats, s.group_beats)),
            ]
        m.d.comb += weights.beat.eq(beat)

        state = Signal(size * s.y_codes, reset_less=True)
        m.d.sync += state.eq(held)
        width, result = self._options.bias_width, self._options.to.width
        codes = Signal(result * s.y_codes, reset_less=True)
        m.d.comb += results.codes.eq(codes)
        for number in range(s.y_codes):
            operands: dict[str, Value] = {"state": state[number * size : (number + 1) * size]}
            if self._options.has_bias:
                operands["bias"] = weights.bias[number * width : (number + 1) * width]
            y = Signal(result, name=f"y_{number}")
            m.submodules[f"finish_{number}"] = _instance(self.finish, operands, {"y": y})
            m.d.sync += codes[number * result : (number + 1) * result].eq(y)
        m.d.comb += results.enable.eq(delayed(m, "finishing", left != 0, 2 + self.finish.latency))


def _cut(graph: NeuronGraph, levels: int) -> Pipeline:
    """Cut a graph so often that no stage has more levels than asked for, if that can be."""
    model = TimingModel(graph, LUT_INPUTS)
    return cut(graph, max(model.earliest(max(levels, model.floor)), default=0))


def _instance(pipeline: Pipeline, inputs: dict[str, Value], outputs: dict[str, Signal]) -> Instance:
    clocks = {"i_clk": ClockSignal(), "i_rst": ResetSignal()} if pipeline.latency else {}
    return Instance(
        pipeline.graph.name,
        **clocks,
        **{f"i_{name}": value for name, value in inputs.items()},
        **{f"o_{name}": value for name, value in outputs.items()},
    )


def delayed(m: Module, name: str, value: Value, clocks: int) -> Signal:
    """Return a signal as it was some clocks ago, 0 at first."""
    line = Signal(clocks, name=f"{name}_line")
    delayed = Signal(name=name)
    m.d.sync += line.eq(Cat(value, line[:-1]))
    m.d.comb += delayed.eq(line[-1])
    return delayed
