# SPDX-License-Identifier: Apache-2.0
"""An operation done step by step: three neuron graphs, and registers between them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.components.circuits import CombinationalCircuit
from spikefloat.rtl_gen.rtl.ports import Port, component_ports
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog

__all__ = ["SequentialUnit", "Steps"]


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The circuits of an operation that is done step by step."""

    count: int  #: Number of steps, at most.
    state: Mapping[str, int]  #: Width of each word that registers keep, by name.
    #: From the operands to ``first_...`` of the state; the rest is zero. ``skipped`` is the number of
    #: steps that these operands do without, if there is such an output.
    prepare: NeuronGraph
    step: NeuronGraph  #: From the state to ``next_...`` of what changes.
    finish: NeuronGraph  #: From operands and state to the results.

    @property
    def graphs(self) -> tuple[NeuronGraph, ...]:
        """The three circuits."""
        return self.prepare, self.step, self.finish

    @property
    def operands(self) -> dict[str, int]:
        """Width of each operand, by name."""
        ports = (port for port in self.finish.inputs if port.name not in self.state)
        return {port.name: len(port.nodes) for port in ports}

    @property
    def results(self) -> dict[str, int]:
        """Width of each result, by name."""
        return {port.name: len(port.nodes) for port in self.finish.outputs}

    @property
    def ends_early(self) -> bool:
        """Whether some operands take fewer steps than others."""
        return any(port.name == "skipped" for port in self.prepare.outputs)

    @property
    def latency(self) -> int:
        """Clocks from start to valid: one to take the operands, the steps, and one to round.

        With operands that take all steps, if some do not.
        """
        return self.count + 2

    @property
    def registers(self) -> int:
        """Number of one-bit registers: state, operands, results, counter, busy and valid."""
        words = (*self.state.values(), *self.operands.values(), *self.results.values())
        return sum(words) + self.count.bit_length() + 2

    @property
    def lines(self) -> tuple[str, str]:
        """What a reader of the Verilog is told: sizes and latency."""
        begin, digit, end = (len(graph.neurons) for graph in self.graphs)
        return (
            f"neurons: {begin} to begin, {digit} for each digit, {end} to round",
            f"latency: {'at most ' * self.ends_early}{self.latency} clocks from start to valid, "
            "and to the next start",
        )

    @property
    def interval(self) -> int:
        """Clocks from one start to the next."""
        return self.latency

    def verilog(self, module: str, header: Iterable[str]) -> tuple[str, tuple[Port, ...]]:
        """Return the Verilog of the whole unit, and its ports.

        Parameters
        ----------
        module : str
            Name of the top module.
        header : iterable of str
            Lines for the comment at the top.
        """
        unit = SequentialUnit(self)
        text = component_verilog(unit, module, header=[*header, *self.lines])
        return text, component_ports(unit.signature.members)


class SequentialUnit(wiring.Component):
    """An operation that makes a step in each clock.

    Operands are taken in the clock with ``start``, if ``ready`` is asserted. Results are there in
    the clock with ``valid``, and stay until the next operation ends. Steps that operands do without
    are not made.

    Parameters
    ----------
    steps : Steps
        The circuits.

    Members
    -------
    start : ``In(1)``
        Asserted to begin. Ignored unless ``ready`` is asserted.
    ... : ``In(width)``
        Operands. Looked at only when an operation begins.
    ready : ``Out(1)``
        Asserted while an operation can begin, also in the clock with ``valid``.
    valid : ``Out(1)``
        Asserted for one clock when the results are there.
    ... : ``Out(width)``
        Results.
    """

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        super().__init__(
            {
                "start": In(1),
                **{name: In(width) for name, width in steps.operands.items()},
                "ready": Out(1),
                "valid": Out(1),
                **{name: Out(width) for name, width in steps.results.items()},
            }
        )

    @property
    def steps(self) -> Steps:
        """The circuits."""
        return self._steps

    def elaborate(self, platform: object) -> Module:
        """Describe registers and circuits."""
        m = Module()
        steps = self._steps
        ports = {name: _port(self, name) for name in steps.operands}
        held = {name: Signal(width, name=f"held_{name}") for name, width in steps.operands.items()}
        state = {name: Signal(width, name=name) for name, width in steps.state.items()}
        busy, count, ends = Signal(), Signal(range(steps.count + 1)), Signal()
        m.submodules.prepare = prepare = CombinationalCircuit(steps.prepare)
        m.submodules.step = step = CombinationalCircuit(steps.step)
        m.submodules.finish = finish = CombinationalCircuit(steps.finish)
        for circuit, sources in ((prepare, ports), (step, state), (finish, {**held, **state})):
            for port in circuit.graph.inputs:
                m.d.comb += _port(circuit, port.name).eq(sources[port.name])
        m.d.comb += [self.ready.eq(~busy), ends.eq(busy & (count == steps.count))]
        m.d.sync += self.valid.eq(ends)
        with m.If(self.start & ~busy):
            skipped = _port(prepare, "skipped") if steps.ends_early else 0
            m.d.sync += [busy.eq(1), count.eq(skipped)]
            m.d.sync += [register.eq(ports[name]) for name, register in held.items()]
            m.d.sync += [register.eq(0) for register in state.values()]
            for port in steps.prepare.outputs:
                if (name := port.name.removeprefix("first_")) in state:
                    m.d.sync += state[name].eq(_port(prepare, port.name))
        with m.Elif(ends):
            m.d.sync += busy.eq(0)
            m.d.sync += [_port(self, name).eq(_port(finish, name)) for name in steps.results]
        with m.Elif(busy):
            m.d.sync += count.eq(count + 1)
            for port in steps.step.outputs:
                m.d.sync += state[port.name.removeprefix("next_")].eq(_port(step, port.name))
        return m


def _port(component: wiring.Component, name: str) -> Signal:
    return cast(Signal, Value.cast(getattr(component, name)))
