# SPDX-License-Identifier: Apache-2.0
"""The circuits of a decoder's products and rotations, with the registers between them.

Slot number n goes with the operation that is in stage n: addresses are given in stage 0, the memories
answer in stage 1, operands are in registers in stage 2, products of a few terms in stage 3, the state
of their sum in stage 4, the sum in stage 5, that times a power of two in stage 6, with what is added to
it in stage 7, its code in stage 8, and results are written in stage 9.
"""

from collections.abc import Sequence

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import data
from amaranth.lib.memory import Memory

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.engine.token_units import TokenUnits
from spikefloat.rtl_gen.rtl.styles.instances import add_instance
from spikefloat.rtl_gen.rtl.styles.pass_circuits import PassCircuits
from spikefloat.rtl_gen.rtl.styles.pass_unit import PassUnit

__all__ = ["TokenStages"]


class TokenStages:
    """Adds the stages to a module.

    Parameters
    ----------
    m : Module
        Where they are added.
    module : str
        What the names of circuits begin with.
    units : TokenUnits
        The circuits.
    slots : sequence of View
        What goes with the operation of each stage.
    """

    def __init__(
        self, m: Module, module: str, units: TokenUnits, slots: Sequence[data.View]
    ) -> None:
        self._m, self._module, self._units, self._slots = m, module, units, slots
        self._width = len(units.narrow.outputs[0].nodes)

    def circuit(self, name: str, graph: NeuronGraph, **inputs: Value) -> Signal:
        """Add a circuit, and return its only output."""
        made = add_instance(self._m, name, graph, inputs, f"{self._module}_{name}")
        (result,) = made.values()
        return result

    def held(self, name: str, stage: int, value: Value, enable: Value | None = None) -> Signal:
        """Return a register that operations of a stage load, for the next one."""
        register = Signal(len(value), name=f"{name}_{stage + 1}")
        slot = self._slots[stage]
        with self._m.If(slot.is_valid if enable is None else slot.is_valid & enable):
            self._m.d.sync += register.eq(value)
        return register

    def one_of(self, name: str, number: Value, values: Sequence[Value]) -> Signal:
        """Return the value with a number; 0 if there is none."""
        which = Signal(len(number), name=f"{name}_number")
        result = Signal(len(values[0]), name=name)
        self._m.d.comb += which.eq(number)
        with self._m.Switch(which):
            for place, value in enumerate(values):
                with self._m.Case(place):
                    self._m.d.comb += result.eq(value)
        return result

    def element(self, name: str, word: Value, lane: Value, codes: int = 1) -> Signal:
        """Return a code of a word, or one of its groups of so many codes."""
        size = codes * self._width
        parts = [word[place : place + size] for place in range(0, len(word), size)]
        return self.one_of(name, lane, parts)

    def masked(self, word: Value, filling: int) -> Value:
        """Return a word of stage 1 with another code in the lanes that do not count."""
        width, most = self._width, self._slots[1].most
        return Cat(
            Mux(most > lane, word[width * lane : width * (lane + 1)], Const(filling, width))
            for lane in range(self._units.terms)
        )

    def add_products(
        self, left: Value, right: Value, weight: Value, exponent: Value, addend: Value
    ) -> dict[str, Signal]:
        """Add dot products, lookups, and what follows.

        Parameters
        ----------
        left, right, weight, exponent, addend : Value
            What the memories answer.

        Returns
        -------
        dict of str to Signal
            Registers of an element in the last stage: ``stream``, ``code``, and ``active``, which is
            what the code becomes in a gate or by a function.
        """
        m, slots, units, held = self._m, self._slots, self._units, self.held
        is_product, minus = slots[1].is_product, 1 << self._width - 1
        a = held("left", 1, self.masked(left, 0), is_product)
        chosen = Signal(len(weight), name="chosen")
        m.d.comb += chosen.eq(Mux(slots[1].is_weight, weight, right))
        b = held("right", 1, self.masked(chosen, minus), is_product)
        partial = self.circuit("product_multiply", units.lane.multiply, x=a, w=b)
        partial = held("partial", 2, partial, slots[2].is_product)
        state = Signal(len(units.lane.accumulate.input("state").nodes), name="state_4")
        begun = self.one_of(
            "begun",
            slots[3].chunks,
            [Const(number, len(state)) for number in reversed(units.begun)],
        )
        before = Signal.like(state, name="state_before")
        m.d.comb += before.eq(Mux(slots[3].is_first, begun, state))
        after = self.circuit(
            "product_accumulate",
            units.lane.accumulate,
            state=before,
            partial=partial,
            first=Const(0),
        )
        with m.If(slots[3].is_valid & slots[3].is_product):
            m.d.sync += state.eq(after)
        total = self.circuit("product_finish", units.lane.finish, state=state)
        found = self.element("found_1", weight, slots[1].left)
        found = held("found", 1, found, slots[1].is_lookup)
        for stage in (1, 2, 3):
            exponent, addend = held("exponent", stage, exponent), held("addend", stage, addend)
            found = held("found", stage, found) if stage > 1 else found
        widened = self.circuit("widen", units.widen, a=found)
        total = held("sum", 4, Mux(slots[4].is_lookup, widened, total), slots[4].is_last)
        exponent, addend = held("exponent", 4, exponent), held("addend", 4, addend)
        return self._add_results(total, exponent, addend)

    def _add_results(self, total: Signal, exponent: Value, addend: Value) -> dict[str, Signal]:
        """Add what becomes of sums."""
        m, slots, units, held = self._m, self._slots, self._units, self.held
        scaled = self.circuit("scale", units.scale, a=total, b=exponent)
        total = held("sum", 5, Mux(slots[5].is_scaled, scaled, total), slots[5].is_last)
        addend = held("addend", 5, addend)
        added = self.circuit("add", units.add, a=addend, b=total)
        result = held("stream", 6, Mux(slots[6].adds, added, total), slots[6].is_last)
        code = held("code", 7, self.circuit("narrow", units.narrow, a=result), slots[7].is_last)
        result = held("stream", 7, result)
        # The gate of a value is the code of the element before.
        element = Signal(self._width, name="code_9")
        gate, functions = units.gate, units.functions
        gated = Const(0, self._width)
        if gate is not None:
            gated = self.circuit("gate", gate, a=element, b=code)
        made = [self.circuit(name, graph, a=code) for name, graph in functions.items()]
        active = self.one_of("active", slots[8].function, [gated, *made]) if made else gated
        active = held("active", 8, active)
        with m.If(slots[8].is_valid & slots[8].is_last):
            m.d.sync += element.eq(code)
        return {"stream": held("stream", 8, result), "code": element, "active": active}

    def add_rotation(self, left: Value, angle: Value) -> Signal:
        """Add rotations of pairs, and return the register with the result of stage 3."""
        width, slot = self._width, self._slots[1]
        a = self.held("pair", 1, self.element("pair_1", left, slot.left[1:], 2), slot.is_rotate)
        turn = self.held("angle", 1, angle, slot.is_rotate)
        result = self.circuit("turn", self._units.turn, a=a, cos=turn[:width], sin=turn[width:])
        return self.held("turned", 2, result, self._slots[2].is_rotate)

    def add_vector(
        self,
        name: str,
        circuits: PassCircuits,
        left: Value,
        weight: Value,
        offset: Value,
        begins: Value,
    ) -> tuple[Value, Value, Value]:
        """Add an operation that goes over a vector, which comes element by element.

        Parameters
        ----------
        name : str
            What a reader calls it.
        circuits : PassCircuits
            Its circuits.
        left, weight, offset : Value
            What the memories answer; offsets come one by one, as elements do.
        begins : Value
            Whether a step begins.

        Returns
        -------
        tuple of Value
            Whether there is a result, it, and whether it is the last one.
        """
        m, slots = self._m, self._slots
        m.submodules[name] = unit = PassUnit(circuits, f"{self._module}_{name}")
        is_own = getattr(slots[1], f"is_{name}")
        x = self.element(f"{name}_x_1", left, slots[1].left)
        source, sink = getattr(unit, f"s_axis_{circuits.source}"), unit.m_axis
        m.d.comb += [
            source.tdata.eq(self.held(f"{name}_x", 1, x, is_own)),
            source.tvalid.eq(slots[2].is_valid & getattr(slots[2], f"is_{name}")),
            source.tlast.eq(slots[2].ends),
            sink.tready.eq(1),
        ]
        for place, other in enumerate(circuits.others):
            code = offset[: self._width]
            if place == 0:
                code = self.element(f"{name}_{other}_1", weight, slots[1].left)
            # These are taken with the results, so they wait in a memory.
            m.submodules[f"{name}_{other}"] = memory = Memory(
                shape=self._width, depth=circuits.most, init=[]
            )
            write, read = memory.write_port(), memory.read_port()
            stream = getattr(unit, f"s_axis_{other}")
            come = Signal(range(circuits.most), name=f"{name}_{other}_come")
            gone = Signal(range(circuits.most), name=f"{name}_{other}_gone")
            is_last = gone == circuits.most - 1
            m.d.comb += [
                write.addr.eq(come),
                write.data.eq(code),
                write.en.eq(slots[1].is_valid & is_own),
                read.addr.eq(gone),
                stream.tdata.eq(read.data),
                stream.tvalid.eq(1),
                stream.tlast.eq(is_last),
            ]
            m.d.sync += come.eq(Mux(begins, 0, come + write.en))
            with m.If(stream.tready):
                m.d.comb += read.addr.eq(Mux(is_last, 0, gone + 1))
                m.d.sync += gone.eq(Mux(is_last, 0, gone + 1))
        return sink.tvalid, sink.tdata, sink.tlast
