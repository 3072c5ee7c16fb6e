# SPDX-License-Identifier: Apache-2.0
"""The neuron graph of a design, and its name and ports."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from spikefloat.rtl_gen.circuits.parts.unpack import raise_signalling
from spikefloat.rtl_gen.circuits.sequential import STEPPED
from spikefloat.rtl_gen.circuits.small.alternatives import alternatives
from spikefloat.rtl_gen.circuits.small.stored import fitting_circuits, load
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.elements import ElementCircuits, build_elements
from spikefloat.rtl_gen.designs.names import circuit_name
from spikefloat.rtl_gen.designs.options import CircuitOptions, Objective
from spikefloat.rtl_gen.designs.shapes import (
    BlockLayerShape,
    ElementsShape,
    LayerShape,
    PortCodes,
    PortShape,
    Shape,
    VectorShape,
)
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.sequential import Steps
from spikefloat.rtl_gen.rtl.timing.tables import best_for_tables

__all__ = ["build", "build_sequential", "build_steps", "operand_widths", "port_codes"]


def port_codes(design: Design, circuit: CircuitOptions, shape: PortShape) -> dict[str, PortCodes]:
    """Return what each port of a design whose ports have roles carries, by name."""
    floats = {
        name: circuit.format if name in design.operands else circuit.result_format
        for name in design.roles
    }
    return shape.ports(design.roles, floats)


def operand_widths(design: Design, circuit: CircuitOptions, shape: Shape | None) -> dict[str, int]:
    """Return the width of each operand in bits, by name; weights may be part of the circuit."""
    width = circuit.format.width
    match shape:
        case PortShape():
            ports = port_codes(design, circuit, shape)
            widths = {name: ports[name].width for name in design.operands}
            return widths | circuit.rounding.operand_widths
        case LayerShape():
            widths = {"x": width * shape.inputs}
            if shape.layers:
                return widths
            return widths | {
                "w": width * shape.inputs * shape.outputs,
                "b": width * shape.outputs,
            }
        case VectorShape():
            width *= shape.length
    own = design.operand_widths or (None,) * len(design.operands)
    if circuit.is_mixed:
        own = (width, *(fmt.width for fmt in circuit.others))
    widths = {name: bits or width for name, bits in zip(design.operands, own, strict=True)}
    return widths | circuit.rounding.operand_widths


@lru_cache(maxsize=64)
def build(design: Design, circuit: CircuitOptions, shape: Shape | None = None) -> NeuronGraph:
    """Return the neuron graph of a design, which is the same in every style and however it is cut.

    For an objective other than ``structure``, the best of all circuits known to keep the budget is
    taken: structured, constructed by hand, or stored. For lookup tables that is the circuit which
    was searched for that, or else the best by the estimate of
    :mod:`spikefloat.rtl_gen.rtl.timing.tables`.

    Parameters
    ----------
    design : Design
        What to build.
    circuit : CircuitOptions
        Which circuit of it.
    shape : Shape, optional
        Of its vectors or layers, if it has any.

    Raises
    ------
    InputError
        If a layer is spread over lanes, and so is no single graph, or a graph would be too large.
    """
    if reason := design.missing_graph(circuit.format):
        raise InputError(reason)
    if isinstance(shape, LayerShape | BlockLayerShape) and shape.lanes is not None:
        raise InputError("Shape of a layer must be unrolled to be one neuron graph, not 'array'")
    structured = build_graph(
        circuit_name(design, circuit, shape),
        operand_widths(design, circuit, shape),
        lambda gates, *operands: design.circuit(gates, circuit, shape, operands),
        result=design.result,
        library=circuit.library,
        budget=circuit.budget,
    )
    if circuit.objective is Objective.STRUCTURE:
        return structured
    return replace(_best(design, circuit, structured), name=structured.name)


@lru_cache(maxsize=16)
def build_steps(design: Design, circuit: CircuitOptions) -> Steps:
    """Return the circuits of an operation that is done digit by digit.

    Raises
    ------
    InputError
        If the operation is none of those.
    """
    if design.name not in STEPPED:
        raise InputError(f"Operation must be one of {', '.join(STEPPED)}, not {design.name!r}")
    stepped, fmt = STEPPED[design.name], circuit.format
    operands = operand_widths(design, circuit, None)
    codes = {name: operands[name] for name in design.operands}
    # What rounding takes has a say in how many digits there are.
    extra = [(ZERO,) * width for width in circuit.rounding.operand_widths.values()]
    digits = stepped.digits(fmt, circuit.rounding.control(extra))
    state = stepped.state(fmt, digits)

    def words(given: Sequence[Word]) -> dict[str, Word]:
        return dict(zip(state, given, strict=True))

    def prepare(gates: GateLibrary, *given: Word) -> dict[str, Word]:
        first = stepped.prepare(gates, fmt, *given)
        return {f"first_{name}" if name in state else name: word for name, word in first.items()}

    def step(gates: GateLibrary, *given: Word) -> dict[str, Word]:
        return {f"next_{name}": word for name, word in stepped.step(gates, words(given)).items()}

    def finish(gates: GateLibrary, *given: Word) -> Word | Bit | dict[str, Word]:
        control = circuit.rounding.control(given[len(codes) : len(operands)])
        result = stepped.result(gates, words(given[len(operands) :]))
        how = {"control": control, "digits": result}
        how |= {"overflow": circuit.overflow} if design.rounds else {}
        finished = stepped.finish(gates, fmt, *given[: len(codes)], **how)
        raise_signalling(gates, control.flags, (fmt,) * len(codes), given[: len(codes)])
        return control.with_flags(gates, finished)

    name = circuit_name(design, circuit, None)
    parts = (
        ("prepare", codes, prepare),
        ("step", state, step),
        ("finish", operands | state, finish),
    )
    graphs = {
        part: build_graph(
            f"{name}_{part}",
            widths,
            function,
            library=circuit.library,
            budget=circuit.budget,
        )
        for part, widths, function in parts
    }
    return Steps(count=digits, state=state, **graphs)


def build_sequential(
    design: Design, circuit: CircuitOptions, shape: Shape | None
) -> Steps | ElementCircuits:
    """Return the circuits of a design in the sequential style.

    Raises
    ------
    InputError
        If there is none of it in that style.
    """
    if isinstance(shape, ElementsShape):
        return build_elements(design, circuit, shape)
    return build_steps(design, circuit)


def _best(design: Design, circuit: CircuitOptions, structured: NeuronGraph) -> NeuronGraph:
    """Return the best of all circuits known for an objective."""
    objective = circuit.objective
    if circuit.result_format != circuit.format:  # The others are all of one format.
        return structured
    kind = design.name, circuit.format, circuit.overflow, circuit.budget
    known = [structured, *(other.graph for other in alternatives(*kind))]
    if objective in (Objective.LUTS, Objective.FMAX):
        searched = fitting_circuits(*kind, objective=objective)
        return load(searched[0]) if searched else best_for_tables(known, objective)
    return min(
        known,
        key=lambda graph: (
            (graph.depth, len(graph.neurons))
            if objective is Objective.DEPTH
            else (len(graph.neurons), graph.depth)
        ),
    )
