# SPDX-License-Identifier: Apache-2.0
"""The engine of a decoder: a token in, its results and the next token out; keys and values stay."""

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import data, wiring
from amaranth.lib.memory import Memory, WritePort
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.networks.token_program import TokenProgram
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.engine.sequencer import address_width
from spikefloat.rtl_gen.rtl.engine.token_sequencer import TOKEN_STAGES, TokenSequencer, token_slot
from spikefloat.rtl_gen.rtl.engine.token_stages import TokenStages
from spikefloat.rtl_gen.rtl.engine.token_units import TokenUnits
from spikefloat.rtl_gen.rtl.ports import Port, component_ports, whole_bytes
from spikefloat.rtl_gen.rtl.styles.axi_stream import AxiStream, axi_ports, axi_verilog
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog

__all__ = ["DecoderEngine", "decoder_engine_ports", "decoder_engine_verilog"]


class DecoderEngine(wiring.Component):
    """Goes on with a sequence, token by token.

    Parameters
    ----------
    program : TokenProgram
        Instructions and weights.
    units : TokenUnits
        The circuits.
    argmax : NeuronGraph
        Which of two results is larger; the first if neither is.
    module : str
        Name of the module, with which those of circuits begin.

    Members
    -------
    s_axis_x : ``In(AxiStream)``
        Numbers of tokens. Behind one with ``tlast``, the next sequence begins.
    m_axis_y : ``Out(AxiStream)``
        For each token, a transfer for each result, and a last one, with ``tlast``, of the number of
        the largest: the first one of several.
    frame_error : ``Out(1)``
        Sticky: set when a sequence is longer than the context, or a token is none there is; cleared
        by reset.
    trace_valid, trace_is_pair : ``Out(1)``
        Whether there is a code in this clock that is written to the memory, or are two.
    trace_data : ``Out``
        The code, or both, the first lowest. They come in the order of the steps.
    """

    def __init__(
        self, program: TokenProgram, units: TokenUnits, argmax: NeuronGraph, module: str
    ) -> None:
        self._program, self._units, self._argmax, self._module = program, units, argmax, module
        network = program.network
        self._width, self._wide = network.code_format.width, network.stream_format.width
        token = address_width(network.vocabulary)
        super().__init__(
            {
                "s_axis_x": In(AxiStream(whole_bytes(token))),
                "m_axis_y": Out(AxiStream(whole_bytes(max(self._wide, token)))),
                "frame_error": Out(1),
                "trace_valid": Out(1),
                "trace_is_pair": Out(1),
                "trace_data": Out(2 * self._width),
            }
        )

    @property
    def program(self) -> TokenProgram:
        """Instructions and weights."""
        return self._program

    @property
    def units(self) -> TokenUnits:
        """The circuits of the steps."""
        return self._units

    @property
    def module(self) -> str:
        """Name of the module."""
        return self._module

    @property
    def whole(self) -> dict[str, NeuronGraph]:
        """Circuits that are used by themselves, by what a reader calls them."""
        return {**self._units.whole, "argmax": self._argmax}

    @property
    def graphs(self) -> dict[str, NeuronGraph]:
        """All circuits, by what a reader calls them."""
        return {**self._units.graphs, "argmax": self._argmax}

    @property
    def neurons(self) -> int:
        """Neurons of all circuits."""
        return sum(len(graph.neurons) for graph in self.graphs.values())

    def clocks(self, position: int) -> int:
        """Return the clocks from the transfer of a token to that of its last result, both counted.

        Parameters
        ----------
        position : int
            Tokens of the sequence before it.
        """
        program, clocks = self._program, 3
        for one in program.instructions:
            columns = position + 1 if one.each_token else one.columns
            chunks = position // program.terms + 1 if one.over_tokens else one.chunks
            if one.is_norm or one.is_softmax:
                circuits = self._units.norm if one.is_norm else self._units.softmax
                absent = circuits.most - columns if circuits.scan else 0
                clocks += 3 + circuits.latency - absent + 2 * columns
            else:
                clocks += 1 + columns * chunks + TOKEN_STAGES
        return clocks + 2 * (program.outputs + 1)

    def elaborate(self, platform: object) -> Module:
        """Describe the engine."""
        m = Module()
        program, width, terms = self._program, self._width, self._program.terms
        m.submodules.sequencer = sequencer = TokenSequencer(program)
        m.submodules.codes = codes = Memory(
            shape=width * terms, depth=len(program.codes), init=_joined(program.codes, width)
        )
        m.submodules.stream = stream = Memory(shape=self._wide, depth=program.stream_words, init=[])
        left, right = codes.read_port(), codes.read_port()
        write = codes.write_port(granularity=width)
        addend, result, keep = stream.read_port(), stream.read_port(), stream.write_port()
        m.d.comb += [
            left.addr.eq(sequencer.x),
            right.addr.eq(sequencer.w),
            addend.addr.eq(sequencer.stream),
        ]
        weight = self._rom(
            m, "weights", _joined(program.weights, width), sequencer.w, width * terms
        )
        exponent = self._rom(m, "exponents", program.exponents, sequencer.exponent, 8)
        both = [cos | sin << width for cos, sin in program.angles]
        angle = self._rom(m, "angles", both, sequencer.angle, 2 * width)
        slots = [sequencer.slot]
        for stage in range(1, TOKEN_STAGES + 1):
            slot = Signal(token_slot(program), name=f"slot_{stage}")
            m.d.sync += slot.eq(slots[-1])
            slots.append(slot)
        stages = TokenStages(m, self._module, self._units, slots)
        element = stages.add_products(left.data, right.data, weight, exponent, addend.data)
        turned = stages.add_rotation(left.data, angle)
        vectors = [
            stages.add_vector(name, circuits, left.data, weight, exponent, sequencer.begins)
            for name, circuits in self._units.passes.items()
        ]
        m.d.comb += sequencer.vector_done.eq(Cat(valid & last for valid, _, last in vectors).any())
        self._add_writes(m, slots, element, turned, vectors, sequencer, write)
        last = slots[-1]
        m.d.comb += [
            keep.addr.eq(last.keep),
            keep.data.eq(element["stream"]),
            keep.en.eq(last.is_valid & last.is_last & last.keeps),
        ]
        self._add_streams(m, sequencer, result)
        return m

    def _rom(
        self, m: Module, name: str, words: Sequence[int], address: Value, width: int
    ) -> Signal:
        """Add a memory that is only read, and return what it answers."""
        m.submodules[name] = memory = Memory(shape=width, depth=len(words), init=words)
        read = memory.read_port()
        m.d.comb += read.addr.eq(address)
        return read.data

    def _add_writes(
        self,
        m: Module,
        slots: Sequence[data.View],
        element: dict[str, Signal],
        turned: Signal,
        vectors: Sequence[tuple[Value, Value, Value]],
        sequencer: TokenSequencer,
        write: WritePort,
    ) -> None:
        """Add what writes codes, and shows them."""
        terms, width = self._program.terms, self._width
        last, third = slots[-1], slots[3]
        number = Signal(address_width(self._units.softmax.most) + 1)  # of a vector's element
        code, word, place = Signal(width), Signal.like(write.addr), Signal.like(last.place)
        is_one, is_pair = Signal(), Signal()
        m.d.comb += [
            is_one.eq(
                last.is_valid & last.is_last & last.writes & (last.is_product | last.is_lookup)
            ),
            is_pair.eq(third.is_valid & third.is_rotate),
            code.eq(Mux(last.is_gated | (last.function != 0), element["active"], element["code"])),
            word.eq(last.word),
            place.eq(last.place),
        ]
        half_place = Signal(len(place) - 1)
        m.d.comb += half_place.eq(third.place[1:])
        with m.If(sequencer.begins):
            m.d.sync += number.eq(0)
        for is_valid, result, _ in vectors:
            with m.If(is_valid):
                m.d.comb += [
                    is_one.eq(1),
                    code.eq(result),
                    word.eq(sequencer.into + (number >> len(place))),
                    place.eq(number),
                ]
                m.d.sync += number.eq(number + 1)
        m.d.comb += [
            self.trace_valid.eq(is_one | is_pair),
            self.trace_is_pair.eq(is_pair),
            self.trace_data.eq(Mux(is_pair, turned, code)),
            write.addr.eq(Mux(is_pair, third.word, word)),
            write.data.eq(Mux(is_pair, turned.replicate(terms // 2), code.replicate(terms))),
        ]
        with m.If(is_pair):
            halves = (half_place == half for half in range(terms // 2))
            m.d.comb += write.en.eq(Cat(half.replicate(2) for half in halves))
        with m.Elif(is_one):
            m.d.comb += write.en.eq(Cat(place == lane for lane in range(terms)))

    def _add_streams(self, m: Module, sequencer: TokenSequencer, result: Value) -> None:
        """Add what receives tokens, and sends results."""
        program, x, y = self._program, self.s_axis_x, self.m_axis_y
        token, position = Signal.like(sequencer.token), Signal.like(sequencer.position)
        ends = Signal()
        number = Signal(range(program.outputs + 1))
        best, largest = Signal(address_width(program.network.vocabulary)), Signal(self._wide)
        pair = Cat(Mux(number == 0, result.data, largest), result.data)
        is_larger = Signal()
        compare = TokenStages(m, self._module, self._units, [])
        m.d.comb += [
            is_larger.eq(compare.circuit("argmax", self._argmax, a=pair)),
            sequencer.token.eq(token),
            sequencer.position.eq(position),
            result.addr.eq(program.logits + number),
        ]
        with m.FSM():
            with m.State("RECEIVE"):
                m.d.comb += x.tready.eq(1)
                m.d.sync += [token.eq(x.tdata), ends.eq(x.tlast), number.eq(0)]
                with m.If(x.tvalid):
                    with m.If(x.tdata >= program.network.vocabulary):
                        m.d.sync += self.frame_error.eq(1)
                    m.next = "START"
            with m.State("START"):
                m.d.comb += sequencer.start.eq(1)
                m.next = "COMPUTE"
            with m.State("COMPUTE"), m.If(sequencer.done):
                m.next = "READ"
            with m.State("READ"):
                m.next = "SEND"
            with m.State("SEND"):
                is_last = number == program.outputs
                m.d.comb += [y.tvalid.eq(1), y.tlast.eq(is_last)]
                m.d.comb += y.tdata.eq(Mux(is_last, best, result.data))
                with m.If(y.tready):
                    m.d.sync += number.eq(number + 1)
                    with m.If((number == 0) | is_larger):
                        m.d.sync += [best.eq(number), largest.eq(result.data)]
                    m.next = "READ"
                    with m.If(is_last):
                        self._add_next(m, position, ends)
                        m.next = "RECEIVE"

    def _add_next(self, m: Module, position: Signal, ends: Signal) -> None:
        """Go to the place of the next token."""
        is_full = position == self._program.context - 1
        m.d.sync += position.eq(Mux(ends | is_full, 0, position + 1))
        with m.If(is_full & ~ends):
            m.d.sync += self.frame_error.eq(1)


def _joined(rows: Sequence[Sequence[int]], width: int) -> list[int]:
    """Return rows of codes as words, the first code lowest."""
    return [sum(code << width * place for place, code in enumerate(row)) for row in rows]


def decoder_engine_ports(engine: DecoderEngine) -> dict[Port, Port]:
    """Return the ports of an engine as AXI4-Stream names them, by what Amaranth calls them."""
    return axi_ports(component_ports(engine.signature.members))


def decoder_engine_verilog(engine: DecoderEngine, header: Sequence[str] = ()) -> str:
    """Return an engine with all its circuits as one self-contained Verilog file.

    Parameters
    ----------
    engine : DecoderEngine
        What to translate.
    header : sequence of str
        Lines for the comment at the top.
    """
    module, units = engine.module, engine.units
    text = axi_verilog(engine, module, decoder_engine_ports(engine), header)
    parts = [
        spatial_verilog(graph, module=f"{module}_{name}") for name, graph in engine.whole.items()
    ]
    for name, steps in units.passes.items():
        parts += steps.circuits_verilog(f"{module}_{name}")
    return "\n".join((text, *parts))
