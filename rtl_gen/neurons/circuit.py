# SPDX-License-Identifier: Apache-2.0
"""One neuron graph from one function: inputs are made, the function is called, outputs are named."""

from collections.abc import Callable, Mapping

from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import Library, make_gates
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["build_graph"]


def build_graph(
    name: str,
    inputs: Mapping[str, int],
    function: Callable[..., Word | Bit | Mapping[str, Word]],
    *,
    result: str = "y",
    library: str = Library.NATIVE,
    budget: Budget = BUDGETS["w2"],
    simplify: bool = True,
) -> NeuronGraph:
    """Return the neuron graph of a function of words.

    Parameters
    ----------
    name : str
        Name of the circuit, an identifier.
    inputs : mapping of str to int
        Width in bits of each input port, by name.
    function : callable
        Called with a gate library and a word for each input, in order. It returns a word, a bit,
        or words by the names of their output ports.
    result : str
        Name of the output port, where the function returns one word or bit.
    library : str
        ``native`` or ``published``.
    budget : Budget
        Limits of a neuron, for the native library.
    simplify : bool
        Whether constants, copies and unneeded neurons are removed.

    Raises
    ------
    InputError
        If the library is unknown, or a name is no identifier or not the only one.
    """
    gates = make_gates(name, library, budget, simplify=simplify)
    words = [gates.builder.input(port, width) for port, width in inputs.items()]
    returned = function(gates, *words)
    if isinstance(returned, Bit):
        returned = (returned,)
    outputs = returned if isinstance(returned, Mapping) else {result: returned}
    for port, word in outputs.items():
        gates.builder.output(port, word)
    return gates.builder.build()
