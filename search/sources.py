# SPDX-License-Identifier: Apache-2.0
"""What can be minimised: a design, a Verilog module or a circuit of a file."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from spikefloat.rtl_gen.checks.golden import golden_codes
from spikefloat.rtl_gen.circuits.small.alternatives import fitting_constructions
from spikefloat.rtl_gen.circuits.small.stored import fitting_circuits, load
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import Objective
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.mapping.aig import Circuit, circuit_of_graph
from spikefloat.rtl_gen.neurons.budgets import Budget
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.graph_files import load_with_history
from spikefloat.sim.devices.operands import all_operands
from spikefloat.sim.graphs.network import Network

from .minimize import MOST_WALKED, Source, Start
from .shrink import table_of

__all__ = ["design_source", "file_start", "selected_start", "source_of"]

_Command = Callable[[Budget, str, int, int], str]


def file_start(path: Path) -> Start:
    """Return the circuit of a file as a start.

    Raises
    ------
    InputError
        If the file is none.
    """
    graph, history = load_with_history(path)
    return Start(name=path.name, graph=graph, history=history)


def design_source(instance: Instance, own: str, command: _Command) -> Source:
    """Return a design with every circuit of it that is known, the structured one first.

    Parameters
    ----------
    instance : Instance
        The design; its objective does not matter.
    own : str
        What ``--start`` calls what the search finds: the name of the file.
    command : callable
        See :class:`~spikefloat.search.minimize.Source`.
    """
    circuit = replace(instance.circuit, objective=Objective.STRUCTURE)
    structured = replace(instance, circuit=circuit).graph
    starts = [Start(name="structured", graph=structured), *_known(instance)]
    is_usual = circuit.rounding.is_usual and instance.shape is None and not circuit.is_mixed
    return Source(
        circuit=circuit_of_graph(structured),
        starts=tuple(replace(one, graph=_named(one.graph, structured.name)) for one in starts),
        count_wrong=(
            _golden(instance) if is_usual and structured.input_count <= MOST_WALKED else None
        ),
        command=command,
        own=own,
    )


def source_of(circuit: Circuit, own: str, command: _Command, *starts: Start) -> Source:
    """Return logic as a source, with circuits that compute it."""
    return Source(circuit=circuit, starts=starts, command=command, own=own)


def selected_start(source: Source, name: str, instance: Instance | None) -> Source:
    """Return a source with a single start.

    Parameters
    ----------
    source : Source
        The source.
    name : str
        A name of one of its starts; ``mapped``, for what the mapper makes; ``table``, the golden
        table of a design, mapped; or a circuit file.
    instance : Instance, optional
        The design, if it is one.

    Raises
    ------
    InputError
        If there is no such start.
    """
    known = {one.name: one for one in source.starts}
    if name in known:
        return replace(source, starts=(known[name],))
    if name.endswith(".json"):
        return replace(source, starts=(file_start(Path(name)),))
    if name == "mapped":
        return replace(source, starts=())
    if name == "table" and instance is not None and source.count_wrong is not None:
        return replace(source, starts=(), circuit=table_of(instance))
    names = ", ".join([*known, "mapped", *(["table"] if source.count_wrong else [])])
    raise InputError(f"Start must be one of {names}, or a circuit file, not {name!r}")


def _known(instance: Instance) -> Iterator[Start]:
    """Yield what is known besides the structured circuit, which is of one format and rounding."""
    circuit, name = instance.circuit, instance.design.name
    if circuit.result_format != circuit.format or not circuit.rounding.is_usual:
        return
    what = name, circuit.format, circuit.overflow, circuit.budget
    for record, graph in fitting_constructions(*what):
        yield Start(name=record.name, graph=graph)
    for stored in fitting_circuits(*what):
        yield Start(name=stored.file, graph=load(stored))


def _named(graph: NeuronGraph, name: str) -> NeuronGraph:
    return replace(graph, name=name)


def _golden(instance: Instance) -> Callable[[NeuronGraph], int]:
    """Return what counts the operands for which a graph differs from the golden model."""

    def count(graph: NeuronGraph) -> int:
        operands = all_operands(graph)
        (result,) = graph.outputs
        actual = Network(graph).run(operands)[result.name]
        return int((actual != golden_codes(instance, operands)).sum())

    return count
