# SPDX-License-Identifier: Apache-2.0
"""The circuits of an operation on vectors that takes one element in each clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from spikefloat.rtl_gen.circuits.vector_operation import (
    Digits,
    Elementwise,
    Paired,
    Passes,
    Running,
    Scan,
    VectorOperation,
    VectorOptions,
    Words,
)
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.names import circuit_name
from spikefloat.rtl_gen.designs.options import CircuitOptions
from spikefloat.rtl_gen.designs.shapes import ElementsShape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.elements import ElementSteps
from spikefloat.rtl_gen.rtl.styles.elementwise import ElementwiseSteps
from spikefloat.rtl_gen.rtl.styles.pairs import PairSteps
from spikefloat.rtl_gen.rtl.styles.passes import PassSteps

__all__ = ["ElementCircuits", "build_elements"]

#: Circuits of a unit, and what it is made of besides.
ElementCircuits = ElementSteps | ElementwiseSteps | PairSteps | PassSteps

#: Makes a part of a unit: called with its name, the widths of its inputs and what makes its outputs.
_Make = Callable[[str, Mapping[str, int], Callable[..., Word | Mapping[str, Word]]], NeuronGraph]


@lru_cache(maxsize=16)
def build_elements(
    design: Design, circuit: CircuitOptions, shape: ElementsShape
) -> ElementCircuits:
    """Return the circuits of an operation on vectors that takes one element in each clock.

    Parameters
    ----------
    design : Design
        The operation.
    circuit : CircuitOptions
        Which circuit of it.
    shape : ElementsShape
        Of its vectors.

    Raises
    ------
    InputError
        If the operation cannot, or is to round in another way than the usual one.
    """
    if design.vector is None:
        raise InputError(f"Operation must take one element after the other, unlike {design.name!r}")
    if not circuit.rounding.is_usual:
        raise InputError(
            f"Rounding must be rne, without flags, for {design.name} in the sequential style, not "
            f"{circuit.rounding.suffix.lstrip('_').replace('_', ' ')!r}"
        )
    record, name = design.vector, circuit_name(design, circuit, shape)
    options = VectorOptions(
        format=circuit.format,
        to=circuit.result_format,
        length=shape.length,
        overflow=circuit.overflow if design.rounds else None,
        epsilon=shape.epsilon,
    )

    def make(
        part: str, inputs: Mapping[str, int], function: Callable[..., Word | Mapping[str, Word]]
    ) -> NeuronGraph:
        own: dict[str, Any] = {"library": circuit.library, "budget": circuit.budget}
        return build_graph(f"{name}_{part}", inputs, function, **own)

    match design.vector.running:
        case Running() as running:
            return _running(running, options, design.rounds, make)
        case Elementwise():
            return _elementwise(record, options, make)
        case Paired() as paired:
            return _paired(record, paired, options, make)
        case Passes() as passes:
            return _passes(record, passes, options, make)
    raise InputError(f"Operation must take one element after the other, unlike {design.name!r}")


def _running(running: Running, options: VectorOptions, rounds: bool, make: _Make) -> ElementSteps:
    fmt, most = options.format, options.length
    how = {"overflow": options.overflow} if rounds else {}
    state = {"state": running.state(fmt, most)}

    def step(gates: GateLibrary, kept: Word, a: Word, first: Word) -> Words:
        return {"state_next": running.step(gates, fmt, most, kept, a, first[0])}

    def finish(gates: GateLibrary, kept: Word) -> Word:
        return running.finish(gates, fmt, options.to, most, kept, **how)

    return ElementSteps(
        most=most,
        step=make("step", state | {"a": fmt.width, "first": 1}, step),
        finish=make("finish", state, finish),
    )


def _elementwise(record: VectorOperation, options: VectorOptions, make: _Make) -> ElementwiseSteps:
    fmt, how = options.format, {"overflow": options.overflow} if record.rounds else {}

    def result(gates: GateLibrary, *codes: Word) -> Word:
        (only,) = record.circuit(gates, fmt, options.to, *([code] for code in codes), **how)
        return tuple(only)

    widths = dict.fromkeys(record.operands, fmt.width)
    return ElementwiseSteps(most=options.length, result=make("element", widths, result))


def _paired(
    record: VectorOperation, paired: Paired, options: VectorOptions, make: _Make
) -> PairSteps:
    first, *others = record.operands

    def result(gates: GateLibrary, even: Word, odd: Word, second: Word, *own: Word) -> Word:
        codes = dict(zip(others, own, strict=True))
        return paired.result(gates, options, (even, odd), second[0], codes)

    width = options.format.width
    widths = {"even": width, "odd": width, "second": 1, **dict.fromkeys(others, width)}
    return PairSteps(most=options.length, first=first, result=make("pair", widths, result))


def _passes(
    record: VectorOperation, passes: Passes, options: VectorOptions, make: _Make
) -> PassSteps:
    width, (source, *others) = options.format.width, record.operands
    kept = _Registers("taken", passes.kept(options))

    def take(gates: GateLibrary, element: Word, first: Word, *own: Word) -> Words:
        return kept.next(passes.take(gates, options, kept.words(own), element, first[0]))

    parts: dict[str, Any] = {
        "take": make("take", {"element": width, "first": 1, **kept.inputs}, take)
    }
    stored, known = width, [kept]
    if passes.scan is not None:
        scanned = _Registers("scanned", passes.scan.kept(options))
        parts |= _scan(passes.scan, options, kept, scanned, make)
        stored = len(parts["scan"].output("stored").nodes)
        known.append(scanned)
    if passes.digits is not None:
        work, circuits = _digits(passes.digits, options, known, make)
        parts |= circuits
        known = [work]

    def settle(gates: GateLibrary, *own: Word) -> Words:
        settled = passes.settle(gates, options, _all_words(known, own))
        return _Registers("common").next(settled)

    parts["settle"] = make("settle", _all_inputs(known), settle)
    common = _Registers.written("common", parts["settle"])

    def give(gates: GateLibrary, element: Word, *own: Word) -> Word:
        codes = dict(zip(others, own, strict=False))
        return passes.give(gates, options, common.words(own[len(others) :]), element, codes)

    inputs = {"element": stored, **dict.fromkeys(others, width), **common.inputs}
    return PassSteps(
        most=options.length,
        is_exact=passes.is_exact,
        source=source,
        others=tuple(others),
        digits=passes.digits.count if passes.digits else 0,
        give=make("give", inputs, give),
        **parts,
    )


def _scan(
    scan: Scan, options: VectorOptions, kept: "_Registers", scanned: "_Registers", make: _Make
) -> dict[str, NeuronGraph]:
    def change(gates: GateLibrary, element: Word, *own: Word) -> Words:
        return {"stored": scan.change(gates, options, kept.words(own), element)}

    def add(gates: GateLibrary, stored: Word, first: Word, *own: Word) -> Words:
        return scanned.next(scan.add(gates, options, scanned.words(own), stored, first[0]))

    graph = make("scan", {"element": options.format.width, **kept.inputs}, change)
    width = len(graph.output("stored").nodes)
    return {
        "scan": graph,
        "add": make("add", {"stored": width, "first": 1, **scanned.inputs}, add),
    }


def _digits(
    digits: Digits, options: VectorOptions, known: Sequence["_Registers"], make: _Make
) -> tuple["_Registers", dict[str, NeuronGraph]]:
    def begin(gates: GateLibrary, *own: Word) -> Words:
        return _Registers("work").next(digits.begin(gates, options, _all_words(known, own)))

    graph = make("begin", _all_inputs(known), begin)
    work = _Registers.written("work", graph)
    moved = _Registers("work", {name: work.widths[name] for name in digits.moved})

    def step(gates: GateLibrary, *own: Word) -> Words:
        return moved.next(digits.step(gates, moved.words(own)))

    return work, {"begin": graph, "step": make("step", moved.inputs, step)}


@dataclass(frozen=True)
class _Registers:
    """Words that registers keep from one part of the work to the next.

    Each part has its own, as the next vector may come in while the results of one go out.
    """

    part: str
    widths: Mapping[str, int] = field(default_factory=dict)  #: Of each word, by its name.

    @classmethod
    def written(cls, part: str, graph: NeuronGraph) -> "_Registers":
        """Return the registers that a circuit writes."""
        prefix = f"next_{part}_"
        return cls(part, {p.name.removeprefix(prefix): len(p.nodes) for p in graph.outputs})

    @property
    def inputs(self) -> dict[str, int]:
        """Widths of the inputs that read them, by their names."""
        return {f"{self.part}_{name}": width for name, width in self.widths.items()}

    def words(self, given: Sequence[Word]) -> dict[str, Word]:
        """Return what these inputs bring."""
        return dict(zip(self.widths, given, strict=True))

    def next(self, words: Words) -> dict[str, Word]:
        """Return words by the names of the outputs that write them."""
        return {f"next_{self.part}_{name}": word for name, word in words.items()}


def _all_inputs(registers: Sequence[_Registers]) -> dict[str, int]:
    return {name: width for own in registers for name, width in own.inputs.items()}


def _all_words(registers: Sequence[_Registers], given: Sequence[Word]) -> dict[str, Word]:
    names = [name for own in registers for name in own.widths]
    return dict(zip(names, given, strict=True))
