# SPDX-License-Identifier: Apache-2.0
"""The two libraries of gates, and a builder for either."""

from enum import StrEnum

from spikefloat.rtl_gen.errors import find_member
from spikefloat.rtl_gen.neurons.budgets import Budget
from spikefloat.rtl_gen.neurons.builder import NeuronGraphBuilder
from spikefloat.rtl_gen.neurons.gates.library import GateLibrary
from spikefloat.rtl_gen.neurons.gates.native import NativeGates
from spikefloat.rtl_gen.neurons.gates.published import PublishedGates

__all__ = ["Library", "make_gates"]


class Library(StrEnum):
    """Which functions of one bit there are, and of which neurons they are made."""

    NATIVE = "native"
    PUBLISHED = "published"


def make_gates(
    name: str,
    library: str = Library.NATIVE,
    budget: Budget | str = "w2",
    *,
    simplify: bool = True,
) -> GateLibrary:
    """Return a gate library over a new builder of circuit ``name``.

    Parameters
    ----------
    name : str
        Name of the circuit.
    library : str
        ``native`` or ``published``.
    budget : Budget or str
        Limits of a neuron, or the name of known ones, for the native library. The published gates
        always need weights up to 2 and a fan-in of up to 3.
    simplify : bool
        Whether constants, copies and unneeded neurons are removed.

    Raises
    ------
    ValueError
        If the library or the budget is unknown.
    """
    if find_member(Library, "Library", library) is Library.NATIVE:
        return NativeGates(NeuronGraphBuilder(name, budget=budget, simplify=simplify))
    # Repeats are kept: the paper counts, and a device would build, each gate by itself.
    return PublishedGates(
        NeuronGraphBuilder(name, budget="w2", simplify=simplify, share=False, free_inversion=False)
    )
