# SPDX-License-Identifier: Apache-2.0
"""Other ways to compute an operation than the structured circuit: constructions and stored ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from spikefloat.rtl_gen.circuits.parts.products import has_magnitude_codes
from spikefloat.rtl_gen.circuits.small.code_multiply import code_multiply
from spikefloat.rtl_gen.circuits.small.code_read_multiply import code_read_multiply
from spikefloat.rtl_gen.circuits.small.log_divide import log_divide
from spikefloat.rtl_gen.circuits.small.log_multiply import log_multiply
from spikefloat.rtl_gen.circuits.small.serial_add import serial_add
from spikefloat.rtl_gen.circuits.small.stored import fitting_circuits, load
from spikefloat.rtl_gen.circuits.small.two_deep_multiply import two_deep_multiply
from spikefloat.rtl_gen.circuits.small.two_path_add import two_path_add
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, CHIPS, Budget
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = [
    "CONSTRUCTIONS",
    "Alternative",
    "Construction",
    "alternatives",
    "build_construction",
    "fitting_constructions",
]


@dataclass(frozen=True, kw_only=True)
class Construction:
    """A circuit for one purpose, written by hand."""

    name: str
    operation: str
    circuit: Callable[..., Word]  #: Called with gates, format, both operands and the policy.
    budget: str  #: The tightest budget it keeps.
    formats: tuple[str, ...]
    policies: tuple[Overflow, ...] = (Overflow.NAN, Overflow.SATURATE)


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """A circuit that computes an operation within a budget."""

    name: str  #: Of the construction, or ``stored``.
    origin: str  #: How it was found, in a few words.
    graph: NeuronGraph


_RECORDS = (
    Construction(
        name="two_deep",
        operation="multiply",
        circuit=two_deep_multiply,
        budget="free",
        formats=tuple(
            fmt.name for fmt in FORMATS.values() if fmt.width == 8 and has_magnitude_codes(fmt)
        ),
    ),
    Construction(
        name="log_domain",
        operation="multiply",
        circuit=log_multiply,
        budget="w2",
        formats=("e4m3fn",),
    ),
    Construction(
        name="code_domain",
        operation="multiply",
        circuit=code_multiply,
        budget="w2",
        formats=("e5m2",),
    ),
    Construction(
        name="code_read",
        operation="multiply",
        circuit=code_read_multiply,
        budget="free",
        formats=("e5m2",),
    ),
    Construction(
        name="log_quotient",
        operation="divide",
        circuit=log_divide,
        budget="w2",
        formats=("e4m3fn",),
    ),
    Construction(
        name="serial",
        operation="add",
        circuit=serial_add,
        budget="w2",
        formats=("e4m3fn",),
        policies=(Overflow.NAN,),
    ),
    Construction(
        name="two_path",
        operation="add",
        circuit=two_path_add,
        budget="w2",
        formats=("e4m3fn",),
        policies=(Overflow.NAN,),
    ),
)

#: Every construction, by name.
CONSTRUCTIONS: dict[str, Construction] = {record.name: record for record in _RECORDS}


@lru_cache(maxsize=32)
def build_construction(construction: Construction, fmt: Format, overflow: Overflow) -> NeuronGraph:
    """Return the graph of a construction, which keeps the budget it states."""
    return build_graph(
        f"{construction.operation}_{fmt.name}",
        {"a": fmt.width, "b": fmt.width},
        lambda gates, a, b: construction.circuit(gates, fmt, a, b, overflow),
        budget=BUDGETS[construction.budget],
    )


def alternatives(
    operation: str, fmt: Format, overflow: Overflow, budget: Budget
) -> Iterator[Alternative]:
    """Yield every known circuit for an operation that keeps a budget, but the structured one."""
    for circuit in fitting_circuits(operation, fmt, overflow, budget):
        yield Alternative(name="stored", origin=circuit.origin, graph=load(circuit))
    for record, graph in fitting_constructions(operation, fmt, overflow, budget):
        yield Alternative(name=record.name, origin="by hand", graph=graph)


def fitting_constructions(
    operation: str, fmt: Format, overflow: Overflow, budget: Budget
) -> Iterator[tuple[Construction, NeuronGraph]]:
    """Yield the constructions of an operation that keep a budget, with their circuits.

    As with stored circuits, a chip may also hold one of a wider budget.
    """
    for record in CONSTRUCTIONS.values():
        if (
            record.operation == operation
            and fmt.name in record.formats
            and overflow in record.policies
            and (BUDGETS[record.budget].is_within(budget) or budget.name in CHIPS)
        ):
            graph = build_construction(record, fmt, overflow)
            if budget.holds(graph):
                yield record, graph
