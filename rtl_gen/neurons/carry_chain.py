# SPDX-License-Identifier: Apache-2.0
"""Adders that hardware may write as additions, so that they take the carry cells of an FPGA.

They are neurons like all others. Each has a scope of its own, by whose name and ports
:mod:`spikefloat.rtl_gen.rtl.text.additions` finds it.
"""

from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import add

__all__ = ["CARRY_CHAIN", "carry_chain"]

#: Name of the scopes; their ports are the words ``a`` and ``b``, and ``carry_in``.
CARRY_CHAIN = "carry_chain"


def carry_chain(gates: GateLibrary, a: Word, b: Word = (), carry_in: Bit = ZERO) -> Word:
    """Return ``a + b + carry_in``, one bit wider than ``a``.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    a, b : Word
        The summands; ``b`` may be shorter.
    carry_in : Bit
        Added to the lowest bit.

    Raises
    ------
    ValueError
        If ``b`` is longer than ``a``.
    """
    if len(b) > len(a):
        raise ValueError(f"Second summand must have at most {len(a)} bits, not {len(b)}")
    with gates.builder.scope(CARRY_CHAIN, a=a, b=b, carry_in=(carry_in,)):
        return add(gates, a, b + (ZERO,) * (len(a) - len(b)), carry_in)
